//go:build !notelemetry

package telemetry

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"time"
)

// The files of the folder. All names begin with telemetry: the folder is also
// where the CLI keeps its own configuration.
const (
	reportFile    = "telemetry.yaml"
	brokenFile    = "telemetry.yaml.unreadable" // what could not be parsed, set aside
	baselineFile  = "telemetry-baseline.yaml"   // counts that are never sent: from before consent
	timestampFile = "telemetry-last-upload-timestamp"
	consentFile   = "telemetry-consent"
	lockFile      = "telemetry.lock"
)

// folder is the absolute path of the folder that holds the files.
type folder string

func (d folder) path(name string) string { return string(d) + string(os.PathSeparator) + name }

// findFolder is where to count, "" if there is no such place. It need not exist.
func findFolder() folder {
	base, _ := configHome()
	if base == "" {
		return ""
	}
	return folder(filepath.Join(base, app))
}

// settings are where to count and what is allowed there. An answer holds for a
// second: most runs ask once.
func settings() (folder, consent) {
	if now := time.Now(); now.Sub(process.asked) > time.Second {
		if process.asked = now; process.folder == "" {
			process.folder = findFolder()
		}
		process.consent = decide(process.folder)
	}
	return process.folder, process.consent
}

// make makes the folder, if it is missing and may be made, and reports whether
// it is there. Of what is missing the owner of the parent is looked at: sudo may
// leave HOME pointing at the user's.
func (d folder) make() bool {
	_, parents := configHome()
	for dir := string(d); ; dir, parents = filepath.Dir(dir), parents-1 {
		info, err := os.Stat(dir)
		if err == nil {
			return info.IsDir() && mayWrite(dir) && os.MkdirAll(string(d), 0o700) == nil
		}
		if !os.IsNotExist(err) || parents < 0 || dir == filepath.Dir(dir) {
			return false
		}
	}
}

// configHome is the user's configuration folder, also on macOS that of the XDG
// base directory specification, and how many of its last elements may be made
// when they are missing: a home folder itself never is.
func configHome() (dir string, parents int) {
	if runtime.GOOS == "windows" {
		if dir = os.Getenv("AppData"); filepath.IsAbs(dir) {
			return dir, 0
		}
		return "", 0
	}
	if dir = os.Getenv("XDG_CONFIG_HOME"); filepath.IsAbs(dir) { // the specification: ignore relative ones
		return dir, 100
	}
	if dir = os.Getenv("HOME"); filepath.IsAbs(dir) {
		return dir + "/.config", 1
	}
	return "", 0
}

// readFile is what a file begins with, limit bytes at most. It does not wait for a pipe.
func readFile(path string, limit int64) ([]byte, error) {
	f, err := openFile(path, os.O_RDONLY)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.NewSectionReader(f, 0, limit))
	if errors.Is(err, syscall.ESPIPE) || errors.Is(err, syscall.EISDIR) {
		err = errBroken
	}
	return data, err
}

// replace writes a file of the folder so that readers see the old content or
// the new, also when the process is killed. The caller holds the lock.
func (d folder) replace(name string, data []byte) error {
	path := d.path(name)
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target // a link kept by a dotfile manager stays a link
	}
	temporary := path + ".tmp"
	_ = os.Remove(temporary)                                                   // of a killed writer, or a link that somebody put there
	f, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // never through a link
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(temporary, path)
	}
	if err != nil {
		_ = os.Remove(temporary)
	}
	return err
}

// stampOf is the stamp of a file that can be read, or "".
func stampOf(path string) string {
	f, err := openFile(path, os.O_RDONLY)
	if err != nil {
		return ""
	}
	defer f.Close()
	return f.stamp()
}

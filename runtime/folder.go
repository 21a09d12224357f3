//go:build !notelemetry

package telemetry

import (
	"os"
	"path/filepath"
	"runtime"
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

// findFolder reports false where nothing may or can be kept. The folder need not
// exist: make it only once something is to be kept. Of what is missing the owner
// of the parent is looked at: sudo may leave HOME pointing at the user's.
func findFolder() (folder, bool) {
	base, parents := configHome()
	if base == "" {
		return "", false
	}
	d := folder(filepath.Join(base, app))
	for dir := string(d); ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if err == nil {
			return d, info.IsDir() && mayWrite(info)
		}
		if !os.IsNotExist(err) || parents < 0 || dir == filepath.Dir(dir) {
			return d, false
		}
		parents--
	}
}

// settings are where to count and what is allowed there: nothing, if there is no
// such place.
func settings() (folder, consent) {
	dir, ok := process.slots.folder, true
	if dir == "" {
		dir, ok = findFolder()
	}
	if !ok {
		return "", consent{}
	}
	return dir, decide(dir)
}

// make makes the folder, if it is missing.
func (d folder) make() bool { return os.MkdirAll(string(d), 0o700) == nil }

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

// readFile returns at most limit bytes of a regular file.
func readFile(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() { // opening a pipe would block
		err = errBroken
	}
	if err != nil {
		return nil, err
	}
	f, err := openFile(path, os.O_RDONLY)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info.Size() < limit {
		limit = info.Size()
	}
	data := make([]byte, limit)
	n, err := f.ReadAt(data, 0)
	return data[:n], err
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

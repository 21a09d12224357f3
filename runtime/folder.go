//go:build !notelemetry

package telemetry

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
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
	lockName      = "telemetry.lock"
)

// folder is the absolute path of the folder that holds the files.
type folder string

func (d folder) path(name string) string { return string(d) + string(os.PathSeparator) + name }

// settings are where to count and what is allowed there. An answer holds for a
// second: most runs ask once.
func settings() (folder, consent) {
	if now := time.Now(); now.Sub(process.asked) > time.Second {
		process.asked = now
		process.folder, _ = findFolder()
		process.consent = consentIn(process.folder)
	}
	return process.folder, process.consent
}

// make makes the folder, if it is missing and may be made, and reports whether
// it is there. Of what is missing the owner of the parent is looked at: sudo may
// leave HOME pointing at the user's.
func (d folder) make() bool {
	_, base := findFolder()
	_, err := os.Stat(base)
	for dir := string(d); err == nil; dir = filepath.Dir(dir) {
		if info, missing := os.Stat(dir); missing == nil {
			return info.IsDir() && mayWrite(dir) && os.MkdirAll(string(d), 0o700) == nil
		}
	}
	return false
}

// findFolder is where to count, "" if there is no such place, and the folder that
// must be there for it to be made: a home folder itself never is. Also on macOS it
// is below the configuration folder of the XDG base directory specification.
func findFolder() (d folder, base string) {
	base = os.Getenv("HOME")
	config := base + "/.config"
	if runtime.GOOS == "windows" {
		base = os.Getenv("AppData")
		config = base
	} else if xdg := os.Getenv("XDG_CONFIG_HOME"); filepath.IsAbs(xdg) { // the specification: ignore relative ones
		base, config = "/", xdg
	}
	if !filepath.IsAbs(base) {
		return "", ""
	}
	return folder(filepath.Join(config, folderName)), base
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
	defer os.Remove(temporary) // if it did not come to the name that it should have
	_, err = f.Write(data)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(temporary, path)
	}
	return err
}

// stampOf changes when a file is replaced or written to.
func stampOf(path string) string {
	info, err := os.Stat(path)
	if err != nil {
		return ""
	}
	return strconv.FormatInt(info.Size(), 36) + " " + strconv.FormatInt(info.ModTime().UnixNano(), 36) + " "
}

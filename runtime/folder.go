//go:build !notelemetry

package telemetry

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
)

// The files of the folder. All names begin with telemetry: the folder is also where the CLI keeps its own
// configuration.
const (
	reportFile    = "telemetry.yaml"
	brokenFile    = "telemetry.yaml.unreadable" // what could not be parsed, set aside
	baselineFile  = "telemetry-baseline.yaml"   // counts that are never sent: from before consent
	timestampFile = "telemetry-last-upload-timestamp"
	consentFile   = "telemetry-consent"
	lockName      = "telemetry.lock"
)

// folder is the absolute path of the folder that holds the files, "" if there is no place for it.
type folder string

func (d folder) path(name string) string { return string(d) + string(os.PathSeparator) + name }

// findFolder is where to count. Also on macOS it is below the configuration folder of the XDG base directory
// specification, which says that relative paths are to be ignored.
func findFolder() folder {
	config := filepath.Join(os.Getenv("HOME"), ".config")
	if runtime.GOOS == "windows" {
		config = os.Getenv("AppData")
	} else if xdg := os.Getenv("XDG_CONFIG_HOME"); filepath.IsAbs(xdg) {
		config = xdg
	}
	if !filepath.IsAbs(config) {
		return ""
	}
	return folder(filepath.Join(config, folderName))
}

// make makes the folder if it may be made, and reports whether it is there. It may in a parent that belongs to this
// user: sudo may leave HOME pointing at somebody else's. ~/.config is made with it, a home folder never.
func (d folder) make() bool {
	for dir, made := string(d), 0; made < 3; dir, made = filepath.Dir(dir), made+1 {
		if info, err := os.Stat(dir); err == nil {
			return info.IsDir() && mayWrite(dir) && os.MkdirAll(string(d), 0o700) == nil
		}
	}
	return false
}

// replace writes a file of the folder so that readers see the old content or the new, also when the process is killed.
// The caller holds the lock.
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
	defer os.Remove(temporary) // no effect after a successful rename
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

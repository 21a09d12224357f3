//go:build !notelemetry

package telemetry

import (
	"io"
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

// findFolder returns the folder of this CLI in the user's configuration folder. On Unix, macOS included, that one is as
// the XDG base directory specification says, which ignores relative paths.
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

// make makes the folder and reports whether it exists. It makes up to above-1 of the folders that it is in, each with mode
// 0700 whatever umask the CLI has set. Root makes nothing in a folder of another user: sudo may leave HOME as it was.
func (d folder) make(above int) bool {
	if info, err := os.Stat(string(d)); err == nil {
		return info.IsDir() && (os.Geteuid() != 0 || owned(string(d)))
	}
	return above > 0 && folder(filepath.Dir(string(d))).make(above-1) && os.MkdirAll(string(d), 0o700) == nil && os.Chmod(string(d), 0o700) == nil
}

// readFile reads a file up to a limit. It does not wait for a pipe, and fails there.
func readFile(path string, limit int64) ([]byte, error) {
	f, err := openFile(path, os.O_RDONLY)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.NewSectionReader(f, 0, limit))
}

// replace writes a file of the folder so that readers see either the old content or the new, also when the process is
// killed. The caller holds the folder lock.
func (d folder) replace(name string, data []byte) error {
	path := d.path(name)
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target // a link kept by a dotfile manager stays a link
	}
	if info, err := os.Stat(path); err == nil && info.Mode()&os.ModeDevice != 0 {
		return os.ErrInvalid // a link to /dev/null, which root could replace
	}
	temporary := path + ".tmp"
	_ = os.Remove(temporary)                                         // left by a killed writer
	f, err := openFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL) // never through a link
	if err != nil {
		return err
	}
	defer os.Remove(temporary) // no effect after a successful rename
	_, err = f.Write(data)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = rename(temporary, path)
	}
	return err
}

// self is the file of this program. On Linux it is so even after an update has replaced the file: the new program might
// not know what an uploader is. Windows lets nobody replace it.
func self() string {
	if runtime.GOOS == "linux" {
		return "/proc/self/exe"
	}
	path, _ := os.Executable()
	return path
}

// stampOf is a file's size and time. It changes when the file is written to.
func stampOf(path string) string {
	info, err := os.Stat(path)
	if err != nil {
		return ""
	}
	return strconv.FormatInt(info.Size(), 36) + " " + strconv.FormatInt(info.ModTime().UnixNano(), 36) + " "
}

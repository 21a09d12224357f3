//go:build !notelemetry

package telemetry

import (
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"unsafe"
)

// file is an open file.
type file struct{ *os.File }

// openFile opens a file with mode 0600.
func openFile(path string, flags int) (file, error) {
	f, err := os.OpenFile(path, flags, 0o600)
	return file{f}, err
}

var (
	kernel32     = syscall.NewLazyDLL("kernel32.dll")
	lockFileEx   = kernel32.NewProc("LockFileEx")
	unlockFileEx = kernel32.NewProc("UnlockFileEx")
)

// tryLock takes the kernel's lock on a range of a file, without waiting.
func (f file) tryLock(at, size int64) (bool, error) {
	const exclusiveNow = 2 | 1          // LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY
	const violation = syscall.Errno(33) // ERROR_LOCK_VIOLATION
	from := syscall.Overlapped{Offset: uint32(at)}
	ok, _, err := lockFileEx.Call(f.Fd(), exclusiveNow, 0, uintptr(size), 0, uintptr(unsafe.Pointer(&from)))
	if ok == 0 && err != violation {
		return false, err
	}
	return ok != 0, nil
}

// unlock gives back a range that was locked as a whole.
func (f file) unlock(at, size int64) {
	from := syscall.Overlapped{Offset: uint32(at)}
	_, _, _ = unlockFileEx.Call(f.Fd(), 0, uintptr(size), 0, uintptr(unsafe.Pointer(&from)))
}

// linked reports whether an open file still has a name: always, here.
func (f file) linked() bool { return true }

// stamp changes when a file is replaced or written to.
func (f file) stamp() string {
	info, err := f.Stat()
	if err != nil {
		return ""
	}
	return strconv.FormatInt(info.Size(), 36) + " " + strconv.FormatInt(info.ModTime().UnixNano(), 36) + " "
}

// mayWrite reports whether a file is this user's: %AppData% follows the user.
func mayWrite(path string) bool { return true }

// detached makes a child leave the console and its group.
func detached() *syscall.SysProcAttr {
	const detachedProcess = 8
	return &syscall.SysProcAttr{HideWindow: true, CreationFlags: detachedProcess | syscall.CREATE_NEW_PROCESS_GROUP}
}

// adminFile is where an administrator limits telemetry for the whole machine.
func adminFile() string { return filepath.Join(os.Getenv("ProgramData"), app, "telemetry") }

// rootDir is a folder that the uploader can stay in without being in the way.
const rootDir = `C:\`

// closeInherited has nothing to close: Go passes no other handles down.
func closeInherited() {}

// self is the path of this program, which Windows does not let anybody replace.
func self() (string, error) { return os.Executable() }

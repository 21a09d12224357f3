//go:build !notelemetry

package telemetry

import (
	"os"
	"path/filepath"
	"syscall"
	"unsafe"
)

// openFile opens a file with mode 0600.
func openFile(path string, flags int) (*os.File, error) { return os.OpenFile(path, flags, 0o600) }

var (
	kernel32     = syscall.NewLazyDLL("kernel32.dll")
	lockFileEx   = kernel32.NewProc("LockFileEx")
	unlockFileEx = kernel32.NewProc("UnlockFileEx")
)

// What setLock can make of a lock.
const exclusive, unlocked = 1, 0

// setLock takes the kernel's lock on a range of a file, or gives back what was locked as a whole, without waiting.
func setLock(f *os.File, kind int16, at, size int64) error {
	const exclusiveNow = 2 | 1          // LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY
	const violation = syscall.Errno(33) // ERROR_LOCK_VIOLATION
	from := syscall.Overlapped{Offset: uint32(at)}
	if kind == unlocked {
		_, _, _ = unlockFileEx.Call(f.Fd(), 0, uintptr(size), 0, uintptr(unsafe.Pointer(&from)))
		return nil
	}
	ok, _, err := lockFileEx.Call(f.Fd(), exclusiveNow, 0, uintptr(size), 0, uintptr(unsafe.Pointer(&from)))
	switch {
	case ok != 0:
		return nil
	case err == violation:
		return errBusy
	}
	return err
}

// owned reports whether a file is there, and this user's: %AppData% follows the user.
func owned(path string) bool { return stampOf(path) != "" }

// detached gives a child a console of its own that has no window, and a group of its own. Without a console, any
// program that the child's packages start in an init would open one.
func detached() *syscall.SysProcAttr {
	const createNoWindow = 0x08000000
	return &syscall.SysProcAttr{HideWindow: true, CreationFlags: createNoWindow | syscall.CREATE_NEW_PROCESS_GROUP}
}

// adminFile is where an administrator limits telemetry for the whole machine.
func adminFile() string { return filepath.Join(os.Getenv("ProgramData"), app, "telemetry") }

// rootDir is the uploader's working folder. It keeps no other folder in use.
const rootDir = `C:\`

// closeInherited has nothing to close: Go passes no other handles down.
func closeInherited() {}

// self is the file of this program, which Windows lets nobody replace.
func self() string {
	path, _ := os.Executable()
	return path
}

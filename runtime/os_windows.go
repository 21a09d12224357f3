//go:build !notelemetry

package telemetry

import (
	"os"
	"path/filepath"
	"syscall"
	"time"
	"unsafe"
)

// openFile opens a file with mode 0600.
func openFile(path string, flags int) (*os.File, error) { return os.OpenFile(path, flags, 0o600) }

// rename replaces a file. Windows does not while a program has it open, such as a virus scanner: rename waits for that, no
// longer than lockPatience.
func rename(from, to string) error {
	for end := time.Now().Add(lockPatience); ; time.Sleep(time.Millisecond) {
		if err := os.Rename(from, to); err == nil || time.Now().After(end) {
			return err
		}
	}
}

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
	if ok, _, err := lockFileEx.Call(f.Fd(), exclusiveNow, 0, uintptr(size), 0, uintptr(unsafe.Pointer(&from))); ok == 0 && err == violation {
		return errBusy
	} else if ok == 0 {
		return err
	}
	return nil
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

// closeInherited has nothing to close: Go passes no other handles down.
func closeInherited() {}

//go:build !notelemetry && (linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package telemetry

import (
	"os"
	"runtime"
	"syscall"
)

// openFile opens a file, and creates it with mode 0600. It does not wait for a pipe, and keeps the file out of Go's
// poller: its start costs a short command more than the counting, and ends the process where it cannot open two files.
func openFile(path string, flags int) (*os.File, error) {
	flags |= syscall.O_CLOEXEC | syscall.O_NOCTTY | syscall.O_NONBLOCK
	fd, err := syscall.Open(path, flags, 0o600)
	for err == syscall.EINTR {
		fd, err = syscall.Open(path, flags, 0o600)
	}
	if err != nil {
		return nil, err
	}
	_ = syscall.SetNonblock(fd, false)
	return os.NewFile(uintptr(fd), path), nil
}

var rename = os.Rename

// What setLock can make of a lock.
const exclusive, unlocked = syscall.F_WRLCK, syscall.F_UNLCK

// setLock takes the kernel's lock on a range of a file, or gives it back, without waiting. Linux has locks that belong
// to the open file (F_OFD_SETLK). Those of POSIX belong to the process, and are lost when it closes any other
// descriptor of the file.
func setLock(f *os.File, kind int16, at, size int64) error {
	command := syscall.F_SETLK
	if runtime.GOOS == "linux" {
		command = 37
	}
	err := syscall.FcntlFlock(f.Fd(), command, &syscall.Flock_t{Type: kind, Start: at, Len: size})
	if err == syscall.EAGAIN || err == syscall.EACCES || err == syscall.EINTR {
		return errBusy
	}
	return err
}

// owned reports whether a file is of the user that this process runs as. With sudo, it is not.
func owned(path string) bool {
	var stat syscall.Stat_t
	return syscall.Stat(path, &stat) == nil && int(stat.Uid) == os.Geteuid()
}

// detached takes a child out of the terminal's session.
func detached() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

// adminFile is where an administrator limits telemetry for the whole machine.
func adminFile() string { return "/etc/" + app + "/telemetry" }

// closeInherited closes the files that the uploader inherited: the reader of a pipe would wait for it to be closed.
// Files that this process opened itself are close-on-exec and stay open.
func closeInherited() {
	for fd := uintptr(3); fd < 256; fd++ {
		if flags, _, errno := syscall.Syscall(syscall.SYS_FCNTL, fd, syscall.F_GETFD, 0); errno == 0 && flags&syscall.FD_CLOEXEC == 0 {
			_ = syscall.Close(int(fd))
		}
	}
}

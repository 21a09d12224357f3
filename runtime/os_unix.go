//go:build !notelemetry && (linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package telemetry

import (
	"os"
	"syscall"
)

// removeOpen says that an open file can be removed: its lock is held until it is gone.
const removeOpen = true

// openFile is os.OpenFile with mode 0600, without registering the file with the
// poller, which costs five system calls.
func openFile(path string, flags int) (*os.File, error) {
	for {
		fd, err := syscall.Open(path, flags|syscall.O_CLOEXEC|syscall.O_NOCTTY, 0o600)
		if err == nil {
			return os.NewFile(uintptr(fd), path), nil
		}
		if err != syscall.EINTR {
			return nil, &os.PathError{Op: "open", Path: path, Err: err}
		}
	}
}

// tryLock takes the kernel's lock on a file, without waiting.
func tryLock(f *os.File) (bool, error) {
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == syscall.EWOULDBLOCK {
			return false, nil
		}
		if err != syscall.EINTR {
			return err == nil, err
		}
	}
}

// linked reports whether an open file still has a name.
func linked(f *os.File) bool {
	var stat syscall.Stat_t
	return syscall.Fstat(int(f.Fd()), &stat) == nil && stat.Nlink > 0
}

// mayWrite keeps root (sudo) from leaving files of his in a user's folder.
func mayWrite(folder os.FileInfo) bool {
	stat, ok := folder.Sys().(*syscall.Stat_t)
	return os.Geteuid() != 0 || ok && stat.Uid == 0
}

// detached makes a child leave the terminal's session.
func detached() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

// adminFile is where an administrator limits telemetry for the whole machine.
func adminFile() string { return "/etc/" + app + "/telemetry" }

// rootDir is a folder that the uploader can stay in without being in the way.
const rootDir = "/"

// closeInherited closes what was passed down to the uploader: a pipe kept open
// would keep its reader waiting. What this process opened itself is close-on-exec.
func closeInherited() {
	for fd := uintptr(3); fd < 256; fd++ {
		flags, _, errno := syscall.Syscall(syscall.SYS_FCNTL, fd, syscall.F_GETFD, 0)
		if errno == 0 && flags&syscall.FD_CLOEXEC == 0 {
			_ = syscall.Close(int(fd))
		}
	}
}

// self is this very program, on Linux also after an update has replaced its
// file: the new one might not know what an uploader is.
func self() (string, error) {
	if _, err := os.Stat("/proc/self/exe"); err == nil {
		return "/proc/self/exe", nil
	}
	return os.Executable()
}

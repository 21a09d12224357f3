//go:build !notelemetry && (linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package telemetry

import (
	"os"
	"runtime"
	"strconv"
	"syscall"
)

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

// setLock is the command of fcntl(2) for a lock without waiting. Linux has locks
// that belong to the open file (F_OFD_SETLK); those of POSIX belong to the process
// and are lost when it closes any other descriptor of the file.
var setLock = map[string]int{"linux": 37}[runtime.GOOS]

// tryLock takes the kernel's lock on a range of a file, without waiting.
func tryLock(f *os.File, at, size int64) (bool, error) {
	err := setRange(f, syscall.F_WRLCK, at, size)
	if err == syscall.EAGAIN || err == syscall.EACCES {
		return false, nil
	}
	return err == nil, err
}

// unlock gives a range back.
func unlock(f *os.File, at, size int64) { _ = setRange(f, syscall.F_UNLCK, at, size) }

func setRange(f *os.File, kind int16, at, size int64) error {
	command := setLock
	if command == 0 {
		command = syscall.F_SETLK
	}
	for {
		err := syscall.FcntlFlock(f.Fd(), command, &syscall.Flock_t{Type: kind, Start: at, Len: size})
		if err != syscall.EINTR {
			return err
		}
	}
}

// linked reports whether an open file still has a name.
func linked(info os.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return !ok || stat.Nlink > 0
}

// stamp changes when a file is replaced or written to.
func stamp(info os.FileInfo) string {
	text := strconv.FormatInt(info.Size(), 36) + " " + strconv.FormatInt(info.ModTime().UnixNano(), 36)
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		text += " " + strconv.FormatUint(uint64(stat.Ino), 36)
	}
	return text
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

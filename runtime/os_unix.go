//go:build !notelemetry && (linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package telemetry

import (
	"io"
	"os"
	"runtime"
	"syscall"
)

// file is the descriptor of an open file. An os.File is also known to the poller
// and the garbage collector, which costs a short command more than the counting.
type file int

// again calls until no signal interrupts.
func again(call func() error) error {
	for {
		if err := call(); err != syscall.EINTR {
			return err
		}
	}
}

// openFile opens a file with mode 0600, and does not wait for a pipe.
func openFile(path string, flags int) (f file, err error) {
	err = again(func() error {
		fd, err := syscall.Open(path, flags|syscall.O_CLOEXEC|syscall.O_NOCTTY|syscall.O_NONBLOCK, 0o600)
		f = file(fd)
		return err
	})
	return f, err
}

// ReadAt is that of io.ReaderAt, but may read less without an error.
func (f file) ReadAt(p []byte, at int64) (n int, err error) {
	err = again(func() error { n, err = syscall.Pread(int(f), p, at); return err })
	if err != nil {
		n = 0
	} else if n == 0 {
		err = io.EOF
	}
	return n, err
}

// WriteAt is that of io.WriterAt.
func (f file) WriteAt(p []byte, at int64) (n int, err error) {
	err = again(func() error { n, err = syscall.Pwrite(int(f), p, at); return err })
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	return n, err
}

func (f file) Truncate(size int64) error { return syscall.Ftruncate(int(f), size) }
func (f file) Close() error              { return syscall.Close(int(f)) }

// lock takes the kernel's lock on a range of a file, without waiting.
func (f file) lock(at, size int64) error { return f.setLock(syscall.F_WRLCK, at, size) }

// unlock gives a range back.
func (f file) unlock(at, size int64) { _ = f.setLock(syscall.F_UNLCK, at, size) }

// setLock changes a lock. Linux has locks that belong to the open file (F_OFD_SETLK);
// those of POSIX belong to the process and are lost when it closes any other
// descriptor of the file.
func (f file) setLock(kind int16, at, size int64) error {
	command := syscall.F_SETLK
	if runtime.GOOS == "linux" {
		command = 37
	}
	err := again(func() error {
		return syscall.FcntlFlock(uintptr(f), command, &syscall.Flock_t{Type: kind, Start: at, Len: size})
	})
	if err == syscall.EAGAIN || err == syscall.EACCES {
		return errBusy
	}
	return err
}

// mayWrite keeps root (sudo) from leaving files of his in a user's folder.
func mayWrite(path string) bool {
	var stat syscall.Stat_t
	return os.Geteuid() != 0 || syscall.Stat(path, &stat) == nil && stat.Uid == 0
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
func self() string {
	if runtime.GOOS == "linux" {
		return "/proc/self/exe"
	}
	path, _ := os.Executable()
	return path
}

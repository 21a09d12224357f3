//go:build !notelemetry

package telemetry

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// run is one run of a command that is or was counted.
type run struct {
	path   string
	code   int  // 0 to 255, or noExitSeen
	unsent bool // happened while nothing could be sent, so it never will be
}

// marker is a file that says that a run began, or ended without being counted.
// Its process holds a kernel lock on it, which ends with the process however
// that ends: a marker without a lock belongs to a dead process, whatever
// happened to pids meanwhile.
//
// The content is one line: the code in codeWidth characters, so that it can be
// overwritten in place on a full disk, `s` or `u` for sent or unsent, the path.
type marker struct {
	dir  folder
	name string
	f    *os.File
}

const (
	codeWidth   = 4
	endedPrefix = "ended-" // names of markers whose process could not get the lock
)

func (d folder) markerPath(name string) string { return d.path(markerDir + "/" + name) }

func (r run) line() string {
	flag := "s"
	if r.unsent {
		flag = "u"
	}
	return fmt.Sprintf("%*d %s %s\n", codeWidth, r.code, flag, r.path)
}

// parseRun reads a marker's line. A line that was not finished reports false:
// its process died before the command began.
func parseRun(line string) (run, bool) {
	if len(line) < codeWidth+4 || !strings.HasSuffix(line, "\n") {
		return run{}, false
	}
	code, err := strconv.Atoi(strings.TrimSpace(line[:codeWidth]))
	return run{path: line[codeWidth+3 : len(line)-1], code: code, unsent: line[codeWidth+1] == 'u'}, err == nil
}

// mark makes a locked marker for a run of this process, or nil.
func (d folder) mark(r run) *marker {
	for attempt := 0; attempt < 3; attempt++ {
		name := strconv.Itoa(os.Getpid()) + "-" + strconv.FormatInt(time.Now().UnixNano(), 36)
		f, err := openFile(d.markerPath(name), os.O_RDWR|os.O_CREATE|os.O_EXCL)
		if os.IsNotExist(err) && os.Mkdir(d.path(markerDir), 0o700) == nil {
			continue
		}
		if err != nil {
			return nil
		}
		m := &marker{dir: d, name: name, f: f}
		// Whoever sweeps between the creation and the lock takes the file for that of a
		// dead process and removes it: then it is unlinked, or still locked by him.
		locked, err := tryLock(f)
		if locked && linked(f) {
			if _, err = f.WriteString(r.line()); err == nil {
				return m
			}
		}
		m.remove()
		if err != nil {
			return nil
		}
	}
	return nil
}

// markers lists the names of the markers.
func (d folder) markers() []string {
	f, err := openFile(d.path(markerDir), os.O_RDONLY)
	if err != nil {
		return nil
	}
	defer f.Close()
	names, _ := f.Readdirnames(-1)
	return names
}

// adopt takes over the marker of a dead process. It is nil if the process
// lives, or if there was nothing in it.
func (d folder) adopt(name string) (*marker, run) {
	f, err := openFile(d.markerPath(name), os.O_RDWR)
	if err != nil {
		return nil, run{}
	}
	m := &marker{dir: d, name: name, f: f}
	locked, _ := tryLock(f)
	if locked {
		_, err = os.Lstat(d.markerPath(name)) // release may just have renamed it
	}
	if !locked || err != nil {
		f.Close()
		return nil, run{}
	}
	var buffer [4096]byte
	n, _ := f.ReadAt(buffer[:], 0)
	r, complete := parseRun(string(buffer[:n]))
	if !complete {
		m.remove()
		return nil, run{}
	}
	return m, r
}

// leave stores the code in the marker for the next holder of the lock.
func (m *marker) leave(code int) {
	_, _ = m.f.WriteAt([]byte(fmt.Sprintf("%*d", codeWidth, code)), 0)
}

// release stores the code, renames the marker so that the current holder of the
// lock finds it, and lets go of it. The caller does not hold the lock.
func (m *marker) release(code int) {
	if m == nil {
		return
	}
	m.leave(code)
	if !removeOpen {
		m.f.Close()
	}
	_ = os.Rename(m.dir.markerPath(m.name), m.dir.markerPath(endedPrefix+m.name))
	m.f.Close()
}

// remove deletes the marker: the run was counted, or is not to be.
func (m *marker) remove() {
	if m == nil {
		return
	}
	if !removeOpen {
		m.f.Close()
	}
	_ = os.Remove(m.dir.markerPath(m.name))
	if removeOpen {
		m.f.Close()
	}
}

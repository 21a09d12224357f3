//go:build !notelemetry

package telemetry

import (
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// connections listens on loopback, does with each connection what answer does,
// and counts them.
func connections(t *testing.T, answer func(net.Conn)) (address string, count *int64) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { listener.Close() })
	count = new(int64)
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			atomic.AddInt64(count, 1)
			t.Cleanup(func() { c.Close() })
			go answer(c)
		}
	}()
	return listener.Addr().String(), count
}

// reply answers one request with text and ends the connection.
func reply(text string) func(net.Conn) {
	return func(c net.Conn) {
		_, _ = c.Read(make([]byte, 1<<16))
		_, _ = c.Write([]byte("HTTP/1.1 " + text + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"))
		c.Close()
	}
}

// A server that refuses the report is connected to once in an interval, however
// often the command runs.
func TestOneAttemptPerInterval(t *testing.T) {
	long(t)
	for name, server := range map[string]struct {
		scheme string
		answer func(net.Conn)
	}{
		"429":        {"http://", reply("429 Too Many Requests\r\nRetry-After: 1")},
		"500":        {"http://", reply("500 Internal Server Error")},
		"redirected": {"http://", reply("307 Temporary Redirect\r\nLocation: /again")},
		"hung up":    {"http://", func(c net.Conn) { c.Close() }},
		"broken TLS": {"https://", func(c net.Conn) { _, _ = c.Write([]byte("no TLS here\r\n")); c.Close() }},
		"black hole": {"http://", func(net.Conn) {}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address, count := connections(t, server.answer)
			h := sending(t, server.scheme+address)
			h.run("required")
			eventually(t, "the first attempt", 10*time.Second, func() bool { return atomic.LoadInt64(count) > 0 })
			for i := 0; i < 30; i++ {
				h.run("required")
			}
			if name != "black hole" { // there the uploader waits for its deadline
				eventually(t, "no uploader is left", 10*time.Second, func() bool { return len(h.uploaders()) == 0 })
			}
			if n := atomic.LoadInt64(count); n != 1 {
				t.Errorf("%d connections in one interval", n)
			}
			h.want("pace required 1 31")
		})
	}
}

// orphans are the living and dead processes that this one has to reap.
func orphans() (pids []int) {
	lists, _ := filepath.Glob("/proc/self/task/*/children")
	for _, file := range lists {
		data, _ := os.ReadFile(file)
		for _, word := range strings.Fields(string(data)) {
			pid, _ := strconv.Atoi(word)
			pids = append(pids, pid)
		}
	}
	return pids
}

// 2,000 runs against a server that never answers leave one uploader per
// interval, and nothing after its deadline. This process adopts what the
// commands leave behind, so none is missed.
func TestTwoThousandRunsLeaveNothingBehind(t *testing.T) {
	long(t)
	const subreaper = 36 // PR_SET_CHILD_SUBREAPER of prctl(2)
	if _, _, errno := syscall.RawSyscall(syscall.SYS_PRCTL, subreaper, 1, 0); errno != 0 {
		t.Fatal(errno)
	}
	defer syscall.RawSyscall(syscall.SYS_PRCTL, subreaper, 0, 0)
	address, count := connections(t, func(net.Conn) {})
	const interval, deadline = 5, 5 * time.Second
	cli := another(t, map[string]func(string) string{"upload.go": replace("uploadDeadline = 30 * time.Second", "uploadDeadline = 5 * time.Second")})
	h := sending(t, "http://"+address, "PACE_TELEMETRY_UPLOAD_INTERVAL_SECONDS="+strconv.Itoa(interval))
	begin := time.Now().Unix() // attempts are stamped in whole seconds
	var workers sync.WaitGroup
	for w := 0; w < 4; w++ {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for i := 0; i < 500; i++ {
				_ = h.command(cli, "required").Run()
			}
		}()
	}
	workers.Wait()
	most := int(time.Now().Unix()-begin)/interval + 1
	left := orphans()
	if len(left) < 1 || len(left) > most {
		t.Errorf("%d processes left behind, want 1 to %d", len(left), most)
	}
	for _, pid := range left {
		eventually(t, "the uploader ends", deadline+5*time.Second, func() bool {
			reaped, err := syscall.Wait4(pid, nil, syscall.WNOHANG, nil)
			return reaped == pid || err == syscall.ECHILD
		})
	}
	if more := orphans(); len(more) > 0 {
		t.Errorf("still there: %v", more)
	}
	if n := atomic.LoadInt64(count); n < 1 || n > int64(most) {
		t.Errorf("%d connections, want 1 to %d", n, most)
	}
	h.want("pace required 1 2000")
}

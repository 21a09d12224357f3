package store_test

import (
	"context"
	"net"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// lossy returns the address of a database through a network that loses connections: what is
// sent on one that was open when lose was called arrives nowhere, and nobody is told. It
// returns when something was lost.
func lossy(t *testing.T, database string) (through string, lose func()) {
	t.Helper()
	at, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	var losses atomic.Int64
	lost := make(chan struct{}, 100)
	pass := func(from, to net.Conn, made int64) {
		defer to.Close()
		data := make([]byte, 64<<10)
		for {
			n, err := from.Read(data)
			if losses.Load() != made {
				lost <- struct{}{}
				<-t.Context().Done()
				return
			}
			if err != nil {
				return
			}
			if _, err := to.Write(data[:n]); err != nil {
				return
			}
		}
	}
	server := at.Host
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			made := losses.Load()
			peer, err := net.Dial("tcp", server)
			if err != nil {
				client.Close()
				continue
			}
			go pass(client, peer, made)
			go pass(peer, client, made)
		}
	}()
	at.Host = listener.Addr().String()
	return at.String(), func() {
		losses.Add(1)
		<-lost
	}
}

// TestTheNextLeaderWhenConnectionsAreLost: a network, or a database whose machine is gone,
// says nothing about connections that it does not know any more. The one that does not lead
// has one of them, and leads all the same when the leader ends.
func TestTheNextLeaderWhenConnectionsAreLost(t *testing.T) {
	t.Parallel()
	database := peertest.Database(t)
	through, lose := lossy(t, database)
	leading := make(chan string, 10)
	lead := func(ctx context.Context, name, url string) {
		s := open(t, url)
		go s.Lead(ctx, func(ctx context.Context) error {
			leading <- name
			<-ctx.Done()
			return ctx.Err()
		})
	}
	first, end := context.WithCancel(t.Context())
	lead(first, "the first", database)
	if got := <-leading; got != "the first" {
		t.Fatal(got)
	}
	lead(t.Context(), "the second", through)
	watched := beside(t, database)
	waits := func() (n int) {
		err := watched.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM pg_stat_activity WHERE query LIKE '%pg_try_advisory_lock%' AND pid <> pg_backend_pid() AND datname = current_database()`).Scan(&n)
		check(t, err)
		return n
	}
	for waits() == 0 {
		time.Sleep(10 * time.Millisecond)
	}
	lose()
	end()
	select {
	case <-leading:
	case <-time.After(time.Minute):
		t.Error("nobody leads")
	}
}

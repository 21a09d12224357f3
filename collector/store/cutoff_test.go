package store_test

import (
	"bytes"
	"context"
	"net"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/collector/wire"
	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// TestACollectorThatIsCutOffHoldsUpNoOther: the network loses one in the middle of a
// transaction, while it leads. Nobody tells PostgreSQL that its connections are gone. Another
// collector keeps a report of the same install, and leads.
func TestACollectorThatIsCutOffHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	postgres := peertest.Database(t)
	through, cut, _ := cuttable(t, postgres)
	lost, other := open(t, through), open(t, postgres)
	leads := func(ctx context.Context, lead func(context.Context, func(context.Context) error) error) <-chan bool {
		led := make(chan bool, 1)
		go lead(ctx, func(ctx context.Context) error {
			led <- true
			<-ctx.Done()
			return ctx.Err()
		})
		return led
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	<-leads(ctx, lost.Lead)
	next := leads(ctx, other.Lead)

	reports := []wire.Report{report(uuid.New(), "v1", counter("pace get", 0, 1))}
	isCut := cut("INSERT INTO series") // behind that of its install
	go lost.Add(ctx, noon, reports)
	<-isCut
	start := time.Now()
	if _, err := other.Add(ctx, noon, reports); err != nil {
		t.Errorf("a report of the same install, after %v: %v", time.Since(start), err)
	}
	select {
	case <-next:
	case <-ctx.Done():
		t.Errorf("nobody leads %v after the leader was cut off", time.Since(start))
	}
}

// TestTheNextLeaderWhoseConnectionsAreLost: a network, or a database whose machine is gone,
// says nothing about connections that it does not know any more. The one that does not lead
// has one of them, and leads all the same when the leader ends.
func TestTheNextLeaderWhoseConnectionsAreLost(t *testing.T) {
	t.Parallel()
	postgres := peertest.Database(t)
	through, cut, heal := cuttable(t, postgres)
	leading := make(chan bool)
	lead := func(ctx context.Context, url string) {
		go open(t, url).Lead(ctx, func(ctx context.Context) error {
			leading <- true
			<-ctx.Done()
			return ctx.Err()
		})
	}
	first, end := context.WithCancel(t.Context())
	lead(first, postgres)
	<-leading
	isCut := cut("pg_try_advisory_lock")
	lead(t.Context(), through)
	<-isCut
	heal()
	end()
	select {
	case <-leading:
	case <-time.After(time.Minute):
		t.Error("nobody leads")
	}
}

// cuttable returns another way to a database. From when a text is sent after cut was called,
// nothing comes through any more, to and fro, and no connection ends. What is connected after
// heal comes through.
func cuttable(t *testing.T, dsn string) (through string, cut func(text string) <-chan bool, heal func()) {
	t.Helper()
	target, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	var text atomic.Value
	isCut := make(chan bool)
	var first, later atomic.Bool // whether what is sent is gone
	var healed atomic.Bool
	pass := func(from, to net.Conn, gone *atomic.Bool) {
		data := make([]byte, 1<<16)
		for {
			n, err := from.Read(data)
			if wanted, ok := text.Load().(string); ok && gone == &first && bytes.Contains(data[:n], []byte(wanted)) && gone.CompareAndSwap(false, true) {
				close(isCut)
			}
			switch {
			case err != nil && gone.Load():
				return
			case err != nil:
				to.Close()
				return
			case !gone.Load():
				to.Write(data[:n])
			}
		}
	}
	address := target.Host
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", address)
			if err != nil {
				near.Close()
				continue
			}
			t.Cleanup(func() { near.Close(); far.Close() })
			gone := &first
			if healed.Load() {
				gone = &later
			}
			go pass(near, far, gone)
			go pass(far, near, gone)
		}
	}()
	target.Host = listener.Addr().String()
	return target.String(), func(wanted string) <-chan bool {
		text.Store(wanted)
		return isCut
	}, func() { healed.Store(true) }
}

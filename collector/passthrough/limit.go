package passthrough

import (
	"encoding/binary"
	"hash/maphash"
	"sync"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/intake"
	"github.com/telemetrygen/telemetrygen/collector/sink"
	"github.com/telemetrygen/telemetrygen/collector/wire"
)

const (
	// SeriesPerNetwork is how many series a /24 or /48 may make in a day, each of
	// which is on somebody's bill; an IPv6 /32 ten times as many.
	SeriesPerNetwork = 10_000
	// maxSeen bounds what is remembered, to about 20 MB. What is forgotten counts
	// as made once more.
	maxSeen = 500_000
)

// A Limiter bounds what strangers can make a bill hold, as far as a process can
// tell that keeps nothing: what it knows ends with it. It is safe for concurrent use.
type Limiter struct {
	ids      *intake.Limiter
	networks *intake.NetworkLimiter

	mu   sync.Mutex
	seed maphash.Seed
	seen map[uint64]struct{} // series
}

// NewLimiter returns one that has seen nothing.
func NewLimiter() *Limiter {
	return &Limiter{
		ids:      intake.NewIDLimiter(),
		networks: intake.NewDailyNetworkLimiter(SeriesPerNetwork),
		seed:     maphash.MakeSeed(), seen: map[uint64]struct{}{},
	}
}

// Admit says for a report and its samples why they are not passed on; empty if
// they are. A network that is not known is one for all.
func (l *Limiter) Admit(now time.Time, report wire.Report, samples []sink.Sample, from intake.Network) (refusal string) {
	if !l.ids.Allow(now, report.ID[:]) {
		return "more than 10 reports of one id in a minute"
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	var fresh []uint64
	for _, sample := range samples {
		if key := l.key(sample); !l.has(key) {
			fresh = append(fresh, key)
		}
	}
	if !l.networks.Allow(now, from, len(fresh)) {
		return "too many new series from this network today"
	}
	if len(l.seen)+len(fresh) > maxSeen {
		clear(l.seen)
	}
	for _, key := range fresh {
		l.seen[key] = struct{}{}
	}
	return ""
}

func (l *Limiter) has(key uint64) bool {
	_, ok := l.seen[key]
	return ok
}

func (l *Limiter) key(sample sink.Sample) uint64 {
	var hash maphash.Hash
	hash.SetSeed(l.seed)
	write := func(text string) {
		hash.Write(binary.AppendUvarint(nil, uint64(len(text))))
		hash.WriteString(text)
	}
	for _, label := range sample.Labels {
		write(label.Name)
		write(label.Value)
	}
	return hash.Sum64()
}

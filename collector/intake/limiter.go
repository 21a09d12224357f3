package intake

import (
	"hash/maphash"
	"net/netip"
	"sync"
	"time"
)

// A Limiter has a token bucket for each key. Keys are ids and addresses, so only their hashes
// are kept, and only for a round. Each round has a new seed, which never leaves the process.
type Limiter struct {
	perSecond float64
	burst     int
	round     time.Duration // after which all buckets are full again

	mu      sync.Mutex
	seed    maphash.Seed
	began   time.Time
	buckets map[uint64]bucket
}

// A bucket has no pointer, so the garbage collector does not look at those of a hundred
// thousand networks.
type bucket struct {
	tokens float64
	at     time.Duration // since the round began
}

const maxBuckets = 200_000 // about 10 MB

// NewLimiter returns a limiter that allows each key perSecond tokens a second, and burst at
// once.
func NewLimiter(perSecond float64, burst int) *Limiter {
	return &Limiter{perSecond: perSecond, burst: burst, round: 10 * time.Minute}
}

// ReportsPerMinute is how often one id may report. An install does so once an
// interval; a burst comes from several machines with a copied id, or from tests.
const ReportsPerMinute = 10

// NewIDLimiter returns a limiter for the reports of each id.
func NewIDLimiter() *Limiter { return NewLimiter(ReportsPerMinute/60.0, ReportsPerMinute) }

// Allow takes one token out of the key's bucket.
func (l *Limiter) Allow(now time.Time, key []byte) bool { return l.AllowN(now, key, 1) }

// AllowN takes n tokens, or none if there are fewer.
func (l *Limiter) AllowN(now time.Time, key []byte, n int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.buckets == nil || now.Sub(l.began).Abs() > l.round || len(l.buckets) >= maxBuckets {
		l.seed, l.began, l.buckets = maphash.MakeSeed(), now, map[uint64]bucket{}
	}
	hash, at := maphash.Bytes(l.seed, key), now.Sub(l.began)
	b, known := l.buckets[hash]
	if !known {
		b = bucket{float64(l.burst), at}
	}
	b.tokens = min(float64(l.burst), b.tokens+max(0, at-b.at).Seconds()*l.perSecond) // the clock may go back
	b.at = at
	allowed := b.tokens >= float64(n)
	if allowed {
		b.tokens -= float64(n)
	}
	l.buckets[hash] = b
	return allowed
}

// SitesPerProvider is how many times as much as a site a provider may do. It has up to 65,536
// sites.
const SitesPerProvider = 10

// A NetworkLimiter bounds what one site, and one provider, may do. All senders whose network is
// unknown are one site.
type NetworkLimiter struct{ sites, providers *Limiter }

// NewNetworkLimiter returns a limiter that allows a site perSecond a second, and burst at once.
func NewNetworkLimiter(perSecond float64, burst int) *NetworkLimiter {
	return &NetworkLimiter{NewLimiter(perSecond, burst), NewLimiter(SitesPerProvider*perSecond, SitesPerProvider*burst)}
}

// NewDailyNetworkLimiter returns a limiter that allows a site so much in 24 hours, at any times.
func NewDailyNetworkLimiter(perDay int) *NetworkLimiter {
	daily := func(n int) *Limiter { return &Limiter{burst: n, round: 24 * time.Hour} }
	return &NetworkLimiter{daily(perDay), daily(SitesPerProvider * perDay)}
}

// Allow takes n tokens of a network, and reports whether there were as many.
func (l *NetworkLimiter) Allow(now time.Time, network Network, n int) bool {
	return l.sites.AllowN(now, key(network.Site), n) && (!network.Provider.IsValid() || l.providers.AllowN(now, key(network.Provider), n))
}

// key identifies a prefix in a Limiter.
func key(prefix netip.Prefix) []byte {
	key, _ := prefix.MarshalBinary()
	return key
}

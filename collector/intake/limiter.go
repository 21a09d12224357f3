package intake

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"hash"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// A Limiter has a token bucket for each key. Keys are ids and addresses, so
// only a hash of them is kept, for minutes, under a key that is made anew with
// each round and never leaves the process.
type Limiter struct {
	rate  rate.Limit
	burst int

	mu      sync.Mutex
	mac     hash.Hash
	began   time.Time
	buckets map[[16]byte]*rate.Limiter
}

const (
	round      = 10 * time.Minute
	maxBuckets = 200_000 // about 30 MB
)

// NewLimiter returns a limiter that lets through so many a second for each key, and
// a burst at once.
func NewLimiter(perSecond float64, burst int) *Limiter {
	return &Limiter{rate: rate.Limit(perSecond), burst: burst}
}

// Allow takes one token out of the key's bucket.
func (l *Limiter) Allow(now time.Time, key []byte) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.buckets == nil || now.Sub(l.began) > round || len(l.buckets) >= maxBuckets {
		secret := make([]byte, 32)
		rand.Read(secret)
		l.mac, l.began, l.buckets = hmac.New(sha256.New, secret), now, map[[16]byte]*rate.Limiter{}
	}
	l.mac.Reset()
	l.mac.Write(key)
	var sum [sha256.Size]byte
	hash := [16]byte(l.mac.Sum(sum[:0]))
	bucket := l.buckets[hash]
	if bucket == nil {
		bucket = rate.NewLimiter(l.rate, l.burst)
		l.buckets[hash] = bucket
	}
	return bucket.AllowN(now, 1)
}

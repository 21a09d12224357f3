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
// only a hash of them is kept, for a round, under a key that is made anew with
// each and never leaves the process.
type Limiter struct {
	rate  rate.Limit
	burst int
	round time.Duration // after which all buckets are full again

	mu      sync.Mutex
	mac     hash.Hash
	began   time.Time
	buckets map[[16]byte]*rate.Limiter
}

const maxBuckets = 200_000 // about 30 MB

// NewLimiter returns a limiter that lets through so many a second for each key, and
// a burst at once.
func NewLimiter(perSecond float64, burst int) *Limiter {
	return &Limiter{rate: rate.Limit(perSecond), burst: burst, round: 10 * time.Minute}
}

// NewDailyLimiter returns a limiter that lets through so many in 24 hours for each
// key, at once or one by one.
func NewDailyLimiter(perDay int) *Limiter {
	return &Limiter{burst: perDay, round: 24 * time.Hour}
}

// Allow takes one token out of the key's bucket.
func (l *Limiter) Allow(now time.Time, key []byte) bool { return l.AllowN(now, key, 1) }

// AllowN takes n tokens, or none if there are fewer.
func (l *Limiter) AllowN(now time.Time, key []byte, n int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.buckets == nil || now.Sub(l.began) > l.round || len(l.buckets) >= maxBuckets {
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
	return bucket.AllowN(now, n)
}

package collector

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// A limiter has a token bucket for each key. Keys are ids and addresses, so
// only a hash of them is kept, for minutes, under a key that is made anew with
// each round and never leaves the process.
type limiter struct {
	rate  rate.Limit
	burst int

	mu      sync.Mutex
	secret  [32]byte
	began   time.Time
	buckets map[[16]byte]*rate.Limiter
}

const (
	round      = 10 * time.Minute
	maxBuckets = 200_000 // about 30 MB
)

func newLimiter(perSecond float64, burst int) *limiter {
	return &limiter{rate: rate.Limit(perSecond), burst: burst}
}

// allow takes one token out of the key's bucket.
func (l *limiter) allow(now time.Time, key []byte) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.buckets == nil || now.Sub(l.began) > round || len(l.buckets) >= maxBuckets {
		rand.Read(l.secret[:])
		l.began, l.buckets = now, map[[16]byte]*rate.Limiter{}
	}
	mac := hmac.New(sha256.New, l.secret[:])
	mac.Write(key)
	hash := [16]byte(mac.Sum(nil))
	bucket := l.buckets[hash]
	if bucket == nil {
		bucket = rate.NewLimiter(l.rate, l.burst)
		l.buckets[hash] = bucket
	}
	return bucket.AllowN(now, 1)
}

package intake

import (
	"fmt"
	"testing"
	"time"
)

// TestClockThatStepsStarvesNobody sets the clock back and forth by a day, as a
// machine does whose clock two sources disagree about: each key goes on to get
// what it may have, and no more than that and a burst for each step.
func TestClockThatStepsStarvesNobody(t *testing.T) {
	l, now, key := NewLimiter(1, 5), time.Unix(1_700_000_000, 0), []byte("a")
	allowed := func(seconds int) (n int) {
		for range seconds {
			now = now.Add(time.Second)
			for range 3 {
				if l.Allow(now, key) {
					n++
				}
			}
		}
		return n
	}
	allowed(60)
	for _, step := range []time.Duration{-5 * time.Minute, 5 * time.Minute, -24 * time.Hour, 24 * time.Hour, -24 * time.Hour} {
		now = now.Add(step)
		if n := allowed(60); n < 59 || n > 65 {
			t.Errorf("%d were let through in a minute after a step of %v; one a second may be, and 5 at once", n, step)
		}
	}
}

func TestBucketsAreBounded(t *testing.T) {
	l, now := NewLimiter(1, 1), time.Unix(1_700_000_000, 0)
	for i := range maxBuckets + 10 {
		l.Allow(now, fmt.Append(nil, i))
	}
	if len(l.buckets) > maxBuckets {
		t.Errorf("%d keys are kept", len(l.buckets))
	}
}

func BenchmarkAllow(b *testing.B) {
	l, now := NewLimiter(50, 100), time.Now()
	key := make([]byte, 5)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		key[0], key[1], key[2] = byte(i), byte(i>>8), byte(i>>16)
		l.Allow(now, key)
	}
}

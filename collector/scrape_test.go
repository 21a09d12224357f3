package collector_test

import (
	"strings"
	"sync"
	"testing"
	"time"
)

// TestScrapersWaitForEachOther: twenty at once are all answered, one after the other, so
// that the memory of one is enough.
func TestScrapersWaitForEachOther(t *testing.T) {
	server := serve(t, nil)
	for range 2 {
		if status, text, _ := server.post(t, large(1_400)); status != 200 {
			t.Fatalf("%d %s", status, text)
		}
	}
	var scraping sync.WaitGroup
	begun := make(chan struct{})
	for range 20 {
		scraping.Go(func() {
			<-begun
			start := time.Now()
			status, text, _ := server.see(t, "/metrics", "X-Prometheus-Scrape-Timeout-Seconds", "10")
			if status != 200 || !strings.Contains(text, "telemetry_collector_store_up 1\n") {
				t.Errorf("%d after %v: %.80s", status, time.Since(start), text)
			}
		})
	}
	close(begun)
	scraping.Wait()
}

// TestAScrapersTimeoutIsATime: one that is none, or longer than all, is that of Prometheus.
func TestAScrapersTimeoutIsATime(t *testing.T) {
	server := serve(t, nil)
	for _, timeout := range []string{"10", "0.5", "Inf", "1e300", "NaN", "-1", "0", "soon"} {
		status, text, _ := server.see(t, "/metrics", "X-Prometheus-Scrape-Timeout-Seconds", timeout)
		if status != 200 || !strings.Contains(text, "telemetry_collector_store_up 1\n") {
			t.Errorf("%s: %d, and the store is not up", timeout, status)
		}
	}
}

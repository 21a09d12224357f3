package dashboard_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/dashboard"
)

// TestDaysInUTC: the days of a page are those of UTC, whatever the clock's zone.
func TestDaysInUTC(t *testing.T) {
	var asked dashboard.Filter
	east := time.FixedZone("east", 14*60*60)
	now := time.Date(2026, 3, 1, 3, 0, 0, 0, east) // 28 February, 13:00 UTC
	dashboard.Handler(literal{asked: &asked}, func() time.Time { return now }).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/?period=7", nil))
	if from, to := asked.From.Format(time.RFC3339), asked.To.Format(time.RFC3339); from != "2026-02-22T00:00:00Z" || to != "2026-02-28T00:00:00Z" {
		t.Errorf("the week is %s to %s", from, to)
	}
}

func TestMethods(t *testing.T) {
	handler := dashboard.Handler(literal{}, time.Now)
	for method, status := range map[string]int{"GET": 200, "HEAD": 200, "POST": 405, "PUT": 405, "DELETE": 405} {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(method, "/", nil))
		if w.Code != status {
			t.Errorf("%s: %d, want %d", method, w.Code, status)
		}
	}
}

// TestRefusedByTheStore: what is known is what the store knows, and names are
// never a part of its questions.
func TestRefusedByTheStore(t *testing.T) {
	s := history(t)
	for _, address := range []string{
		"/?app=PACE", "/?app=pac_", "/?app=pace%25", "/?app=pace%20", "/?app=other&version=v1.0.0", "/?version=v1",
		"/?app=pace%27%20OR%20%27%27=%27", "/?app=%ff%00%E2%80%AE",
	} {
		if response := get(t, s, address); response.StatusCode != 400 {
			t.Errorf("%s: %s", address, response.Status)
		}
	}
}

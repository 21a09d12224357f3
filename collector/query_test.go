package collector_test

import (
	"database/sql"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/collector/store"
)

// TestHostileQueries: no parameter makes the store fail, whatever it holds, and none is
// repeated as anything but text.
func TestHostileQueries(t *testing.T) {
	values := []string{"", "\x00", "pace\x00", "\xff\xfe", "\xed\xa0\x80", "\U0010ffff\u202e", "'; DROP TABLE installs; --", `<script>alert(1)</script>`, "%", "_", "*", "-1", "0", "1e9", "9223372036854775808",
		"0001-01-01", "1970-01-01", "9999-12-31", "2026-02-30", "(unlisted)", "(other)", "(unregistered)", strings.Repeat("a", 5_000), strings.Repeat("\u0301", 1_000)}
	onEachStore(t, store.Limits{}, func(t *testing.T, server running, _ *sql.DB) {
		if status, text, _ := server.post(t, body(uuid.New(), "pace get", 1)); status != 200 {
			t.Fatal(status, text)
		}
		for _, page := range []string{"/", "/commands", "/command", "/api/v1/commands", "/api/v1/command", "/api/v1/versions", "/api/v1/compare", "/api/v1/retention", "/api/v1/installs", "/api/v1/unused", "/api/v1/releases"} {
			for _, name := range []string{"app", "command", "version", "system", "from", "to", "days", "since", "until", "page", "format", "nonsense"} {
				for _, value := range values {
					query := url.Values{name: {value}}
					status, text, header := server.see(t, page+"?"+query.Encode())
					if status != 200 && status != 400 {
						t.Errorf("%s?%s=%.40q: %d %.80s", page, name, value, status, text)
					}
					if strings.Contains(text, "<script") && strings.HasPrefix(header.Get("Content-Type"), "text/html") {
						t.Errorf("%s?%s=%q is in the page as it is", page, name, value)
					}
				}
			}
		}
		for _, path := range []string{"/api/v1/apps/pa%00ce/releases/v1", "/api/v1/apps/pace/releases/%FF", "/api/v1/apps/pace/releases/..%2F..%2Fv1"} {
			if status, text, _ := send(t, "DELETE", server.private+path, ""); status != 404 {
				t.Errorf("DELETE %s: %d %s", path, status, text)
			}
		}
		for _, raw := range []string{"app=pace&app=space", "app=%zz", "app=pace;days=7", "&&&=&", "days=7&since=2026-01-01&until=2025-01-01", "app[]=pace", strings.Repeat("a=1&", 3_000)} {
			if status, text, _ := server.see(t, "/api/v1/commands?"+raw); status != 200 && status != 400 {
				t.Errorf("%.40s: %d %.80s", raw, status, text)
			}
		}
	})
}

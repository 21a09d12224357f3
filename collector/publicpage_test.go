package collector_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/collector"
	"github.com/telemetrygen/telemetrygen/collector/answers"
	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/collector/wire"
	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// TestEverybodySeesOnlyWhatTenInstallsDo has ten installs of one command, nine of
// another, and an app, a version and a system of one install each; and ten that a stranger
// made up, of a CLI that nobody listed or registered.
func TestEverybodySeesOnlyWhatTenInstallsDo(t *testing.T) {
	for name, dsn := range map[string]func(*testing.T) string{
		"SQLite":     func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "public.db") },
		"PostgreSQL": func(t *testing.T) string { return peertest.Database(t) },
	} {
		t.Run(name, func(t *testing.T) {
			s, err := store.Open(t.Context(), dsn(t), nil)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { s.Close() })
			server := serve(t, func(c *collector.Config) { c.PublicDashboard, c.Store = true, s })
			release := store.Release{App: "pace", Version: "v1.0.0", Commands: []wire.Command{{Path: "pace many"}, {Path: "pace few"}}}
			if err := s.Register(t.Context(), time.Now(), release); err != nil {
				t.Fatal(err)
			}
			report := func(points, version, system string) {
				if status, text, _ := server.post(t, fmt.Sprintf(`{"metric_points":{%s},"cli_version":%q,"operating_system":%q,"id":%q}`, points, version, system, uuid.New())); status != 200 {
					t.Fatalf("%d %s", status, text)
				}
			}
			for range 9 {
				report(`"pace many":{"0":{"cumulative_count":3}},"pace few":{"0":{"cumulative_count":500}}`, "v1.0.0", "linux")
			}
			report(`"pace many":{"77":{"cumulative_count":3}}`, "v9.9.9", "plan9")
			for range 10 {
				report(`"visit evil.example":{"0":{"cumulative_count":1}}`, "v1.0.0", "linux")
			}
			report(`"secret get":{"0":{"cumulative_count":1}}`, "v1.0.0", "linux")

			status, text, header := server.send(t, "GET", "/commands.json", "")
			var got struct {
				FewestInstalls int64 `json:"fewest_installs"`
				Apps           []answers.PublicApp
			}
			if err := json.Unmarshal([]byte(text), &got); err != nil || status != 200 || header.Get("Content-Type") != "application/json" {
				t.Fatalf("%d %v %v\n%s", status, err, header, text)
			}
			if apps := fmt.Sprint(got.Apps); apps != "[{pace [{pace many 10 30 3}]}]" || got.FewestInstalls != 10 {
				t.Errorf("the JSON is %s", text)
			}
			status, page, _ := server.send(t, "GET", "/?app=secret&version=v9.9.9", "")
			_, main, _ := strings.Cut(page, "<main>")
			if cells := regexp.MustCompile(`>pace many</bdi></th><td[^>]*>10</td><td[^>]*>30</td><td[^>]*>10.0%<`); status != 200 || !cells.MatchString(main) {
				t.Errorf("%d %s", status, main)
			}
			for _, hidden := range []string{"pace few", "evil", "500", "530", "secret", "v1.0.0", "v9.9.9", "plan9", "linux", "77", "<svg"} {
				if strings.Contains(main, hidden) || strings.Contains(text, hidden) {
					t.Errorf("everybody is shown %q:\n%s\n%s", hidden, main, text)
				}
			}
		})
	}
}

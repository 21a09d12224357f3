package monday_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/dashboard"
	"github.com/telemetrygen/telemetrygen/collector/monday"
	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/collector/wire"
)

// TestThePublicPageShowsOnlyWhatManyDo: ten installs of a command are shown, nine are not.
func TestThePublicPageShowsOnlyWhatManyDo(t *testing.T) {
	s, err := store.Open(t.Context(), "sqlite:"+t.TempDir()+"/public.db", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for n := range 10 {
		points, version, system := `"pace many":{"0":{"cumulative_count":3}}`, "v1.0.0", "linux"
		if n < 9 {
			points += `,"pace few":{"0":{"cumulative_count":500}}`
		} else {
			version, system = "v9.9.9", "plan9"
		}
		report, err := wire.Decode(fmt.Appendf(nil, `{"metric_points":{%s},"cli_version":%q,"operating_system":%q,"id":"36be4c46-4e1b-431d-b9db-1b315f5370%02d"}`, points, version, system, n))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Add(t.Context(), now, []wire.Report{report}); err != nil {
			t.Fatal(err)
		}
	}
	today := now.Truncate(24 * time.Hour)
	data, err := monday.Public{Store: s}.Dashboard(t.Context(), dashboard.Filter{From: today.AddDate(0, 0, -6), To: today})
	if err != nil {
		t.Fatal(err)
	}
	if len(data.Commands) != 1 || data.Commands[0].Path != "pace many" || len(data.Releases) != 0 || len(data.Systems) != 0 || len(data.ExitCodes) != 0 || len(data.Versions) != 0 {
		t.Errorf("everybody is shown %+v", data)
	}
	data, err = monday.Public{Store: s}.Dashboard(t.Context(), dashboard.Filter{Version: "v9.9.9", From: today, To: today})
	if err != nil || len(data.Commands) != 0 || len(data.Days) != 0 || data.Installs != 0 {
		t.Errorf("everybody is shown what one install did: %+v, %v", data, err)
	}
}

package project

import (
	"strings"
	"testing"
	"time"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// TestPageSaysWhatIsSo: each setting has its sentence, and no other.
func TestPageSaysWhatIsSo(t *testing.T) {
	const sends, optIn, never = "POST https://example.com/t", "Nothing is sent before you say", "sends nothing"
	base := Settings{App: "pace", Command: "telemetry", Endpoint: "https://example.com/t", Interval: time.Hour, Consent: "opt-out"}
	with := func(change func(*Settings)) Settings { s := base; change(&s); return s }
	for _, test := range []struct {
		name     string
		settings Settings
		has, not []string
	}{
		{"opt-out", base, []string{sends, "once an hour", "PACE_TELEMETRY=off", "~/.config/pace/", "pace telemetry forget"}, []string{optIn, "this version of pace sends nothing"}},
		{"opt-in", with(func(s *Settings) { s.Consent = "opt-in" }), []string{sends, optIn}, nil},
		{"no endpoint", with(func(s *Settings) { s.Endpoint = "" }), []string{never}, []string{sends, "pace telemetry show", "pace telemetry forget"}},
		{"never", with(func(s *Settings) { s.Interval = -time.Second }), []string{never}, []string{sends}},
		{"once a day", with(func(s *Settings) { s.Interval = 24 * time.Hour }), []string{"once a day"}, nil},
		{"another folder", with(func(s *Settings) { s.Folder = "pace-usage" }), []string{"~/.config/pace-usage/"}, []string{"~/.config/pace/"}},
		{"another command", with(func(s *Settings) { s.Command = "usage-telemetry" }), []string{"pace usage-telemetry off"}, []string{"pace telemetry off"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			page := string(markdown(Contents{Config: Config{Settings: test.settings}, Commands: []plan.Command{{Path: "pace"}, {Path: "pace get"}}}))
			for _, want := range test.has {
				if !strings.Contains(page, want) {
					t.Errorf("no %q in\n%s", want, page)
				}
			}
			for _, not := range test.not {
				if strings.Contains(page, not) {
					t.Errorf("%q in\n%s", not, page)
				}
			}
		})
	}
}

func TestVariable(t *testing.T) {
	for app, want := range map[string]string{"pace": "PACE_TELEMETRY", "my-cli.v2": "MY_CLI_V2_TELEMETRY", "K9s": "K9S_TELEMETRY"} {
		if got := (Settings{App: app}).Env(); got != want {
			t.Errorf("%s has %s, want %s", app, got, want)
		}
	}
}

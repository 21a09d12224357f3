package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// TestAnotherKeyOfTheIDsIsAMistake: under another one every install would be a new one, and
// all of its counts would count once more.
func TestAnotherKeyOfTheIDsIsAMistake(t *testing.T) {
	t.Parallel()
	for name, address := range map[string]func(t *testing.T) string{
		"sqlite":   func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "telemetry.db") },
		"postgres": func(t *testing.T) string { return peertest.Database(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, first := range []string{"", "TELEMETRY_ID_PEPPER=one"} {
				store := address(t)
				for _, env := range []string{first, "TELEMETRY_ID_PEPPER=another", first} {
					if env != first {
						cmd := command(t, []string{env}, "--store", store)
						if output, _ := cmd.CombinedOutput(); cmd.ProcessState.ExitCode() != 2 || !strings.Contains(string(output), "give TELEMETRY_ID_PEPPER as it was") {
							t.Errorf("%q after %q: %v\n%s", env, first, cmd.ProcessState, output)
						}
						continue
					}
					collector := started(t, []string{env}, "--store", store)
					if got := post(t, collector.public, report); got != "200 OK" {
						t.Error(got)
					}
					if text := fetch(t, collector.private+"/metrics"); !strings.Contains(text, `sub2="data-policy"} 2`+"\n") {
						t.Errorf("%q: not 2 runs\n%s", env, text)
					}
					collector.stop()
				}
				if output, err := command(t, nil, "report", "--store", store).CombinedOutput(); err != nil {
					t.Errorf("beside it: %v\n%s", err, output)
				}
			}
		})
	}
}

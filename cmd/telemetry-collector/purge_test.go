package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestAPurgeWhileTheCollectorRuns takes out one command, and what comes after it
// is counted.
func TestAPurgeWhileTheCollectorRuns(t *testing.T) {
	store := "sqlite:" + filepath.Join(t.TempDir(), "telemetry.db")
	collector := started(t, nil, "--store", store)
	evil := strings.NewReplacer("data-policy", "evil", "537a85", "537a86", `:2}`, `:900}`).Replace(report)
	for _, body := range []string{report, evil} {
		if got := post(t, collector.public, body); got != "200 OK" {
			t.Fatal(got)
		}
	}
	metrics := func(wants ...string) {
		t.Helper()
		text := fetch(t, collector.private+"/metrics")
		for _, want := range wants {
			want, there := strings.CutPrefix(want, "no ")
			if strings.Contains(text, want) == there {
				t.Errorf("%q is there: %v\n%s", want, !there, text)
			}
		}
	}
	for _, test := range []struct {
		args   []string
		status int
		says   string
	}{
		{[]string{"--app", "pace", "--command", "pace get evil", "--dry-run"}, 0, "900 runs would be taken out; 1 series and 1 installs with them"},
		{[]string{"--app", "pace", "--command", "pace get evil"}, 0, "900 runs were taken out; 1 series and 1 installs with them"},
		{[]string{"--app", "pace", "--command", "pace get evil"}, 2, `no command "pace get evil" of pace was reported`},
		{[]string{"--app", "space"}, 2, `no app "space"`},
		{[]string{"--app", "pace", "--since", "yesterday"}, 2, "--since yesterday is not a day"},
		{nil, 2, `"app" not set`},
		{[]string{"--app", "pace", "--version", "", "--dry-run"}, 2, "--version is given and empty"}, // a variable that is not set would take out everything
		{[]string{"--app", "pace", "--command="}, 2, "--command is given and empty"},
		{[]string{"--app", "pace", "--version", "v1", "--since", ""}, 2, "--since is given and empty"},
	} {
		cmd := command(t, nil, append([]string{"purge", "--store", store}, test.args...)...)
		output, _ := cmd.CombinedOutput()
		if cmd.ProcessState.ExitCode() != test.status || !strings.Contains(string(output), test.says) {
			t.Errorf("%q: %v %s, want %d %q", test.args, cmd.ProcessState, output, test.status, test.says)
		}
		if len(test.args) == 5 {
			metrics(`command="pace get evil"`, `command="pace get data-policy"`)
		}
	}
	// The totals: figures about installs are made anew once an interval.
	metrics(`no cli_commands_total{app="pace",cli_version="v1.16.0",command="pace get evil"`, `command="pace get data-policy"`)
	for _, body := range []string{evil, strings.Replace(evil, ":900}", ":901}", 1), report} {
		if got := post(t, collector.public, body); got != "200 OK" {
			t.Error(got)
		}
	}
	metrics(`command="pace get evil",exit_code="0",operating_system="darwin",sub1="get",sub2="evil"} 1`,
		`command="pace get data-policy",exit_code="0",operating_system="darwin",sub1="get",sub2="data-policy"} 2`)
	if status, log := collector.stop(); status != 0 {
		t.Errorf("%d\n%s", status, log)
	}
}

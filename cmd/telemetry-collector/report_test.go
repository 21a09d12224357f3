package main

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestReportPrintsWhatTheStoreKnows(t *testing.T) {
	file := filepath.Join(t.TempDir(), "telemetry.db")
	collector := started(t, nil, "--store", "sqlite:"+file)
	if got := post(t, collector.public, report); got != "200 OK" {
		t.Fatal(got)
	}
	collector.stop()
	output, err := command(t, nil, "report", "--store", "sqlite:"+file, "--app", "pace").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	for _, want := range []string{"pace, 20", "Installs", `"pace get data-policy"`, `"v1.16.0"`, "100.0 %"} {
		if !strings.Contains(string(output), want) {
			t.Errorf("no %q in\n%s", want, output)
		}
	}
	for _, args := range [][]string{{"report", "--store", "sqlite:" + file, "--app", "nobody"}, {"report", "--store", "sqlite:" + file + ".none"}} {
		cmd := command(t, nil, args...)
		if output, _ := cmd.CombinedOutput(); cmd.ProcessState.ExitCode() != 2 {
			t.Errorf("%q: %v\n%s", args, cmd.ProcessState, output)
		}
	}
}

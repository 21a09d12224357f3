package answers

import (
	"fmt"
	"testing"
)

func TestCommandDetail(t *testing.T) {
	s := small(t)
	a, err := AskCommand(t.Context(), s, asked(t, s, "app=pace&command=pace+set&days=90"))
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "in all", a.Total.text(), "22/9/0 12/9")
	var days, versions, systems string
	for _, d := range a.Days {
		if d.Runs > 0 {
			days += fmt.Sprintf("%s %d %d %d; ", d.Date, d.Runs, d.Failures, d.Installs)
		}
	}
	equal(t, "days", days, "2026-10-15 12 0 12; 2026-11-19 10 9 10; ")
	equal(t, "number of days", len(a.Days), 90)
	for _, v := range a.Versions {
		versions += fmt.Sprintf("%s %s first %d/%d %v; ", v.Name, v.text(), v.FirstUse, v.FirstUseFailed, v.Codes)
	}
	equal(t, "versions", versions, "v1.1.0 10/9/0 10/9 first 10/9 map[0:1 3:9]; v1.0.0 12/0/0 12/0 first 12/0 map[0:12]; ")
	for _, v := range a.Systems {
		systems += v.Name + " " + v.text() + "; "
	}
	equal(t, "systems", systems, "linux 16/7/0 8/7; darwin 6/2/0 4/2; ")
	equal(t, "codes", codesText(a.Codes), "0 [] 13 0; 3 [exitNotFound] 9 0; ")

	for command, want := range map[string]string{
		"":           `Give command: the whole path, as in "pace get".`,
		"pace other": `pace has sent no report of a command "pace other".`,
		"pace old":   "<nil>", // listed, and never used
	} {
		_, err := AskCommand(t.Context(), s, Question{App: "pace", Command: command, Since: clock, Until: clock, Today: clock, Days: 1})
		equal(t, command, err, want)
	}
}

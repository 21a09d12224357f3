package answers

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestMonday(t *testing.T) {
	s := small(t)
	m, err := AskMonday(t.Context(), s, asked(t, s, "app=pace&system=linux"))
	if err != nil {
		t.Fatal(err)
	}
	news := ""
	for _, v := range m.News.Releases {
		news += v.Name + " "
	}
	for _, c := range m.News.Commands {
		news += fmt.Sprintf("%s %s %d ", c.Path, c.First, c.Users())
	}
	equal(t, "news", news, "v1.1.0 pace new 2026-11-19 2 ")
	equal(t, "weeks of a month", len(m.Installs.Weeks), 7) // as many as there are
	equal(t, "held back", m.Held, "[]")
	equal(t, "worse of all versions", len(m.Worse.Worse()), 1)
	equal(t, "codes", codesText(m.Codes), "0 [] 11 24; 3 [exitNotFound] 7 0; ")
	// Nothing is new in the time of an app's first reports.
	if m, err = AskMonday(t.Context(), s, asked(t, s, "app=other")); err != nil || len(m.News.Releases)+len(m.News.Commands) > 0 {
		t.Errorf("%v %+v", err, m.News)
	}
}

func TestReport(t *testing.T) {
	s := small(t)
	var out bytes.Buffer
	if err := WriteReport(t.Context(), &out, s, asked(t, s, "app=pace")); err != nil {
		t.Fatal(err)
	}
	want := `pace, 2026-10-26 to 2026-11-24

Installs  10  -17 %
Runs      22  -39 %

What got worse in v1.1.0, against v1.0.0
  "pace set"  9 of 10 installs failed at first, 0 of 12 before  +51 to +98 points

New                             installs
  "v1.1.0", released 2026-11-14  10
  "pace new", since 2026-11-19   2

Versions    active installs
  "v1.1.0"  10  100.0 %

Commands      installs  failed  runs
  "pace get"  10        0       10
  "pace set"  10        9       10
  "pace new"  2         0       2

Listed in v1.1.0, and not used  days
  "pace old"                    50
`
	if got := out.String(); strings.Join(strings.Fields(got), " ") != strings.Join(strings.Fields(want), " ") {
		t.Errorf("%s", got)
	}
}

func TestApps(t *testing.T) {
	apps, err := AskApps(t.Context(), small(t), clock)
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, a := range apps {
		got += a.Name + " " + a.Total.text() + " before " + a.Before.text() + "; "
	}
	equal(t, "apps", got, "pace 22/9/0 10/9 before 36/0/0 12/0; other 4/0/4 1/0 before 0/0/0 0/0; ")
}

// TestPublic: "pace new" has two installs, and the other app one.
func TestPublic(t *testing.T) {
	p, err := AskPublic(t.Context(), small(t), clock, func(string) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "apps", p.Apps, "[{pace [{pace get 10 10 0} {pace set 10 10 9}]}]")
	equal(t, "period", []any{p.Since, p.Until, p.FewestInstalls}, "[2026-10-26 2026-11-24 10]")
}

func TestSeries(t *testing.T) {
	all, err := AskSeries(t.Context(), small(t), clock)
	if err != nil {
		t.Fatal(err)
	}
	used := ""
	for _, one := range all.Used {
		if one.Command == "pace set" || one.App == "other" && one.Days == 7 {
			used += fmt.Sprintf("%s %d %d/%d; ", one.Command, one.Days, one.Installs, one.Failed)
		}
	}
	equal(t, "used", used, "other run 7 1/0; pace set 7 10/9; pace set 30 10/9; pace set 90 12/9; pace set 365 12/9; ")
	if len(all.Worse) != 1 || all.Worse[0].Command != "pace set" || all.Worse[0].To != "v1.1.0" {
		t.Errorf("%+v", all.Worse)
	}
	releases := ""
	for _, one := range all.Releases {
		releases += one.App + " " + one.Version + " " + one.Released.Format(time.DateOnly) + "; "
	}
	equal(t, "releases", releases, "other v9 2026-11-24; pace v1.1.0 2026-11-14; pace v1.0.0 2026-10-05; ")
}

package answers

import (
	"fmt"
	"testing"
)

// TestInstalls: the twelve came in the week of 12 October, ten of them again in that
// of 16 November. The 24th is a Tuesday.
func TestInstalls(t *testing.T) {
	s := small(t)
	for raw, want := range map[string]string{
		"app=pace&days=60":              "2026-10-12 12 12 0 0 0; 2026-10-19 0 0 0 0 12; 2026-11-16 10 0 0 10 0; 2026-11-23 0 0 0 0 10; ",
		"app=pace&days=9&system=darwin": "2026-11-16 2 0 0 2 0; 2026-11-23 0 0 0 0 2; ",
	} {
		a, err := AskInstalls(t.Context(), s, asked(t, s, raw))
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, w := range a.Weeks {
			if w.Active+w.New+w.Stayed+w.Returning+w.Lost > 0 {
				got += fmt.Sprintf("%s %d %d %d %d %d; ", w.Week, w.Active, w.New, w.Stayed, w.Returning, w.Lost)
			}
			if w.Complete != (w.Week.String() < "2026-11-23") {
				t.Errorf("%s: the week of %s is complete: %v", raw, w.Week, w.Complete)
			}
		}
		equal(t, raw, got, want)
	}
	a, err := AskInstalls(t.Context(), s, asked(t, s, "app=pace&days=12"))
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "days, also those without an active install", len(a.Days), 12)
	got := map[string]int64{}
	for _, d := range a.Days {
		got[d.Date.String()] = d.Active
	}
	for day, want := range map[string]int64{"2026-11-13": 12, "2026-11-14": 0, "2026-11-19": 10, "2026-11-24": 10} {
		equal(t, "active on "+day, got[day], want)
	}
}

func TestRetention(t *testing.T) {
	s := small(t)
	a, err := AskRetention(t.Context(), s, asked(t, s, "app=pace"))
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "weeks", a.Weeks, "[{2026-10-12 12 [12 0 0 0 0 10]}]") // the sixth later one is not over
	equal(t, "mean", a.Mean, "[{12 12} {12 0} {12 0} {12 0} {12 0} {12 10}]")
}

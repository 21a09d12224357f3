package answers

import (
	"fmt"
	"testing"
)

func TestCompare(t *testing.T) {
	s := small(t)
	for raw, want := range map[string]string{
		"app=pace":                       "v1.0.0 to v1.1.0: pace set 0/12 9/10 worse true, pace get 0/12 0/10 worse false, ",
		"app=pace&from=v1.1.0&to=v1.0.0": "v1.1.0 to v1.0.0: pace get 0/10 0/12 worse false, pace set 9/10 0/12 worse false, ",
		"app=pace&days=7":                "v1.0.0 to v1.1.0: ", // nobody used the one before in these days
		"app=pace&to=v1.0.0":             " to v1.0.0: ",
		"app=other":                      " to v9: ",
	} {
		a, err := AskCompare(t.Context(), s, asked(t, s, raw))
		if err != nil {
			t.Fatal(err)
		}
		got := a.From + " to " + a.To + ": "
		for _, c := range a.Commands {
			got += fmt.Sprintf("%s %d/%d %d/%d worse %v, ", c.Path, c.From.FirstUseFailed, c.From.FirstUse, c.To.FirstUseFailed, c.To.FirstUse, c.Worse)
		}
		equal(t, raw, got, want)
		for _, c := range a.Worse() {
			if c.Difference < .89 || c.Difference > .91 || c.Low > c.Difference || c.High < c.Difference || c.Chance > .001 {
				t.Errorf("%+v", c)
			}
		}
	}
	for _, raw := range []string{"app=pace&from=v1.1.0&to=v1.1.0", "app=pace&from=v1.1.0"} {
		if _, err := AskCompare(t.Context(), s, asked(t, s, raw)); err == nil || err.Error() != `from and to are both "v1.1.0".` {
			t.Error(raw, err)
		}
	}
}

// TestOneInstallMakesNothingWorse: the first report of a new release comes from a
// stranger, or from a machine on which nothing works.
func TestOneInstallMakesNothingWorse(t *testing.T) {
	for failed, want := range map[int64]bool{1: false, 2: false, 3: true} {
		c := CompareSides(map[string]Side{"pace get": {FirstUse: 10_000}}, map[string]Side{"pace get": {FirstUse: failed, FirstUseFailed: failed}})
		if one := c.Commands[0]; one.Worse != want || one.Chance > .001 {
			t.Errorf("%d of %d installs failed, and none of 10,000 before: %+v", failed, failed, one)
		}
	}
}

func TestIsRelease(t *testing.T) {
	for version, want := range map[string]bool{"v1.0.0": true, "0.3": true, "": false, "(unregistered)": false, "(other)": false, "unknown": false} {
		if isRelease(version) != want {
			t.Errorf("%q: %v", version, !want)
		}
	}
}

package answers

import (
	"testing"
	"time"
)

var clock = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		raw, since, until, again string
		days                     int
	}{
		{"", "2026-10-26", "2026-11-24", "", 30},
		{"days=1", "2026-11-24", "2026-11-24", "days=1", 1},
		{"days=365&app=pace", "2025-11-25", "2026-11-24", "app=pace&days=365", 365},
		{"since=2026-11-01", "2026-11-01", "2026-11-24", "since=2026-11-01&until=2026-11-24", 24},
		{"since=2026-02-01&until=2026-02-28", "2026-02-01", "2026-02-28", "since=2026-02-01&until=2026-02-28", 28},
		{"until=2026-02-28&days=7", "2026-02-22", "2026-02-28", "since=2026-02-22&until=2026-02-28", 7},
		{"command=pace+get&version=v1&system=linux", "2026-10-26", "2026-11-24", "command=pace+get&system=linux&version=v1", 30},
	} {
		q, err := Parse(c.raw, clock, "command")
		if err != nil || Date(q.Since) != c.since || Date(q.Until) != c.until || q.Days != c.days || q.Values().Encode() != c.again {
			t.Errorf("%q: %v, %s to %s, %d days, again %q", c.raw, err, Date(q.Since), Date(q.Until), q.Days, q.Values().Encode())
		}
		if q.Current() != (c.until == "2026-11-24") {
			t.Errorf("%q: current %v", c.raw, q.Current())
		}
	}
	for raw, want := range map[string]string{
		"%zz":                               "The part of the address after “?” cannot be read: it is not name=value&name=value.",
		"period=7":                          `There is no parameter "period": there are app, days, since, until, version, system.`,
		"command=x":                         `There is no parameter "command": there are app, days, since, until, version, system.`,
		"app=a&app=b":                       "app is given 2 times in the address, and can be given once.",
		"days=0":                            `days="0" is not a number from 1 to 3650.`,
		"days=x":                            `days="x" is not a number from 1 to 3650.`,
		"days=7&since=2026-11-01":           "Give days or since, not both.",
		"since=yesterday":                   `since="yesterday" is not a day as 2026-11-24 is.`,
		"until=2026-11-25":                  "until=2026-11-25 has not come yet: today is 2026-11-24 in UTC.",
		"since=2026-11-02&until=2026-11-01": "since=2026-11-02 comes after 2026-11-01.",
		"since=1999-01-01":                  "since=1999-01-01 is more than 3650 days before 2026-11-24.",
	} {
		if _, err := Parse(raw, clock); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", raw, err, want)
		}
	}
}

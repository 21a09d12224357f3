package dashboard

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// periods are the choices of how many days a page covers, today included.
var periods = []int{7, 30, 90, 365}

const defaultPeriod = 30

// A query is what a page's address asks for.
type query struct {
	app, version string // empty: all of them
	days         int    // one of periods
	all          bool   // every row of every list
}

// A refusal says why an address has no page. It is shown to whoever asked.
type refusal struct{ reason string }

func (r *refusal) Error() string { return r.reason }

func refuse(format string, args ...any) error {
	return &refusal{fmt.Sprintf(format, args...)}
}

// parseQuery reads an address strictly: a mistyped filter that were ignored
// would show figures of something else than was asked for.
func parseQuery(raw string) (query, error) {
	q := query{days: defaultPeriod}
	values, err := url.ParseQuery(raw)
	if err != nil {
		return q, refuse("The part of the address after “?” cannot be read: it is not name=value&name=value.")
	}
	for _, name := range sortedNames(values) {
		value := values[name][0]
		if len(values[name]) > 1 {
			return q, refuse("%q is given %d times in the address, and can be given once.", printable(name), len(values[name]))
		}
		switch name {
		case "app":
			q.app = value
		case "version":
			q.version = value
		case "period":
			days, err := strconv.Atoi(value)
			if err != nil || !slices.Contains(periods, days) {
				return q, refuse("The period %q is not one of 7, 30, 90 and 365 (days).", printable(value))
			}
			q.days = days
		case "all":
			if value != "1" {
				return q, refuse("%q is not a value of “all”: it is all=1 or left out.", printable(value))
			}
			q.all = true
		default:
			return q, refuse("There is no filter %q: there are app, version, period and all.", printable(name))
		}
	}
	return q, nil
}

func sortedNames(values url.Values) []string {
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// filter gives the days of q up to the day of now, in UTC.
func (q query) filter(now time.Time) Filter {
	to := now.UTC().Truncate(24 * time.Hour)
	return Filter{App: q.app, Version: q.version, From: to.AddDate(0, 0, 1-q.days), To: to}
}

// check says whether the apps and versions that q names are known. Only the
// answer of the source can tell.
func (q query) check(d Data) error {
	if q.app != "" && !slices.Contains(d.Apps, q.app) {
		return refuse("No app %q has sent a report.", printable(q.app))
	}
	if q.version != "" && !slices.Contains(d.Versions, q.version) {
		if q.app == "" {
			return refuse("No app has sent a report of version %q.", printable(q.version))
		}
		return refuse("%s has sent no report of version %q.", printable(q.app), printable(q.version))
	}
	return nil
}

// href is the address of q, relative to the page, so that the dashboard can
// stand below any path of a proxy. What is the default is left out.
func (q query) href() string {
	values := url.Values{}
	if q.app != "" {
		values.Set("app", q.app)
	}
	if q.version != "" {
		values.Set("version", q.version)
	}
	if q.days != defaultPeriod {
		values.Set("period", strconv.Itoa(q.days))
	}
	if q.all {
		values.Set("all", "1")
	}
	return strings.TrimSuffix("./?"+values.Encode(), "?")
}

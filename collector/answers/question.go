// Package answers turns what the store has into answers that an author decides by: who uses
// which command, what a release made worse, how fast it is taken up, who comes back, what
// nobody uses. The pages, the API and the report in a terminal show only these answers, so
// they cannot disagree.
package answers

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/wire"
)

// DefaultDays is how many days a question without a period covers, today included.
const DefaultDays = 30

// MostDays is the longest period that can be asked for: ten years.
const MostDays = 3650

// A Question is what the parameters of an address ask for. An empty field selects everything.
type Question struct {
	App, Command, Version, System string
	From, To                      string    // the versions to compare
	Since, Until                  time.Time // the first and the last day, both included, UTC midnight
	Days                          int       // that were asked for; from Since to Until, unless some are not kept
	Today                         time.Time
	kept                          time.Time // the first day that is
	plain                         bool      // no period was given
	Fixed                         bool      // the period was given as dates, and does not move with today
}

// A Refusal says, for the one who asked, why a question has no answer.
type Refusal struct{ Reason string }

func (r *Refusal) Error() string { return r.Reason }

func refuse(format string, args ...any) error { return &Refusal{fmt.Sprintf(format, args...)} }

// Parameters of every question.
var common = []string{"app", "days", "since", "until", "version", "system"}

// Parse reads the parameters of an address. Others are the names of those that this question
// takes beside the common ones. It is strict, because to ignore a mistyped filter would
// answer another question than the one asked. Its errors are *Refusal.
func Parse(raw string, today time.Time, others ...string) (Question, error) {
	q := Question{Today: today, Until: today, Days: DefaultDays}
	values, err := url.ParseQuery(raw)
	if err != nil {
		return q, refuse("The part of the address after “?” cannot be read: it is not name=value&name=value.")
	}
	allowed := append(slices.Clone(common), others...)
	fields := map[string]*string{"app": &q.App, "version": &q.Version, "system": &q.System, "command": &q.Command, "from": &q.From, "to": &q.To}
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		value := values[name]
		switch {
		case !slices.Contains(allowed, name):
			return q, refuse("There is no parameter %s: there are %s.", strconv.Quote(name), strings.Join(allowed, ", "))
		case len(value) > 1:
			return q, refuse("%s is given %d times in the address, and can be given once.", name, len(value))
		case fields[name] != nil:
			*fields[name] = value[0]
		}
	}
	for name, value := range map[string]string{"command": q.Command, "system": q.System} { // of the others it is known what there is
		if !wire.Storable(value) {
			return q, refuse("%s is not a text.", name)
		}
	}
	return q, q.period(values.Get("days"), values.Get("since"), values.Get("until"))
}

// period sets the first and the last day of q.
func (q *Question) period(days, since, until string) error {
	q.plain = days == "" && since == "" && until == ""
	if days != "" {
		n, err := strconv.Atoi(days)
		if err != nil || n < 1 || n > MostDays {
			return refuse("days=%s is not a number from 1 to %d.", strconv.Quote(days), MostDays)
		}
		if since != "" {
			return refuse("Give days or since, not both.")
		}
		q.Days = n
	}
	var err error
	if until != "" {
		if q.Until, err = date("until", until); err != nil {
			return err
		}
		q.Fixed = true
	}
	if q.Until.After(q.Today) {
		return refuse("until=%s has not come yet: today is %s in UTC.", until, Date(q.Today))
	}
	q.Since = q.Until.AddDate(0, 0, 1-q.Days)
	if since != "" {
		if q.Since, err = date("since", since); err != nil {
			return err
		}
		q.Fixed = true
		if q.Since.After(q.Until) {
			return refuse("since=%s comes after %s.", since, Date(q.Until))
		}
		if q.Days = int(q.Until.Sub(q.Since)/(24*time.Hour)) + 1; q.Days > MostDays {
			return refuse("since=%s is more than %d days before %s.", since, MostDays, Date(q.Until))
		}
	}
	return nil
}

func date(name, text string) (time.Time, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil || t.Year() < 1970 {
		return t, refuse("%s=%s is not a day as 2026-11-24 is.", name, strconv.Quote(text))
	}
	return t, nil
}

// Date formats a day as addresses have it: 2026-11-24.
func Date(day time.Time) string { return day.Format(time.DateOnly) }

// Kept reports whether everything since a day is.
func (q Question) Kept(since Day) bool { return !since.Before(q.kept) }

// Current reports whether the period ends today, which is not over.
func (q Question) Current() bool { return q.Until.Equal(q.Today) }

// Values returns the parameters that ask q again, without defaults.
func (q Question) Values() url.Values {
	values := url.Values{}
	for name, value := range map[string]string{"app": q.App, "version": q.Version, "system": q.System, "command": q.Command, "from": q.From, "to": q.To} {
		if value != "" {
			values.Set(name, value)
		}
	}
	switch {
	case q.Fixed:
		values.Set("since", Date(q.Since))
		values.Set("until", Date(q.Until))
	case q.Days != DefaultDays:
		values.Set("days", strconv.Itoa(q.Days))
	}
	return values
}

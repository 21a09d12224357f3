package answers

import (
	"cmp"
	"context"
	"slices"

	"github.com/telemetrygen/telemetrygen/collector/store"
)

// Monday has everything that the first page, and the report in a terminal, show.
type Monday struct {
	Commands
	Days      []UseDay
	Systems   []Value
	Codes     []CodeValue
	Worse     Compare // the newest release and the one before, over all of their time
	Installs  Installs
	Versions  Versions
	Retention Retention
	Unused    Unused
	News      News
	Held      []Held // what was not counted in the period, or under another name
}

// News has what did not exist before the period.
type News struct {
	Releases []VersionUse // newest first
	Commands []NewCommand // by installs, most first
}

// A NewCommand was used for the first time in the period.
type NewCommand struct {
	Command
	First Day
}

// leastWeeks is how many weeks the first page shows of a period that has fewer.
const leastWeeks = 12

// AskMonday asks for everything that the first page shows. It ignores q.Command.
func AskMonday(ctx context.Context, s Store, q Question) (m Monday, err error) {
	q.Command = ""
	s = Once(s)
	if m.Commands, err = AskCommands(ctx, s, q); err != nil {
		return m, err
	}
	if m.Days, err = days(ctx, s, q); err != nil {
		return m, err
	}
	if m.Systems, err = systemValues(ctx, s, q, m.Before); err != nil {
		return m, err
	}
	releases, err := s.Releases(ctx, q.App)
	if err != nil {
		return m, err
	}
	if m.Codes, err = codes(ctx, s, q, releases); err != nil {
		return m, err
	}
	// A comparison and a list of commands are about releases, whatever q.Version is.
	whole := q
	whole.Version, whole.From, whole.To, whole.plain = "", "", "", true
	if m.Worse, err = AskCompare(ctx, s, whole); err != nil {
		return m, err
	}
	if m.Unused, err = AskUnused(ctx, s, whole); err != nil {
		return m, err
	}
	if m.Versions, err = AskVersions(ctx, s, whole); err != nil {
		return m, err
	}
	weeks := q
	if oldest := q.Until.AddDate(0, 0, -7*leastWeeks); oldest.Before(q.Since) {
		weeks.Since, weeks.Days = oldest, 7*leastWeeks+1
	}
	if m.Installs, err = AskInstalls(ctx, s, weeks); err != nil {
		return m, err
	}
	if m.Retention, err = AskRetention(ctx, s, q); err != nil {
		return m, err
	}
	if m.News, err = news(ctx, s, q, m); err != nil {
		return m, err
	}
	m.Held, err = heldBack(ctx, s, q)
	return m, err
}

// Held is what was held back for a reason.
type Held struct {
	Reason  string // for people
	Reports int64
	Runs    int64 // that are not counted
}

// heldBack adds up what was held back of an app's reports, and of reports whose app is not
// known.
func heldBack(ctx context.Context, s Store, q Question) ([]Held, error) {
	rows, err := s.HeldBack(ctx, q.Since, q.Until)
	if err != nil {
		return nil, err
	}
	sums := map[store.Reason]store.HeldCount{}
	for _, row := range rows {
		if row.App == q.App || row.App == store.Overflow {
			sum := sums[row.Reason]
			sums[row.Reason] = store.HeldCount{Reports: sum.Reports + row.Reports, Runs: sum.Runs + row.Runs}
		}
	}
	var held []Held
	for _, reason := range store.Reasons {
		if sum := sums[reason]; sum.Reports > 0 {
			held = append(held, Held{reason.Text(), sum.Reports, sum.Runs})
		}
	}
	return held, nil
}

// news finds what is new in the answers that m has already. In a period with an app's first
// reports everything is new, so nothing is reported as such.
func news(ctx context.Context, s Store, q Question, m Monday) (n News, err error) {
	in := func(day Day) bool { return !day.Before(q.Since) && !day.After(q.Until) }
	for i, v := range m.Versions.Versions {
		if older := m.Versions.Versions[i+1:]; in(v.Released()) && len(older) > 0 && older[0].release {
			n.Releases = append(n.Releases, v)
		}
	}
	q.Version, q.System = "", ""
	spans, err := s.Spans(ctx, q.selection())
	if err != nil {
		return n, err
	}
	old := false
	for _, span := range spans {
		old = old || span.First.Before(q.Since)
	}
	for _, c := range m.Commands.Commands {
		if first := (Day{spans[c.Path].First}); old && in(first) {
			n.Commands = append(n.Commands, NewCommand{c, first})
		}
	}
	slices.SortStableFunc(n.Commands, func(a, b NewCommand) int { return cmp.Compare(b.Users(), a.Users()) })
	return n, nil
}

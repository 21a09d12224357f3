package dashboard

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/telemetrygen/telemetrygen/collector/answers"
)

// How many rows the first page shows of its lists.
const (
	topCommands  = 12
	topFailing   = 5
	topOthers    = 5
	topSomeCodes = 6
	topUnused    = 6
)

// A mondayPage is what an author has to know of an app.
type mondayPage struct {
	None     string // where to see more; empty unless nothing was reported in the period
	Figures  []figure
	Compared comparison
	News     []newsRow
	Held     string // what was held back; empty where nothing was
	Installs chart
	Runs     chart
	Use      string // what the installs of the table are
	Bins     []binRow
	Commands list
	Failing  list
	// NoFailing is told where Failing has no rows.
	NoFailing string
	Adoption  adoption
	Systems   list
	Codes     []codeRow
	MoreCode  string
	People    people
	Unused    unused
}

// A newsRow is a release or a command that was not there before.
type newsRow struct{ Name, Href, Text string }

func (d drawer) monday(ctx context.Context, q answers.Question, _ int) (view, error) {
	m, err := answers.AskMonday(ctx, d.store, q)
	if err != nil {
		return view{}, err
	}
	v := view{Template: "monday", head: newHead("", q, m.Versions.Versions, m.Systems)}
	p := mondayPage{}
	if m.Total.Runs == 0 && m.Total.Users() == 0 && len(m.Commands.Commands) == 0 {
		longer := q
		longer.Fixed, longer.Days = false, periods[len(periods)-1]
		p.None = link("", longer)
		v.Content = p
		return v, nil
	}
	p.Figures = summary(m.Total, m.Before, m.Installs.Weeks)
	p.Compared = newComparison(q, m.Worse)
	p.News = newsRows(q, m)
	p.Held = heldBack(m.Held)
	all := bins(q, m.Days, m.Installs.Days)
	marks := marksOf(m.Versions.Versions, all)
	use, title := bin.installsADay, "Installs that reported, per day"
	p.Use = "Installs a day"
	if q.Version == "" { // no picture is kept of the installs of one version
		use, title = func(b bin) int64 { return b.active }, fmt.Sprintf("Active installs, in the last %d days", answers.ActiveDays)
		p.Use = "Active installs"
	}
	p.Installs, p.Runs = installsChart(title, all, marks, use), runsChart(all, marks)
	p.Bins = binRows("", q, all, use, marks)
	p.Commands, p.Failing = commandLists(q, m.Commands.Commands)
	p.NoFailing = "None failed."
	if m.Total.InstallsFailed == nil && m.Total.Failures > 0 {
		p.NoFailing = "Of days that are over, only the installs of 7, 30, 90 and 365 are known."
	}
	p.Adoption = newAdoption(q, m.Versions)
	systems, rest := cut("systems", m.Systems, topOthers, csvLink("commands", q))
	p.Systems = rest
	for _, s := range systems {
		r := row{Name: named(s.Name), Bar: installsBar(s.Figures, m.Total.Users())}
		only := q
		if only.System = s.Name; s.Name != "" {
			r.Href = link("", only)
		}
		r.figures(s.Figures, s.Before)
		p.Systems.Rows = append(p.Systems.Rows, r)
	}
	p.Codes = codeRows(m.Codes[:min(len(m.Codes), topSomeCodes)], m.Total, m.Before, func(code int) string { return codeLink(q, code) })
	if more := len(m.Codes) - topSomeCodes; more > 0 {
		p.MoreCode = "and " + count(int64(more)) + " more"
	}
	p.People = newPeople(q, m.Installs, m.Retention)
	p.Unused = newUnused(q, m.Unused)
	v.Content = p
	return v, nil
}

// summary are the large figures, with their change against the period before.
func summary(now answers.Figures, before answers.Before, weeks []answers.WeekOfUse) []figure {
	installs := figure{Label: "Active installs", Value: optional(now.Installs), Change: change(now.Installs, before.Installs), Note: "that reported"}
	if now.Installs != nil {
		installs.Value, installs.Note = rounded(*now.Installs), exactly(*now.Installs, "that reported")
	}
	all := []figure{installs}
	var whole []answers.WeekOfUse
	for _, w := range weeks {
		if w.Complete {
			whole = append(whole, w)
		}
	}
	if n := len(whole); n > 1 {
		now, before := whole[n-1].New, whole[n-2].New
		all = append(all, figure{"New installs", rounded(now), change(&now, &before), "in the last whole week"})
	}
	failing := figure{Label: "Installs that failed", Value: optional(now.InstallsFailed), Change: change(now.InstallsFailed, before.InstallsFailed)}
	if now.InstallsFailed != nil {
		failing.Value, failing.Note = rounded(now.Failed()), percent(now.Failed(), now.Users())+" of the active ones"
	}
	return append(all, failing,
		figure{"Runs", rounded(now.Runs), change(&now.Runs, before.Runs), exactly(now.Runs, "of any command")},
		figure{"Runs that failed", percent(now.Failures, now.Runs), points(now.Failures, now.Runs, before.Failures, before.Runs), plural(now.Failures, "run", "runs")},
		figure{"No exit seen", percent(now.NoExit, now.Runs), points(now.NoExit, now.Runs, before.NoExit, before.Runs), plural(now.NoExit, "run", "runs") + " killed or cut off"})
}

func newsRows(q answers.Question, m answers.Monday) []newsRow {
	var rows []newsRow
	for _, v := range m.News.Releases {
		only := q
		only.Version = v.Name
		text := fmt.Sprintf("released %s; %s of the active installs have it", v.Released().Format("2 Jan"), percent(v.Active, m.Versions.Active()))
		if v.First.IsZero() {
			only.Version, text = q.Version, fmt.Sprintf("released %s; nobody has reported it yet", v.Released().Format("2 Jan"))
		}
		rows = append(rows, newsRow{named(v.Name), link("", only), text})
	}
	for _, c := range m.News.Commands {
		rows = append(rows, newsRow{named(c.Path), commandLink(q, c.Path), fmt.Sprintf("first used %s; %s", c.First.Format("2 Jan"), plural(c.Users(), "install", "installs"))})
	}
	if len(rows) > topOthers {
		rows = rows[:topOthers]
	}
	return rows
}

// heldBack is one line about what was held back.
func heldBack(held []answers.Held) string {
	var text []string
	for _, h := range held {
		one := plural(h.Reports, "report", "reports")
		if h.Runs > 0 {
			one = plural(h.Runs, "run", "runs") + " of " + one
		}
		text = append(text, one+" ("+h.Reason+")")
	}
	if text == nil {
		return ""
	}
	return "Held back, to keep one sender from moving the figures: " + strings.Join(text, "; ") + "."
}

// commandLists are the commands by installs, and by installs that failed.
func commandLists(q answers.Question, commands []answers.Command) (used, failing list) {
	var most int64
	var failed []answers.Command
	for _, c := range commands {
		most = max(most, c.Users())
		if c.Failed() > 0 {
			failed = append(failed, c)
		}
	}
	shown, used := cut("commands", commands, topCommands, link("commands", q))
	used.Rows = commandRows(q, shown, most)
	slices.SortStableFunc(failed, func(a, b answers.Command) int { return cmp.Compare(b.Failed(), a.Failed()) })
	shown, failing = cut("failing", failed, topFailing, link("commands", q))
	most = 0
	for _, c := range shown {
		most = max(most, c.Users())
	}
	failing.Rows = commandRows(q, shown, most)
	return used, failing
}

// A comparison is the section that says what a release made worse.
type comparison struct {
	Heading, Note, From, To string
	Rows                    []comparedRow
}

type comparedRow struct{ Name, Href, Before, After, Difference string }

func newComparison(q answers.Question, c answers.Compare) comparison {
	out := comparison{Heading: "What got worse", From: printable(c.From), To: printable(c.To)}
	if c.From == "" {
		out.Note = "There is no release before this one to compare with."
		return out
	}
	out.Heading = "What got worse in " + out.To
	worse := c.Worse()
	out.Note = fmt.Sprintf("Nothing beyond chance, against %s, in %s.", out.From, plural(int64(len(c.Commands)), "command", "commands"))
	if len(worse) > 0 {
		out.Note = fmt.Sprintf("Installs that failed at their first use of the command in the version, of those that used it. Beyond chance, of %s.", plural(int64(len(c.Commands)), "command", "commands"))
	}
	for _, one := range worse[:min(len(worse), topOthers)] {
		out.Rows = append(out.Rows, comparedRow{
			Name: named(one.Path), Href: commandLink(q, one.Path),
			Before:     withCounts(one.From.FirstUseFailed, one.From.FirstUse),
			After:      withCounts(one.To.FirstUseFailed, one.To.FirstUse),
			Difference: fmt.Sprintf("%+.0f to %+.0f points", 100*one.Low, 100*one.High),
		})
	}
	return out
}

// withCounts is a share with the counts that it rests on.
func withCounts(part, whole int64) string {
	return fmt.Sprintf("%s (%s of %s)", percent(part, whole), count(part), count(whole))
}

// An unused section lists what nobody uses.
type unused struct {
	Release, Note string
	Rows          []unusedRow
	More, Href    string
}

type unusedRow struct{ Name, Href, Marks, Last, Days string }

func newUnused(q answers.Question, a answers.Unused) unused {
	if a.Release == "" {
		return unused{Note: "No release is registered, so what there is to use is not known."}
	}
	whole := q
	whole.Version = ""
	shown, l := cut("unused", a.Commands, topUnused, csvLink("unused", whole))
	u := unused{Release: printable(a.Release), More: l.More, Href: l.Href}
	u.Note = fmt.Sprintf("%s of the %s that %s lists had no run in the period.", plural(int64(len(a.Commands)), "command", "commands"), count(int64(a.Listed)), u.Release)
	for _, c := range shown {
		r := unusedRow{Name: named(c.Path), Href: commandLink(whole, c.Path), Last: "never", Days: plural(int64(c.Days), "day", "days")}
		switch {
		case !c.Last.IsZero():
			r.Last = c.Last.Format("2 Jan 2006")
		case !q.Kept(c.Listed):
			r.Last = "none remembered"
		}
		if c.Hidden {
			r.Marks += " hidden"
		}
		if c.Deprecated {
			r.Marks += " deprecated"
		}
		if c.Group {
			r.Marks += " has subcommands"
		}
		u.Rows = append(u.Rows, r)
	}
	return u
}

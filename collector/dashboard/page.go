package dashboard

import (
	"cmp"
	"html/template"
	"slices"
)

const (
	topCommands = 50  // rows of commands on a page that was not asked for all
	topOthers   = 10  // rows of every other list
	topChoices  = 100 // apps or versions to choose from
	// fewestRuns is how often a command must have run to be ranked by its
	// failure rate: below it, one failure more moves the rate by over 5 points.
	fewestRuns = 20
)

// A page is what the template shows: texts, addresses and drawings only.
type page struct {
	Style          template.CSS
	Title          string
	App, Version   string // as given, for the form
	Days           int
	All            bool
	Apps, Versions []choice
	Periods        []choice
	Span           string
	Figures        []figure
	Comparison     *comparison
	Runs, Installs chart
	Commands       ranking
	Failing        ranking
	FewestRuns     int
	ExitCodes      ranking
	Releases       ranking
	Systems        ranking
	State          string // "first": nothing was ever reported; "none": nothing in this choice
	LongerHref     string // state "none": the same for a year
	Everything     string // the address without a filter
	Host, Scheme   string // where to send the first report
	Refusal        string // why there is nothing to see
}

// A choice is one value of a filter.
type choice struct {
	Label, Value, Href string
	Chosen             bool
}

// A figure is one of the large ones at the top.
type figure struct{ Label, Value, Note string }

// A ranking is the head of a list, and how to see the rest.
type ranking struct {
	ID    string // of its heading
	Rows  []row
	More  string // "and 12 more", empty when that is all
	Href  string // where they are
	Empty bool
}

// A row is one command, exit code, version or system.
type row struct {
	Name, Note                       string
	Installs                         string
	Runs, Share, Failed, Rate, NoEnd string
	Use, RateBar                     []part
}

func newPage(q query, f Filter, d Data) page {
	p := choices(q, d)
	p.Span = span(f.From, f.To)
	var runs, failures, noExit int64
	inUse := 0
	for _, c := range d.Commands {
		runs += c.Runs
		failures += c.Failures
		noExit += c.NoExit
		if c.Runs > 0 {
			inUse++
		}
	}
	if runs == 0 && d.Installs == 0 {
		p.State = "none"
		if len(d.Apps) == 0 {
			p.State = "first"
		}
		longer := q
		longer.days = periods[len(periods)-1]
		p.LongerHref = longer.href()
		return p
	}
	reported := "that reported"
	if q.version != "" {
		reported = "that reported it last" // those that went on to another version count there
	}
	p.Figures = []figure{
		{"Installs", rounded(d.Installs), exactly(d.Installs, reported)},
		{"Runs", rounded(runs), exactly(runs, "of any command")},
		{"Failure rate", percent(failures, runs), plural(failures, "run", "runs") + " failed"},
		{"No exit seen", percent(noExit, runs), plural(noExit, "run", "runs") + " killed or cut off"},
		{"Commands in use", count(int64(inUse)), "ran at least once"},
	}
	p.Comparison = newComparison(d.Comparison)
	p.Runs, p.Installs = runsChart(d.Days), installsChart(d.Days)
	p.Commands = commandRanking(q, d.Commands, topCommands)
	p.FewestRuns = fewestRuns
	p.Failing = commandRanking(q, failing(d.Commands), topOthers)
	p.ExitCodes = countRanking(q, "codes", d.ExitCodes, runs, exitCode)
	p.Releases = countRanking(q, "versions", d.Releases, runs, named)
	p.Systems = countRanking(q, "systems", d.Systems, runs, named)
	return p
}

// choices fills in what the filter offers.
func choices(q query, d Data) page {
	p := page{Style: style, Title: "All apps", App: q.app, Version: q.version, Days: q.days, All: q.all, Everything: query{days: defaultPeriod}.href()}
	switch {
	case q.app != "":
		p.Title = printable(q.app)
	case len(d.Apps) == 1:
		p.Title = printable(d.Apps[0])
	}
	p.Apps, p.Versions = offer(d.Apps, q.app), offer(d.Versions, q.version)
	for _, days := range periods {
		to := q
		to.days = days
		p.Periods = append(p.Periods, choice{Label: count(int64(days)) + " days", Href: to.href(), Chosen: days == q.days})
	}
	return p
}

// offer lists values to choose from: the first of them, and always the chosen
// one, without those that a form would change.
func offer(values []string, chosen string) []choice {
	var out []choice
	for _, v := range values {
		if (len(out) < topChoices || v == chosen) && choosable(v) {
			out = append(out, choice{Label: printable(v), Value: v, Chosen: v == chosen})
		}
	}
	return out
}

// failing are the commands that ran often enough to have a rate and failed at
// all, the highest rate first.
func failing(commands []Command) []Command {
	var out []Command
	for _, c := range commands {
		if c.Runs >= fewestRuns && c.Failures > 0 {
			out = append(out, c)
		}
	}
	rate := func(c Command) float64 { return float64(c.Failures) / float64(c.Runs) }
	slices.SortFunc(out, func(a, b Command) int {
		return cmp.Or(cmp.Compare(rate(b), rate(a)), cmp.Compare(b.Runs, a.Runs), cmp.Compare(a.Path, b.Path))
	})
	return out
}

func commandRanking(q query, commands []Command, top int) ranking {
	shown, r := head(q, commands, top)
	var most int64
	for _, c := range shown {
		most = max(most, c.Runs)
	}
	for _, c := range shown {
		ok := c.Runs - c.Failures - c.NoExit
		r.Rows = append(r.Rows, row{
			Name: printable(c.Path), Runs: count(c.Runs),
			Failed: count(c.Failures), Rate: percent(c.Failures, c.Runs), NoEnd: percent(c.NoExit, c.Runs),
			Use:     share(most, part{Class: "ok", runs: ok}, part{Class: "failed", runs: c.Failures}, part{Class: "noend", runs: c.NoExit}),
			RateBar: share(c.Runs, part{Class: "failed", runs: c.Failures}),
		})
	}
	return r
}

func countRanking(q query, id string, counts []Count, runs int64, label func(string) (name, note, class string)) ranking {
	shown, r := head(q, counts, topOthers)
	r.ID = id
	for _, c := range shown {
		name, note, class := label(c.Value)
		r.Rows = append(r.Rows, row{Name: name, Note: note, Runs: count(c.Runs), Share: percent(c.Runs, runs), Use: share(runs, part{Class: class, runs: c.Runs})})
	}
	return r
}

// head is the part of a list that a page of q shows.
func head[T any](q query, list []T, top int) ([]T, ranking) {
	r := ranking{Empty: len(list) == 0}
	if q.all || len(list) <= top {
		return list, r
	}
	r.More = "and " + count(int64(len(list)-top)) + " more"
	q.all = true
	r.Href = q.href()
	return list[:top], r
}

func named(value string) (name, note, class string) {
	if value == "" {
		return "not given", "", "ok"
	}
	return printable(value), "", "ok"
}

// exitCode names the two codes that every program shares. What others mean is
// the program's own business.
func exitCode(value string) (name, note, class string) {
	switch value {
	case "0":
		return "0", "success", "ok"
	case "-1":
		return "–", "no exit seen", "noend"
	}
	return printable(value), "", "failed"
}

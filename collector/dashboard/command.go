package dashboard

import (
	"context"
	"slices"

	"github.com/telemetrygen/telemetrygen/collector/answers"
)

// A commandPage is all about one command.
type commandPage struct {
	Figures   []figure
	None      bool // nothing in this period
	Installs  chart
	Runs      chart
	Use       string
	Bins      []binRow
	Versions  []versionUse
	More      string
	Href      string
	Systems   list
	Columns   []string // the versions of which the exit codes are told apart
	Codes     []codeRow
	MoreCodes string
}

// A versionUse is how the command does in one version.
type versionUse struct {
	Name, Href string
	Installs   cell
	Failing    string // installs, with their share
	First      string // installs that failed at their first use
	Runs       cell
	Failed     cell
	Bar        []part
}

// topColumns is of how many versions the exit codes are told apart.
const topColumns = 3

// topCodes is how many exit codes a command's page shows.
const topCodes = 20

func (d drawer) command(ctx context.Context, q answers.Question, _ int) (view, error) {
	a, err := answers.AskCommand(ctx, d.store, q)
	if err != nil {
		return view{}, err
	}
	whole := q
	whole.Command = ""
	versions, err := answers.AskVersions(ctx, d.store, whole)
	if err != nil {
		return view{}, err
	}
	v := view{Template: "command", head: newHead("command", q, versions.Versions, a.Systems)}
	v.Title, v.Up = printable(q.Command), link("", whole)
	p := commandPage{None: a.Total.Runs == 0 && a.Total.Users() == 0, Use: "Installs a day"}
	p.Figures = summary(a.Total, a.Before, nil)
	p.Figures[0].Label, p.Figures[0].Note = "Installs", "that used it"
	p.Figures[2].Note = "of this command"
	all := bins(q, a.Days, nil)
	marks := marksOf(versions.Versions, all)
	p.Installs = installsChart("Installs that used it, per day", all, marks, bin.installsADay)
	p.Runs = runsChart(all, marks)
	p.Bins = binRows("command", q, all, bin.installsADay, marks)
	shown, rest := cut("versions", a.Versions, topOthers, csvLink("versions", whole))
	p.More, p.Href = rest.More, rest.Href
	for _, one := range shown {
		only := q
		only.Version = one.Name
		u := versionUse{Name: named(one.Name), Href: link("command", only), Installs: cell{optional(one.Installs), change(one.Installs, one.Before.Installs)},
			Failing: "–", First: "–", Runs: cell{count(one.Runs), change(&one.Runs, one.Before.Runs)}, Failed: sharedCell(one.Failures, one.Runs, one.Before.Failures, one.Before.Runs), Bar: installsBar(one.Figures, a.Total.Users())}
		if !slices.ContainsFunc(versions.Versions, func(v answers.VersionUse) bool { return v.Name == one.Name }) {
			u.Href = "" // several that gave way
		}
		if one.Users() > 0 {
			u.Failing = withCounts(one.Failed(), one.Users())
		}
		if one.FirstUse > 0 {
			u.First = withCounts(one.FirstUseFailed, one.FirstUse)
		}
		p.Versions = append(p.Versions, u)
	}
	systems, rest := cut("systems", a.Systems, topOthers, csvLink("command", q))
	p.Systems = rest
	for _, s := range systems {
		only := q
		only.System = s.Name
		r := row{Name: named(s.Name), Href: link("command", only), Bar: installsBar(s.Figures, a.Total.Users())}
		r.figures(s.Figures, s.Before)
		p.Systems.Rows = append(p.Systems.Rows, r)
	}
	codes := a.Codes[:min(len(a.Codes), topCodes)]
	if more := len(a.Codes) - topCodes; more > 0 {
		p.MoreCodes = "and " + count(int64(more)) + " more"
	}
	p.Codes = codeRows(codes, a.Total, a.Before, func(int) string { return v.Up + "#codes" })
	columns := a.Versions[:min(len(a.Versions), topColumns)]
	for _, one := range columns {
		p.Columns = append(p.Columns, shortened(named(one.Name), 16))
		for i, code := range codes {
			p.Codes[i].Versions = append(p.Codes[i].Versions, percent(one.Codes[code.Code], one.Runs))
		}
	}
	v.Content = p
	return v, nil
}

// A commandsPage is a part of the whole list of commands.
type commandsPage struct {
	First, Last int
	Of          int
	Before      string // the page before; empty for the first
	After       string
	CSV         string
	Commands    list
}

// pageRows is how many commands a page of the whole list has.
const pageRows = 60

func (d drawer) commands(ctx context.Context, q answers.Question, number int) (view, error) {
	a, err := answers.AskCommands(ctx, d.store, q)
	if err != nil {
		return view{}, err
	}
	versions, err := answers.AskVersions(ctx, d.store, q)
	if err != nil {
		return view{}, err
	}
	v := view{Template: "commands", head: newHead("commands", q, versions.Versions, nil)}
	v.Up = link("", q)
	first := (number - 1) * pageRows
	if first > 0 && first >= len(a.Commands) {
		return view{}, &answers.Refusal{Reason: "There are fewer pages of commands."}
	}
	last := min(first+pageRows, len(a.Commands))
	var most int64
	for _, c := range a.Commands {
		most = max(most, c.Users())
	}
	p := commandsPage{First: min(first+1, last), Last: last, Of: len(a.Commands), CSV: csvLink("commands", q)}
	p.Commands = list{ID: "commands", Rows: commandRows(q, a.Commands[first:last], most)}
	if number > 1 {
		p.Before = pageLink(q, number-1)
	}
	if last < len(a.Commands) {
		p.After = pageLink(q, number+1)
	}
	v.Content = p
	return v, nil
}

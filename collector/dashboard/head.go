package dashboard

import (
	"slices"

	"github.com/telemetrygen/telemetrygen/collector/answers"
)

// periods are the choices of how many days a page covers, today included. Any
// other number, and any days, can be asked for, too.
var periods = []int{7, 30, 90, 365}

// topChoices is how many versions there are to choose from.
const topChoices = 12

// A head is what stands above every page.
type head struct {
	Title, Span string
	Up          string // the page of the app, above that of a command
	Apps        string // where to choose another app
	Action      string // of the form; empty where a form cannot hold the names
	App         string // as given, for the form
	Command     string // the same
	Days        int    // for the form; 0: the default, or none
	Since       string // for the form
	Until       string
	Latest      string // the last day to choose
	Versions    []choice
	Systems     []choice
	Periods     []choice
	Clear       string // the address without a filter; empty where there is none
}

// A choice is one value of a filter.
type choice struct {
	Label, Value, Href string
	Chosen             bool
}

// newHead is the head of a page of q.
func newHead(page string, q answers.Question, versions []answers.VersionUse, systems []answers.Value) head {
	h := head{Title: printable(q.App), Span: span(q.Since, q.Until) + ", UTC", App: q.App, Command: q.Command, Action: page, Latest: answers.Date(q.Today)}
	switch {
	case !choosable(q.App) || q.Command != "" && !choosable(q.Command):
		h.Action = ""
	case page == "":
		h.Action = "./"
	}
	if q.Current() {
		h.Span += ". Today is not over."
	}
	if q.Fixed {
		h.Since, h.Until = answers.Date(q.Since), answers.Date(q.Until)
	} else if q.Days != answers.DefaultDays {
		h.Days = q.Days
	}
	for _, days := range periods {
		to := q
		to.Fixed, to.Days = false, days
		h.Periods = append(h.Periods, choice{Label: count(int64(days)) + " days", Href: link(page, to), Chosen: !q.Fixed && days == q.Days})
	}
	var names []string
	for _, v := range versions {
		names = append(names, v.Name)
	}
	h.Versions = offer(names, q.Version)
	names = nil
	for _, s := range systems {
		names = append(names, s.Name)
	}
	if q.System != "" && !slices.Contains(names, q.System) {
		names = append(names, q.System)
	}
	h.Systems = offer(names, q.System)
	if q.Version != "" || q.System != "" {
		all := q
		all.Version, all.System = "", ""
		h.Clear = link(page, all)
	}
	return h
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

package api

import (
	"strconv"
	"strings"

	"github.com/telemetrygen/telemetrygen/collector/answers"
)

// Rows of CSV. The names of the columns are those of the JSON.

var figureColumns = []string{"runs", "failures", "no_exit", "installs", "installs_failed"}

func figures(f answers.Figures) []string {
	return []string{number(f.Runs), number(f.Failures), number(f.NoExit), optional(f.Installs), optional(f.InstallsFailed)}
}

func commandsCSV(a answers.Commands) [][]string {
	rows := [][]string{append([]string{"command"}, figureColumns...)}
	for _, c := range a.Commands {
		rows = append(rows, append([]string{text(c.Path)}, figures(c.Figures)...))
	}
	return rows
}

func commandCSV(a answers.CommandDetail) [][]string {
	rows := [][]string{{"date", "runs", "failures", "no_exit", "installs"}}
	for _, d := range a.Days {
		rows = append(rows, []string{d.Date.String(), number(d.Runs), number(d.Failures), number(d.NoExit), number(d.Installs)})
	}
	return rows
}

func versionsCSV(a answers.Versions) [][]string {
	rows := [][]string{append(append([]string{"version", "registered", "first"}, figureColumns...), "active", "active_before", "share", "days_to_half")}
	for _, v := range a.Versions {
		half := ""
		if v.DaysToHalf != nil {
			half = strconv.Itoa(*v.DaysToHalf)
		}
		row := append([]string{text(v.Name), v.Registered.String(), v.First.String()}, figures(v.Figures)...)
		rows = append(rows, append(row, number(v.Active), optional(v.ActiveBefore), fraction(v.Share), half))
	}
	return rows
}

func compareCSV(a answers.Compare) [][]string {
	head := []string{"command"}
	for _, side := range []string{"from_", "to_"} {
		for _, column := range append(figureColumns, "first_use", "first_use_failed") {
			head = append(head, side+column)
		}
	}
	rows := [][]string{append(head, "difference", "low", "high", "chance", "worse")}
	for _, c := range a.Commands {
		row := []string{text(c.Path)}
		for _, s := range []answers.Side{c.From, c.To} {
			row = append(append(row, figures(s.Figures)...), number(s.FirstUse), number(s.FirstUseFailed))
		}
		rows = append(rows, append(row, fraction(c.Difference), fraction(c.Low), fraction(c.High), fraction(c.Chance), strconv.FormatBool(c.Worse)))
	}
	return rows
}

func retentionCSV(a answers.Retention) [][]string {
	head := []string{"week", "installs"}
	for n := 1; n <= answers.RetentionWeeks; n++ {
		head = append(head, "week_"+strconv.Itoa(n))
	}
	rows := [][]string{head}
	for _, w := range a.Weeks {
		row := make([]string, len(head))
		row[0], row[1] = w.Week.String(), number(w.Installs)
		for n := 1; n < len(w.Active); n++ {
			row[1+n] = number(w.Active[n])
		}
		rows = append(rows, row)
	}
	return rows
}

func installsCSV(a answers.Installs) [][]string {
	rows := [][]string{{"week", "complete", "active", "new", "stayed", "returning", "lost"}}
	for _, w := range a.Weeks {
		rows = append(rows, []string{w.Week.String(), strconv.FormatBool(w.Complete), number(w.Active), number(w.New), number(w.Stayed), number(w.Returning), number(w.Lost)})
	}
	return rows
}

func unusedCSV(a answers.Unused) [][]string {
	rows := [][]string{{"command", "hidden", "deprecated", "group", "listed", "last", "days"}}
	for _, c := range a.Commands {
		rows = append(rows, []string{text(c.Path), strconv.FormatBool(c.Hidden), strconv.FormatBool(c.Deprecated), strconv.FormatBool(c.Group), c.Listed.String(), c.Last.String(), strconv.Itoa(c.Days)})
	}
	return rows
}

func releasesCSV(a answers.Releases) [][]string {
	rows := [][]string{{"version", "registered", "commands", "added", "removed"}}
	for _, r := range a.Releases {
		rows = append(rows, []string{text(r.Version), r.Registered.String(), strconv.Itoa(r.Commands), strconv.Itoa(len(r.Added)), strconv.Itoa(len(r.Removed))})
	}
	return rows
}

// text escapes a name that a stranger has reported, so that a spreadsheet does not take it
// for a formula (OWASP, "CSV Injection").
func text(name string) string {
	if name != "" && strings.ContainsRune("=+-@\t\r", rune(name[0])) {
		return "'" + name
	}
	return name
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

func optional(n *int64) string {
	if n == nil {
		return ""
	}
	return number(*n)
}

func fraction(x float64) string { return strconv.FormatFloat(x, 'g', 6, 64) }

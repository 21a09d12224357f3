package dashboard

import (
	"fmt"
	"math"

	"github.com/telemetrygen/telemetrygen/collector/answers"
)

// A figure is one of the large ones at the top.
type figure struct{ Label, Value, Change, Note string }

// A cell is a figure in a list, and its change against the period before.
type cell struct{ Value, Change string }

// A row is one command, version or system of a list.
type row struct {
	Name, Note, Href string
	Installs         cell
	Failing          cell // installs
	FailingShare     string
	Runs             cell
	Failed           cell // share of the runs
	Bar              []part
}

// figures fills in what is known of the row.
func (r *row) figures(now answers.Figures, before answers.Before) {
	r.Installs = cell{optional(now.Installs), change(now.Installs, before.Installs)}
	r.Failing = cell{optional(now.InstallsFailed), change(now.InstallsFailed, before.InstallsFailed)}
	if now.Installs != nil {
		r.FailingShare = percent(now.Failed(), now.Users())
	}
	r.Runs = cell{count(now.Runs), change(&now.Runs, before.Runs)}
	r.Failed = sharedCell(now.Failures, now.Runs, before.Failures, before.Runs)
}

// A list is the head of one, and where the rest of it is.
type list struct {
	ID   string // of its heading
	Rows []row
	More string // "and 12 more", empty when that is all
	Href string // where they are
}

// cut is the part of a list that a page shows.
func cut[T any](id string, all []T, top int, rest string) ([]T, list) {
	l := list{ID: id}
	if len(all) <= top {
		return all, l
	}
	l.More, l.Href = "and "+count(int64(len(all)-top))+" more", rest
	return all[:top], l
}

// commandRows are commands with a bar of their installs, of which those that
// failed are the dark part. most is as long as a bar gets.
func commandRows(q answers.Question, commands []answers.Command, most int64) []row {
	var rows []row
	for _, c := range commands {
		r := row{Name: named(c.Path), Href: commandLink(q, c.Path)}
		r.figures(c.Figures, c.Before)
		r.Bar = installsBar(c.Figures, most)
		rows = append(rows, r)
	}
	return rows
}

// installsBar has the installs that failed and the others.
func installsBar(f answers.Figures, most int64) []part {
	return share(most, part{Class: "failed", n: f.Failed()}, part{Class: "ok", n: f.Users() - f.Failed()})
}

// change writes a figure's change against the one before; empty where either is
// not known.
func change(now, before *int64) string {
	if now == nil || before == nil {
		return ""
	}
	n, b := *now, *before
	if b == 0 && n != 0 {
		return "new"
	}
	if b != 0 && n/b >= 10 {
		return "×" + count(n/b)
	}
	percent := math.Round(100 * (float64(n)/float64(b) - 1))
	if n == b || percent == 0 {
		return "±0"
	}
	return fmt.Sprintf("%+.0f%%", percent)
}

// sharedCell is a share of the runs, and its change in points.
func sharedCell(part, whole int64, partBefore, wholeBefore *int64) cell {
	return cell{percent(part, whole), points(part, whole, partBefore, wholeBefore)}
}

// points writes the change of a share in percentage points; empty where there was
// nothing before, or it is not known.
func points(part, whole int64, partBefore, wholeBefore *int64) string {
	if whole <= 0 || partBefore == nil || wholeBefore == nil || *wholeBefore <= 0 {
		return ""
	}
	return fmt.Sprintf("%+.1f points", 100*(float64(part)/float64(whole)-float64(*partBefore)/float64(*wholeBefore)))
}

// optional writes what may not be known.
func optional(n *int64) string {
	if n == nil {
		return "–"
	}
	return count(*n)
}

// A codeRow is one exit code, with its share of the runs of each version.
type codeRow struct {
	Name, Note, Href string
	Runs             cell
	Share            cell
	Bar              []part
	Versions         []string
}

// codeName names the two codes that every program shares, and the others as the
// source of the releases does.
func codeName(c answers.CodeValue) (name, note, class string) {
	for i, one := range c.Names {
		if i > 0 {
			note += ", "
		}
		note += printable(one)
	}
	switch c.Code {
	case 0:
		if note == "" {
			note = "success"
		}
		return "0", note, "ok"
	case -1:
		return "–", "no exit seen", "noend"
	}
	return fmt.Sprint(c.Code), note, "failed"
}

// codeRows are exit codes with their share of the runs. href is where a code leads.
func codeRows(codes []answers.CodeValue, now answers.Figures, before answers.Before, href func(code int) string) []codeRow {
	var rows []codeRow
	for _, c := range codes {
		name, note, class := codeName(c)
		rows = append(rows, codeRow{Name: name, Note: note, Href: href(c.Code), Runs: cell{count(c.Runs), change(&c.Runs, c.Before)},
			Share: sharedCell(c.Runs, now.Runs, c.Before, before.Runs), Bar: share(now.Runs, part{Class: class, n: c.Runs})})
	}
	return rows
}

// named is a name as it is shown.
func named(value string) string {
	if value == "" {
		return "not given"
	}
	return printable(value)
}

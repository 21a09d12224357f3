package dashboard

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/telemetrygen/telemetrygen/collector/answers"
)

// layers is how many versions the drawing of the adoption tells apart.
const layers = 5

// mostPoints is how many days of a long period are drawn.
const mostPoints = 24

// An adoption says who has which version.
type adoption struct {
	Chart chart
	Rows  []versionRow
	More  string
	Href  string
}

// A versionRow is one version. Active are installs whose latest report was of it.
type versionRow struct {
	Name, Href, Released string
	Active               cell
	Share, Half          string
	Failing              string // installs, and their share of those that used it in the period
	Bar                  []part
}

func newAdoption(q answers.Question, v answers.Versions) adoption {
	shown, l := cut("versions", v.Versions, topOthers, csvLink("versions", q))
	a := adoption{Chart: adoptionChart(q, v), More: l.More, Href: l.Href}
	active := v.Active()
	for _, one := range shown {
		only := q
		only.Version = one.Name
		r := versionRow{Name: named(one.Name), Href: link("", only), Active: cell{count(one.Active), change(&one.Active, one.ActiveBefore)}, Share: percent(one.Active, active), Half: "–",
			Failing: "–", Bar: share(active, part{Class: "ok", n: one.Active})}
		if one.First.IsZero() {
			r.Href = ""
		}
		if at := one.Released(); !at.IsZero() {
			r.Released = at.Format("2 Jan 2006")
		}
		switch {
		case one.NotYet():
			r.Half = "not yet"
		case one.DaysToHalf != nil:
			r.Half = plural(int64(*one.DaysToHalf), "day", "days")
		}
		if one.Users() > 0 {
			r.Failing = withCounts(one.Failed(), one.Users())
		}
		a.Rows = append(a.Rows, r)
	}
	return a
}

// adoptionChart draws the share of the active installs by version, the newest at
// the foot. The versions with most installs in the period are told apart.
func adoptionChart(q answers.Question, v answers.Versions) chart {
	most := map[string]int64{}
	for _, d := range v.Days {
		for version, n := range d.Versions {
			most[version] = max(most[version], n)
		}
	}
	var order []string // newest first
	for _, one := range v.Versions {
		if most[one.Name] > 0 {
			order = append(order, one.Name)
		}
	}
	told := map[string]bool{}
	largest := slices.SortedStableFunc(slices.Values(order), func(a, b string) int { return cmp.Compare(most[b], most[a]) })
	for _, name := range largest[:min(len(largest), layers)] {
		told[name] = true
	}
	c := chart{Name: "adoption", Width: slot, Title: "Share of the active installs by version", Height: plotHeight, Top: "100%", Half: "50%"}
	var days []answers.AdoptionDay
	step := (len(v.Days) + mostPoints - 1) / mostPoints
	for i := len(v.Days) - 1; i >= 0; i -= max(step, 1) {
		days = append(days, v.Days[i])
	}
	slices.Reverse(days)
	if len(order) == 0 {
		c.Desc = "No install reported."
		return c
	}
	c.Width = float64(max(len(days)-1, 1)) * slot
	for _, at := range []int{0, len(days) / 2, len(days) - 1} {
		c.Dates = append(c.Dates, days[at].Date.Format("2 Jan"))
	}
	stack(&c, days, order, told)
	c.Marks = marksOf(v.Versions, adoptionBins(days))
	last := v.Days[len(v.Days)-1]
	newest := order[0]
	c.Desc = fmt.Sprintf("On %s, %s of the active installs have %s.", last.Date.Format("2 Jan 2006"), withCounts(last.Versions[newest], last.Active), named(newest))
	return c
}

// stack lays the versions above each other. Each area reaches down to the foot, and
// those that end lower are drawn over it.
func stack(c *chart, days []answers.AdoptionDay, order []string, told map[string]bool) {
	floor := make([]float64, len(days))
	add := func(class, label string, installs func(answers.AdoptionDay) int64) {
		var edge strings.Builder
		for i, d := range days {
			if d.Active > 0 {
				floor[i] += 100 * float64(installs(d)) / float64(d.Active)
			}
			fmt.Fprintf(&edge, "L%g %g", float64(i)*slot, tenth(max(0, 100-floor[i])))
		}
		c.draw(class, fmt.Sprintf("M0 100%sV100Z", edge.String()))
		c.Legend = append(c.Legend, key{class, label})
	}
	n := 0
	for _, name := range order {
		if told[name] {
			add(fmt.Sprintf("v%d", n), shortened(named(name), 20), func(d answers.AdoptionDay) int64 { return d.Versions[name] })
			n++
		}
	}
	if len(order) > n {
		add("v9", "others", func(d answers.AdoptionDay) (sum int64) {
			for version, installs := range d.Versions {
				if !told[version] {
					sum += installs
				}
			}
			return sum
		})
	}
	slices.Reverse(c.Paths)
}

// adoptionBins are the days between the points of the drawing, for its marks.
func adoptionBins(days []answers.AdoptionDay) []bin {
	var all []bin
	for i := 1; i < len(days); i++ {
		from, to := days[i-1].Date.Time, days[i].Date.AddDate(0, 0, -1)
		all = append(all, bin{from: from, to: to, days: int64(to.Sub(from).Hours()/24) + 1})
	}
	return all
}

// tenth rounds to what a screen can still show of an area.
func tenth(x float64) float64 { return math.Round(10*x) / 10 }

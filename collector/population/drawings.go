package population

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// The drawings are 100 units high and have 10 units of width for each bar or step.

var (
	corner  = regexp.MustCompile(`[ML]([0-9.]+) ([0-9.]+)`)
	upright = regexp.MustCompile(`M([0-9.]+) 100V([0-9.]+)H[0-9.]+V100Z`)
)

// drawn are the heights of what a pattern finds in a path, by their place from the left.
func drawn(pattern *regexp.Regexp, path string) map[int]float64 {
	heights := map[int]float64{}
	for _, match := range pattern.FindAllStringSubmatch(path, -1) {
		x, _ := strconv.ParseFloat(match[1], 64)
		y, _ := strconv.ParseFloat(match[2], 64)
		heights[int(x/10)] = 100 - y
	}
	return heights
}

// heights compares what is drawn with what should be, up to what is rounded away.
func (c *check) heights(what string, got, want map[int]float64) {
	for at, height := range want {
		if is, drawn := got[at]; (!drawn && height > .01) || math.Abs(is-height) > .06 {
			c.equal(fmt.Sprintf("%s is drawn at %d", what, at), fmt.Sprintf("%.2f", is), fmt.Sprintf("%.2f", height))
		}
	}
	for at, height := range got {
		if _, is := want[at]; !is {
			c.equal(fmt.Sprintf("%s is drawn at %d", what, at), height, "nothing")
		}
	}
}

// scaled are values as heights, on the axis on which the largest is drawn as it is.
func scaled(values []int64, got map[int]float64, most int64) map[int]float64 {
	var highest float64
	for _, height := range got {
		highest = max(highest, height)
	}
	want := map[int]float64{}
	for at, n := range values {
		if most > 0 {
			want[at] = highest * float64(n) / float64(most)
		}
	}
	return want
}

func largest(values []int64) (most int64) {
	for _, n := range values {
		most = max(most, n)
	}
	return most
}

// barsDrawing checks the bars of runs, and of those that failed at their foot.
func (c *check) barsDrawing(path string, s *section, runs, failed []int64) {
	if s == nil {
		c.wrong = append(c.wrong, "runs are not drawn")
		return
	}
	bars := drawn(upright, s.paths["runs"]+s.paths["open"])
	c.heights("a bar of "+path, bars, positive(scaled(runs, bars, largest(runs))))
	c.heights("a foot of "+path, drawn(upright, s.paths["failed"]), positive(scaled(failed, bars, largest(runs))))
}

// positive leaves out the days that have no bar.
func positive(heights map[int]float64) map[int]float64 {
	for at, height := range heights {
		if height == 0 {
			delete(heights, at)
		}
	}
	return heights
}

// lineDrawing checks the line of installs, to today's end.
func (c *check) lineDrawing(path string, s *section, installs []int64) {
	if s == nil {
		c.wrong = append(c.wrong, "installs are not drawn")
		return
	}
	line := drawn(corner, s.paths["line"]+s.paths["tail"])
	c.heights("the installs of "+path, line, scaled(installs, line, largest(installs)))
}

// adoptionDrawing checks the upper edges of the areas: the newest version is at the foot.
func (c *check) adoptionDrawing(s *section, today, days int) {
	if s == nil || s.paths["v0"] == "" {
		c.wrong = append(c.wrong, "the adoption is not drawn")
		return
	}
	points := len(drawn(corner, s.paths["v0"]))
	step := (days + points - 1) / points
	below := make([]int64, points)
	for n := len(c.p.Releases) - 1; n >= 0; n-- {
		version := c.p.Releases[n].Version
		want, seen := map[int]float64{}, false
		for at := range below {
			active := c.p.Active(today-step*(points-1-at), 30)
			var all int64
			for _, n := range active {
				all += n
			}
			seen = seen || active[version] > 0
			below[at] += active[version]
			want[at] = 100 * float64(below[at]) / float64(max(all, 1))
		}
		if class := s.keys[version]; class != "" || seen {
			got := drawn(corner, strings.TrimPrefix(s.paths[class], "M0 100"))
			c.heights("the share of "+version, got, want)
		}
	}
	active := c.p.Active(today, 30)
	newest := c.p.Releases[len(c.p.Releases)-1].Version
	var all int64
	for _, n := range active {
		all += n
	}
	sentence := fmt.Sprintf("On %s, %s of the active installs have %s.", c.p.Start.AddDate(0, 0, today).Format("2 Jan 2006"), counts(active[newest], all), newest)
	c.equal("the adoption in words: "+sentence, strings.Contains(s.text, sentence), true)
}

// retentionDrawing checks the bars of the weeks after the first, of all installs that
// had so much time.
func (c *check) retentionDrawing(s *section, weeks []Week) {
	if s == nil {
		c.wrong = append(c.wrong, "the retention is not drawn")
		return
	}
	want := map[int]float64{}
	for later := 1; later <= 26; later++ {
		var installs, active int64
		for _, w := range weeks {
			if c.over(w.Monday, 7*later+6) {
				installs += w.New
				active += w.Later[later]
			}
		}
		if installs == 0 {
			continue
		}
		want[later-1] = 100 * float64(active) / float64(installs)
		if later == 1 || later == 4 || later == 12 || later == 26 {
			words := fmt.Sprintf("week %d: %s", later, counts(active, installs))
			c.equal("the retention in words: "+words, strings.Contains(strings.ToLower(s.text), words), true)
		}
	}
	c.heights("the retention", drawn(upright, s.paths["runs"]), positive(want))
}

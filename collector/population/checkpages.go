package population

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// firstPage checks the page that says what to know of an app.
func (c *check) firstPage() {
	const days = 30
	today := c.p.day - 1
	page := c.page("?days=" + strconv.Itoa(days))
	now, before := Choice{Since: today - days + 1, Until: today}, Choice{Since: today - 2*days + 1, Until: today - days}
	truth, earlier := c.p.ByCommand(now), c.p.ByCommand(before)
	if page["section 0"] == nil || page["What nobody uses"] == nil {
		c.wrong = append(c.wrong, "the page is not the first one")
		return
	}
	c.summary(page["section 0"], truth[""], earlier[""])
	delete(truth, "")
	delete(earlier, "")
	for heading, most := range map[string]int{"Commands by installs": 12, "Commands by installs that failed": 5} {
		shown, all := 0, 0
		for command, f := range truth {
			if heading == "Commands by installs" || f.InstallsFailed > 0 {
				all++
			}
			if row := page[heading].row(command); row != nil {
				shown++
				c.equal(heading+": "+command, row[1:], cells(f, earlier[command]))
			}
		}
		c.equal(heading, shown, min(all, most))
	}
	for _, system := range []string{"linux", "darwin", "windows"} {
		of, was := now, before
		of.System, was.System = system, system
		if f := c.p.ByCommand(of)[""]; f.Installs > 0 {
			c.equal("the page's "+system, page["Operating systems"].rest(system), cells(f, c.p.ByCommand(was)[""]))
		}
	}
	c.codesOnThePage(page, now, before, "")
	c.newsOnThePage(page, now, truth)
	c.worseOnThePage(page)
	c.versionsOnThePage(page, today, days)
	c.weeksOnThePage(page, today)
	c.cohortsOnThePage(page, today)
	c.daysOnThePage(page, now, "", "Active installs, in the last 30 days", func(day int) (sum int64) {
		for _, n := range c.p.Active(day, 30) {
			sum += n
		}
		return sum
	})
	for _, row := range page["What nobody uses"].rows[1:] {
		path, _, _ := strings.Cut(row[0], " hidden")
		path, _, _ = strings.Cut(path, " deprecated")
		path, _, _ = strings.Cut(path, " has subcommands")
		last := "never"
		if day := c.p.LastUse(path); day >= 0 {
			last = c.p.Start.AddDate(0, 0, day).Format("2 Jan 2006")
		}
		c.equal("the page's unused "+path, []any{truth[path].Runs, row[1]}, []any{0, last})
	}
}

// summary checks the large figures.
func (c *check) summary(s *section, all, was Figures) {
	want := map[string]string{
		"Active installs":      joined(thousands(all.Installs), changed(all.Installs, was.Installs), "that reported"),
		"Installs that failed": joined(thousands(all.InstallsFailed), changed(all.InstallsFailed, was.InstallsFailed), share(all.InstallsFailed, all.Installs), "of the active ones"),
		"Runs":                 joined(thousands(all.Runs), changed(all.Runs, was.Runs), "of any command"),
		"Runs that failed":     joined(share(all.Failures, all.Runs), points(all.Failures, all.Runs, was.Failures, was.Runs), thousands(all.Failures), "runs"),
		"No exit seen":         joined(share(all.NoExit, all.Runs), points(all.NoExit, all.Runs, was.NoExit, was.Runs), thousands(all.NoExit), "runs killed or cut off"),
	}
	if weeks := c.p.Weeks(); len(weeks) > 2 {
		whole := weeks[:len(weeks)-1]
		if last := weeks[len(weeks)-1]; c.over(last.Monday, 6) {
			whole = weeks
		}
		fresh, earlier := whole[len(whole)-1].New, whole[len(whole)-2].New
		want["New installs"] = joined(thousands(fresh), changed(fresh, earlier), "in the last whole week")
	}
	for label, figure := range want {
		c.equal("the page's "+label, s.figures[label], figure)
	}
	c.equal("large figures", len(s.figures), len(want))
}

// over says whether the day that comes so many days after a Monday is over.
func (c *check) over(monday time.Time, days int) bool {
	return monday.AddDate(0, 0, days).Before(c.p.Start.AddDate(0, 0, c.p.day-1))
}

func (c *check) newsOnThePage(page map[string]*section, now Choice, truth map[string]Figures) {
	active := c.p.Active(now.Until, 30)
	var all int64
	for _, n := range active {
		all += n
	}
	date := func(day int) string { return c.p.Start.AddDate(0, 0, day).Format("2 Jan") }
	text := joined(page["What is new"].text)
	want := 0
	for n, r := range c.p.Releases {
		if n > 0 && r.Day >= now.Since {
			want++
			c.equal("news of "+r.Version, strings.Contains(text, joined(r.Version, "released", date(r.Day)+";", share(active[r.Version], all), "of the active installs have it")), true)
		}
	}
	for command, f := range truth {
		if first := c.p.FirstRun(command); first >= now.Since {
			want++
			c.equal("news of "+command, strings.Contains(text, fmt.Sprintf("%s first used %s; %s install", command, date(first), thousands(f.Installs))), true)
		}
	}
	c.equal("news", strings.Count(text, "released ")+strings.Count(text, "first used "), want)
}

func (c *check) worseOnThePage(page map[string]*section) {
	n := len(c.p.Releases)
	if n < 2 {
		return
	}
	year := Choice{Since: c.p.day - 365, Until: c.p.day - 1}
	old, fresh := year, year
	old.Version, fresh.Version = c.p.Releases[n-2].Version, c.p.Releases[n-1].Version
	before, after := c.p.ByCommand(old), c.p.ByCommand(fresh)
	section := page["What got worse in "+fresh.Version]
	if section == nil {
		c.wrong = append(c.wrong, "the page does not say what got worse in "+fresh.Version)
		return
	}
	var want, got []string
	if broken := c.p.Releases[n-1].Broken; broken != "" && !c.p.Quiet {
		want = []string{broken, counts(before[broken].FirstUseFailed, before[broken].FirstUse), counts(after[broken].FirstUseFailed, after[broken].FirstUse)}
	}
	for i, row := range section.rows {
		if i > 0 {
			got = append(got, row[:3]...)
		}
	}
	c.equal("what got worse on the page", got, want)
}

func (c *check) versionsOnThePage(page map[string]*section, today, days int) {
	active, before := c.p.Active(today, 30), c.p.Active(today-days, 30)
	var all int64
	for _, n := range active {
		all += n
	}
	for i, r := range c.p.Releases {
		half := "not yet"
		if days := c.p.DaysToHalf(i); days >= 0 {
			half = fmt.Sprint(days) + map[bool]string{true: " day", false: " days"}[days == 1]
		}
		used := c.p.ByCommand(Choice{Version: r.Version, Since: today - days + 1, Until: today})[""]
		failing := "–"
		if used.Installs > 0 {
			failing = counts(used.InstallsFailed, used.Installs)
		}
		c.equal("the page's "+r.Version, page["Versions"].rest(r.Version), []string{c.p.Start.AddDate(0, 0, r.Day).Format("2 Jan 2006"),
			joined(thousands(active[r.Version]), changed(active[r.Version], before[r.Version]), share(active[r.Version], all)), half, failing})
	}
	c.adoptionDrawing(page["Versions"], today, days)
}

func (c *check) weeksOnThePage(page map[string]*section, today int) {
	weeks := c.p.Weeks()
	for n := len(weeks) - 1; n >= 0 && n > len(weeks)-8; n-- {
		w, over := weeks[n], c.over(weeks[n].Monday, 6)
		label := w.Monday.Format("2 Jan 2006")
		if !over {
			label += " not over yet"
		}
		want := make([]string, 5)
		for i, of := range []func(Week) int64{func(w Week) int64 { return w.Active }, func(w Week) int64 { return w.New },
			func(w Week) int64 { return w.Stayed }, func(w Week) int64 { return w.Back }, func(w Week) int64 { return w.Lost }} {
			want[i] = thousands(of(w))
			if over && n > 0 {
				want[i] += " " + changed(of(w), of(weeks[n-1]))
			}
		}
		c.equal("the page's week "+label, page["Who comes back"].rest(label), want)
	}
	c.retentionDrawing(page["Retention"], weeks)
}

// cohortsOnThePage checks the installs by the week of their first report. The rows
// reach back so far that each column has a figure.
func (c *check) cohortsOnThePage(page map[string]*section, today int) {
	shown, figures := 0, map[int]int{}
	for _, w := range c.p.Weeks() {
		row := page["By the week of the first report"].row(w.Monday.Format("2 Jan 2006"))
		if row == nil {
			continue
		}
		shown++
		want := []string{thousands(w.New)}
		for _, later := range []int{1, 4, 12, 26} {
			text := ""
			if c.over(w.Monday, 7*later+6) {
				text = share(w.Later[later], w.New)
				figures[later]++
			}
			want = append(want, text)
		}
		c.equal("the page's first week "+row[0], row[1:], want)
	}
	if c.p.Days >= 365 && (shown != 9 || figures[1] < 8 || figures[12] < 4 || figures[26] < 1) {
		c.equal("first weeks on the page", []any{shown, figures}, "9, with figures in each column")
	}
}

// daysOnThePage checks the bars of a page and their table.
func (c *check) daysOnThePage(page map[string]*section, choice Choice, path, line string, installs func(day int) int64) {
	byDay := c.p.ByDay(choice, path)
	found := 0
	for _, s := range page {
		for _, row := range s.rows {
			words := strings.Fields(row[0])
			if len(row) != 4 || len(words) < 4 {
				continue
			}
			day, err := time.Parse("Mon 2 Jan 2006", strings.Join(words[:4], " "))
			if err != nil {
				continue
			}
			found++
			at := int(day.Sub(c.p.Start).Hours() / 24)
			f := byDay[at]
			c.equal("the page's "+path+" on "+row[0], row[1:], []string{thousands(installs(at)), thousands(f.Runs), thousands(f.Failures + f.NoExit)})
		}
	}
	c.equal("days of "+path+" on the page", found, choice.Until-choice.Since+1)
	of := func(measure func(Figures) int64) (values []int64) {
		for day := choice.Since; day <= choice.Until; day++ {
			values = append(values, measure(byDay[day]))
		}
		return values
	}
	c.barsDrawing(path, page["Runs per day"], of(func(f Figures) int64 { return f.Runs }), of(func(f Figures) int64 { return f.Failures + f.NoExit }))
	var all []int64
	for day := choice.Since; day <= choice.Until; day++ {
		all = append(all, installs(day))
	}
	c.lineDrawing(path, page[line], all)
}

func (c *check) codesOnThePage(page map[string]*section, choice, before Choice, path string) {
	names := map[int]string{0: "0 success", -1: "– no exit seen", 1: "1 exitFailed", 2: "2 exitUsage", 3: "3 exitNotFound", 130: "130"}
	now, was := c.p.ByCode(choice, path), c.p.ByCode(before, path)
	var runs, runsBefore int64
	for _, n := range now {
		runs += n
	}
	for _, n := range was {
		runsBefore += n
	}
	for code, n := range now {
		row := page["Exit codes"].rest(names[code])
		c.equal(fmt.Sprintf("the page's %s with exit code %d", path, code), row[:min(2, len(row))],
			[]string{thousands(n) + " " + changed(n, was[code]), joined(share(n, runs), points(n, runs, was[code], runsBefore))})
	}
}

func (c *check) commandPage(path string, days int) {
	today := c.p.day - 1
	page := c.page("command?command=" + url.QueryEscape(path) + "&days=" + strconv.Itoa(days))
	choice, before := Choice{Since: today - days + 1, Until: today}, Choice{Since: today - 2*days + 1, Until: today - days}
	truth, was := c.p.ByCommand(choice)[path], c.p.ByCommand(before)[path]
	if summary := page["section 0"]; summary != nil {
		c.equal("the page's installs of "+path, summary.figures["Installs"], fmt.Sprintf("%s %s that used it", thousands(truth.Installs), changed(truth.Installs, was.Installs)))
	}
	byDay := c.p.ByDay(choice, path)
	c.daysOnThePage(page, choice, path, "Installs that used it, per day", func(day int) int64 { return byDay[day].Installs })
	for _, r := range c.p.Releases {
		one, earlier := choice, before
		one.Version, earlier.Version = r.Version, r.Version
		f, b := c.p.ByCommand(one)[path], c.p.ByCommand(earlier)[path]
		if f.Runs == 0 {
			continue
		}
		first := "–"
		if f.FirstUse > 0 {
			first = counts(f.FirstUseFailed, f.FirstUse)
		}
		c.equal("the page's "+path+" in "+r.Version, page["Versions"].rest(r.Version), []string{thousands(f.Installs), counts(f.InstallsFailed, f.Installs), first,
			joined(thousands(f.Runs), changed(f.Runs, b.Runs)), joined(share(f.Failures, f.Runs), points(f.Failures, f.Runs, b.Failures, b.Runs))})
	}
	c.codesOnThePage(page, choice, before, path)
}

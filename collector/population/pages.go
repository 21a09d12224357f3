package population

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// CheckPages holds the figures of the first page and of a command's page against
// the truth, as Check does those of the API, and returns what differs. get returns
// the page at an address.
func (p *Population) CheckPages(get func(address string) ([]byte, error)) []string {
	c := &check{p: p, get: get}
	c.monday()
	c.commandPage("pace apply data-policy", 30)
	return c.wrong
}

// A section is the text of one part of a page.
type section struct {
	figures map[string]string // the large ones, by their labels
	rows    [][]string        // of its tables
	text    string
}

// page reads a page, which is well-formed, by the headings of its sections.
func (c *check) page(address string) map[string]*section {
	body, err := c.get(address)
	if err != nil {
		c.wrong = append(c.wrong, fmt.Sprintf("%s: %v", address, err))
		return map[string]*section{}
	}
	sections := map[string]*section{}
	now, open, label, words := &section{}, []string{}, "", []string{}
	text := func() string {
		joined := strings.Join(strings.Fields(strings.Join(words, "")), " ")
		words = nil
		return joined
	}
	for decoder := xml.NewDecoder(strings.NewReader(string(body))); ; {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return sections
		}
		if err != nil {
			c.wrong = append(c.wrong, fmt.Sprintf("%s: %v", address, err))
			return sections
		}
		switch token := token.(type) {
		case xml.StartElement:
			open = append(open, token.Name.Local)
			switch token.Name.Local {
			case "section":
				now = &section{figures: map[string]string{}}
				sections[fmt.Sprintf("section %d", len(sections))] = now
				words = nil
			case "h2", "th", "td", "dt", "dd", "li", "caption", "p":
				words = nil
			case "tr":
				now.rows = append(now.rows, nil)
			case "strong", "b", "i", "span":
				words = append(words, " ")
			}
		case xml.CharData:
			if !slices.Contains(open, "title") {
				words = append(words, string(token))
				now.text += string(token)
			}
		case xml.EndElement:
			open = open[:len(open)-1]
			switch token.Name.Local {
			case "h2":
				sections[text()] = now
			case "th", "td":
				if n := len(now.rows); n > 0 {
					now.rows[n-1] = append(now.rows[n-1], text())
				}
			case "dt":
				label = text()
			case "dd":
				now.figures[label] = text()
			}
		}
	}
}

// row finds the row of a table that begins with a name.
func (s *section) row(name string) []string {
	if s == nil {
		return nil
	}
	for _, row := range s.rows {
		if len(row) > 0 && row[0] == name {
			return row
		}
	}
	return nil
}

// number is the figure that a cell begins with; what follows is its change.
func number(cell string) string {
	first, _, _ := strings.Cut(cell, " ")
	return strings.ReplaceAll(first, ",", "")
}

// share is part of whole as the pages write it.
func share(part, whole int64) string {
	switch p := 100 * float64(part) / float64(whole); {
	case whole == 0:
		return "–"
	case part == 0 || part == whole:
		return fmt.Sprintf("%.0f%%", p)
	case p < .1:
		return "<0.1%"
	case p > 99.9:
		return ">99.9%"
	default:
		return fmt.Sprintf("%.1f%%", p)
	}
}

func counts(part, whole int64) string {
	return fmt.Sprintf("%s (%s of %s)", share(part, whole), thousands(part), thousands(whole))
}

func thousands(n int64) string {
	text := strconv.FormatInt(n, 10)
	for at := len(text) - 3; at > 0; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}

// changed is a figure's change as the pages write it.
func changed(now, before int64) string {
	switch {
	case now == before:
		return "±0"
	case before == 0:
		return "new"
	case now/before >= 10:
		return "×" + thousands(now/before)
	}
	text := fmt.Sprintf("%+.0f%%", math.Round(100*(float64(now)/float64(before)-1)))
	if text == "+0%" || text == "-0%" {
		return "±0"
	}
	return text
}

func (c *check) monday() {
	const days = 30
	today := c.p.day - 1
	page := c.page("?days=" + strconv.Itoa(days))
	now, before := Choice{Since: today - days + 1, Until: today}, Choice{Since: today - 2*days + 1, Until: today - days}
	truth, earlier := c.p.ByCommand(now), c.p.ByCommand(before)
	all, was := truth[""], earlier[""]
	if summary := page["section 0"]; summary == nil {
		c.wrong = append(c.wrong, "the page has no section")
		return
	} else {
		c.equal("the page's active installs", summary.figures["Active installs"], fmt.Sprintf("%s %s that reported", thousands(all.Installs), changed(all.Installs, was.Installs)))
		c.equal("the page's runs", summary.figures["Runs"], fmt.Sprintf("%s %s of any command", thousands(all.Runs), changed(all.Runs, was.Runs)))
		c.equal("the page's installs that failed", summary.figures["Installs that failed"],
			fmt.Sprintf("%s %s %s of the active ones", thousands(all.InstallsFailed), changed(all.InstallsFailed, was.InstallsFailed), share(all.InstallsFailed, all.Installs)))
	}
	delete(truth, "")
	shown := 0
	for command, f := range truth {
		row := page["Commands by installs"].row(command)
		if row == nil {
			continue // the page has the first only
		}
		shown++
		b := earlier[command]
		c.equal("the page's "+command, row[1:], []string{
			thousands(f.Installs) + " " + changed(f.Installs, b.Installs),
			thousands(f.InstallsFailed) + " " + changed(f.InstallsFailed, b.InstallsFailed) + " " + share(f.InstallsFailed, f.Installs),
			thousands(f.Runs) + " " + changed(f.Runs, b.Runs), share(f.Failures, f.Runs)})
	}
	c.equal("commands on the page", shown, min(len(truth), 15))
	c.worseOnThePage(page)
	c.versionsOnThePage(page, today)
	c.weeksOnThePage(page, today)
	used := truth
	for _, row := range page["What nobody uses"].rows[1:] {
		path, _, _ := strings.Cut(row[0], " hidden")
		path, _, _ = strings.Cut(path, " deprecated")
		path, _, _ = strings.Cut(path, " has subcommands")
		last := "never"
		if day := c.p.LastUse(path); day >= 0 {
			last = c.p.Start.AddDate(0, 0, day).Format("2 Jan 2006")
		}
		c.equal("the page's unused "+path, []any{used[path].Runs, row[1]}, []any{0, last})
	}
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

func (c *check) versionsOnThePage(page map[string]*section, today int) {
	active := c.p.Active(today, 30)
	var all int64
	for _, n := range active {
		all += n
	}
	for i, r := range c.p.Releases {
		half := "not yet"
		if days := c.p.DaysToHalf(i); days >= 0 {
			half = fmt.Sprint(days) + map[bool]string{true: " day", false: " days"}[days == 1]
		}
		row := page["Versions"].row(r.Version)
		if row == nil {
			c.wrong = append(c.wrong, "the page does not have "+r.Version)
			continue
		}
		c.equal("the page's "+r.Version, row[1:4], []string{c.p.Start.AddDate(0, 0, r.Day).Format("2 Jan 2006"), thousands(active[r.Version]) + " " + share(active[r.Version], all), half})
	}
}

func (c *check) weeksOnThePage(page map[string]*section, today int) {
	weeks := c.p.Weeks()
	shown := 0
	for n := len(weeks) - 1; n >= 0 && shown < 8; n-- {
		w := weeks[n]
		label := w.Monday.Format("2 Jan 2006")
		if over := !w.Monday.AddDate(0, 0, 6).After(c.p.Start.AddDate(0, 0, today-1)); !over {
			label += " not over yet"
		}
		row := page["Who comes back"].row(label)
		shown++
		if row == nil {
			c.wrong = append(c.wrong, "the page does not have the week "+label)
			continue
		}
		c.equal("the page's week "+label, row[1:], []string{thousands(w.Active), thousands(w.New), thousands(w.Stayed), thousands(w.Back), thousands(w.Lost)})
		row = page["By the week of the first report"].row(w.Monday.Format("2 Jan 2006"))
		if w.New == 0 || row == nil {
			continue
		}
		want := []string{thousands(w.New)}
		for _, later := range []int{1, 4, 12, 26} {
			text := ""
			if over := w.Monday.AddDate(0, 0, 7*later+6).Before(c.p.Start.AddDate(0, 0, today)); over {
				text = share(w.Later[later], w.New)
			}
			want = append(want, text)
		}
		c.equal("the page's first week "+label, row[1:], want)
	}
}

func (c *check) commandPage(path string, days int) {
	today := c.p.day - 1
	page := c.page("command?command=" + url.QueryEscape(path) + "&days=" + strconv.Itoa(days))
	choice := Choice{Since: today - days + 1, Until: today}
	before := Choice{Since: today - 2*days + 1, Until: today - days}
	truth, was := c.p.ByCommand(choice)[path], c.p.ByCommand(before)[path]
	if summary := page["section 0"]; summary != nil {
		c.equal("the page's installs of "+path, summary.figures["Installs"], fmt.Sprintf("%s %s that used it", thousands(truth.Installs), changed(truth.Installs, was.Installs)))
	}
	byDay := c.p.ByDay(choice, path)
	found := 0
	for _, s := range page {
		for _, row := range s.rows {
			label, _, _ := strings.Cut(row[0], " 20")
			day, err := time.Parse("Mon 2 Jan 2006", label+c.p.Start.AddDate(0, 0, today).Format(" 2006"))
			if err != nil || len(row) != 4 {
				continue
			}
			at := int(day.Sub(c.p.Start).Hours() / 24)
			if f := byDay[at]; at >= choice.Since {
				found++
				c.equal("the page's "+path+" on "+label, row[1:], []string{thousands(f.Installs), thousands(f.Runs), thousands(f.Failures + f.NoExit)})
			}
		}
	}
	if found < days/2 { // the year may change in between
		c.equal("days of "+path+" on the page", found, days)
	}
	for _, r := range c.p.Releases {
		one := choice
		one.Version = r.Version
		f := c.p.ByCommand(one)[path]
		row := page["Versions"].row(r.Version)
		if row == nil {
			if f.Runs > 0 {
				c.wrong = append(c.wrong, "the page of "+path+" does not have "+r.Version)
			}
			continue
		}
		first := "–"
		if f.FirstUse > 0 {
			first = counts(f.FirstUseFailed, f.FirstUse)
		}
		c.equal("the page's "+path+" in "+r.Version, []string{number(row[1]), row[2], row[3], number(row[4]), row[5]},
			[]string{fmt.Sprint(f.Installs), counts(f.InstallsFailed, f.Installs), first, fmt.Sprint(f.Runs), share(f.Failures, f.Runs)})
	}
	names := map[int]string{0: "0 success", -1: "– no exit seen", 1: "1 exitFailed", 2: "2 exitUsage", 3: "3 exitNotFound", 130: "130"}
	for code, runs := range c.p.ByCode(choice, path) {
		row := page["Exit codes"].row(names[code])
		if row == nil {
			c.wrong = append(c.wrong, fmt.Sprintf("the page of %s does not have exit code %d", path, code))
			continue
		}
		c.equal(fmt.Sprintf("the page's %s with exit code %d", path, code), []string{number(row[1]), row[2]}, []string{fmt.Sprint(runs), share(runs, truth.Runs)})
	}
}

package population

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// Check holds every figure of the API against the truth, and returns what
// differs. get returns the body of GET /api/v1/<question>.
func (p *Population) Check(get func(question string) ([]byte, error)) []string {
	c := &check{p: p, get: get}
	today := p.day - 1
	for _, days := range []int{7, 30, 90, 365, 17} {
		c.commands(Choice{Since: today - days + 1, Until: today}, url.Values{"days": {strconv.Itoa(days)}})
	}
	last := p.Releases[len(p.Releases)-1].Version
	for _, choice := range []Choice{{Version: last}, {System: "darwin"}, {Version: "v1.16.0", System: "linux"}} {
		for _, days := range []int{30, 365} {
			choice.Since, choice.Until = today-days+1, today
			c.commands(choice, url.Values{"days": {strconv.Itoa(days)}, "version": {choice.Version}, "system": {choice.System}})
		}
	}
	c.earlier(today-120, 30)
	c.command("pace apply data-policy", today, 90)
	c.compare(len(p.Releases)-2, len(p.Releases)-1)
	c.compare(0, 1)
	c.versions(today)
	c.weeks()
	c.unused(today)
	c.releases()
	return c.wrong
}

type check struct {
	p     *Population
	get   func(string) ([]byte, error)
	wrong []string
}

func (c *check) equal(what string, got, want any) {
	if g, w := fmt.Sprint(got), fmt.Sprint(want); g != w {
		c.wrong = append(c.wrong, fmt.Sprintf("%s: %s, the truth is %s", what, g, w))
	}
}

func (c *check) ask(question string, parameters url.Values, answer any) bool {
	for name, value := range parameters {
		if value[0] == "" {
			delete(parameters, name)
		}
	}
	question += "?" + parameters.Encode()
	body, err := c.get(question)
	if err == nil {
		err = json.Unmarshal(body, answer)
	}
	if err != nil {
		c.wrong = append(c.wrong, fmt.Sprintf("%s: %v: %s", question, err, body))
	}
	return err == nil
}

func (c *check) date(day int) string { return c.p.Start.AddDate(0, 0, day).Format(time.DateOnly) }

// sums are the figures of the API.
type sums struct {
	Runs           int64  `json:"runs"`
	Failures       int64  `json:"failures"`
	NoExit         int64  `json:"no_exit"`
	Installs       *int64 `json:"installs"`
	InstallsFailed *int64 `json:"installs_failed"`
	FirstUse       int64  `json:"first_use"`
	FirstUseFailed int64  `json:"first_use_failed"`
}

func (s sums) figures() Figures {
	f := Figures{Runs: s.Runs, Failures: s.Failures, NoExit: s.NoExit, Installs: -1, InstallsFailed: -1}
	if s.Installs != nil {
		f.Installs = *s.Installs
	}
	if s.InstallsFailed != nil {
		f.InstallsFailed = *s.InstallsFailed
	}
	return f
}

// plain is f without its votes.
func (f Figures) plain() Figures {
	f.FirstUse, f.FirstUseFailed = 0, 0
	return f
}

type commandsAnswer struct {
	Total, Before sums
	Commands      []struct {
		Command string
		sums
		Before sums
	}
}

func (c *check) commands(choice Choice, parameters url.Values) {
	var got commandsAnswer
	if !c.ask("commands", parameters, &got) {
		return
	}
	want := c.p.ByCommand(choice)
	what := "commands " + parameters.Encode()
	c.equal(what+" in all", got.Total.figures(), want[""].plain())
	before := choice
	before.Since, before.Until = choice.Since-(choice.Until-choice.Since)-1, choice.Since-1
	earlier := c.p.ByCommand(before)
	c.before(what+" in all", got.Before, earlier[""], choice)
	delete(want, "")
	for i, one := range got.Commands {
		c.equal(what+" "+one.Command, one.figures(), want[one.Command].plain())
		c.before(what+" "+one.Command, one.Before, earlier[one.Command], choice)
		if i > 0 && *got.Commands[i-1].Installs < *one.Installs {
			c.equal(what+" order", one.Command, "ranked by installs")
		}
		delete(want, one.Command)
	}
	for command, f := range want {
		if f.Runs > 0 {
			c.equal(what+" "+command, "missing", f)
		}
	}
}

// before is the period before: its installs are known of the windows of which a
// picture is kept, and not of a version.
func (c *check) before(what string, got sums, want Figures, choice Choice) {
	if kept := slices.Contains([]int{7, 30, 90, 365}, choice.Until-choice.Since+1); !kept || choice.Version != "" {
		want.Installs, want.InstallsFailed = -1, -1
	}
	c.equal(what+" before", got.figures(), want.plain())
}

// earlier is a window of some days that ended long ago.
func (c *check) earlier(until, days int) {
	var got commandsAnswer
	choice := Choice{Since: until - days + 1, Until: until}
	if !c.ask("commands", url.Values{"since": {c.date(choice.Since)}, "until": {c.date(until)}}, &got) {
		return
	}
	want := c.p.ByCommand(choice)
	c.equal("an earlier window", got.Total.figures(), want[""].plain())
	for _, one := range got.Commands {
		c.equal("an earlier window "+one.Command, one.figures(), want[one.Command].plain())
	}
	choice = Choice{Since: choice.Since - days, Until: choice.Since - 1}
	c.equal("the window before it", got.Before.figures(), c.p.ByCommand(choice)[""].plain())
}

func (c *check) command(path string, today, days int) {
	var got struct {
		Total sums
		Days  []struct {
			Date string
			sums
		}
		Versions, Systems []struct {
			Name string
			sums
		}
		Codes []struct {
			Code int `json:"exit_code"`
			Runs int64
		} `json:"exit_codes"`
	}
	choice := Choice{Since: today - days + 1, Until: today}
	if !c.ask("command", url.Values{"command": {path}, "days": {strconv.Itoa(days)}}, &got) {
		return
	}
	c.equal(path, got.Total.figures(), c.p.ByCommand(choice)[path].plain())
	truth := c.p.ByDay(choice, path)
	for i, day := range got.Days {
		want := truth[choice.Since+i]
		c.equal(path+" on a day", []any{day.Date, day.Runs, day.Failures, day.NoExit, *day.Installs}, []any{c.date(choice.Since + i), want.Runs, want.Failures, want.NoExit, want.Installs})
	}
	for _, v := range got.Versions {
		one := choice
		one.Version = v.Name
		c.equal(path+" "+v.Name, v.figures(), c.p.ByCommand(one)[path].plain())
	}
	for _, s := range got.Systems {
		one := choice
		one.System = s.Name
		c.equal(path+" "+s.Name, s.figures(), c.p.ByCommand(one)[path].plain())
	}
	codes := map[int]int64{}
	for _, one := range got.Codes {
		codes[one.Code] = one.Runs
	}
	c.equal(path+" exit codes", codes, c.p.ByCode(choice, path))
}

func (c *check) compare(from, to int) {
	var got struct {
		From, To string
		Commands []struct {
			Command  string
			From, To sums
			Worse    bool
		}
	}
	old, fresh := c.p.Releases[from], c.p.Releases[to]
	if !c.ask("compare", url.Values{"from": {old.Version}, "to": {fresh.Version}, "days": {"365"}}, &got) {
		return
	}
	year := Choice{Until: c.p.day - 1, Since: c.p.day - 365}
	before, after := year, year
	before.Version, after.Version = old.Version, fresh.Version
	truthBefore, truthAfter := c.p.ByCommand(before), c.p.ByCommand(after)
	var worse []string
	for _, one := range got.Commands {
		for _, side := range []struct {
			got  sums
			want Figures
		}{{one.From, truthBefore[one.Command]}, {one.To, truthAfter[one.Command]}} {
			f := side.got.figures()
			f.FirstUse, f.FirstUseFailed = side.got.FirstUse, side.got.FirstUseFailed
			c.equal("compare "+one.Command, f, side.want)
		}
		if one.Worse {
			worse = append(worse, one.Command)
		}
	}
	var broken []string
	if fresh.Broken != "" && !c.p.Quiet {
		broken = append(broken, fresh.Broken)
	}
	c.equal("worse in "+fresh.Version, worse, broken)
}

func (c *check) versions(today int) {
	var got struct {
		Versions []struct {
			Version string
			sums
			Active int64
			Before int64 `json:"active_before"`
			Half   *int  `json:"days_to_half"`
		}
		Days []struct {
			Date     string
			Active   int64
			Versions map[string]int64
		}
	}
	if !c.ask("versions", url.Values{"days": {"60"}}, &got) {
		return
	}
	active, before := c.p.Active(today, 30), c.p.Active(today-60, 30)
	for _, v := range got.Versions {
		choice := Choice{Version: v.Version, Since: today - 59, Until: today}
		c.equal("versions "+v.Version, v.figures(), c.p.ByCommand(choice)[""].plain())
		c.equal("active "+v.Version, []int64{v.Active, v.Before}, []int64{active[v.Version], before[v.Version]})
		for r, release := range c.p.Releases {
			if release.Version == v.Version {
				half := -1
				if v.Half != nil {
					half = *v.Half
				}
				c.equal("days to half of "+v.Version, half, c.p.DaysToHalf(r))
			}
		}
	}
	c.equal("versions", len(got.Versions), len(c.p.Releases))
	for i, day := range got.Days {
		want := c.p.Active(today-59+i, 30)
		c.equal("adoption on "+day.Date, day.Versions, want)
		var sum int64
		for n := range maps.Values(want) {
			sum += n
		}
		c.equal("active on "+day.Date, day.Active, sum)
	}
	c.equal("days of adoption", len(got.Days), 60)
}

func (c *check) weeks() {
	var got struct {
		Weeks []struct {
			Week                                 string
			Active, New, Stayed, Returning, Lost int64
		}
		Days []struct {
			Date   string
			Active int64
		}
	}
	var retention struct {
		Weeks []struct {
			Week     string
			Installs int64
			Active   []int64
		}
		Mean []struct{ Installs, Active int64 }
	}
	if !c.ask("installs", url.Values{"days": {"365"}}, &got) || !c.ask("retention", url.Values{}, &retention) {
		return
	}
	active := map[string]int64{}
	for _, day := range got.Days {
		active[day.Date] = day.Active
	}
	for day := max(0, c.p.day-365); day < c.p.day; day++ {
		var sum int64
		for _, n := range c.p.Active(day, 30) {
			sum += n
		}
		c.equal("active on "+c.date(day), active[c.date(day)], sum)
	}
	mean := make([]struct{ Installs, Active int64 }, 27)
	want := map[string]Week{}
	for _, w := range c.p.Weeks() {
		want[w.Monday.Format(time.DateOnly)] = w
	}
	c.equal("weeks", len(got.Weeks), len(want))
	for _, w := range got.Weeks {
		t := want[w.Week]
		c.equal("week "+w.Week, []int64{w.Active, w.New, w.Stayed, w.Returning, w.Lost}, []int64{t.Active, t.New, t.Stayed, t.Back, t.Lost})
	}
	for _, w := range retention.Weeks {
		t := want[w.Week]
		c.equal("installs first seen in "+w.Week, w.Installs, t.New)
		later := t.Later
		monday, _ := time.Parse(time.DateOnly, w.Week)
		if n := len(later); n > 1 && !monday.AddDate(0, 0, 7*(n-1)+6).Before(c.p.Start.AddDate(0, 0, c.p.day-1)) {
			later = later[:n-1] // that week is not over
		}
		later = later[:min(len(later), 27)]
		c.equal("of them later", w.Active, later)
		for n, active := range later {
			mean[n].Installs += t.New
			mean[n].Active += active
		}
		delete(want, w.Week)
	}
	for len(mean) > 0 && mean[len(mean)-1].Installs == 0 {
		mean = mean[:len(mean)-1]
	}
	c.equal("mean of all weeks", retention.Mean, mean)
	for week, t := range want {
		if t.New > 0 {
			c.equal("first seen in "+week, 0, t.New)
		}
	}
}

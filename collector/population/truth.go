package population

import (
	"strings"
	"time"
)

// A Choice is what a figure is of. Empty strings select everything; the days are
// numbers of days of the plan, both included.
type Choice struct {
	Version, System string
	Since, Until    int
}

// Figures are the truth about a command.
type Figures struct {
	Runs, Failures, NoExit   int64
	Installs, InstallsFailed int64
	FirstUse, FirstUseFailed int64 // of a choice with a version
}

func (c Choice) has(a Arrival) bool {
	return (c.Version == "" || c.Version == a.Version) && (c.System == "" || c.System == a.System) && a.Day >= c.Since && a.Day <= c.Until
}

// ByCommand counts for every command that ran, and at "" for the app as a whole,
// of which those that reported are the installs.
func (p *Population) ByCommand(c Choice) map[string]Figures {
	type pair struct {
		command string
		install int
	}
	found := map[string]Figures{}
	used, failed, first := map[pair]bool{}, map[pair]bool{}, map[pair]bool{}
	mark := func(seen map[pair]bool, command string, install int) int64 {
		at := pair{command, install}
		if seen[at] {
			return 0
		}
		seen[at] = true
		return 1
	}
	for _, a := range p.Arrived {
		// The first use may lie before the period, and then is none of it.
		votes := map[string]bool{}
		for _, r := range a.Rises {
			if a.Version == c.Version {
				if mark(first, r.Command, a.Install) == 1 {
					votes[r.Command] = false
				}
				if _, is := votes[r.Command]; is && r.Code > 0 {
					votes[r.Command] = true
				}
			}
		}
		if !c.has(a) {
			continue
		}
		whole := found[""]
		if c.Version == "" || len(a.Rises) > 0 {
			whole.Installs += mark(used, "", a.Install)
		}
		found[""] = whole
		for command, bad := range votes {
			f := found[command]
			f.FirstUse++
			if bad {
				f.FirstUseFailed++
			}
			found[command] = f
		}
		for _, r := range a.Rises {
			for _, command := range []string{"", r.Command} {
				f := found[command]
				f.Runs += r.Runs
				if command != "" {
					f.Installs += mark(used, command, a.Install)
				}
				switch {
				case r.Code > 0:
					f.Failures += r.Runs
					f.InstallsFailed += mark(failed, command, a.Install)
				case r.Code < 0:
					f.NoExit += r.Runs
				}
				found[command] = f
			}
		}
	}
	return found
}

// ByCode counts the runs of a command, or of all, by exit code.
func (p *Population) ByCode(c Choice, command string) map[int]int64 {
	found := map[int]int64{}
	for _, a := range p.Arrived {
		if c.has(a) {
			for _, r := range a.Rises {
				if command == "" || r.Command == command {
					found[r.Code] += r.Runs
				}
			}
		}
	}
	return found
}

// ByDay counts a command's installs of each day.
func (p *Population) ByDay(c Choice, command string) map[int]Figures {
	days := map[int]Figures{}
	for day := c.Since; day <= c.Until; day++ {
		one := c
		one.Since, one.Until = day, day
		if f := p.ByCommand(one)[command]; f != (Figures{}) {
			days[day] = f
		}
	}
	return days
}

// Active counts the installs that reported in the days that end with day, by the
// version of their latest report.
func (p *Population) Active(day, days int) map[string]int64 {
	latest := map[int]string{}
	for _, a := range p.Arrived {
		if a.Day > day-days && a.Day <= day {
			latest[a.Install] = a.Version
		}
	}
	active := map[string]int64{}
	for _, version := range latest {
		active[version]++
	}
	return active
}

// DaysToHalf counts the days from a release until half of the active installs had
// it or a newer one; -1 if that has not come.
func (p *Population) DaysToHalf(release int) int {
	for day := p.Releases[release].Day; day < p.day; day++ {
		var have, all int64
		for version, n := range p.Active(day, 30) {
			all += n
			for _, r := range p.Releases[release:] {
				if r.Version == version {
					have += n
				}
			}
		}
		if all > 0 && 2*have >= all {
			return day - p.Releases[release].Day
		}
	}
	return -1
}

// A Week is the truth about one from Monday to Sunday.
type Week struct {
	Monday                          time.Time
	Active, New, Stayed, Back, Lost int64
	Later                           []int64 // of the new ones, those that reported n weeks later
}

// Weeks are all weeks of the plan up to the last day that has passed.
func (p *Population) Weeks() []Week {
	monday := p.Start.AddDate(0, 0, -(int(p.Start.Weekday())+6)%7)
	of := func(day int) int { return int(p.Start.AddDate(0, 0, day).Sub(monday).Hours() / 24 / 7) }
	weeks := make([]Week, of(p.day-1)+1)
	seen := map[int]map[int]bool{} // weeks in which an install reported
	first := map[int]int{}
	for _, a := range p.Arrived {
		if seen[a.Install] == nil {
			seen[a.Install], first[a.Install] = map[int]bool{}, of(a.Day)
		}
		seen[a.Install][of(a.Day)] = true
	}
	for n := range weeks {
		w := &weeks[n]
		w.Monday = monday.AddDate(0, 0, 7*n)
		w.Later = make([]int64, len(weeks)-n)
		for install, in := range seen {
			switch {
			case in[n] && first[install] == n:
				w.New++
			case in[n] && in[n-1]:
				w.Stayed++
			case in[n]:
				w.Back++
			case in[n-1]:
				w.Lost++
			}
			if in[n] {
				w.Active++
			}
			if first[install] == n {
				for later := range w.Later {
					if in[n+later] {
						w.Later[later]++
					}
				}
			}
		}
	}
	return weeks
}

// LastUse is the last day on which runs of a command arrived, -1 for none.
func (p *Population) LastUse(command string) int {
	last := -1
	for _, a := range p.Arrived {
		for _, r := range a.Rises {
			if r.Command == command {
				last = max(last, a.Day)
			}
		}
	}
	return last
}

// FirstRun is the first day on which runs of a command arrived, -1 for none.
func (p *Population) FirstRun(command string) int {
	for _, a := range p.Arrived {
		for _, r := range a.Rises {
			if r.Command == command {
				return a.Day
			}
		}
	}
	return -1
}

// IsGroup says whether other commands are below a command.
func IsGroup(path string) bool {
	for _, c := range Commands {
		if strings.HasPrefix(c.Path, path+" ") {
			return true
		}
	}
	return false
}

package answers

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/telemetrygen/telemetrygen/collector/answers/proportion"
	"github.com/telemetrygen/telemetrygen/collector/store"
)

// CompareDays is the period of a comparison that names none: a release is
// compared over all of its time, or the newest one would stand with its first
// week against the other's last.
const CompareDays = 365

// FalseAlarms is the probability that a comparison names any command as worse
// where no command fails more than before.
const FalseAlarms = 0.05

// fewestFailed is how many installs have to fail at a command that got worse: one sender
// may be a stranger, or a machine on which nothing works.
const fewestFailed = 3

// Compare is what got worse from one release to another.
type Compare struct {
	Period
	From     string     `json:"from"`
	To       string     `json:"to"`
	Commands []Compared `json:"commands"` // worse ones first, by the difference; then by installs
}

// A Compared command is one that installs of both versions have used.
//
// FirstUse decides: each install counts once per version, by the report of its first use
// of the command in that version, and has failed if that report has an exit code of 1 to 255.
// So a script cannot count twice, and a version of a week can be compared with one of a year,
// in which every install had more time to fail.
type Compared struct {
	Path string `json:"command"`
	From Side   `json:"from"`
	To   Side   `json:"to"`
	// Difference is the share of To.FirstUse that failed minus that of From; Low
	// and High are its 95 % interval (Newcombe).
	Difference float64 `json:"difference"`
	Low        float64 `json:"low"`
	High       float64 `json:"high"`
	// Chance is the probability of at least so many failures in To if both versions
	// fail alike (Fisher's exact test, one-sided).
	Chance float64 `json:"chance"`
	// Worse: beyond chance when all commands are tested (Holm, FalseAlarms), and for
	// more than two installs.
	Worse bool `json:"worse"`
}

// A Side is a command in one of the versions.
type Side struct {
	Figures
	FirstUse       int64 `json:"first_use"`
	FirstUseFailed int64 `json:"first_use_failed"`
}

func (s Side) sample() proportion.Sample {
	return proportion.Sample{Failed: s.FirstUseFailed, Trials: s.FirstUse}
}

// Worse returns the commands that got worse, the worst first.
func (c Compare) Worse() []Compared {
	var worse []Compared
	for _, one := range c.Commands {
		if one.Worse {
			worse = append(worse, one)
		}
	}
	return worse
}

// AskCompare compares q.From with q.To, by default the newest release with the one before.
func AskCompare(ctx context.Context, s Store, q Question) (Compare, error) {
	if q.plain {
		q.Days, q.Since = CompareDays, later(q.Until.AddDate(0, 0, 1-CompareDays), q.kept)
	}
	a := Compare{Period: q.about(), Commands: []Compared{}}
	var err error
	if a.From, a.To, err = pair(ctx, s, q); err != nil || a.From == "" {
		return a, err
	}
	from, err := side(ctx, s, q, a.From)
	if err != nil {
		return a, err
	}
	to, err := side(ctx, s, q, a.To)
	if err != nil {
		return a, err
	}
	a.Commands = CompareSides(from, to).Commands
	return a, nil
}

// CompareSides compares commands by their counts in two versions.
func CompareSides(from, to map[string]Side) Compare {
	c := Compare{Commands: []Compared{}}
	for path, one := range to {
		if other, ok := from[path]; ok && one.FirstUse > 0 && other.FirstUse > 0 {
			c.Commands = append(c.Commands, Compared{Path: path, From: other, To: one})
		}
	}
	c.decide()
	return c
}

// decide fills in what follows from the counts, and sorts the commands by it.
func (c *Compare) decide() {
	slices.SortFunc(c.Commands, func(a, b Compared) int { return cmp.Compare(a.Path, b.Path) })
	chances := make([]float64, len(c.Commands))
	for i := range c.Commands {
		one := &c.Commands[i]
		from, to := one.From.sample(), one.To.sample()
		one.Difference = to.Share() - from.Share()
		interval := proportion.Difference(from, to)
		one.Low, one.High = interval.Low, interval.High
		one.Chance = proportion.Higher(from, to)
		chances[i] = one.Chance
	}
	for i, beyond := range proportion.Beyond(FalseAlarms, chances) {
		c.Commands[i].Worse = beyond && c.Commands[i].To.FirstUseFailed >= fewestFailed
	}
	slices.SortStableFunc(c.Commands, func(a, b Compared) int {
		switch {
		case a.Worse != b.Worse:
			return map[bool]int{true: -1, false: 1}[a.Worse]
		case a.Worse:
			return cmp.Compare(b.Difference, a.Difference)
		}
		return cmp.Compare(b.To.FirstUse, a.To.FirstUse)
	})
}

func side(ctx context.Context, s Store, q Question, version string) (map[string]Side, error) {
	q.Version = version
	rows, err := s.ByCommand(ctx, q.selection())
	sides := map[string]Side{}
	for _, row := range rows {
		sides[row.Name] = Side{figures(row.Sums), row.First, row.FirstFailed}
	}
	return sides, err
}

// pair chooses the versions to compare: those that are asked for; else the
// newest release, and the one before it. Both are empty when there is only one.
func pair(ctx context.Context, s Store, q Question) (from, to string, err error) {
	versions, err := s.Versions(ctx, q.App)
	if err != nil {
		return "", "", err
	}
	releases := named(versions)
	to = q.To
	if to == "" && len(releases) > 0 {
		to = releases[0].Name
	}
	if from = q.From; from != "" {
		if from == to {
			return "", "", refuse("from and to are both %q.", to)
		}
		return from, to, nil
	}
	at := slices.IndexFunc(releases, func(v store.Version) bool { return plain(v.Name) == plain(to) })
	if at >= 0 && at+1 < len(releases) {
		return releases[at+1].Name, to, nil
	}
	return "", to, nil
}

// named are the releases that somebody has, newest first: the registered ones where
// there are any. Of one that has several names that with most installs stands for all.
func named(versions []store.Version) []store.Version {
	var registered, all []store.Version
	ordered, releases := releasesFirst(versions)
	for _, v := range ordered[:releases] {
		if v.First.IsZero() {
			continue
		}
		if last := len(all) - 1; last < 0 || plain(all[last].Name) != plain(v.Name) {
			all = append(all, v)
		} else if v.Installs > all[last].Installs {
			all[last] = v
		}
		if !v.Registered.IsZero() {
			registered = append(registered, v)
		}
	}
	if len(registered) > 0 {
		return registered
	}
	return all
}

// plain is a version without what builds of one release may differ in: a v in front,
// and what follows a +.
func plain(version string) string {
	version, _, _ = strings.Cut(strings.TrimPrefix(version, "v"), "+")
	return version
}

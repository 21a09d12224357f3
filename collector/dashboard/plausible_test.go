package dashboard_test

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/dashboard"
)

// plausible is a source like the data of a CLI with 4,000 weekly users: fewer
// runs at weekends, a release that is taken up, and commands that fail
// differently. The same question always has the same answer.
type plausible struct{}

var plausibleCommands = []struct {
	path               string
	weight, fail, lost float64
}{
	{"pace get data-policies", 22, .012, .002}, {"pace list catalogs", 16, .008, .001}, {"pace login", 12, .14, .01},
	{"pace apply data-policy", 10, .092, .004}, {"pace get processing-platforms", 8, .006, 0}, {"pace list tables", 7.5, .031, .003},
	{"pace evaluate", 6, .21, .006}, {"pace get blueprint-policy", 4.2, .045, 0}, {"pace transpile", 3.6, .063, .002},
	{"pace list groups", 3, .004, 0}, {"pace version", 2.6, 0, 0}, {"pace upsert global-transform", 2.1, .118, .004},
	{"pace delete data-policy", 1.2, .02, 0}, {"pace get lineage", .9, .31, .02}, {"pace disable app", .4, .01, 0},
	{"pace (unlisted)", .3, .05, .1},
}

func (plausible) Dashboard(_ context.Context, f dashboard.Filter) (dashboard.Data, error) {
	d := dashboard.Data{Apps: []string{"pace"}, Versions: []string{"v1.18.0", "v1.17.2", "v1.17.0", "v1.16.0", "v1.15.3"}}
	n := int(f.To.Sub(f.From).Hours()/24) + 1
	codes, releases := map[string]float64{}, map[string]float64{}
	commands := make([]dashboard.Command, len(plausibleCommands))
	for i := range n {
		day := f.From.AddDate(0, 0, i)
		age := 1 - float64(f.To.Sub(day).Hours())/24/500 // grows over time
		use := 5200 * age * (1 + .12*math.Sin(float64(i)*1.7) + .06*math.Sin(float64(i)*.61))
		if w := day.Weekday(); w == time.Saturday || w == time.Sunday {
			use *= .32
		}
		back := f.To.Sub(day).Hours() / 24
		if back == 0 {
			use *= .55 // the day is not over
		}
		bad := 1.0
		if back >= 11 && back <= 13 {
			bad = 2.6 // a release that broke login
		}
		row := dashboard.Day{Date: day, Installs: int64(use * .21)}
		for c, p := range plausibleCommands {
			runs := use * p.weight / 99.8
			failed, lost := runs*min(p.fail*bad, .9), runs*p.lost
			commands[c].Path = p.path
			commands[c].Runs += int64(runs)
			commands[c].Failures += int64(failed)
			commands[c].NoExit += int64(lost)
			row.Runs += int64(runs)
			row.Failures += int64(failed) + int64(lost)
			codes["0"] += float64(int64(runs) - int64(failed) - int64(lost))
			codes["-1"] += float64(int64(lost))
			codes["1"] += float64(int64(failed)) * .81
			codes["2"] += float64(int64(failed)) * .12
			codes["130"] += float64(int64(failed)) * .07
		}
		newest := 1 / (1 + math.Exp((back-9)/2.5))
		releases["v1.18.0"] += use * .78 * newest
		releases["v1.17.2"] += use * (.62 - .5*newest)
		releases["v1.17.0"] += use * (.24 - .18*newest)
		releases["v1.16.0"] += use * (.1 - .07*newest)
		releases["v1.15.3"] += use * (.04 - .03*newest)
		d.Days = append(d.Days, row)
	}
	var runs float64
	for _, c := range commands {
		runs += float64(c.Runs)
	}
	d.Commands = commands
	d.Installs = int64(runs / float64(n) * .21 * 3.4)
	d.ExitCodes, d.Releases = counts(codes), counts(releases)
	d.Systems = counts(map[string]float64{"linux": runs * .58, "darwin": runs * .36, "windows": runs * .06})
	return d, nil
}

// counts lists values by their runs.
func counts(m map[string]float64) []dashboard.Count {
	var out []dashboard.Count
	for value, runs := range m {
		out = append(out, dashboard.Count{Value: value, Runs: int64(runs)})
	}
	slices.SortFunc(out, func(a, b dashboard.Count) int { return int(b.Runs - a.Runs) })
	return out
}

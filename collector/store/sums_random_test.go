package store

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/telemetrygen/telemetrygen/collector/wire"
	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// tight are limits that a few installs reach.
var tight = Limits{RunsPerInstall: 50, RunsPerNetwork: 300, RunsPerNetworkAtOnce: 200, InstallsPerNetwork: 5, AppsPerNetwork: 2, VersionsPerNetwork: 3,
	CommandsPerNetwork: 6, SeriesPerNetwork: 12, Apps: 4, Versions: 4, Series: 25}

// A mess is a store to which everything happens in any order.
type mess struct {
	*testing.T
	*Store
	url    string
	random *rand.Rand
	now    time.Time
	people []*person
	purged int64  // runs
	gone   uint64 // marks of installs that were erased
	did    []string
}

type person struct {
	wire.Report
	counts map[wire.Counter]uint64
	site   netip.Prefix
}

// TestSumsAreThoseOfTheInstalls: whatever was reported, held back, gave way, was erased, purged,
// registered or taken back, at whichever times, the sums follow from the rows of installs and
// from each other.
func TestSumsAreThoseOfTheInstalls(t *testing.T) {
	peertest.Long(t, "changes stores thousands of times")
	for name, url := range map[string]func(*testing.T) string{
		"SQLite":     func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "mess.db") },
		"PostgreSQL": func(t *testing.T) string { return peertest.Database(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(12) {
				t.Run(fmt.Sprint(seed), func(t *testing.T) {
					m := &mess{T: t, url: url(t), random: rand.New(rand.NewPCG(seed, 5)), now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
					m.open()
					defer func() { m.Close() }()
					for range 60 {
						m.happen()
						if m.check(); t.Failed() {
							t.Fatalf("after %q", m.did)
						}
					}
				})
			}
		})
	}
}

func (m *mess) must(err error) {
	m.Helper()
	if err != nil {
		m.Fatalf("%v, after %q", err, m.did)
	}
}

func (m *mess) note(format string, what ...any) { m.did = append(m.did, fmt.Sprintf(format, what...)) }

func (m *mess) open() {
	s, err := Open(m.Context(), m.url, nil)
	m.must(err)
	s.Limit(tight)
	m.Store = s
}

func pickOne[T any](m *mess, from ...T) T { return from[m.random.IntN(len(from))] }

func (m *mess) app() string { return pickOne(m, "pace", "pace", "reg", "a1", "a2", "a3", "a4") }

func (m *mess) version() string {
	return pickOne(m, "v1", "v1", "v2", "1", "v3", "v4", "v5", Overflow, Unregistered, "vé")
}

func (m *mess) path(app string) string {
	return app + pickOne(m, "", " get", " get all", " put", " "+Overflow, " "+wire.Unlisted, " x1", " x2", " x3")
}

func (m *mess) happen() {
	before := m.marks()
	switch m.random.IntN(30) {
	case 0, 1, 2, 3, 4, 5:
		m.now = m.now.AddDate(0, 0, pickOne(m, 1, 1, 1, 2, 7, 20, -2))
		m.note("it is %s", m.now)
	case 6:
		if len(m.people) == 0 {
			return
		}
		one := pickOne(m, m.people...)
		_, err := m.Forget(m.Context(), one.ID)
		m.must(err)
		m.note("forget %s", one.ID)
	case 7:
		sel := PurgeSelection{App: m.app(), Version: pickOne(m, "", m.version())}
		sel.Command = pickOne(m, "", m.path(sel.App))
		if m.random.IntN(2) == 0 {
			sel.Since = m.now.AddDate(0, 0, -m.random.IntN(20))
		}
		purged, err := m.Purge(m.Context(), m.now, sel) // refused if there is nothing
		m.purged += purged.Runs
		m.note("purge %+v: %+v, %v", sel, purged, err)
	case 8:
		r := Release{App: m.app(), Version: pickOne(m, "v1", "v2", "v3")}
		r.Commands = []wire.Command{{Path: m.path(r.App)}, {Path: m.path(r.App)}}
		m.must(m.Register(m.Context(), m.now, r))
		m.note("register %+v", r)
	case 9:
		_, err := m.Unregister(m.Context(), m.app(), pickOne(m, "v1", "v2", "v3"))
		m.must(err)
	case 10:
		m.must(m.Expire(m.Context(), m.now, 400*24*time.Hour))
	case 11:
		m.Close()
		m.open()
		m.note("restart")
	default:
		m.report()
		return
	}
	m.gone += before - m.marks()
}

func (m *mess) report() {
	var all []Submission
	for range 1 + m.random.IntN(4) {
		if len(m.people) == 0 || m.random.IntN(3) == 0 {
			one := &person{counts: map[wire.Counter]uint64{}, Report: wire.Report{App: m.app(), OperatingSystem: "linux", CLIVersion: m.version(), ID: uuid.New()}}
			if m.random.IntN(2) == 0 {
				one.site = netip.PrefixFrom(netip.AddrFrom4([4]byte{1, 2, byte(m.random.IntN(2)), 0}), 24)
			}
			m.people = append(m.people, one)
		}
		one := pickOne(m, m.people...)
		one.CLIVersion = pickOne(m, one.CLIVersion, one.CLIVersion, one.CLIVersion, m.version())
		one.OperatingSystem = pickOne(m, one.OperatingSystem, one.OperatingSystem, "linux", "darwin")
		for range 1 + m.random.IntN(3) {
			c := wire.Counter{Path: m.path(one.App), ExitCode: pickOne(m, 0, 0, 1, -1, 2, 77)}
			one.counts[c] = uint64(max(0, int(one.counts[c])+pickOne(m, 0, 1, 2, 3, 70, -2))) // a file that was restored has less
		}
		r := one.Report
		for c, n := range one.counts {
			c.Count = n
			r.Counters = append(r.Counters, c)
		}
		slices.SortFunc(r.Counters, func(a, b wire.Counter) int {
			return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.ExitCode, b.ExitCode))
		})
		all = append(all, Submission{Report: r, Site: one.site})
	}
	outcome, err := m.Receive(m.Context(), m.now, all)
	m.must(err)
	m.note("%+v: held back %v", all, outcome.Held)
}

func (m *mess) rows(query string, each func(scan) error) {
	m.must(m.query(m.Context(), query, nil, each))
}

// marks adds up all high-water marks.
func (m *mess) marks() (sum uint64) {
	m.rows(`SELECT marks FROM installs`, func(scan scan) error {
		var data []byte
		if err := scan(&data); err != nil {
			return err
		}
		all, err := decodeMarks(data)
		for _, n := range all {
			sum += n
		}
		return err
	})
	return sum
}

// ids are those of a table, by their names.
func (m *mess) ids(query string) (ids map[name]int64, names map[int64]name) {
	ids, names = map[name]int64{}, map[int64]name{}
	m.rows(query, func(scan scan) error {
		var n name
		var id int64
		err := scan(&n.app, &n.text, &id)
		ids[n], names[id] = id, n
		return err
	})
	return ids, names
}

// check compares everything that is kept twice.
func (m *mess) check() {
	commands, commandNames := m.ids(`SELECT app, path, id FROM commands`)
	versions, versionNames := m.ids(`SELECT app, name, id FROM versions`)
	kept, allSystems := sums{}, sums{} // without and with a system
	m.rows(`SELECT command, version, operating_system, sums FROM history`, func(scan scan) error {
		var key sumKey
		var data []byte
		if err := scan(&key.command, &key.version, &key.system, &data); err != nil {
			return err
		}
		return eachSum(data, 0, func(day int64, measure int, n int64) {
			key.day, key.measure = day, measure
			kept[key] += n
			if key.system != "" {
				key := key
				key.system = ""
				allSystems[key] += n
			}
		})
	})
	for key, n := range kept {
		if key.system == "" {
			m.same("closed days of all systems", key, n, allSystems[key])
			delete(kept, key)
		}
	}
	m.rows(`SELECT command, version, operating_system, day, measure, n FROM recent`, func(scan scan) error {
		var key sumKey
		var n int64
		err := scan(&key.command, &key.version, &key.system, &key.day, &key.measure, &n)
		kept[key] += n
		return err
	})
	installs, weeks := sums{}, weekSums{}
	m.rows(`SELECT app, cli_version, operating_system, first_day, last_day, uses, weeks FROM installs WHERE first_day <> 0`, func(scan scan) error {
		var row installRow
		var uses []byte
		var bits int64
		err := scan(&row.app, &row.version, &row.system, &row.firstDay, &row.lastDay, &uses, &bits)
		if err == nil {
			row.weeks = uint64(bits)
			row.uses, err = decodeUses(uses)
			row.take(installs, commands[name{row.app, ""}], versions[name{row.app, row.version}], 1)
			weeks.take(&row, 1)
		}
		return err
	})
	series, ofCommands, ofVersions := map[Key]int64{}, sums{}, sums{}
	for key, n := range kept {
		if key.measure == measureUsed || key.measure == measureFailed || key.measure == measureLatest {
			m.same("installs", key, n, installs[key])
		}
		if key.measure >= measureUsed {
			continue
		}
		one, all := commandNames[key.command], key
		if all.command = commands[name{one.app, ""}]; one.text != "" {
			ofCommands[all] += n
			if key.version != 0 {
				series[Key{one.text, key.measure, versionNames[key.version].text, key.system}] += n
			}
		}
		if all = key; key.version != 0 {
			all.version = 0
			ofVersions[all] += n
		}
	}
	for key, n := range installs {
		m.same("installs", key, kept[key], n)
	}
	for key, n := range kept {
		if key.measure < measureUsed && commandNames[key.command].text == "" {
			m.same("runs of all commands", key, n, ofCommands[key])
		}
		if key.measure < measureUsed && key.version == 0 {
			m.same("runs of all versions", key, n, ofVersions[key])
		}
	}
	var total int64
	m.rows(`SELECT command, exit_code, cli_version, operating_system, total FROM series`, func(scan scan) error {
		var key Key
		var n int64
		err := scan(&key.Command, &key.ExitCode, &key.CLIVersion, &key.OperatingSystem, &n)
		m.same("a series", key, n, series[key])
		total += n
		return err
	})
	m.rows(`SELECT COALESCE(SUM(runs), 0) FROM held`, func(scan scan) error {
		var held int64
		err := scan(&held)
		m.same("marks", "of counted, held back and purged runs", total+held+m.purged, int64(m.marks()+m.gone))
		return err
	})
	m.rows(`SELECT app, operating_system, first_week, week, installs, stayed FROM weeks`, func(scan scan) error {
		var key weekKey
		var n weekCount
		err := scan(&key.app, &key.system, &key.first, &key.week, &n.installs, &n.stayed)
		m.same("installs of a week", key, n.installs, weeks[key].installs)
		m.same("installs that stayed", key, n.stayed, weeks[key].stayed)
		return err
	})
}

func (m *mess) same(what string, of any, got, want int64) {
	if got != want {
		m.Errorf("%s %+v: %d, want %d", what, of, got, want)
	}
}

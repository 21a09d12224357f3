package store

import (
	"math/bits"
	"slices"
)

// A batch has the changes of the reports of one transaction.
type batch struct {
	today    int64
	limits   Limits
	known    view
	rows     map[string]*installRow
	changed  map[string]bool
	runs     map[Key]int64
	firsts   map[Key]int64  // how many installs reported a series for the first time
	versions map[name]int64 // how many installs reported a version for the first time
	sums     sums
	weeks    weekSums
	held     held
	debts    map[uint64]debt
	claimed  []string // keys of rows that were made in order to lock them
	openApps int      // number of apps that nobody listed or registered
	moved    int      // commands and versions of installs that changed their system
}

// maxMoved is how many of these a batch moves before it moves no further install: as many as
// it has counters. Those of a thousand full installs would take 20 seconds.
const maxMoved = 20_000

func newBatch(today int64, limits Limits, known view, openApps int, rows map[string]*installRow) *batch {
	return &batch{today: today, limits: limits, known: known, openApps: openApps, rows: rows, changed: map[string]bool{}, runs: map[Key]int64{}, firsts: map[Key]int64{},
		versions: map[name]int64{}, sums: sums{}, weeks: weekSums{}, held: held{}, debts: map[uint64]debt{}}
}

// add counts a report as far as its purse and the limits let it.
func (b *batch) add(report *named, purse *purse) error {
	row := b.rows[report.key]
	seen := row != nil
	var marked []byte
	if seen {
		marked = row.marks
	}
	marks, err := decodeMarks(marked)
	if err != nil {
		return err
	}
	before := len(marks)
	increases, fresh, full := marks.raise(report.Counters)
	if full {
		b.held.add(b.appOf(report), InstallMarks, 0)
	}
	total := sum(increases)
	if total == 0 && (!seen || row.firstDay == 0) {
		return nil // only zeros, or nothing new of an install that was purged
	}
	size := int64(len(marks) - before)
	if !seen {
		size = max(size, marksPerInstall)
	}
	if reason := b.leftOut(report, purse, size); reason != "" {
		b.held.add(b.appOf(report), reason, 0)
		return nil
	}
	version, reason := b.version(report, purse)
	if reason != "" && (total > 0 || row.version != version) {
		b.held.add(report.App, reason, 0)
	}
	if !seen {
		row = &installRow{app: report.App, system: report.OperatingSystem, firstDay: b.today}
		b.rows[report.key] = row
	}
	if b.report(row, report, version, seen) {
		b.changed[report.key] = true
	}
	if total == 0 {
		return nil
	}
	b.changed[report.key] = true
	row.marks = marks.encode()
	b.admitRuns(report, row, purse, increases, total)
	b.count(report, row, purse, version, increases, fresh)
	return nil
}

// appOf returns the app under which it is noted what was held back. A stranger must not make
// rows of apps that do not exist.
func (b *batch) appOf(report *named) string {
	if report.bounded || b.known.hasApp(report.App) {
		return report.App
	}
	return Overflow
}

// leftOut takes a new app, and marks, from the purse, or returns why the report may not bring
// them.
func (b *batch) leftOut(report *named, purse *purse, marks int64) Reason {
	newApp := !report.bounded && !b.known.hasApp(report.App)
	switch {
	case newApp && b.limits.Apps > 0 && b.openApps >= b.limits.Apps:
		return Room
	case newApp && purse.left(newApps) < 1:
		return NetworkApps
	case purse.left(newMarks) < marks:
		return NetworkInstalls
	}
	if newApp {
		purse.take(newApps, 1)
		b.openApps++
	}
	purse.take(newMarks, marks)
	return ""
}

// version returns the version that a report counts under, and makes it known. The reason says
// why it is not the report's own.
func (b *batch) version(report *named, purse *purse) (string, Reason) {
	n, reason := name{report.App, report.version}, Reason("")
	if report.registered == nil && n.text != Overflow && !b.known.hasVersion(n) {
		switch count, _ := b.known.counts(report.App); {
		case b.limits.Versions > 0 && count >= b.limits.Versions:
			n.text, reason = Overflow, Room
		case purse.left(newVersions) < 1:
			n.text, reason = Overflow, NetworkVersions
		default:
			purse.take(newVersions, 1)
		}
	}
	b.admit(n)
	return n.text, reason
}

func (b *batch) admit(n name) {
	b.known.admit(n)
	if !b.known.reported(n, b.today) {
		b.versions[n] += 0
	}
}

// admitRuns cuts the increases to what the install and its network may add, in
// proportion, and holds back the rest.
func (b *batch) admitRuns(report *named, row *installRow, purse *purse, increases []uint64, total uint64) {
	admitted, reason := int64(total), Reason("")
	if left := max(b.limits.RunsPerInstall-row.dayRuns, 0); b.limits.RunsPerInstall > 0 && left < admitted {
		admitted, reason = left, InstallRuns
	}
	if left := purse.left(newRuns); left < admitted {
		admitted, reason = left, NetworkRuns
	}
	purse.take(newRuns, admitted)
	row.dayRuns += admitted
	if reason != "" {
		b.held.add(report.App, reason, int64(total)-admitted)
		share(increases, total, uint64(admitted))
	}
}

func sum(all []uint64) (total uint64) {
	for _, n := range all {
		total += n
	}
	return total
}

// share lowers numbers in proportion, so that they add up to admitted instead of total. Each
// is rounded down, and the rest goes to those that lost most, of equal ones to the first.
func share(all []uint64, total, admitted uint64) {
	lost := make([]uint64, len(all)) // in parts of total
	order := make([]int, len(all))
	left := admitted
	for i, n := range all {
		high, low := bits.Mul64(n, admitted)
		all[i], lost[i] = bits.Div64(high, low, total)
		order[i] = i
		left -= all[i]
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case lost[i] > lost[j]:
			return -1
		case lost[i] < lost[j]:
			return 1
		}
		return 0
	})
	for _, i := range order[:left] {
		all[i]++
	}
}

// count adds increases to series and sums.
func (b *batch) count(report *named, row *installRow, purse *purse, version string, increases []uint64, fresh []bool) {
	versionID := b.known.version(report.App, version)
	whole := b.known.command(report.App, "")
	votes := map[int64]bool{}
	over, firsts := map[Reason]bool{}, map[Key]bool{}
	for i, increase := range increases {
		if increase == 0 {
			continue
		}
		code := report.Counters[i].ExitCode
		series, reason := b.series(report, purse, Key{report.paths[i], code, version, report.OperatingSystem})
		if reason != "" {
			over[reason] = true
		}
		b.runs[series] += int64(increase)
		failed := code > 0
		if row.touch(b.sums, whole, versionID, b.today, failed, true) {
			b.versions[name{report.App, version}]++
		}
		command := b.known.command(report.App, series.Command)
		if row.touch(b.sums, command, versionID, b.today, failed, false) {
			votes[command] = false
		}
		_, first := votes[command]
		if first && failed {
			votes[command] = true
		}
		if (first || fresh[i]) && !firsts[series] {
			firsts[series] = true
			b.firsts[series]++
		}
	}
	for reason := range over {
		b.held.add(report.App, reason, 0)
	}
	b.sums.vote(votes, versionID, row.system, b.today)
}

// series returns the series that runs count under, and makes it known. The reason says why it
// is the one for all runs of the app that have no room.
func (b *batch) series(report *named, purse *purse, key Key) (Key, Reason) {
	if b.known.hasSeries(key) {
		return key, ""
	}
	command := name{report.App, key.Command}
	newCommand := !report.bounded && !b.known.hasCommand(command)
	free := report.free(key.ExitCode)
	reason := Reason("")
	switch _, count := b.known.counts(report.App); {
	case b.limits.Series > 0 && count >= b.limits.Series:
		reason = Room
	case newCommand && purse.left(newCommands) < 1:
		reason = NetworkCommands
	case !free && purse.left(newSeries) < 1:
		reason = NetworkSeries
	default:
		if newCommand {
			purse.take(newCommands, 1)
		}
		if !free {
			purse.take(newSeries, 1)
		}
	}
	if reason != "" {
		key.Command, key.CLIVersion = report.App+" "+Overflow, Overflow
		b.admit(name{report.App, Overflow})
	}
	b.known.added.series[key] = true
	return key, reason
}

// report moves an install to today, to the version of a report, and with the first report
// of a day to its system, if there is room. It says whether anything of its row changed.
func (b *batch) report(row *installRow, report *named, version string, seen bool) (changed bool) {
	app := b.known.command(report.App, "")
	if seen && row.lastDay == b.today && row.version == version {
		return false
	}
	newDay := row.lastDay != b.today
	// Each command and version that the install ever used moves with it, which may be thousands
	// of rows for one small report. If there are too many, it may move on another day.
	moves := newDay && row.system != report.OperatingSystem && b.moved < maxMoved
	if seen && (moves || row.lastDay > b.today) {
		b.moved += len(row.uses)
		row.take(b.sums, app, b.known.version(row.app, row.version), -1)
		b.weeks.take(row, -1)
		row.system = report.OperatingSystem
		row.putBack(b.today)
		row.take(b.sums, app, b.known.version(row.app, row.version), 1)
		b.weeks.take(row, 1)
	}
	if seen {
		b.sums.move(app, b.known.version(row.app, row.version), row.system, measureLatest, row.lastDay, 0)
	}
	id := b.known.version(report.App, version)
	b.sums.move(app, id, row.system, measureLatest, 0, b.today)
	b.sums.move(app, 0, row.system, measureUsed, row.lastDay, b.today)
	if row.firstDay == 0 {
		row.firstDay = b.today
	}
	if newDay {
		row.dayRuns = 0
		for _, v := range []int64{0, id} {
			b.sums[sumKey{app, v, row.system, b.today, measureDaily}]++
		}
		b.weeks.report(row, b.today)
	}
	row.version, row.lastDay = version, b.today
	return true
}

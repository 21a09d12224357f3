package store

import (
	"slices"

	"github.com/telemetrygen/telemetrygen/collector/wire"
)

// A batch is what the reports of one transaction amount to.
type batch struct {
	today   int64
	known   view
	rows    map[string]*installRow
	changed map[string]bool
	runs    map[Key]int64
	sums    sums
	weeks   weekSums
}

func (b *batch) add(key string, report wire.Report) error {
	if len(report.Counters) == 0 {
		return nil // what an install sends before its first command
	}
	version, err := b.known.admitVersion(report.App, report.CLIVersion)
	if err != nil {
		return err
	}
	row := b.rows[key]
	seen := row != nil
	var marked []byte
	if seen {
		marked = row.marks
	}
	held, err := decodeMarks(marked)
	if err != nil {
		return err
	}
	increases, err := held.raise(report.Counters)
	if err != nil {
		return err
	}
	raised := slices.Max(increases) > 0
	if !seen {
		if !raised {
			return nil // nothing but zeros
		}
		row = &installRow{app: report.App, system: report.OperatingSystem, firstDay: b.today}
		b.rows[key] = row
	}
	changed := b.report(row, report, version, seen)
	if raised {
		changed = true
		row.marks = held.encode()
		versionID := b.known.version(report.App, version)
		votes := map[int64]bool{}
		for i, increase := range increases {
			if increase == 0 {
				continue
			}
			c := report.Counters[i]
			series := b.known.admit(Key{c.Counted(), c.ExitCode, version, report.OperatingSystem})
			b.runs[series] += int64(increase)
			failed := c.ExitCode > 0
			row.touch(b.sums, b.known.command(report.App, ""), versionID, b.today, failed, true)
			command := b.known.command(report.App, series.Command)
			if row.touch(b.sums, command, versionID, b.today, failed, false) {
				votes[command] = false
			}
			if _, first := votes[command]; first && failed {
				votes[command] = true
			}
		}
		b.sums.vote(votes, versionID, row.system, b.today)
	}
	if changed {
		b.changed[key] = true
	}
	return nil
}

// report moves an install to today and to the version and system of a report.
// It says whether anything of its row changed.
func (b *batch) report(row *installRow, report wire.Report, version string, seen bool) (changed bool) {
	app := b.known.command(report.App, "")
	if seen && row.lastDay == b.today && row.version == version && row.system == report.OperatingSystem {
		return false
	}
	if seen && row.system != report.OperatingSystem {
		row.take(b.sums, app, b.known.version(row.app, row.version), -1)
		b.weeks.take(row, -1)
		row.system = report.OperatingSystem
		row.take(b.sums, app, b.known.version(row.app, row.version), 1)
		b.weeks.take(row, 1)
	}
	if seen {
		b.sums.move(app, b.known.version(row.app, row.version), row.system, measureLatest, row.lastDay, 0)
	}
	id := b.known.version(report.App, version)
	b.sums.move(app, id, row.system, measureLatest, 0, b.today)
	b.sums.move(app, 0, row.system, measureUsed, row.lastDay, b.today)
	if row.lastDay != b.today {
		row.dayRuns = 0
		for _, v := range []int64{0, id} {
			b.sums[sumKey{app, v, row.system, b.today, measureDaily}]++
		}
		b.weeks.report(row, b.today)
	}
	row.version, row.lastDay = version, b.today
	return true
}

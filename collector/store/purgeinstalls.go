package store

import (
	"context"
	"slices"
)

// purgePage is how many installs are read at once.
const purgePage = 1_000

// leave removes from the installs the selected uses: those whose last day is among the days of
// the selection.
func (p *purge) leave(ctx context.Context) error {
	ids := map[string]int64{}
	for id, name := range p.versions {
		ids[name] = id
	}
	for after := []byte{}; ; {
		type page struct {
			key []byte
			row installRow
		}
		var rows []page
		err := p.query(ctx, `SELECT install, cli_version, operating_system, first_day, last_day, uses, weeks FROM installs WHERE install > ? AND app = ? AND first_day <> 0 ORDER BY install LIMIT ?`,
			[]any{after, p.App, purgePage}, func(scan scan) error {
				one := page{row: installRow{app: p.App}}
				var uses []byte
				var weeks int64
				err := scan(&one.key, &one.row.version, &one.row.system, &one.row.firstDay, &one.row.lastDay, &uses, &weeks)
				if err != nil {
					return err
				}
				one.row.weeks = uint64(weeks)
				one.row.uses, err = decodeUses(uses)
				rows = append(rows, one)
				return err
			})
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, one := range rows {
			row := one.row
			if !p.leaves(&row, ids) {
				continue
			}
			if len(one.row.uses) == 0 { // an old row, from before uses were stored
				p.left[ids[one.row.version]]++
			}
			for _, was := range one.row.uses {
				if was.command == p.app && !slices.ContainsFunc(row.uses, func(is use) bool { return is.command == p.app && is.version == was.version }) {
					p.left[was.version]++
				}
			}
			one.row.take(p.sums, p.app, ids[one.row.version], -1)
			p.weeks.take(&one.row, -1)
			if len(row.uses) == 0 {
				p.purged.Installs++
				// The marks stay, with the day from which their age is reckoned.
				err = p.exec(ctx, `UPDATE installs SET first_day = 0, uses = ?, weeks = 0, day_runs = 0 WHERE install = ?`, []byte{}, one.key)
			} else {
				row.take(p.sums, p.app, ids[row.version], 1)
				p.weeks.take(&row, 1)
				err = p.exec(ctx, `UPDATE installs SET cli_version = ?, last_day = ?, uses = ?, weeks = ? WHERE install = ?`,
					row.version, row.lastDay, encodeUses(row.uses), int64(row.weeks), one.key)
			}
			if err != nil {
				return err
			}
		}
		after = rows[len(rows)-1].key
	}
}

// leaves removes the selected uses of an install, and reports whether that changed anything. If
// its latest report was one of them, the one before counts as the latest.
func (p *purge) leaves(row *installRow, ids map[string]int64) bool {
	before := row.uses
	touched := map[int64]bool{} // versions of which a use was removed
	row.uses = nil
	changed := false
	for _, one := range before {
		if _, ok := p.commands[one.command]; !ok || !p.meant(one.version) {
			row.uses = append(row.uses, one)
			continue
		}
		if p.in(one.used) {
			changed, touched[one.version] = true, true
			continue
		}
		if one.failed != 0 && p.in(one.failed) {
			changed, one.failed = true, 0
		}
		row.uses = append(row.uses, one)
	}
	left := map[int64]bool{} // versions in which something else was used
	for _, one := range row.uses {
		left[one.version] = left[one.version] || one.command != p.app
	}
	row.uses = slices.DeleteFunc(row.uses, func(one use) bool {
		return p.Command != "" && one.command == p.app && touched[one.version] && !left[one.version]
	})
	meant := p.Command == "" && p.meant(ids[row.version]) && p.in(row.lastDay)
	if len(before) == 0 { // an old row, without uses: it counts by its first and last report
		return meant && p.in(row.firstDay)
	}
	used := func(uses []use) bool {
		return slices.ContainsFunc(uses, func(one use) bool { return one.command == p.app && one.version == ids[row.version] })
	}
	if len(row.uses) > 0 && (meant || used(before) && !used(row.uses)) {
		last := latest(row.uses, p.app)
		row.weeks >>= min(max(week(row.lastDay)-week(last.used), 0), 64)
		row.weeks |= 1
		row.version, row.lastDay, changed = p.versions[last.version], last.used, true
	}
	return changed
}

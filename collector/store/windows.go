package store

import (
	"context"
	"slices"
	"time"
)

// A WindowDay has the distinct installs of some days that ended on one.
type WindowDay struct {
	Date                     time.Time
	Installs, InstallsFailed int64
}

// Windows returns, for every day of a selection that a picture was kept of, the
// store's day, and a month after it, the distinct installs in the 7, 30, 90 or 365 days that ended
// on it. Of a command in one version no picture is kept.
func (s *Store) Windows(ctx context.Context, sel Selection, days int) ([]WindowDay, error) {
	if sel.Version != "" {
		return nil, nil
	}
	found, err := s.windows(ctx, sel, days, false)
	return found[""], err
}

// Adoption returns the same by version, for the installs whose latest report was of that
// version. Each install counts in one version, so the shares add up.
func (s *Store) Adoption(ctx context.Context, sel Selection, days int) (map[string][]WindowDay, error) {
	sel.Command, sel.Version = "", ""
	return s.windows(ctx, sel, days, true)
}

func (s *Store) windows(ctx context.Context, sel Selection, days int, versions bool) (map[string][]WindowDay, error) {
	at := slices.Index(windowDays[:], int64(days))
	if at < 0 {
		return nil, nil
	}
	name, from, where := `''`, `commands c JOIN windows w ON w.command = c.id`, ` AND w.version = 0`
	if versions {
		name, from, where = shownVersion, from+` JOIN versions v ON v.id = w.version`, ``
	}
	used := []string{"7", "30", "90", "365"}[at]
	all := map[string][]WindowDay{}
	err := s.query(ctx, `SELECT `+name+`, w.day, w.used`+used+`, w.failed`+used+` FROM `+from+`
		WHERE c.app = ? AND c.path = ? AND w.operating_system = ? AND w.day >= ? AND w.day <= ?`+where+` ORDER BY w.day`,
		[]any{sel.App, sel.Command, sel.System, day(sel.Since), day(sel.Until)}, func(scan scan) error {
			var name string
			var at int64
			var one WindowDay
			err := scan(&name, &at, &one.Installs, &one.InstallsFailed)
			one.Date = date(at)
			all[name] = append(all[name], one)
			return err
		})
	if err != nil {
		return nil, err
	}
	today, err := s.today(ctx)
	if err != nil {
		return all, err
	}
	for end := max(today, day(sel.Since)); end <= min(day(sel.Until), today+maxGap); end++ { // without a report after today
		now := sel
		now.Since, now.Until = date(end-int64(days)+1), date(today)
		live := map[string]*WindowDay{}
		err = s.look(ctx, now, grouping{version: versions}, func(one found) {
			d := live[one.name]
			if d == nil {
				d = &WindowDay{Date: date(end)}
				live[one.name] = d
			}
			switch {
			case one.measure == measureFailed:
				d.InstallsFailed += one.n
			case one.measure == measureUsed && !versions, one.measure == measureLatest && versions:
				d.Installs += one.n
			}
		})
		if err != nil {
			return all, err
		}
		for name, d := range live {
			if d.Installs != 0 {
				all[name] = append(all[name], *d)
			}
		}
	}
	return all, nil
}

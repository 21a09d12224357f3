package store

import (
	"cmp"
	"context"
	"database/sql"
	"maps"
	"slices"
	"time"
)

// week numbers the weeks of UTC, from Monday to Sunday: day 0 was a Thursday.
func week(day int64) int64 { return (day + 3) / 7 }

// monday returns the first day of a week.
func monday(week int64) time.Time { return date(week*7 - 3) }

// A weekKey names the installs whose first report was in one week and that reported in another,
// or the same.
type weekKey struct {
	app, system string
	first, week int64
}

type weekCount struct{ installs, stayed int64 }

type weekSums map[weekKey]weekCount

func (w weekSums) add(row *installRow, week_, n int64, stayed bool) {
	key := weekKey{row.app, row.system, week(row.firstDay), week_}
	count := w[key]
	count.installs += n
	if stayed {
		count.stayed += n
	}
	w[key] = count
}

// report notes that an install reports on a day, before it is moved there.
func (w weekSums) report(row *installRow, day int64) {
	now := week(day)
	if row.lastDay == 0 {
		row.weeks = 1
		w.add(row, now, 1, false)
		return
	}
	row.weeks <<= min(now-week(row.lastDay), 64)
	if row.weeks&1 == 0 {
		row.weeks |= 1
		w.add(row, now, 1, row.weeks&2 != 0)
	}
}

// take adds an install's weeks to the sums, or subtracts them with sign -1.
func (w weekSums) take(row *installRow, sign int64) {
	for n := range int64(64) {
		if row.weeks>>n&1 == 1 {
			w.add(row, week(row.lastDay)-n, sign, row.weeks>>(n+1)&1 == 1)
		}
	}
}

// addWeeks writes changes, in the order of their keys.
func (s *Store) addWeeks(ctx context.Context, tx *sql.Tx, w weekSums) error {
	var rows []any
	for _, key := range slices.SortedFunc(maps.Keys(w), func(a, b weekKey) int {
		return cmp.Or(cmp.Compare(a.app, b.app), cmp.Compare(a.week, b.week), cmp.Compare(a.first, b.first), cmp.Compare(a.system, b.system))
	}) {
		if count := w[key]; count != (weekCount{}) {
			rows = append(rows, key.app, key.system, key.first, key.week, count.installs, count.stayed)
		}
	}
	return s.insert(ctx, tx, `INSERT INTO weeks (app, operating_system, first_week, week, installs, stayed) VALUES `, 6, rows,
		` ON CONFLICT (app, week, first_week, operating_system) DO UPDATE SET installs = weeks.installs + excluded.installs, stayed = weeks.stayed + excluded.stayed`, nil)
}

// A Week says what installs did from a Monday to a Sunday, UTC.
type Week struct {
	Start  time.Time
	Active int64 // installs that reported
	New    int64 // of these, for the first time
	Stayed int64 // of these, those that reported in the week before as well
	Lost   int64 // installs that reported in the week before, and not in this one
}

// Weeks returns every week from the first report of an app, or from the first day that is kept,
// to this week, which is not over. An empty system is all of them.
func (s *Store) Weeks(ctx context.Context, app, system string) ([]Week, error) {
	today, err := s.today(ctx)
	if err != nil {
		return nil, err
	}
	kept, _, err := s.changes(ctx)
	if err != nil {
		return nil, err
	}
	counts := map[int64]Week{}
	err = s.query(ctx, `SELECT week, SUM(installs), SUM(CASE WHEN first_week = week THEN installs ELSE 0 END), SUM(stayed)
		FROM weeks WHERE app = ? AND (? = '' OR operating_system = ?) AND week <= ? GROUP BY week`, []any{app, system, system, week(today)}, func(scan scan) error {
		var n int64
		var one Week
		err := scan(&n, &one.Active, &one.New, &one.Stayed)
		counts[n] = one
		return err
	})
	if err != nil || len(counts) == 0 {
		return nil, err
	}
	var weeks []Week
	for n := max(slices.Min(slices.Collect(maps.Keys(counts))), week(kept)); n <= week(today); n++ {
		one := counts[n]
		one.Start, one.Lost = monday(n), counts[n-1].Active-one.Stayed
		weeks = append(weeks, one)
	}
	return weeks, nil
}

// A Cohort is the installs whose first report came in one week.
type Cohort struct {
	Start  time.Time
	Active []int64 // how many of them reported n weeks later; the first value is how many they are
}

// Cohorts returns them by the weeks of their first report, from the first week that is kept up to
// this one. The last value of each is of this week, which is not over.
func (s *Store) Cohorts(ctx context.Context, app, system string) ([]Cohort, error) {
	today, err := s.today(ctx)
	if err != nil {
		return nil, err
	}
	kept, _, err := s.changes(ctx)
	if err != nil {
		return nil, err
	}
	found := map[int64]map[int64]int64{}
	err = s.query(ctx, `SELECT first_week, week - first_week, SUM(installs)
		FROM weeks WHERE app = ? AND (? = '' OR operating_system = ?) AND week <= ? AND week >= first_week AND first_week >= ? GROUP BY first_week, week`, []any{app, system, system, week(today), week(kept)}, func(scan scan) error {
		var first, later, installs int64
		err := scan(&first, &later, &installs)
		if found[first] == nil {
			found[first] = map[int64]int64{}
		}
		found[first][later] = installs
		return err
	})
	if err != nil {
		return nil, err
	}
	var cohorts []Cohort
	for _, first := range slices.Sorted(maps.Keys(found)) {
		one := Cohort{Start: monday(first), Active: make([]int64, week(today)-first+1)}
		for later, installs := range found[first] {
			one.Active[later] = installs
		}
		cohorts = append(cohorts, one)
	}
	return cohorts, nil
}

package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"maps"
	"math"
	"slices"
)

// The sums of closed days are one value for each command, version and system,
// because a year of days is read in one piece then. It has a column for each
// measure, in order: the measure, the number of bytes that follow for it, and
// runs of days in a row: the number of days since the run before, that of the
// run, and their sums, as varints. A year of a command in use fits on one page of
// SQLite, beside which other pages would have to be read.

// A daySum is the sum of one measure of one day.
type daySum struct {
	day     int64
	measure int
	n       int64
}

func compareSums(a, b daySum) int {
	return cmp.Or(cmp.Compare(a.measure, b.measure), cmp.Compare(a.day, b.day))
}

var errHistory = errors.New("the sums of a command are damaged")

// eachColumn calls each with the columns, by measure.
func eachColumn(data []byte, each func(measure int, column []byte) error) error {
	for at := 0; at < len(data); {
		measure, next := varint(data, at)
		length, n := binary.Uvarint(data[max(next, 0):])
		if next < 0 || n <= 0 || length > uint64(len(data)-next-n) {
			return errHistory
		}
		begin := next + n
		at = begin + int(length)
		if err := each(int(measure), data[begin:at]); err != nil {
			return err
		}
	}
	return nil
}

// eachDay calls each with the sums in a column of the days from since to until.
func eachDay(column []byte, since, until int64, each func(day, n int64)) error {
	var day int64
	for at := 0; at < len(column); {
		passed, n := binary.Uvarint(column[at:])
		days, m := binary.Uvarint(column[at+max(n, 0):])
		if n <= 0 || m <= 0 {
			return errHistory
		}
		at += n + m
		for day += int64(passed); days > 0; days-- {
			if day > until {
				return nil
			}
			sum, next := varint(column, at)
			if next < 0 {
				return errHistory
			}
			if day >= since {
				each(day, sum)
			}
			at = next
			day++
		}
	}
	return nil
}

// eachSum calls each with the sums of the days from since on.
func eachSum(data []byte, since int64, each func(day int64, measure int, n int64)) error {
	return eachColumn(data, func(measure int, column []byte) error {
		return eachDay(column, since, math.MaxInt64, func(day, n int64) { each(day, measure, n) })
	})
}

// varint returns the number at a place, and the place of the next one, -1 if there is none.
func varint(data []byte, at int) (value int64, next int) {
	if at+1 < len(data) { // most numbers have one or two bytes
		low, high := data[at], data[at+1]
		if low < 0x80 {
			return int64(low>>1) ^ -int64(low&1), at + 1
		}
		if high < 0x80 {
			both := int64(low&0x7f) | int64(high)<<7
			return both>>1 ^ -(both & 1), at + 2
		}
	}
	value, n := binary.Varint(data[at:])
	if n <= 0 {
		return 0, -1
	}
	return value, at + n
}

// decodeSums returns the sums of the days from since on, in order.
func decodeSums(data []byte, since int64) (sums []daySum, err error) {
	sums = make([]daySum, 0, len(data)/3)
	err = eachSum(data, since, func(day int64, measure int, n int64) { sums = append(sums, daySum{day, measure, n}) })
	return sums, err
}

// mergeSums adds sums to others, both in order, and leaves out zeros.
func mergeSums(sums, added []daySum) []daySum {
	slices.SortFunc(added, compareSums)
	merged := make([]daySum, 0, len(sums)+len(added))
	for len(sums)+len(added) > 0 {
		from := &sums
		if len(sums) == 0 || len(added) > 0 && compareSums(added[0], sums[0]) < 0 {
			from = &added
		}
		one := (*from)[0]
		*from = (*from)[1:]
		if last := len(merged) - 1; last >= 0 && compareSums(merged[last], one) == 0 {
			merged[last].n += one.n
		} else {
			merged = append(merged, one)
		}
	}
	return slices.DeleteFunc(merged, func(one daySum) bool { return one.n == 0 })
}

// encodeSums encodes sums that are in order.
func encodeSums(sums []daySum) (data []byte, first, last int64) {
	data, first = make([]byte, 0, 2*len(sums)), math.MaxInt64
	var column []byte
	for len(sums) > 0 {
		measure, end := sums[0].measure, int64(0)
		column = column[:0]
		for len(sums) > 0 && sums[0].measure == measure {
			days := 1
			for days < len(sums) && sums[days].measure == measure && sums[days].day == sums[0].day+int64(days) {
				days++
			}
			first = min(first, sums[0].day)
			column = binary.AppendUvarint(column, uint64(sums[0].day-end))
			column = binary.AppendUvarint(column, uint64(days))
			for _, one := range sums[:days] {
				column = binary.AppendVarint(column, one.n)
			}
			end = sums[0].day + int64(days)
			sums = sums[days:]
		}
		last = max(last, end-1)
		data = binary.AppendVarint(data, int64(measure))
		data = binary.AppendUvarint(data, uint64(len(column)))
		data = append(data, column...)
	}
	return data, min(first, last), last
}

// windowDays are the lengths, in days, of the windows of which a picture is kept for every day.
var windowDays = [4]int64{7, 30, 90, 365}

// maxGap is for how many days without a report a picture is made.
const maxGap = 31

// closeDay adds the sums since the last time to those of closed days. It also makes the
// pictures: how many distinct installs there were in the windows that ended on the day that
// is over, and on the days after it without a report. Later, when installs have moved on,
// they can no longer be counted. A command, a version or an
// app that gave way and did not run has no picture: strangers may have invented any number.
func (s *Store) closeDay(ctx context.Context, tx *sql.Tx, c clock, next int64) error {
	var all []int64
	whole := map[int64]bool{}
	ran := map[int64]bool{}
	err := s.run(ctx, tx, `SELECT DISTINCT command FROM recent`, nil, func(scan scan) error {
		var id int64
		err := scan(&id)
		ran[id] = true
		return err
	})
	if err != nil {
		return err
	}
	err = s.run(ctx, tx, `SELECT id, path, `+there+` FROM commands ORDER BY id`, nil, func(scan scan) error {
		var id int64
		var path string
		var isThere bool
		err := scan(&id, &path, &isThere)
		if isThere || ran[id] {
			all, whole[id] = append(all, id), path == ""
		}
		return err
	})
	if err != nil {
		return err
	}
	closed := &closing{}
	for _, command := range all {
		if err := s.closeCommand(ctx, tx, c, next, command, whole[command], ran[command], closed); err != nil {
			return err
		}
		if len(closed.rows)+len(closed.pictures) > closeAtOnce {
			if err := s.writeClosed(ctx, tx, closed); err != nil {
				return err
			}
		}
	}
	return s.writeClosed(ctx, tx, closed)
}

// closeAtOnce is how many values are written at once: with a command each, silent ones,
// of which strangers can have invented many, would cost several times as much.
const closeAtOnce = 20_000

// A closing is what closed commands have to be written, as values of history and windows.
type closing struct{ rows, pictures []any }

type historyKey struct {
	version int64
	system  string
}

// closeCommand reads the sums that were added to, if the command ran, and those of which
// pictures are kept; the others, of versions that nobody uses any more, are most of them.
func (s *Store) closeCommand(ctx context.Context, tx *sql.Tx, c clock, next, command int64, whole, ran bool, closed *closing) error {
	added := map[historyKey][]daySum{}
	if ran {
		if err := s.readRecent(ctx, tx, command, added); err != nil {
			return err
		}
	}
	all := map[historyKey][]daySum{}
	kept := 0
	if whole {
		kept = 1
	}
	err := s.run(ctx, tx, s.dialect.bind(`SELECT version, operating_system, sums FROM history h WHERE command = ? AND (version = 0 OR ? = 1 AND EXISTS (SELECT 1 FROM versions v WHERE v.id = h.version AND v.away = 0)
		OR EXISTS (SELECT 1 FROM recent r WHERE r.command = h.command AND r.version = h.version))`), []any{command, kept}, func(scan scan) error {
		var key historyKey
		var data []byte
		if err := scan(&key.version, &key.system, &data); err != nil {
			return err
		}
		var err error
		all[key], err = decodeSums(data, c.kept)
		return err
	})
	if err == nil && ran {
		_, err = tx.ExecContext(ctx, s.dialect.bind(`DELETE FROM recent WHERE command = ?`), command)
	}
	if err != nil {
		return err
	}
	for key, sums := range added {
		all[key] = mergeSums(all[key], sums)
	}
	for _, key := range slices.SortedFunc(maps.Keys(all), func(a, b historyKey) int {
		return cmp.Or(cmp.Compare(a.version, b.version), cmp.Compare(a.system, b.system))
	}) {
		if added[key] != nil {
			data, first, last := encodeSums(all[key])
			closed.rows = append(closed.rows, command, key.version, key.system, first, last, data)
		}
		if key.version == 0 || whole {
			for end := c.day; end < next && end < c.day+maxGap; end++ {
				if counts := inWindows(all[key], end, whole && key.version != 0); counts != [8]int64{} {
					closed.pictures = append(closed.pictures, end, command, key.version, key.system)
					for _, n := range counts {
						closed.pictures = append(closed.pictures, n)
					}
				}
			}
		}
	}
	return nil
}

// readRecent adds the recent sums of a command to those of each version and system, and
// of all systems together.
func (s *Store) readRecent(ctx context.Context, tx *sql.Tx, command int64, added map[historyKey][]daySum) error {
	return s.run(ctx, tx, s.dialect.bind(`SELECT version, operating_system, day, measure, n FROM recent WHERE command = ?`), []any{command}, func(scan scan) error {
		var key historyKey
		var one daySum
		err := scan(&key.version, &key.system, &one.day, &one.measure, &one.n)
		all := historyKey{key.version, ""}
		added[key], added[all] = append(added[key], one), append(added[all], one)
		return err
	})
}

// writeClosed writes what was closed, and empties it.
func (s *Store) writeClosed(ctx context.Context, tx *sql.Tx, closed *closing) error {
	err := s.insert(ctx, tx, `INSERT INTO history (command, version, operating_system, first_day, last_day, sums) VALUES `, 6, closed.rows,
		` ON CONFLICT (command, version, operating_system) DO UPDATE SET first_day = excluded.first_day, last_day = excluded.last_day, sums = excluded.sums`, nil)
	if err != nil {
		return err
	}
	err = s.insert(ctx, tx, `INSERT INTO windows (day, command, version, operating_system, used7, used30, used90, used365, failed7, failed30, failed90, failed365) VALUES `, 12, closed.pictures,
		` ON CONFLICT (command, version, operating_system, day) DO UPDATE SET used7 = excluded.used7, used30 = excluded.used30, used90 = excluded.used90, used365 = excluded.used365,
		failed7 = excluded.failed7, failed30 = excluded.failed30, failed90 = excluded.failed90, failed365 = excluded.failed365`, nil)
	closed.rows, closed.pictures = closed.rows[:0], closed.pictures[:0]
	return err
}

// inWindows counts the installs of the four windows that end on a day: used,
// then failed. Of a version of an app those count whose latest report was of it.
func inWindows(sums []daySum, end int64, latest bool) (counts [8]int64) {
	used := measureUsed
	if latest {
		used = measureLatest
	}
	for _, one := range sums {
		if one.measure != used && one.measure != measureFailed || one.day > end {
			continue
		}
		for i, days := range windowDays {
			if one.day <= end-days {
				continue
			}
			if one.measure == used {
				counts[i] += one.n
			} else {
				counts[i+4] += one.n
			}
		}
	}
	return counts
}

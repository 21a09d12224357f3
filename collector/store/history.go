package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"maps"
	"slices"
)

// The sums of closed days are one value for each command, version and system,
// because a year of days is read in one piece then: for each day, in order, the
// number of days since the one before and of measures, and the measures with
// their sums, as varints.

type dayMeasure struct {
	day     int64
	measure int
}

var errHistory = errors.New("the sums of a command are damaged")

// eachSum calls each with the sums of the days from since on.
func eachSum(data []byte, since int64, each func(day int64, measure int, n int64)) error {
	var day int64
	for len(data) > 0 {
		passed, n := binary.Varint(data)
		if n <= 0 {
			return errHistory
		}
		data = data[n:]
		measures, n := binary.Uvarint(data)
		if n <= 0 {
			return errHistory
		}
		data = data[n:]
		day += passed
		for range measures {
			measure, n := binary.Varint(data)
			if n <= 0 {
				return errHistory
			}
			data = data[n:]
			sum, n := binary.Varint(data)
			if n <= 0 {
				return errHistory
			}
			data = data[n:]
			if day >= since {
				each(day, int(measure), sum)
			}
		}
	}
	return nil
}

func encodeSums(values map[dayMeasure]int64) (data []byte, last int64) {
	keys := slices.SortedFunc(maps.Keys(values), func(a, b dayMeasure) int {
		return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(a.measure, b.measure))
	})
	keys = slices.DeleteFunc(keys, func(key dayMeasure) bool { return values[key] == 0 })
	for at := 0; at < len(keys); {
		end := at
		for end < len(keys) && keys[end].day == keys[at].day {
			end++
		}
		data = binary.AppendVarint(data, keys[at].day-last)
		data = binary.AppendUvarint(data, uint64(end-at))
		for _, key := range keys[at:end] {
			data = binary.AppendVarint(data, int64(key.measure))
			data = binary.AppendVarint(data, values[key])
		}
		last, at = keys[at].day, end
	}
	return data, last
}

// windowDays are the windows of which a picture is kept for every day.
var windowDays = [4]int64{7, 30, 90, 365}

// maxGap is how many days without a report get a picture.
const maxGap = 31

// closeDay puts the sums that were added since the last time to those of closed
// days, and keeps how many distinct installs there were in the windows that
// ended on the day that is over, and on those after it without a report: later,
// when installs have moved on, that can no longer be told.
func (s *Store) closeDay(ctx context.Context, tx *sql.Tx, c clock, next int64) error {
	var all []int64
	whole := map[int64]bool{}
	err := s.run(ctx, tx, `SELECT id, path FROM commands ORDER BY id`, nil, func(scan scan) error {
		var id int64
		var path string
		err := scan(&id, &path)
		all, whole[id] = append(all, id), path == ""
		return err
	})
	if err != nil {
		return err
	}
	for _, command := range all {
		if err := s.closeCommand(ctx, tx, c, next, command, whole[command]); err != nil {
			return err
		}
	}
	return nil
}

type historyKey struct {
	version int64
	system  string
}

func (s *Store) closeCommand(ctx context.Context, tx *sql.Tx, c clock, next, command int64, whole bool) error {
	values, changed := map[historyKey]map[dayMeasure]int64{}, map[historyKey]bool{}
	err := s.run(ctx, tx, s.dialect.bind(`SELECT version, operating_system, sums FROM history WHERE command = ?`), []any{command}, func(scan scan) error {
		var key historyKey
		var data []byte
		if err := scan(&key.version, &key.system, &data); err != nil {
			return err
		}
		found := map[dayMeasure]int64{}
		values[key] = found
		return eachSum(data, c.kept, func(day int64, measure int, n int64) { found[dayMeasure{day, measure}] = n })
	})
	if err != nil {
		return err
	}
	err = s.run(ctx, tx, s.dialect.bind(`SELECT version, operating_system, day, measure, n FROM recent WHERE command = ?`), []any{command}, func(scan scan) error {
		var key historyKey
		var at dayMeasure
		var n int64
		err := scan(&key.version, &key.system, &at.day, &at.measure, &n)
		for _, key := range [2]historyKey{key, {key.version, ""}} {
			if values[key] == nil {
				values[key] = map[dayMeasure]int64{}
			}
			values[key][at] += n
			changed[key] = true
		}
		return err
	})
	if err != nil {
		return err
	}
	var rows, pictures [][]any
	for _, key := range slices.SortedFunc(maps.Keys(values), func(a, b historyKey) int {
		return cmp.Or(cmp.Compare(a.version, b.version), cmp.Compare(a.system, b.system))
	}) {
		if changed[key] {
			data, last := encodeSums(values[key])
			rows = append(rows, []any{command, key.version, key.system, last, data})
		}
		if key.version == 0 || whole {
			for end := c.day; end < next && end < c.day+maxGap; end++ {
				if counts := inWindows(values[key], end, whole && key.version != 0); counts != [8]int64{} {
					picture := []any{end, command, key.version, key.system}
					for _, n := range counts {
						picture = append(picture, n)
					}
					pictures = append(pictures, picture)
				}
			}
		}
	}
	err = s.insert(ctx, tx, `INSERT INTO history (command, version, operating_system, last_day, sums) VALUES `, rows,
		` ON CONFLICT (command, version, operating_system) DO UPDATE SET last_day = excluded.last_day, sums = excluded.sums`, nil)
	if err != nil {
		return err
	}
	err = s.insert(ctx, tx, `INSERT INTO windows (day, command, version, operating_system, used7, used30, used90, used365, failed7, failed30, failed90, failed365) VALUES `, pictures,
		` ON CONFLICT (command, version, operating_system, day) DO UPDATE SET used7 = excluded.used7, used30 = excluded.used30, used90 = excluded.used90, used365 = excluded.used365,
		failed7 = excluded.failed7, failed30 = excluded.failed30, failed90 = excluded.failed90, failed365 = excluded.failed365`, nil)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, s.dialect.bind(`DELETE FROM recent WHERE command = ?`), command)
	return err
}

// inWindows counts the installs of the four windows that end on a day: used,
// then failed. Of a version of an app those count whose latest report was of it.
func inWindows(values map[dayMeasure]int64, end int64, latest bool) (counts [8]int64) {
	used := measureUsed
	if latest {
		used = measureLatest
	}
	for at, n := range values {
		for i, days := range windowDays {
			if at.day > end-days && at.day <= end {
				switch at.measure {
				case used:
					counts[i] += n
				case measureFailed:
					counts[i+4] += n
				}
			}
		}
	}
	return counts
}

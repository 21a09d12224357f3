package store

import (
	"cmp"
	"context"
	"database/sql"
	"maps"
	"slices"
)

// A sumKey names one sum: of a command (or, with the app's own row in commands,
// of the app as a whole), a version or all of them, a system, and a day.
type sumKey struct {
	command, version int64 // ids; version 0 is all versions together
	system           string
	day              int64
	measure          int
}

// Measures other than exit codes. An install adds 1 to used on the day of its
// last run of a command, and takes the 1 with it when it runs it on a later day:
// so the sum over the days of any window that ends today is the number of
// distinct installs that used the command in it.
const (
	measureUsed   = 1000 // installs, by the last day of use; of an app and all versions: of a report
	measureFailed = 1001 // installs, by the last day of a failure (exit codes 1 to 255)
	measureDaily  = 1002 // installs that used it on the day, also when they used it later again
	measureLatest = 1003 // of an app and a version: installs whose latest report was of it, by its day
	measureFirst  = 1004 // of a command in a version: installs that used it there for the first time, on the day of that report
	measureSpoilt = 1005 // of these, those whose report of it had a failure (exit codes 1 to 255)
)

// sums has what a batch adds to each sum.
type sums map[sumKey]int64

// count adds runs of a command that ended with an exit code, once for each of
// the four rows in which they are found.
func (s sums) count(app, command, version int64, system string, day int64, code int, n int64) {
	for _, c := range [2]int64{app, command} {
		for _, v := range [2]int64{0, version} {
			s[sumKey{c, v, system, day, code}] += n
		}
	}
}

// vote notes an install's first use of commands in a version: by command, whether
// the report of it had a failure. An install votes once, however often it runs a
// command, and on its first use, however long the version has been out.
func (s sums) vote(votes map[int64]bool, version int64, system string, day int64) {
	for command, failed := range votes {
		s[sumKey{command, version, system, day, measureFirst}]++
		if failed {
			s[sumKey{command, version, system, day, measureSpoilt}]++
		}
	}
}

// move moves an install from one day to another; day 0 is none.
func (s sums) move(command, version int64, system string, measure int, from, to int64) {
	if from == to {
		return
	}
	if from != 0 {
		s[sumKey{command, version, system, from, measure}]--
	}
	if to != 0 {
		s[sumKey{command, version, system, to, measure}]++
	}
}

// addSums writes the sums that are not zero, in the order of their keys.
func (s *Store) addSums(ctx context.Context, tx *sql.Tx, added sums) error {
	var rows []any
	for _, key := range slices.SortedFunc(maps.Keys(added), func(a, b sumKey) int {
		return cmp.Or(cmp.Compare(a.command, b.command), cmp.Compare(a.version, b.version), cmp.Compare(a.system, b.system),
			cmp.Compare(a.day, b.day), cmp.Compare(a.measure, b.measure))
	}) {
		if n := added[key]; n != 0 {
			rows = append(rows, key.command, key.version, key.system, key.day, key.measure, n)
		}
	}
	return s.insert(ctx, tx, `INSERT INTO recent (command, version, operating_system, day, measure, n) VALUES `, 6, rows,
		` ON CONFLICT (command, version, operating_system, day, measure) DO UPDATE SET n = recent.n + excluded.n`, nil)
}

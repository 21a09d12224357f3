package store

import "github.com/telemetrygen/telemetrygen/collector/wire"

// A tally adds up the days of one value of history, measure by measure: a year of
// days is a few sums then, before anybody looks for the command that they are of.
type tally struct {
	sums  [exitCodes + measureSpoilt - measureUsed + 1]struct{ n, last int64 }
	found []int // measures
}

// exitCodes are -1 to 255.
const exitCodes = 257

// slot is the place of a measure: first the exit codes, then the others. It is
// out of range for what is no measure.
func slot(measure int) int {
	switch {
	case measure >= measureUsed:
		return exitCodes + measure - measureUsed
	case measure > 255:
		return -1
	}
	return measure - wire.NoExit
}

// add adds what there is of a day.
func (t *tally) add(day int64, sums []byte) error {
	for at := 0; at < len(sums); {
		measure, next := varint(sums, at)
		if next < 0 {
			return errHistory
		}
		n, end := varint(sums, next)
		place := slot(int(measure))
		if end < 0 || place < 0 || place >= len(t.sums) {
			return errHistory
		}
		at = end
		sum := &t.sums[place]
		if sum.last == 0 {
			t.found = append(t.found, int(measure))
		}
		sum.n += n
		sum.last = day // they come in order
	}
	return nil
}

// empty calls each with the sums, and starts anew.
func (t *tally) empty(name string, each func(found)) {
	for _, measure := range t.found {
		sum := &t.sums[slot(measure)]
		each(found{name, sum.last, measure, sum.n})
		sum.n, sum.last = 0, 0
	}
	t.found = t.found[:0]
}

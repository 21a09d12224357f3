package store

import (
	"encoding/binary"
	"errors"
)

// A use says when an install last ran a command in a version, and when that last failed. The
// app as a whole counts as a command.
type use struct {
	command, version int64 // ids
	used, failed     int64 // days; failed 0: never
}

// maxUses bounds the uses of one install: commands times versions.
const maxUses = 8_192

// usesEpoch is 1 January 2020: days from then on take two bytes.
const usesEpoch = 18_262

var errUses = errors.New("the days of an install's commands are damaged")

func decodeUses(data []byte) ([]use, error) {
	var uses []use
	next := func() int64 {
		value, n := binary.Varint(data)
		if n <= 0 {
			data = nil
			return -1
		}
		data = data[n:]
		return value
	}
	for len(data) > 0 {
		one := use{command: next(), version: next(), used: next() + usesEpoch}
		if one.failed = next(); one.failed != 0 {
			one.failed += usesEpoch
		}
		if one.command <= 0 || one.version <= 0 {
			return nil, errUses
		}
		uses = append(uses, one)
	}
	return uses, nil
}

func encodeUses(uses []use) []byte {
	data := make([]byte, 0, 8*len(uses))
	for _, one := range uses {
		data = binary.AppendVarint(data, one.command)
		data = binary.AppendVarint(data, one.version)
		data = binary.AppendVarint(data, one.used-usesEpoch)
		if one.failed == 0 {
			data = append(data, 0)
		} else {
			data = binary.AppendVarint(data, one.failed-usesEpoch)
		}
	}
	return data
}

// lastUse returns the last use of a command in any version.
func lastUse(uses []use, command int64) (used, failed int64) {
	for _, one := range uses {
		if one.command == command {
			used, failed = max(used, one.used), max(failed, one.failed)
		}
	}
	return used, failed
}

// touch notes that a command ran on a day, and moves the install there. It
// reports whether the install had not run the command in that version before.
func (r *installRow) touch(moved sums, command, version, day int64, failed, whole bool) (first bool) {
	usedBefore, failedBefore := lastUse(r.uses, command)
	at := -1
	for i, one := range r.uses {
		if one.command == command && one.version == version {
			at = i
			break
		}
	}
	if at < 0 {
		if len(r.uses) >= maxUses {
			return false
		}
		at, first = len(r.uses), true
		r.uses = append(r.uses, use{command: command, version: version})
	}
	one := &r.uses[at]
	before := *one
	one.used = day
	if failed {
		one.failed = day
	}
	if *one == before {
		return first
	}
	moved.move(command, version, r.system, measureUsed, before.used, one.used)
	moved.move(command, version, r.system, measureFailed, before.failed, one.failed)
	usedNow, failedNow := lastUse(r.uses, command)
	moved.move(command, 0, r.system, measureFailed, failedBefore, failedNow)
	if !whole {
		moved.move(command, 0, r.system, measureUsed, usedBefore, usedNow)
		if before.used != day {
			moved[sumKey{command, version, r.system, day, measureDaily}]++
		}
		if usedBefore != day {
			moved[sumKey{command, 0, r.system, day, measureDaily}]++
		}
	}
	return first
}

// putBack dates what the install did after a day, by a clock that was wrong then, to
// that day. A week that has yet to come is none in which it reported.
func (r *installRow) putBack(day int64) {
	r.weeks >>= min(max(week(r.lastDay)-week(day), 0), 64)
	r.firstDay, r.lastDay = min(r.firstDay, day), min(r.lastDay, day)
	for i, one := range r.uses {
		r.uses[i].used, r.uses[i].failed = min(one.used, day), min(one.failed, day)
	}
}

// take adds the install's days to the sums of its system, or subtracts them with sign -1. app
// and version are ids.
func (r *installRow) take(moved sums, app, version, sign int64) {
	add := func(command, version, day int64, measure int) {
		if day != 0 {
			moved[sumKey{command, version, r.system, day, measure}] += sign
		}
	}
	seen := map[int64]bool{}
	for _, one := range r.uses {
		add(one.command, one.version, one.used, measureUsed)
		add(one.command, one.version, one.failed, measureFailed)
		if seen[one.command] {
			continue
		}
		seen[one.command] = true
		used, failed := lastUse(r.uses, one.command)
		add(one.command, 0, failed, measureFailed)
		if one.command != app {
			add(one.command, 0, used, measureUsed)
		}
	}
	add(app, 0, r.lastDay, measureUsed)
	add(app, version, r.lastDay, measureLatest)
}

//go:build !notelemetry

package telemetry

import (
	"bytes"
	"os"
	"runtime"
	"strconv"
	"time"

	"github.com/google/uuid"
)

// finish counts the run of this process under code. It writes the code into the run's block first: if another process holds
// the folder lock for long, that one counts the run.
func (l *lockFile) finish(mine *block, code int, c consent) error {
	if now, _ := l.read(mine.n); mine.code != noExitSeen || now.nonce != mine.nonce {
		// The run was counted already, by Exiting, or as dead because its lock got lost (NFS). It moves to code.
		if mine = l.take(mine.path, mine.code, mine.unsent); mine == nil {
			return errBusy
		}
		process.mine = mine
	}
	mine.code, mine.unsent = code, !c.sends()
	if err := l.write(*mine); err != nil {
		return err
	}
	return l.settle(mine, c, lockPatience)
}

// settle counts all finished runs, and starts an uploader if one is due. It looks again after it has counted runs of other
// processes: runs that ended meanwhile may have given up waiting for the lock.
func (l *lockFile) settle(mine *block, c consent, patience time.Duration) error {
	err := l.lock(theFolder, patience)
	for tries, others := 0, true; others && err == nil && tries < 5; tries++ {
		others, err = l.countAll(mine, c.sends())
	}
	due := err == nil && c.sends() && c.claimUpload()
	if l.unlock(theFolder); due { // without effect if another process has the lock
		startUploader()
	}
	return err
}

// countAll counts every finished run in the lock file, starting with any count that a killed process left half done. It
// reports whether it counted any of other processes. The caller holds the folder lock. sends says whether counts may
// leave the machine.
func (l *lockFile) countAll(mine *block, sends bool) (others bool, err error) {
	all, err := l.blocks(0, blockLimit)
	left := all // one of them says how the report was left
	for _, b := range all {
		own := mine != nil && mine.n == b.n
		if err != nil || b.path == "" || b.code == noExitSeen && b.before == none && (own || l.lock(b.n, 0) != nil) {
			continue // the block is free, or the run is going on
		}
		if b, err = l.read(b.n); err == nil && b.path != "" {
			if err = l.count(&b, left, sends); err == nil {
				_ = l.free(b)
			}
			left = append(left[:0], b)
		}
		if !own {
			l.unlock(b.n)
			others = true
		}
	}
	if err == nil && len(all) > blocksKept && (mine == nil || mine.n < blocksKept) {
		l.cut()
	}
	return others, err
}

// count adds a run to the report. If the report is as the runtime left it, count overwrites the digits in place. Otherwise
// it writes the file anew, through yaml.v3. It first writes the current count into the block, so that the next holder of
// the lock can tell whether a killed process had changed the report.
func (l *lockFile) count(b *block, left []block, sends bool) error {
	asLeft, hasID, state := false, false, l.dir.state()
	for _, other := range left {
		hasID = hasID || other.left == state+"id"
		asLeft = asLeft || other.left == state
	}
	err := errBroken
	// In place only if nothing is half done, nothing moves, nobody edited the report, and it needs no new id.
	if b.before == none && b.was == none && (hasID || !sends && asLeft) {
		err = l.dir.raise(reportFile, b, func(count int64) error {
			note := func(int64) error { b.before = count; return l.write(*b) }
			if b.unsent && hasID {
				return l.dir.raise(baselineFile, b, note)
			}
			return note(count)
		})
	}
	if err == errBroken {
		hasID, err = l.rewrite(b, sends)
	}
	if b.left = l.dir.state(); hasID {
		b.left += "id"
	}
	return err
}

// state is what a block keeps to recognise the report as the runtime left it: its size, time, and version.
func (d folder) state() string { return stampOf(d.path(reportFile)) + versionOr(programStamp) + " " }

// rewrite adds the run of a block to the report through yaml.v3, and subtracts it where it was counted before. An unreadable
// report is set aside. If counts may be sent, the report gets an id, and what was counted until then becomes the
// baseline, which is never sent. An unsent run is added to the baseline too if the report has an id.
func (l *lockFile) rewrite(b *block, sends bool) (hasID bool, err error) {
	now, err := l.dir.read(reportFile)
	if err == errBroken || os.IsPermission(err) {
		err = os.Rename(l.dir.path(reportFile), l.dir.path(brokenFile))
	}
	if err != nil && !missing(err) {
		return false, err
	}
	count := int64(now.MetricPoints.count(b.path, b.code))
	change := func(p points) {
		if b.before == count { // otherwise a killed process had changed it
			p.add(b.path, b.was, -1)
			p.add(b.path, b.code, 1)
		}
	}
	if b.before == none {
		b.before = count
	}
	err = l.write(*b)
	if _, unknown := l.dir.read(baselineFile); unknown != nil {
		now.ID = "" // it is not known what must not be sent, as in a report from before this package: a new baseline is needed
	}
	if err == nil && now.ID == "" && sends && process.consent.decide().sends() {
		now.ID = uuid.New().String()
		err = l.dir.save(baselineFile, report{MetricPoints: now.MetricPoints})
	}
	if err == nil && now.ID != "" && b.unsent {
		baseline, _ := l.dir.read(baselineFile)
		change(baseline.MetricPoints)
		err = l.dir.save(baselineFile, baseline)
	}
	if err != nil {
		return false, err
	}
	change(now.MetricPoints)
	if process.root != nil || now.CLIVersion == "" { // a run that ended before Execute does not know the root's version
		now.CLIVersion = versionOr(moduleVersion)
	}
	now.OperatingSystem = runtime.GOOS
	return now.ID != "", l.dir.save(reportFile, now)
}

// raise adds one to the count of a run by overwriting its digits in a file. It calls before with the old count first. It
// fails with errBroken if the digits are not found or cannot be overwritten.
func (d folder) raise(name string, b *block, before func(count int64) error) error {
	f, err := openFile(d.path(name), os.O_RDWR)
	if err != nil {
		return errBroken
	}
	defer f.Close()
	var at, further int
	window, digits := buffer[:2*pageSize], "" // room for 180 codes of a path
	for n := len(window); digits == "" && n == len(window); at += further {
		n, _ = f.ReadAt(window, int64(at))
		if digits, further = digitsOf(window[:n], b); digits == "" && further == 0 {
			further = n - blockSize // no path is longer than a block
		}
	}
	count, err := strconv.ParseInt(digits, 10, 63)
	after := strconv.FormatInt(count+1, 10)
	if err != nil || len(after) != len(digits) || at/pageSize != (at+len(digits)-1)/pageSize {
		return errBroken
	}
	if err = before(count); err == nil {
		_, err = f.WriteAt([]byte(after), int64(at))
	}
	return err
}

// pageSize is the smallest page size of any system: a write within a page is not torn when the process is killed.
const pageSize = 4096

// digitsOf finds the digits of a run's count, and where they are, in a part of a report that yaml.v3 wrote. There are none
// if the run was never counted, or stands in another part: then at is where its path is, or 0.
func digitsOf(text []byte, b *block) (digits string, at int) {
	var before [3][]byte // each of the keys
	for i, key := range []string{"\n    " + b.path + ":\n", "        " + strconv.Itoa(b.code) + ":\n            cumulative_count: ", "\n"} {
		n := bytes.Index(text[at:], []byte(key))
		if n < 0 {
			return "", len(before[0])
		}
		before[i] = text[at : at+n]
		at += n + len(key)
	}
	if bytes.Count(before[1], []byte("\n")) != bytes.Count(before[1], []byte("        ")) {
		return "", len(before[0]) // the code is below another path
	}
	return string(before[2]), at - len("\n") - len(before[2])
}

//go:build !notelemetry

package telemetry

import (
	"os"
	"runtime"
	"time"

	"github.com/google/uuid"
)

// finish counts the run of this process under code. The code is written into its block first. If another process has the
// lock of the folder, that one may count the run, and the run need not wait.
func (l *lockFile) finish(mine *block, code int, c consent) error {
	if mine.code != noExitSeen || l.read(mine.n).nonce != mine.nonce {
		// It moves: it was counted by Exiting, or taken for dead where a lock can get lost (NFS).
		if mine = l.take(mine.path, mine.code, mine.unsent); mine == nil {
			return errBusy
		}
		process.mine = mine
	}
	mine.code, mine.unsent = code, !c.sends()
	err := l.write(*mine)
	if err != nil {
		return err
	}
	due, err := l.settle(mine, c, lockPatience)
	if due {
		spawnUploader()
	}
	return err
}

// settle counts all finished runs, and reports whether an upload is due. Runs that wait for the lock give up after
// lockPatience. So if it was held that long, there may be results that nobody else will look for.
func (l *lockFile) settle(mine *block, c consent, patience time.Duration) (due bool, err error) {
	err = l.lock(theFolder, patience)
	for tries := 0; err == nil; tries++ {
		begin := time.Now()
		err = l.countAll(mine, c.sends())
		due = due || err == nil && c.claimUpload()
		l.unlock(theFolder)
		if time.Since(begin) < lockPatience/2 || tries == 5 || l.lock(theFolder, lockPatience/10) != nil {
			break
		}
	}
	return due, err
}

// countAll counts every finished run in the lock file, starting with any count that a killed process left half done.
// It is called with the lock of the folder. With sends counts may leave the machine.
func (l *lockFile) countAll(mine *block, sends bool) error {
	all, err := l.blocks()
	left := all // they say how the report is, if nobody else has changed it
	for _, b := range all {
		own := mine != nil && mine.n == b.n
		if err != nil || b.path == "" || b.code == noExitSeen && (own || l.lock(b.n, 0) != nil) {
			continue // the block is free, or the run is going on
		}
		if b = l.read(b.n); b.path != "" {
			if err = l.count(&b, left, sends); err == nil {
				_ = l.free(b)
			}
			left = append(left[:0], b)
		}
		if !own {
			l.unlock(b.n)
		}
	}
	if err == nil && len(all) > blocksKept && (mine == nil || mine.n < blocksKept) {
		l.cut()
	}
	return err
}

// count adds a run to the report. In a report that is just as one of us left it, the digits are overwritten in place.
// Others go through yaml.v3, a temporary file and a rename. Before the report is changed the block says what the count
// is, so the next holder can tell what a killed one had done.
func (l *lockFile) count(b *block, left []block, sends bool) error {
	asLeft, hasID, state := false, false, l.dir.state()
	for _, other := range left {
		hasID = hasID || other.left == state+"id"
		asLeft = asLeft || other.left == state
	}
	err := errNotInPlace
	if b.before == none && b.was == none && (hasID || !sends && asLeft) { // else half counted, to be moved, edited, or an id is wanted
		err = l.dir.raise(reportFile, b, func(count int64) error {
			note := func(int64) error { b.before = count; return l.write(*b) }
			if b.unsent && hasID {
				return l.dir.raise(baselineFile, b, note)
			}
			return note(count)
		})
	}
	if err == errNotInPlace {
		hasID, err = l.rewrite(b, sends)
	}
	if b.left = l.dir.state(); hasID {
		b.left += "id"
	}
	return err
}

// state tells which file the report is, and whose version is in it: another one is a reason to write it anew.
func (d folder) state() string { return stampOf(d.path(reportFile)) + versionOr(programStamp) + " " }

// rewrite adds the run of a block to the report through yaml.v3, and takes off what it was counted as already. An
// unreadable report is set aside. Where something can be sent the report gets its id. What was counted until then is
// the baseline, which is never sent. An unsent run is added to the baseline of a report that has an id as well.
func (l *lockFile) rewrite(b *block, sends bool) (hasID bool, err error) {
	now, err := l.dir.read(reportFile)
	if err == errBroken || os.IsPermission(err) {
		err = os.Rename(l.dir.path(reportFile), l.dir.path(brokenFile))
	}
	if err != nil {
		return false, err
	}
	count := int64(now.MetricPoints.count(b.path, b.code))
	change := func(p points) {
		if b.before == none || b.before == count { // else whoever was killed over it had done it
			p.add(b.path, b.was, -1)
			p.add(b.path, b.code, 1)
		}
	}
	if b.before == none {
		b.before = count
		err = l.write(*b)
	}
	if _, broken := l.dir.read(baselineFile); broken != nil {
		now.ID = "" // what must not be sent is not known any more: begin anew
	}
	if err == nil && now.ID == "" && sends && consentIn(l.dir).sends() {
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

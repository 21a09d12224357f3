//go:build !notelemetry

package telemetry

import (
	"os"
	"runtime"
	"time"

	"github.com/google/uuid"
)

// ledger is the report while this process holds the lock of the folder.
type ledger struct {
	lock  *lockFile
	mine  *block          // of this process, if it has one
	sends bool            // counts may leave the machine
	left  map[string]bool // how the report may be, if nobody else changed it
	hasID bool            // the report has an id, as far as is known
}

// settle counts all finished runs, and reports whether an upload is due. A run that waits for the lock has written
// its result before, and gives up after lockPatience. So if the lock was held that long, there may be results that
// nobody else will look for.
func (l *lockFile) settle(mine *block, c consent, patience time.Duration) (due bool, err error) {
	err = l.lock(theFolder, patience)
	for tries := 0; err == nil; tries++ {
		begin := time.Now()
		err = (&ledger{lock: l, mine: mine, sends: c.sends(), left: map[string]bool{}}).settle()
		due = due || err == nil && c.uploads() && l.dir.claimUpload(c.interval)
		l.unlock(theFolder)
		if time.Since(begin) < lockPatience/2 || tries == 5 || l.lock(theFolder, lockPatience/10) != nil {
			break
		}
	}
	return due, err
}

// settle counts every finished run in the lock file, starting with any count that a killed process left half done.
func (g *ledger) settle() error {
	all, err := g.lock.blocks()
	for _, b := range all {
		g.left[b.left] = true
	}
	for _, b := range all {
		if err != nil || b.path == "" {
			continue
		}
		if g.lock.finished(&b, g.mine) {
			if err = g.count(&b); err == nil {
				_ = g.lock.free(b)
			}
		}
		if g.mine == nil || g.mine.n != b.n {
			g.lock.unlock(b.n)
		}
	}
	g.lock.cut(all, g.mine)
	return err
}

// count adds a run to the report. In a report that is just as one of us left it, the digits are overwritten in place.
// Others go through yaml.v3, a temporary file and a rename. Before the report is changed the block says what the count
// is, so the next holder can tell what a killed one had done.
func (g *ledger) count(b *block) error {
	err := errNotInPlace
	if b.before == none && b.was == none && g.isAsLeft() { // else half counted, to be moved, or edited by somebody
		err = g.countInPlace(b)
	}
	if err == errNotInPlace {
		err = g.rewrite(b)
	}
	if b.left = g.state(); g.hasID {
		b.left += "id"
	}
	g.left = map[string]bool{b.left: true}
	return err
}

func (g *ledger) countInPlace(b *block) error {
	return g.lock.dir.raise(reportFile, b.run, func(count int64) (err error) {
		if b.unsent && g.hasID {
			err = g.lock.dir.raise(baselineFile, b.run, func(int64) error { return nil })
		}
		if b.before = count; err == nil {
			err = g.lock.write(*b)
		}
		return err
	})
}

// isAsLeft reports whether the report is as one of us left it, and needs no other change than the count.
func (g *ledger) isAsLeft() bool {
	state := g.state()
	g.hasID = g.left[state+"id"]
	return g.hasID || !g.sends && g.left[state]
}

// state tells which file the report is, and what makes a rewrite necessary although nobody has changed it: another
// version, or an id that is wanted.
func (g *ledger) state() string { return stampOf(g.lock.dir.path(reportFile)) + versionMark() + " " }

// rewrite adds the run of a block to the report through yaml.v3, and takes off what it was counted as already. An
// unreadable report is set aside. Where something can be sent the report gets its id. What was counted until then is
// the baseline, which is never sent. An unsent run is added to the baseline of a report that has an id as well.
func (g *ledger) rewrite(b *block) error {
	dir := g.lock.dir
	now, err := dir.read(reportFile)
	if err == errBroken || os.IsPermission(err) {
		err = os.Rename(dir.path(reportFile), dir.path(brokenFile))
	}
	if err != nil {
		return err
	}
	count := int64(now.MetricPoints.count(b.path, b.code))
	change := func(p points) {
		if b.before == none || b.before == count { // else whoever was killed over it had done it
			p.add(b.path, b.was, -1)
			p.add(b.path, b.code, 1)
		}
	}
	if _, err := dir.read(baselineFile); err != nil {
		now.ID = "" // what must not be sent is not known any more: begin anew
	}
	if now.ID == "" && g.sends && consentIn(dir).sends() {
		if err := dir.save(baselineFile, report{MetricPoints: now.MetricPoints}); err != nil {
			return err
		}
		now.ID = uuid.New().String()
	}
	if now.ID != "" && b.unsent {
		baseline, _ := dir.read(baselineFile)
		change(baseline.MetricPoints)
		if err := dir.save(baselineFile, baseline); err != nil {
			return err
		}
	}
	if b.before == none {
		b.before = count
		if err := g.lock.write(*b); err != nil {
			return err
		}
	}
	change(now.MetricPoints)
	if process.root != nil || now.CLIVersion == "" { // a run that ended before Execute does not know the root's version
		now.CLIVersion = cliVersion()
	}
	now.OperatingSystem = runtime.GOOS
	g.hasID = now.ID != ""
	return dir.save(reportFile, now)
}

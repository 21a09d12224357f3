//go:build !notelemetry

package telemetry

// noExitSeen is the code of a run that was killed, replaced by exec or ended where the generator could not reach. The
// next run counts it.
const noExitSeen = -1

// record counts the run of this process under an exit code that it is about to end with. With last it keeps the lock:
// another goroutine that wants to exit meanwhile must not change what was recorded.
func record(code int, last bool) {
	process.Lock()
	if !last {
		defer process.Unlock()
	}
	defer shield()
	process.exact = true
	end(code & 0xff) // what the shell sees in $?
}

// isOff reports whether nothing is to be recorded however the process ends.
func isOff() bool {
	process.Lock()
	defer process.Unlock()
	_, c := settings()
	return c.level == levelOff && process.mine == nil
}

// ending counts the run of this process under a code that a logger's exit hook knows, or notes that it began where
// the code is noExitSeen. A code that was announced by Exit or Exiting is more exact.
func ending(code int) {
	process.Lock()
	defer process.Unlock()
	defer shield()
	switch {
	case process.exact || !process.started:
	case code == noExitSeen:
		decide(true)
	default:
		end(code & 0xff)
	}
}

// end counts the run once, under code: it decides which run that is, records it and tells the user of it.
func end(code int) {
	if !process.started {
		return
	}
	dir, c := settings()
	mine := decide(code != 0)
	switch {
	case c.level == levelOff && mine != nil:
		_ = process.lock.free(*mine)
	case c.level != levelOff && process.path != "" && (mine == nil || mine.code != code):
		if count(dir, c, mine, run{process.path, code, !c.sends()}) == nil {
			dir.notify(c)
		}
	}
}

// decide finds the command whose run ends, if none has begun, and returns the block of this process.
func decide(failed bool) *block {
	if process.decided {
		return process.mine
	}
	process.decided = true
	path := ""
	switch root := process.root; {
	case root == nil && process.foreign: // what was executed is not known
	case root == nil || process.foreign: // nothing was executed yet, or it is not known which of several
		if failed {
			path = recordedPath(nil, nil)
		}
	default:
		dumpTree(root, true)
		cmd := called(root.Root())
		if cmd == nil && (failed || process.mine != nil || executed(root.Root())) {
			path = recordedPath(root, root) // an unknown command, whose error may have been swallowed
		} else if cmd != nil && failed { // else help, version, a group that printed its help
			path = recordedPath(root, cmd)
		}
	}
	enter(path)
	return process.mine
}

// count counts r. mine is the block of this process, if it has one.
func count(dir folder, c consent, mine *block, r run) error {
	l, err := dir.lockFile()
	if err != nil {
		return err
	}
	was := none
	if mine != nil && (mine.code != noExitSeen || l.read(mine.n).nonce != mine.nonce) {
		mine, was = nil, mine.code // counted by Exiting, or taken for dead where a lock can get lost (NFS): it moves
	}
	if mine == nil {
		if mine = l.enter(run{r.path, noExitSeen, r.unsent}, was); mine == nil {
			return errBusy
		}
	}
	mine.run, process.mine = r, mine
	due, err := l.settle(mine, c, 0)
	if err == errBusy {
		_ = l.write(*mine) // whoever has the lock may count it
		due, err = l.settle(mine, c, lockPatience)
	}
	if due {
		spawnUploader()
	}
	return err
}

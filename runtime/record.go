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
	finish(code & 0xff) // what the shell sees in $?
}

// ending counts the run of this process under a code that a logger's exit hook knows, or notes that it began where
// the code is noExitSeen. A code that was announced by Exit or Exiting is more exact.
func ending(code int) {
	process.Lock()
	defer process.Unlock()
	defer shield()
	switch {
	case process.exact:
	case code != noExitSeen:
		finish(code & 0xff)
	case !process.decided:
		decidePath(true)
		enter(process.path)
	}
}

// decidePath decides which path is recorded, if no command has begun.
func decidePath(failed bool) {
	if process.decided {
		return
	}
	process.decided = true
	path := ""
	switch root := process.root; {
	case root == nil && process.foreign: // what was executed is not known
	case root == nil, process.foreign:
		if failed {
			path = recordedPath(nil, nil) // before anything was executed, or which of several is not known
		}
	default:
		dumpTree(root, true)
		cmd := called(root.Root())
		if cmd == nil && (failed || process.slot != nil || executed(root.Root())) { // unknown; the error may have been swallowed
			path = recordedPath(root, root)
		} else if cmd != nil && failed { // else help, version, a group that printed its help
			path = recordedPath(root, cmd)
		}
	}
	if process.path = path; path == "" {
		enter("") // gives up the slot of an unknown command
	}
}

// finish counts the run once, under code.
func finish(code int) {
	if !process.started {
		return
	}
	decidePath(code != 0)
	if process.path == "" || process.slot != nil && process.slot.code == code {
		return
	}
	dir, c := settings()
	if c.level == levelOff {
		if process.slot != nil {
			_ = process.slots.free(*process.slot)
		}
		return
	}
	was := none
	if mine := process.slot; mine != nil && (mine.code != noExitSeen || process.slots.reread(mine.n).nonce != mine.nonce) {
		process.slot, was = nil, mine.code // counted by Exiting, or taken for dead, where a lock can get lost (NFS)
	}
	if process.slot == nil {
		if process.slot = dir.enter(process.path, was); process.slot == nil {
			return
		}
	}
	process.slot.code, process.slot.unsent = code, !c.sends()
	_, err := dir.settle(0, c)
	if err == errBusy {
		_ = process.slots.put(*process.slot) // whoever has the lock may count it
		_, err = dir.settle(lockPatience, c)
	}
	if err == nil {
		dir.notify(c)
	}
}

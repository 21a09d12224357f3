//go:build !notelemetry

package telemetry

// noExitSeen is the code of a run whose end was not seen: it was killed, replaced itself with exec, or ended in code that
// the generator could not edit. A later run counts it.
const noExitSeen = -1

// record counts the run of this process under the exit code that it is about to end with. With last it keeps the lock of
// process, so that no other goroutine that exits at the same time changes what was recorded.
func record(code int, last bool) {
	process.Lock()
	if !last {
		defer process.Unlock()
	}
	defer shield()
	end(code&0xff, last) // what the shell sees in $?
}

// ending is what the exit hook of a logger calls. It counts the run of this process under code, 0 to 255, or records only that
// the run began if code is noExitSeen. A code that was recorded before is more exact, and stays.
func ending(code int) {
	process.Lock()
	defer process.Unlock()
	defer shield()
	if mine := process.mine; mine == nil || mine.code == noExitSeen {
		end(code, true)
	}
}

// end decides which command's run ends, counts it under code, and shows the notice if it is due. Where the process goes on,
// to print an error or a panic, it does not: the notice would stand before that.
func end(code int, last bool) {
	if process.mine != nil && process.lock.lost() {
		process.mine, process.decided = nil, true // a later run counts it
	}
	if !process.decided { // begin has not
		path, known := calledPath()
		process.decided = true
		switch {
		case known && code != 0:
			enter(path)
		case known, process.root == nil && process.foreign: // help, version, a group that printed its help, or no tree of ours
			enter("")
		case code != 0, process.mine != nil: // cobra was not executed yet, or found no command
			enter(recordedPath(""))
		}
	}
	switch c, mine := process.consent.decide(), process.mine; {
	case mine == nil || mine.code == code:
	case c.level == levelOff: // the user said so after the run began
		_ = process.lock.free(*mine)
	case process.lock.finish(mine, code, c) == nil && last:
		c.notify()
	}
}

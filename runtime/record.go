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
	end(code & 0xff) // what the shell sees in $?
}

// ending counts the run of this process under a code that a logger's exit hook knows, or notes that it began where
// the code is noExitSeen. A code that was recorded before is more exact.
func ending(code int) {
	process.Lock()
	defer process.Unlock()
	defer shield()
	if code != noExitSeen {
		code &= 0xff
	}
	if mine := process.mine; mine == nil || mine.code == noExitSeen {
		end(code)
	}
}

// end decides which run it is that ends, counts it under code, and tells the user of it.
func end(code int) {
	decide(code != 0)
	switch c, mine := settings(), process.mine; {
	case mine == nil || mine.code == code:
	case c.level == levelOff: // since it began
		_ = process.lock.free(*mine)
	case process.lock.finish(mine, code, c) == nil:
		c.notify()
	}
}

// decide finds the command whose run ends, if none has begun.
func decide(failed bool) {
	if process.decided {
		return
	}
	path, known := calledPath()
	process.decided = true
	switch {
	case known && failed:
		enter(path)
	case known, process.root == nil && process.foreign: // help, version, a group that printed its help, or who knows
		enter("")
	case failed, process.mine != nil: // nothing was executed yet, or a command that is not there
		enter(recordedPath(""))
	}
}

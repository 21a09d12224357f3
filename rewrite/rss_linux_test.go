package rewrite_test

import (
	"os"
	"syscall"
)

// maxRSS is the peak resident set of a process in kB.
func maxRSS(p *os.ProcessState) float64 {
	return float64(p.SysUsage().(*syscall.Rusage).Maxrss)
}

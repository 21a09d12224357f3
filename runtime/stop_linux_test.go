//go:build !notelemetry

package telemetry

import (
	"syscall"
	"time"
)

// stopUploaders ends what would still write into a folder that is being removed.
func (h *home) stopUploaders() {
	eventually(h.t, "no uploader is left", 20*time.Second, func() bool {
		pids := h.uploaders()
		for _, pid := range pids {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		return len(pids) == 0
	})
}

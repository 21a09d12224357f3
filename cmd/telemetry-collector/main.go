// Telemetry-collector takes the usage reports of CLIs that telemetrygen has
// instrumented, and shows and forwards what they amount to.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400) // little is kept in memory, and each request leaves garbage
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(128 << 20) // above this the garbage of a large scrape is collected at once
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := root(os.Getenv).ExecuteContext(ctx)
	stop()
	if err != nil {
		fmt.Fprintf(os.Stderr, "telemetry-collector: %v\n", err)
		os.Exit(2)
	}
}

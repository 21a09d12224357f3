//go:build race && !notelemetry

package telemetry

// go test -race builds the CLI with the race detector, too.
var buildFlags = []string{"-race"}

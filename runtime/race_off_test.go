//go:build !race && !notelemetry

package telemetry

var buildFlags []string

//go:build !notelemetry

package telemetry

import "runtime/debug"

// cliVersion is the version of this CLI: the root command's, else that of the
// module the binary was built from.
func cliVersion() string {
	if process.root != nil && process.root.Root().Version != "" {
		return process.root.Root().Version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "unknown"
}

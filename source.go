// Package telemetrygen holds the source of the runtime package that the
// generator copies into a CLI's module. It stands at the top of the module
// because go:embed reaches downwards only; package rewrite uses the source
// through it and never imports the runtime itself.
package telemetrygen

import "embed"

// RuntimeSource holds the Go files of runtime and runtime/exit without their
// tests. Patterns of go:embed cannot exclude names, so these two leave out what
// ends in "st.go".
//
//go:embed runtime/*[^t].go runtime/*[^s]t.go runtime/exit/*[^t].go runtime/exit/*[^s]t.go
var RuntimeSource embed.FS

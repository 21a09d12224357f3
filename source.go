// Package telemetrygen holds the source of the runtime package that the
// generator copies into a CLI's module. It stands at the top of the module
// because go:embed reaches downwards only; package rewrite uses the source
// through it and never imports the runtime itself.
package telemetrygen

import "embed"

// RuntimeSource holds runtime/*.go and runtime/exit/*.go, tests included.
//
//go:embed runtime/*.go runtime/exit/*.go
var RuntimeSource embed.FS

//go:build !unix

package commands

import "os/exec"

// ownGroup does nothing here: what the CLI starts is not killed with it.
func ownGroup(*exec.Cmd) {}

//go:build !linux

package peertest

import "os/exec"

// DieWithTest does nothing here: the test's cleanup ends the program.
func DieWithTest(*exec.Cmd) {}

// runAs does nothing here: where root is not who runs tests, nothing has to.
func runAs(*exec.Cmd, *account) {}

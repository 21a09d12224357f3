package main

import "testing"

// TestMain runs the CLI in its test binary, as testscript does.
func TestMain(*testing.M) { main() }

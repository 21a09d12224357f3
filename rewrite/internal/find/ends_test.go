package find

import "testing"

// TestEnds asks the source of dependencies whether a function ends the process.
func TestEnds(t *testing.T) {
	const dep = `package dep

import (
	"log"
	"os"
	"syscall"
)

func ExitRaw(code int) { syscall.Exit(code) }

func Exit(code int) { os.Exit(code) }

func ExitWith(err error) { leave(err) }

func leave(err error) { quit(1) }

var quit = os.Exit

type exiter struct{ keyed, placed func(int) }

var first, second = exiter{keyed: os.Exit}, exiter{func(int) {}, func(int) { syscall.Exit(2) }}

func FatalKeyed(err error) { first.keyed(1) }

func FatalPlaced(err error) { second.placed(1) }

func FatalIf(err error) { log.Fatal(err) }

func Abort() {}

func Die() { panic(1) }

func ExitCode(err error) int { return 1 }

type Printer interface{ Fatal(v ...any) }
`
	testPlan(t, dep, []planTest{
		{"with its argument", run + "func f() {\n\tdep.Exit(3)\n}", []string{"track root", "exiting 3 dep.Exit(3)"}},
		{"past os", run + "func f() {\n\tsyscall.Exit(3)\n\tdep.ExitRaw(4)\n}", []string{"track root", "exiting 3 syscall.Exit(3)", "exiting 4 dep.ExitRaw(4)"}},
		{"past os, with a status that cannot be said twice", run + "func f() { syscall.Exit(os.Getpid()) }", []string{"track root",
			"dependency syscall.Exit of syscall may end the process, with syscall.Exit; such a run is recorded as -1 if a command had begun"}},
		{"past os, as a value", run + "var leave = syscall.Exit", []string{"track root", "uncovered syscall.Exit is used as a value: a run that it ends is recorded as -1 if a command had begun"}},
		{"through a variable", run + "func f(err error) { dep.ExitWith(err) }", []string{"track root",
			"dependency dep.ExitWith of example.com/dep may end the process, with os.Exit; such a run is recorded as -1 if a command had begun"}},
		{"through a field", run + "func f(err error) { dep.FatalKeyed(err); dep.FatalPlaced(err) }", []string{"track root",
			"dependency dep.FatalKeyed of example.com/dep may end the process, with os.Exit; such a run is recorded as -1 if a command had begun",
			"dependency dep.FatalPlaced of example.com/dep may end the process, with syscall.Exit; such a run is recorded as -1 if a command had begun"}},
		{"with a logger", run + "func f(err error) { dep.FatalIf(err) }", []string{"track root",
			"dependency dep.FatalIf of example.com/dep may end the process, with log.Fatal; such a run is recorded as -1 if a command had begun"}},
		{"by its name only", run + "func f() { dep.Abort(); dep.Die(); dep.ExitCode(nil) }", []string{"track root"}},
		{"behind an interface", run + "func f(p dep.Printer) { p.Fatal(1) }", []string{"track root",
			"dependency p.Fatal of example.com/dep may end the process, with a method behind an interface; such a run is recorded as -1 if a command had begun"}},
	})
}

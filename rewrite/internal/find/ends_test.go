package find

import "testing"

// TestEnds asks the source of dependencies whether a function ends the process.
func TestEnds(t *testing.T) {
	const dep = `package dep

import (
	"log"
	"os"
	"syscall"

	"github.com/rs/zerolog"
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

func Must(err error) {
	if err != nil {
		os.Exit(1)
	}
}

const status = 4

func Quit(err error) {
	log.Print(string("bye"), len(err.Error()))
	os.Exit(status)
}

func QuitBy(err error) { Quit(err) }

func (c Config) Quit(err error) { QuitBy(err) }

func QuitOr(err error) {
	if err == nil {
		return
	}
	os.Exit(5)
}

func QuitTwice(err error) {
	if err == nil {
		os.Exit(6)
	}
	os.Exit(7)
}

func QuitThrough(exit func(int)) {
	exit(8)
	os.Exit(9)
}

func QuitWith(code int, err error) { os.Exit(code) }

func QuitWell() { os.Exit(0) }

func QuitAfter(e *zerolog.Event) {
	e.Err(nil)
	os.Exit(10)
}

func QuitForever() { QuitForever(); os.Exit(1) }

func Dial(addr string) error {
	if addr == "" {
		os.Exit(1)
	}
	return nil
}

func Abort() {}

func Die() { panic(1) }

func ExitCode(err error) int { return 1 }

func CloseOnExec(fd int) { fcntl(fd) }

func fcntl(fd int) int // in assembly

func DialOrDie(addr string) error { return Dial(addr) }

func DialOrDieNot(addr string) error { return Dial(addr) }

var KeptOrDie, OtherOrDie = DialOrDie, func() int { return 1 }

type Printer interface{ Fatal(v ...any) }

type Balancer interface {
	ExitIdle()
	Critical(v ...any)
	Exitf(format string, v ...any)
	FatalErr(err error)
}

func Connect(b Balancer) { b.ExitIdle(); b.Critical() }

type Config struct{ name string }

func Load() Config {
	if len(os.Args) > 9 {
		log.Fatal("too many")
	}
	return Config{}
}

func MustGet[T any](v T, err error) T {
	check(err)
	return v
}

func check(err error) {
	if err != nil {
		os.Exit(1)
	}
}

func (c *Config) Get() string { return c.get() }

func (c *Config) get() string {
	if c == nil {
		log.Fatal("none")
	}
	return c.Get()
}

func Handler() func() { return func() { os.Exit(1) } }

func Register() int { onEnd(os.Exit); return 1 }

func onEnd(func(int)) {}
`
	testPlan(t, dep, []planTest{
		{"with its argument", run + "func f() {\n\tdep.Exit(3)\n}", []string{"track root", "exiting 3 dep.Exit(3)"}},
		{"or die", run + "func f() {\n\tdep.DialOrDie(\"\")\n\tdep.DialOrDieNot(\"\")\n}", []string{"track root",
			"dependency dep.DialOrDie of example.com/dep may end the process, with os.Exit; such a run is recorded as -1 if a command had begun",
			"dependency dep.DialOrDieNot of example.com/dep may end the process, with os.Exit; such a run is recorded as -1 if a command had begun"}},
		{"or die, in a variable", run + "func f() {\n\tdep.OtherOrDie()\n\t_ = dep.KeptOrDie(\"\")\n}", []string{"track root",
			"dependency dep.KeptOrDie of example.com/dep may end the process, with os.Exit; such a run is recorded as -1 if a command had begun"}},
		{"past os", run + "func f() {\n\tdep.ExitRaw(4)\n\tsyscall.Exit(3)\n}", []string{"track root", "exiting 4 dep.ExitRaw(4)", "exiting 3 syscall.Exit(3)"}},
		{"past os, by x/sys", run + "func f() { unix.Exit(3) }", []string{"track root", "exiting 3 unix.Exit(3)"}},
		{"past os, with a status that cannot be said twice", run + "func f() { syscall.Exit(os.Getpid()) }", []string{"track root",
			"dependency syscall.Exit of syscall may end the process, with syscall.Exit; such a run is recorded as -1 if a command had begun"}},
		{"past os, as a value", run + "var leave = syscall.Exit", []string{"track root", "uncovered syscall.Exit is used as a value: a run that it ends is recorded as -1 if a command had begun"}},
		{"through a variable", run + "func f(err error) { dep.ExitWith(err) }", []string{"track root",
			"dependency dep.ExitWith of example.com/dep may end the process, with os.Exit; such a run is recorded as -1 if a command had begun"}},
		{"through a field", run + "func f(err error) { dep.FatalKeyed(err); dep.FatalPlaced(err) }", []string{"track root",
			"dependency dep.FatalKeyed of example.com/dep may end the process, with os.Exit; such a run is recorded as -1 if a command had begun",
			"dependency dep.FatalPlaced of example.com/dep may end the process, with syscall.Exit; such a run is recorded as -1 if a command had begun"}},
		{"with a logger", run + "func f(err error) { dep.FatalIf(err) }", []string{"track root", "exiting 1 dep.FatalIf(err)"}},
		{"always with one status", run + "func f(err error) { dep.Quit(err) }", []string{"track root", "exiting 4 dep.Quit(err)"}},
		{"always with one status, in what it calls", run + "func f(err error) { dep.QuitBy(err); dep.Config{}.Quit(err) }", []string{"track root", "exiting 4 dep.QuitBy(err)", "exiting 4 dep.Config{}.Quit(err)"}},
		{"not always, or with another status", run + "func f(err error) { dep.QuitOr(err); dep.QuitTwice(err); dep.QuitThrough(nil); dep.QuitWith(3, err); dep.QuitWell(); dep.QuitAfter(nil); dep.QuitForever() }", []string{"track root",
			"dependency dep.QuitOr of example.com/dep may end the process, with os.Exit; such a run is recorded as -1 if a command had begun",
			"dependency dep.QuitTwice of example.com/dep may end the process, with os.Exit; such a run is recorded as -1 if a command had begun",
			"dependency dep.QuitThrough of example.com/dep may end the process, with os.Exit; such a run is recorded as -1 if a command had begun",
			"dependency dep.QuitWith of example.com/dep may end the process, with os.Exit; such a run is recorded as -1 if a command had begun",
			"dependency dep.QuitWell of example.com/dep may end the process, with os.Exit; such a run is recorded as -1 if a command had begun",
			"dependency dep.QuitAfter of example.com/dep may end the process, with os.Exit; such a run is recorded as -1 if a command had begun",
			"dependency dep.QuitForever of example.com/dep may end the process, with os.Exit; such a run is recorded as -1 if a command had begun"}},
		{"by any name", run + "func f(err error) { dep.Must(err) }", []string{"track root",
			"dependency dep.Must of example.com/dep may end the process, with os.Exit; such a run is recorded as -1 if a command had begun"}},
		{"what is called for its result, before main", run + "var _ = dep.Dial(``)", []string{"track root"}},
		{"what is called for its result", run + "func f() { dep.Load() }", []string{"track root",
			"dependency dep.Load of example.com/dep may end the process, with log.Fatal; such a run is recorded as -1 if a command had begun"}},
		{"a generic function", run + "func f() { dep.MustGet(1, nil) }", []string{"track root",
			"dependency dep.MustGet of example.com/dep may end the process, with os.Exit; such a run is recorded as -1 if a command had begun"}},
		{"a method", run + "func f(c *dep.Config) string { return c.Get() }", []string{"track root",
			"dependency dep.Config.Get of example.com/dep may end the process, with log.Fatal; such a run is recorded as -1 if a command had begun"}},
		{"what is handed out or kept", run + "func f() { dep.Handler()(); dep.Register() }", []string{"track root"}},
		{"by its name only", run + "func f() { dep.Abort(); dep.Die(); dep.ExitCode(nil) }", []string{"track root"}},
		{"without a body", run + "func f() { dep.CloseOnExec(1) }", []string{"track root"}},
		{"behind an interface, a name that begins like one that ends", run + "func f(b dep.Balancer) { dep.Connect(b); b.ExitIdle(); b.Critical(1) }", []string{"track root"}},
		{"behind an interface, as loggers name it", run + "func f(b dep.Balancer) { b.Exitf(``); b.FatalErr(nil) }", []string{"track root",
			"dependency dep.Balancer.Exitf of example.com/dep may end the process, with a method behind an interface; such a run is recorded as -1 if a command had begun",
			"dependency dep.Balancer.FatalErr of example.com/dep may end the process, with a method behind an interface; such a run is recorded as -1 if a command had begun"}},
		{"behind an interface", run + "func f(p dep.Printer) { p.Fatal(1) }", []string{"track root",
			"dependency dep.Printer.Fatal of example.com/dep may end the process, with a method behind an interface; such a run is recorded as -1 if a command had begun"}},
	})
}

// TestMadeElsewhere asks the source of dependencies whether a command that they
// make ends the process when it is run.
func TestMadeElsewhere(t *testing.T) {
	const dep = `package dep

import (
	"os"

	"example.com/next"
	"github.com/rs/zerolog"
	"github.com/spf13/cobra"
)

func New() *cobra.Command {
	c := &cobra.Command{}
	c.AddCommand(get())
	return c
}

func get() *cobra.Command {
	return &cobra.Command{Run: func(*cobra.Command, []string) { os.Exit(1) }}
}

type App struct{}

func (App) Command() (*cobra.Command, error) { return next.New(), nil }

func Logs() *cobra.Command {
	return &cobra.Command{Run: func(*cobra.Command, []string) { zerolog.Fatal() }}
}

func Quiet() *cobra.Command { return &cobra.Command{Run: func(*cobra.Command, []string) {}} }

type Maker interface{ New() *cobra.Command }
-- example.com/next/next.go --
package next

import (
	"log"

	"github.com/spf13/cobra"
)

func New() *cobra.Command {
	return &cobra.Command{Run: func(*cobra.Command, []string) { log.Fatal("no") }}
}
-- github.com/rs/zerolog/zerolog.go --
package zerolog

var FatalExitFunc func()

func Fatal() {}
`
	testPlan(t, dep, []planTest{
		{"the root", "func main() { dep.New().Execute() }", []string{
			"dependency a command that dep.New of example.com/dep makes may end the process, with os.Exit: such a run is recorded as -1", "track dep.New()"}},
		{"below the root, made in another package", run + "func f() { c, _ := dep.App{}.Command(); root.AddCommand(c) }", []string{"track root",
			"dependency a command that dep.App{}.Command of example.com/dep makes may end the process, with log.Fatal: such a run is recorded as -1"}},
		{"with a logger that is hooked", run + "func f() { root.AddCommand(dep.Logs()); zerolog.Fatal() }", []string{
			"note github.com/rs/zerolog: its calls are not edited (1 in this module end the process); loggers.go sets its exit hook, which records such runs with their exit status, also where a dependency calls it", "track root"}},
		{"that ends nothing", run + "func f() { root.AddCommand(dep.Quiet()) }", []string{"track root"}},
		{"behind an interface", run + "func f(m dep.Maker) { root.AddCommand(m.New()) }", []string{"track root"}},
	})
}

package find

import "testing"

// TestFatal finds calls that log and end the process.
func TestFatal(t *testing.T) {
	testPlan(t, "", []planTest{
		{"a statement", run + "func f() {\n\tlog.Fatal(1)\n}", []string{"track root", "exiting 1 log.Fatal(1)"}},
		{"a method", run + "func f(l *log.Logger) {\n\tl.Fatal(1)\n}", []string{"track root", "exiting 1 l.Fatal(1)"}},
		{"an embedded logger", run + "type app struct { *log.Logger }\nfunc f(a app) {\n\ta.Fatal(1)\n}", []string{"track root", "exiting 1 a.Fatal(1)"}},
		{"formatted", run + "func f(err error) {\n\tlog.Fatal(fmt.Sprint(err.Error()))\n}", []string{"track root", "exiting 1 log.Fatal(fmt.Sprint(err.Error()))"}},
		{"an argument that may take the whole run", run + "func serve() error { return nil }\nfunc f() {\n\tlog.Fatal(serve())\n}", []string{"track root", "exiting-with 1 serve()"}},
		{"a channel", run + "func f(c chan int) {\n\tlog.Fatal(<-c)\n}", []string{"track root", "exiting-with 1 <-c"}},
		{"deferred", run + "func f() {\n\tdefer log.Fatal(1)\n}", []string{"track root", "uncovered log.Fatal ends the process, and no edit is possible here; the run is recorded as -1 if a command had begun"}},
		{"as a value", run + "var die = log.Fatalf", []string{"track root", "uncovered log.Fatalf is used as a value: a run that it ends is recorded as -1 if a command had begun"}},
		{"a method as a value", run + "func f(l *log.Logger) { die := l.Fatal; die(1) }", []string{"track root", "uncovered l.Fatal is used as a value: a run that it ends is recorded as -1 if a command had begun"}},
		{"behind an interface that a logger satisfies", run + "type fataler interface { Fatal(v ...any) }\nfunc f(l fataler) { l.Fatal(1); log.Print(2) }", []string{"track root",
			"dependency l.Fatal ends the process if it is called on a log.Logger; such a run is recorded as -1 if a command had begun"}},
		{"behind an interface that none satisfies", run + "type fataler interface { Fatal(err error) }\nfunc f(l fataler) { l.Fatal(nil); log.Print(2) }", []string{"track root"}},
		{"only logs", run + "func f() {\n\tlog.Print(1)\n}", []string{"track root"}},
		{"zerolog", run + "func f(l *zerolog.Logger, err error) {\n\tl.Fatal().Err(err).Msg(\"bye\")\n}", []string{"track root", "exiting 1 l.Fatal().Err(err).Msg(\"bye\")"}},
		{"a function that returns zerolog's event", run + "var l *zerolog.Logger\nfunc fatal() *zerolog.Event { return l.Fatal() }\nfunc f() {\n\tfatal().Msg(\"bye\")\n}", []string{"track root", "exiting 1 fatal().Msg(\"bye\")"}},
		{"an event that it names", run + "var l *zerolog.Logger\nfunc fatal() (e *zerolog.Event) {\n\te = l.Fatal()\n\treturn\n}\nfunc outer() *zerolog.Event { return fatal() }\nfunc f() {\n\touter().Msg(\"bye\")\n}", []string{"track root", "exiting 1 outer().Msg(\"bye\")"}},
		{"an event of any level", run + "var l *zerolog.Logger\nfunc event(bad bool) *zerolog.Event {\n\tif bad {\n\t\treturn l.Fatal()\n\t}\n\treturn new(zerolog.Event)\n}\nfunc f() {\n\tevent(false).Msg(\"bye\")\n}",
			[]string{"track root", "uncovered l.Fatal ends the process, and no edit is possible here; the run is recorded as -1 if a command had begun"}},
	})
}

// TestFatalLevel finds calls that hand zap the level which ends the process.
func TestFatalLevel(t *testing.T) {
	const zap = `package dep

import (
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

var (
	L     *zap.Logger
	Level zap.AtomicLevel
)

const Fatal, Error = zapcore.FatalLevel, zapcore.FatalLevel - 3
-- go.uber.org/zap/zapcore/zapcore.go --
package zapcore

type Level int8

const FatalLevel Level = 5

type CheckedEntry struct{}

func (ce *CheckedEntry) Write(fields ...string) {}
-- go.uber.org/zap/zap.go --
package zap

import "go.uber.org/zap/zapcore"

type Logger struct{}

func (l *Logger) Log(level zapcore.Level, message string) {}

func (l *Logger) Check(level zapcore.Level, message string) *zapcore.CheckedEntry { return nil }

type AtomicLevel struct{}

func (a AtomicLevel) SetLevel(level zapcore.Level) {}
`
	testPlan(t, zap, []planTest{
		{"a statement", run + "func f() {\n\tdep.L.Log(dep.Fatal, \"bye\")\n}", []string{"track root", "exiting 1 dep.L.Log(dep.Fatal, \"bye\")"}},
		{"an entry that is written", run + "func f() {\n\tdep.L.Check(dep.Fatal, \"bye\").Write()\n}", []string{"track root", "exiting 1 dep.L.Check(dep.Fatal, \"bye\").Write()"}},
		{"an entry in a variable", run + "func f() { if e := dep.L.Check(dep.Fatal, \"bye\"); e != nil { e.Write() } }", []string{"track root",
			"uncovered dep.L.Check ends the process, and no edit is possible here; the run is recorded as -1 if a command had begun"}},
		{"another level", run + "func f() { dep.L.Log(dep.Error, \"no\"); dep.L.Check(dep.Error, \"no\") }", []string{"track root"}},
		{"the least level", run + "func f() { dep.Level.SetLevel(dep.Fatal) }", []string{"track root"}},
	})
}

package exithook

import "strings"

// A kind is a logger with an exit hook, and how the hook is set.
type kind struct {
	module  string // module path
	path    string // of the package that has the hook, and that the generated file imports
	alias   string // its name there, "" for its own
	symbol  string // the hook
	typ     string // and its type
	custom  string // what other code mentions where it may change the status, or the hook
	through string // path of a logger that it may end the process with, "" for none: its hook is set as well

	ends func(receiver, name string) bool // the functions that end the process through the hook

	hook  string // Go text that sets the hook where the status is known
	other string // where it is not; "" where the hook is left alone then
	more  string // declarations that hook needs
	std   []string
}

func kindOf(path string) (kind, bool) {
	for _, k := range kinds {
		if path == k.path || path == k.path+"/log" { // zerolog's global logger
			return k, true
		}
	}
	return kind{}, false
}

func fatal(receivers ...string) func(receiver, name string) bool {
	return func(receiver, name string) bool {
		for _, r := range receivers {
			if r == receiver {
				return strings.HasPrefix(name, "Fatal")
			}
		}
		return false
	}
}

// kinds are sorted by path. The statuses are those of the packages' source.
var kinds = []kind{
	{
		module: "github.com/rs/zerolog", path: "github.com/rs/zerolog", // since v1.35
		symbol: "FatalExitFunc", typ: "func()", custom: "FatalExitFunc",
		ends: fatal("", "Logger"),
		hook: `
// zerolog calls this function instead of os.Exit(1).
func hookZerolog() {
	zerolog.FatalExitFunc = func() { record(1, true); os.Exit(1) }
}
`,
		other: `
// zerolog calls this function instead of os.Exit(1). Other code may have set it, so the status is not known.
func hookZerolog() {
	exit := zerolog.FatalExitFunc
	if exit == nil {
		exit = func() { os.Exit(1) }
	}
	zerolog.FatalExitFunc = func() { ending(noExitSeen); exit() }
}
`,
		std: []string{"os"},
	},
	{
		module: "github.com/sirupsen/logrus", path: "github.com/sirupsen/logrus",
		symbol: "RegisterExitHandler", typ: "func(handler func())", custom: "ExitFunc",
		// Not StdLogger: the standard library's logger is one.
		ends: fatal("", "Logger", "Entry", "FieldLogger", "Ext1FieldLogger"),
		hook: `
// logrus does not tell its handlers the status. It is 1 in Fatal, Fatalf and so on.
func hookLogrus() {
	logrus.RegisterExitHandler(func() {
		code := noExitSeen
		if fatalOfLogrus() {
			code = 1
		}
		ending(code)
	})
}
`,
		other: `
// logrus does not tell its handlers the status, and an ExitFunc may change it.
func hookLogrus() {
	logrus.RegisterExitHandler(func() { ending(noExitSeen) })
}
`,
		more: `
// fatalOfLogrus reports whether the handler that calls it runs because of a Fatal function of logrus, not because
// somebody called Exit.
func fatalOfLogrus() bool {
	const logrus = "github.com/sirupsen/logrus."
	var pc [8]uintptr
	frames := runtime.CallersFrames(pc[:runtime.Callers(3, pc[:])])
	for {
		frame, more := frames.Next()
		switch name := frame.Function[strings.LastIndexByte(frame.Function, '.')+1:]; {
		case !strings.HasPrefix(frame.Function, logrus):
			return false
		case strings.HasPrefix(name, "Fatal"):
			return true
		case !more || name != "Exit" && !strings.HasPrefix(name, "runHandler"):
			return false
		}
	}
}
`,
		std: []string{"runtime", "strings"},
	},
	{
		module: "k8s.io/klog/v2", path: "k8s.io/klog/v2", // since v2.60
		symbol: "OsExit", typ: "func(code int)", custom: "OsExit",
		ends: func(receiver, name string) bool {
			return receiver == "" && (strings.HasPrefix(name, "Fatal") || strings.HasPrefix(name, "Exit") || name == "FlushAndExit")
		},
		hook: `
// klog ends the process with this function, whatever status was recorded before.
func hookKlog() {
	klog.OsExit = func(code int) { record(code, true); os.Exit(code) }
}
`,
		other: `
// klog ends the process with this function. Other code may have set it, so the status is not known.
func hookKlog() {
	exit := klog.OsExit
	klog.OsExit = func(code int) { ending(noExitSeen); exit(code) }
}
`,
		std: []string{"os"},
	},
	{
		module: "k8s.io/kubectl", path: "k8s.io/kubectl/pkg/cmd/util", alias: "cmdutil",
		symbol: "BehaviorOnFatal", typ: "func(f func(string, int))", custom: "BehaviorOnFatal",
		through: "k8s.io/klog/v2",
		ends: func(receiver, name string) bool {
			return receiver == "" && (name == "CheckErr" || name == "CheckDiffErr")
		},
		hook: `
// kubectl's CheckErr calls this function with the message and the status. What it does by default is done again by
// CheckErr: an error that has a status of its own is passed on as it is. Where klog is verbose (-v=99; -v=6 in v0.20) the
// process ends in klog.Fatal, whose hook corrects the status.
func hookCmdutil() {
	cmdutil.BehaviorOnFatal(func(message string, code int) {
		record(code, false)
		cmdutil.DefaultBehaviorOnFatal()
		cmdutil.CheckErr(exitError{message, code})
	})
}
`,
		more: `
// exitError is an ExitError of k8s.io/utils/exec.
type exitError struct {
	message string
	code    int
}

func (e exitError) Error() string   { return e.message }
func (e exitError) String() string  { return e.message }
func (e exitError) Exited() bool    { return true }
func (e exitError) ExitStatus() int { return e.code }
`,
	},
}

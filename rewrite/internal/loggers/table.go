package loggers

// A logger has functions that end the process. To teach telemetrygen another one,
// add a row to table.
type logger struct {
	paths []string // import paths without a major version: x/log also stands for x/v2/log, and for x.v1 at gopkg.in
	ends  []end
	chain bool  // they return an event, and the last call of its chain ends the process: log.Fatal().Err(err).Msg("...")
	hook  *hook // nil if it has none
}

// An end is a set of functions that end the process.
type end struct {
	receivers []string // bare names of the types, or interfaces, that have the methods; "" for functions
	names     []string
	status    int // the exit status, or told
}

// told is the status of functions that tell only the hook with which status they end the
// process. Without the hook they are not looked at.
const told = 0

// A hook is a function that a logger calls before it ends the process, or instead
// of os.Exit. The generated package sets it.
type hook struct {
	path    string   // import path of the package that has it
	module  string   // path of that package's module, "" if it is the same
	alias   string   // name of the package in the generated file, "" for its own
	uses    []symbol // symbols of the package in known and unknown, the hook first; a version that lacks one has no hook
	word    string   // identifier in other code that may set the hook too, or change the status; "" for the hook's own name
	through string   // path of another hook that has to be set, because this logger may end the process with that one
	unseen  []string // receivers whose calls do not always reach the hook

	// known is Go text, of Go 1.17, that sets the hook: first hookNAME(), then what that
	// needs. It may call record(code, last), which counts the run under that code, and with
	// last the process must end at once; and ending(code), which records a code unless an
	// exact one is known.
	known   string
	unknown string // the same if other code may set the hook too; "" to leave the hook alone then
}

// A symbol is a variable or a function, and its type.
type symbol struct{ name, typ string }

// table has the loggers, with the exit statuses of their documentation or source.
// github.com/gookit/slog has no row: since v0.5.1 its Fatal ends the process only through
// a function that the CLI sets, where os.Exit is swapped.
var table = []logger{
	{paths: []string{"log"}, ends: []end{{[]string{"", "Logger"}, []string{"Fatal", "Fatalf", "Fatalln"}, 1}}},
	{paths: []string{"github.com/apex/log"}, ends: []end{{[]string{"", "Logger", "Entry", "Interface"}, []string{"Fatal", "Fatalf"}, 1}}},
	{paths: []string{"github.com/caarlos0/log"}, ends: []end{{[]string{"", "Logger", "Entry"}, []string{"Fatal", "Fatalf"}, 1}}},
	{paths: []string{"github.com/charmbracelet/log", "charm.land/log"}, ends: []end{{[]string{"", "Logger"}, []string{"Fatal", "Fatalf"}, 1}}},
	{paths: []string{"github.com/ethereum/go-ethereum/log"}, ends: []end{{[]string{"", "Logger"}, []string{"Crit"}, 1}}},
	{paths: []string{"github.com/go-kratos/kratos/log"}, ends: []end{{[]string{"", "Helper"}, []string{"Fatal", "Fatalf", "Fatalw"}, 1}}},
	{paths: []string{"github.com/gofiber/fiber/log"}, ends: []end{
		{[]string{"", "Logger"}, []string{"Fatal"}, 1},
		{[]string{"", "FormatLogger"}, []string{"Fatalf"}, 1},
		{[]string{"", "WithLogger"}, []string{"Fatalw"}, 1},
	}},
	{paths: []string{"github.com/golang/glog"}, ends: []end{
		{[]string{""}, []string{"Fatal", "Fatalf", "Fatalln", "FatalDepth", "FatalContext", "FatalContextf"}, 2},
		{[]string{""}, []string{"Exit", "Exitf", "Exitln", "ExitDepth", "ExitContext", "ExitContextf"}, 1},
	}},
	{paths: []string{"github.com/kataras/golog"}, ends: []end{{[]string{"", "Logger"}, []string{"Fatal", "Fatalf"}, 1}}},
	{paths: []string{"github.com/loft-sh/log"}, ends: []end{{[]string{"BaseLogger", "StreamLogger"}, []string{"Fatal", "Fatalf"}, 1}}},
	{paths: []string{"github.com/op/go-logging", "gopkg.in/op/go-logging"}, ends: []end{{[]string{"Logger"}, []string{"Fatal", "Fatalf"}, 1}}},
	{paths: []string{"github.com/phuslu/log"}, ends: []end{{[]string{"", "Logger"}, []string{"Fatal"}, 255}}, chain: true},
	{paths: []string{"github.com/pingcap/log"}, ends: []end{{[]string{""}, []string{"Fatal"}, 1}}},
	{paths: []string{"github.com/projectdiscovery/gologger"}, ends: []end{{[]string{"", "Logger"}, []string{"Fatal"}, 1}}, chain: true},
	{paths: []string{"github.com/pterm/pterm"}, ends: []end{{[]string{"Logger"}, []string{"Fatal"}, 1}}},
	{
		paths: []string{"github.com/rs/zerolog", "github.com/rs/zerolog/log"},
		ends:  []end{{[]string{"", "Logger"}, []string{"Fatal"}, 1}},
		chain: true,
		hook: &hook{ // since v1.35
			path: "github.com/rs/zerolog",
			uses: []symbol{{"FatalExitFunc", "func()"}},
			known: `
// zerolog calls this function instead of os.Exit(1).
func hookZerolog() {
	zerolog.FatalExitFunc = func() { record(1, true); os.Exit(1) }
}
`,
			unknown: `
// zerolog calls this function instead of os.Exit(1). Other code may have set it, so the status is not known.
func hookZerolog() {
	exit := zerolog.FatalExitFunc
	if exit == nil {
		exit = func() { os.Exit(1) }
	}
	zerolog.FatalExitFunc = func() { ending(noExitSeen); exit() }
}
`,
		},
	},
	{
		paths: []string{"github.com/sirupsen/logrus"},
		ends:  []end{{[]string{"", "Logger", "Entry", "FieldLogger", "StdLogger", "Ext1FieldLogger"}, []string{"Fatal", "Fatalf", "Fatalln", "FatalFn"}, 1}},
		hook: &hook{
			path:   "github.com/sirupsen/logrus",
			uses:   []symbol{{"RegisterExitHandler", "func(func())"}},
			word:   "ExitFunc",
			unseen: []string{"StdLogger"}, // the standard library's logger is one
			known: `
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
			unknown: `
// logrus does not tell its handlers the status, and an ExitFunc may change it.
func hookLogrus() {
	logrus.RegisterExitHandler(func() { ending(noExitSeen) })
}
`,
		},
	},
	{paths: []string{"go.uber.org/zap"}, ends: []end{
		{[]string{"Logger"}, []string{"Fatal"}, 1},
		{[]string{"SugaredLogger"}, []string{"Fatal", "Fatalf", "Fatalln", "Fatalw"}, 1},
	}},
	{
		paths: []string{"k8s.io/klog"},
		ends: []end{
			{[]string{""}, []string{"Fatal", "Fatalf", "Fatalln", "FatalDepth", "FatalDepthf", "FatalfDepth"}, 255},
			{[]string{""}, []string{"Exit", "Exitf", "Exitln", "ExitDepth", "ExitDepthf"}, 1},
			{[]string{""}, []string{"FlushAndExit"}, told},
		},
		hook: &hook{ // since v2.60
			path: "k8s.io/klog/v2",
			uses: []symbol{{"OsExit", "func(int)"}},
			known: `
// klog ends the process with this function, whatever status was recorded before.
func hookKlog() {
	klog.OsExit = func(code int) { record(code, true); os.Exit(code) }
}
`,
			unknown: `
// klog ends the process with this function. Other code may have set it, so the status is not known.
func hookKlog() {
	exit := klog.OsExit
	klog.OsExit = func(code int) { ending(noExitSeen); exit(code) }
}
`,
		},
	},
	{
		paths: []string{"k8s.io/kubectl/pkg/cmd/util"},
		ends:  []end{{[]string{""}, []string{"CheckErr", "CheckDiffErr"}, told}},
		hook: &hook{
			path:    "k8s.io/kubectl/pkg/cmd/util",
			module:  "k8s.io/kubectl",
			alias:   "cmdutil",
			uses:    []symbol{{"BehaviorOnFatal", "func(func(string, int))"}, {"DefaultBehaviorOnFatal", "func()"}, {"CheckErr", "func(error)"}},
			through: "k8s.io/klog/v2",
			known: `
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
	},
}

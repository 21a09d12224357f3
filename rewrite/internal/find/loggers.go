package find

import (
	"slices"
	"strings"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
)

// A logger is a package whose functions or methods end the process after
// logging. To teach telemetrygen another one, add a row.
type logger struct {
	path  string   // import path; a row with path x also stands for x/v2, x/v3 ...
	recv  []string // receiver types of methods, "" for the package's functions
	names []string // the functions that end the process
	code  int      // the exit status
}

// loggers is matched against the function that the type checker found, so a
// logger embedded in a struct, behind an interface or under another import
// name is the same. Exit statuses: each package's documentation or source.
// github.com/gookit/slog has no row: since v0.5.1 its Fatal ends the process only
// through a function of the CLI's, where os.Exit is swapped.
var loggers = []logger{
	{"log", []string{"", "Logger"}, []string{"Fatal", "Fatalf", "Fatalln"}, 1},
	{"github.com/sirupsen/logrus", []string{"", "Logger", "Entry", "FieldLogger", "StdLogger", "Ext1FieldLogger"}, []string{"Fatal", "Fatalf", "Fatalln", "FatalFn"}, 1},
	{"k8s.io/klog", []string{""}, []string{"Fatal", "Fatalf", "Fatalln", "FatalDepth", "FatalDepthf", "FatalfDepth"}, 255},
	{"k8s.io/klog", []string{""}, []string{"Exit", "Exitf", "Exitln", "ExitDepth", "ExitDepthf"}, 1},
	{"github.com/golang/glog", []string{""}, []string{"Fatal", "Fatalf", "Fatalln", "FatalDepth", "FatalContext", "FatalContextf"}, 2},
	{"github.com/golang/glog", []string{""}, []string{"Exit", "Exitf", "Exitln", "ExitDepth", "ExitContext", "ExitContextf"}, 1},
	{"go.uber.org/zap", []string{"Logger"}, []string{"Fatal"}, 1},
	{"go.uber.org/zap", []string{"SugaredLogger"}, []string{"Fatal", "Fatalf", "Fatalln", "Fatalw"}, 1},
	{"github.com/charmbracelet/log", []string{"", "Logger"}, []string{"Fatal", "Fatalf"}, 1},
	{"charm.land/log", []string{"", "Logger"}, []string{"Fatal", "Fatalf"}, 1},
	{"github.com/apex/log", []string{"", "Logger", "Entry", "Interface"}, []string{"Fatal", "Fatalf"}, 1},
	{"github.com/caarlos0/log", []string{"", "Logger", "Entry"}, []string{"Fatal", "Fatalf"}, 1},
	{"github.com/pingcap/log", []string{""}, []string{"Fatal"}, 1},
	{"github.com/pterm/pterm", []string{"Logger"}, []string{"Fatal"}, 1},
	{"github.com/op/go-logging", []string{"Logger"}, []string{"Fatal", "Fatalf"}, 1},
	{"gopkg.in/op/go-logging.v1", []string{"Logger"}, []string{"Fatal", "Fatalf"}, 1},
	{"github.com/go-kratos/kratos/log", []string{"", "Helper"}, []string{"Fatal", "Fatalf", "Fatalw"}, 1},
}

// loggerNames are the shortest names among the functions of loggers: each function
// that ends the process has one of them in its name.
func loggerNames() []string {
	names := []string{"Fatal"} // zerolog's, too
	for _, l := range loggers {
		for _, name := range l.names {
			if !slices.ContainsFunc(names, func(known string) bool { return strings.Contains(name, known) }) {
				names = append(names, name)
			}
		}
	}
	return names
}

// zerologPath logs with a chain that ends the process at its last call:
// log.Fatal().Err(err).Msg("...") exits with status 1.
const zerologPath = "github.com/rs/zerolog"

// fatalLogger returns the exit status of a function that logs and ends the
// process. The receiver is its type's bare name, "" for a function.
func fatalLogger(path, receiver, name string) (code int, ok bool) {
	path = withoutMajor(path)
	for _, l := range loggers {
		if l.path == path && slices.Contains(l.recv, receiver) && slices.Contains(l.names, name) {
			return l.code, true
		}
	}
	return 0, false
}

// withoutMajor cuts a major version suffix off an import path.
func withoutMajor(path string) string {
	i := strings.LastIndexByte(path, '/')
	if i < 0 || len(path) < i+3 || path[i+1] != 'v' || strings.Trim(path[i+2:], "0123456789") != "" {
		return path
	}
	return path[:i]
}

// mayEnd reports whether a function of a dependency, by its name, may end the
// process. Its code cannot be instrumented. What is swapped does not count, nor
// does testing, which ends goroutines.
func mayEnd(path, name string) bool {
	if path == "os" || path == "testing" || path == load.Cobra {
		return false
	}
	for _, prefix := range []string{"Fatal", "Exit", "CheckErr", "CheckError", "Die", "Abort", "HandleExitCoder"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

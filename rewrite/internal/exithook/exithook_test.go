package exithook

import (
	"bytes"
	"go/ast"
	"go/format"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"strings"
	"testing"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// loggers are declarations as the real packages have them, at versions with and without a hook.
var loggers = map[string]string{
	"k8s.io/klog/v2":                 "package klog\nimport \"os\"\nvar OsExit = os.Exit\nfunc Fatalf(string, ...any) {}\nfunc ExitDepth(int, ...any) {}\nfunc Info(...any) {}\n",
	"k8s.io/klog":                    "package klog\nfunc Fatalf(string, ...any) {}\n",
	"github.com/sirupsen/logrus":     "package logrus\nfunc RegisterExitHandler(handler func()) {}\nfunc Fatal(...any) {}\nfunc Exit(int) {}\ntype Logger struct{}\nfunc (*Logger) Fatalln(...any) {}\nfunc (*Logger) Exit(int) {}\ntype StdLogger interface{ Fatal(...any) }\ntype FieldLogger interface{ Fatal(...any) }\n",
	"github.com/rs/zerolog":          "package zerolog\nvar FatalExitFunc func()\ntype Logger struct{}\nfunc (*Logger) Fatal() {}\n",
	"github.com/rs/zerolog/log":      "package log\nfunc Fatal() {}\n",
	"k8s.io/kubectl/pkg/cmd/util":    "package util\nfunc BehaviorOnFatal(f func(string, int)) {}\nfunc CheckErr(error) {}\n",
	"k8s.io/kubectl/pkg/cmd/get":     "package get\n",
	"example.com/other/logrus":       "package logrus\nfunc RegisterExitHandler(handler func()) {}\nfunc Fatal(...any) {}\n",
	"go.uber.org/zap":                "package zap\nfunc Fatal(...any) {}\n",
	"github.com/sirupsen/logrus/old": "package logrus\nfunc RegisterExitHandler(handler func() int) {}\n",
}

func packageAt(t *testing.T, path, source string) *types.Package {
	t.Helper()
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "x.go", source, 0)
	if err != nil {
		t.Fatal(err)
	}
	cfg := types.Config{Importer: importer.Default()}
	pkg, err := cfg.Check(path, fset, []*ast.File{f}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return pkg
}

func TestDecide(t *testing.T) {
	for _, test := range []struct {
		name      string
		imports   []string          // of the module
		build     map[string]string // path to source, loggers where nil
		mentioned string
		want      []plan.Hook
	}{
		{"nothing", []string{"fmt"}, nil, "", nil},
		{"each", []string{"k8s.io/klog/v2", "github.com/rs/zerolog", "github.com/sirupsen/logrus", "k8s.io/kubectl/pkg/cmd/util"}, nil, "",
			[]plan.Hook{{Path: "github.com/rs/zerolog", Known: true}, {Path: "github.com/sirupsen/logrus", Known: true}, {Path: "k8s.io/klog/v2", Known: true}, {Path: "k8s.io/kubectl/pkg/cmd/util", Known: true}}},
		{"another package of the module", []string{"github.com/rs/zerolog/log", "k8s.io/kubectl/pkg/cmd/get"}, nil, "",
			[]plan.Hook{{Path: "github.com/rs/zerolog", Known: true}, {Path: "k8s.io/klog/v2", Known: true}, {Path: "k8s.io/kubectl/pkg/cmd/util", Known: true}}},
		{"kubectl beside a klog without the hook", []string{"k8s.io/klog/v2", "k8s.io/kubectl/pkg/cmd/util"},
			map[string]string{"k8s.io/klog/v2": loggers["k8s.io/klog"], "k8s.io/kubectl/pkg/cmd/util": loggers["k8s.io/kubectl/pkg/cmd/util"]}, "", nil},
		{"kubectl, and klog's hook is taken", []string{"k8s.io/kubectl/pkg/cmd/util"}, nil, "k8s.io/klog/v2 OsExit", nil},
		{"kubectl and klog, whose hook is taken", []string{"k8s.io/klog/v2", "k8s.io/kubectl/pkg/cmd/util"}, nil, "k8s.io/klog/v2 OsExit",
			[]plan.Hook{{Path: "k8s.io/klog/v2", Known: false}}},
		{"imported by dependencies only", []string{"example.com/cli"}, nil, "", nil},
		{"a name that only begins alike", []string{"k8s.io/klog/v2extra", "github.com/sirupsen/logrus-hooks"}, nil, "", nil},
		{"klog v1", []string{"k8s.io/klog"}, nil, "", nil},
		{"another module of that name", []string{"example.com/other/logrus"}, nil, "", nil},
		{"a version without the hook", []string{"k8s.io/klog/v2"}, map[string]string{"k8s.io/klog/v2": loggers["k8s.io/klog"]}, "", nil},
		{"a hook of another type", []string{"github.com/sirupsen/logrus"}, map[string]string{"github.com/sirupsen/logrus": loggers["github.com/sirupsen/logrus/old"]}, "", nil},
		{"the hook's package is not built", []string{"k8s.io/kubectl/pkg/cmd/get"}, map[string]string{}, "", nil},
		{"an ExitFunc of somebody's", []string{"github.com/sirupsen/logrus", "k8s.io/klog/v2"}, nil, "github.com/sirupsen/logrus ExitFunc",
			[]plan.Hook{{Path: "github.com/sirupsen/logrus", Known: false}, {Path: "k8s.io/klog/v2", Known: true}}},
		{"kubectl's hook is taken", []string{"k8s.io/kubectl/pkg/cmd/util"}, nil, "k8s.io/kubectl/pkg/cmd/util BehaviorOnFatal", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			build := test.build
			if build == nil {
				build = loggers
			}
			got := Decide(World{
				Imports: test.imports,
				Package: func(path string) *types.Package {
					if build[path] == "" {
						return nil
					}
					return packageAt(t, path, build[path])
				},
				Mentions: func(path, word string) bool { return path+" "+word == test.mentioned },
			})
			if len(got) != len(test.want) {
				t.Fatalf("hooks %v, want %v", got, test.want)
			}
			for i := range got {
				if got[i] != test.want[i] {
					t.Errorf("hooks %v, want %v", got, test.want)
				}
			}
		})
	}
}

func TestCovers(t *testing.T) {
	all := []plan.Hook{{Path: "github.com/rs/zerolog", Known: true}, {Path: "github.com/sirupsen/logrus", Known: true}, {Path: "k8s.io/klog/v2", Known: true}, {Path: "k8s.io/kubectl/pkg/cmd/util", Known: true}}
	for _, test := range []struct {
		path, function string
		want           bool
	}{
		{"k8s.io/klog/v2", "Fatalf", true}, {"k8s.io/klog/v2", "ExitDepth", true}, {"k8s.io/klog/v2", "Info", false},
		{"k8s.io/klog", "Fatalf", false},
		{"github.com/sirupsen/logrus", "Fatal", true}, {"github.com/sirupsen/logrus", "Logger.Fatalln", true},
		{"github.com/sirupsen/logrus", "FieldLogger.Fatal", true}, {"github.com/sirupsen/logrus", "StdLogger.Fatal", false},
		{"github.com/sirupsen/logrus", "Exit", false}, {"github.com/sirupsen/logrus", "Logger.Exit", false}, // their status is an argument
		{"github.com/rs/zerolog", "Logger.Fatal", true}, {"github.com/rs/zerolog/log", "Fatal", true},
		{"k8s.io/kubectl/pkg/cmd/util", "CheckErr", true},
		{"go.uber.org/zap", "Fatal", false}, {"example.com/other/logrus", "Fatal", false},
	} {
		pkg := packageAt(t, test.path, loggers[test.path])
		typeName, method, isMethod := strings.Cut(test.function, ".")
		obj := pkg.Scope().Lookup(typeName)
		if isMethod {
			obj, _, _ = types.LookupFieldOrMethod(types.NewPointer(obj.Type()), true, pkg, method)
			if obj == nil {
				obj, _, _ = types.LookupFieldOrMethod(pkg.Scope().Lookup(typeName).Type(), true, pkg, method)
			}
		}
		if got := Covers(all, obj.(*types.Func)); (got != "") != test.want {
			t.Errorf("%s.%s: %q, want one: %v", test.path, test.function, got, test.want)
		}
		if Covers(nil, obj.(*types.Func)) != "" {
			t.Errorf("%s.%s is covered without a hook", test.path, test.function)
		}
	}
}

// TestSourceOfEverySubset writes loggers.go for each combination: it is
// formatted, and type-checks beside what the runtime declares.
func TestSourceOfEverySubset(t *testing.T) {
	const runtime = "package telemetry\n\nconst noExitSeen = -1\n\nvar hookLoggers = func() {}\n\nfunc ending(code int) {}\n\nfunc record(code int, last bool) {}\n\nfunc Start() { hookLoggers() }\n"
	stubs := map[string]*types.Package{}
	for _, k := range kinds {
		source := loggers[k.path]
		if k.alias == "cmdutil" {
			source += "func DefaultBehaviorOnFatal() {}\n"
		}
		stubs[k.path] = packageAt(t, k.path, source)
	}
	for subset := 1; subset < 1<<(2*len(kinds)); subset++ {
		var hooks []plan.Hook
		for i, k := range kinds {
			switch state := subset >> (2 * i) & 3; {
			case state == 1:
				hooks = append(hooks, plan.Hook{Path: k.path, Known: true})
			case state == 2 && k.other != "":
				hooks = append(hooks, plan.Hook{Path: k.path, Known: false})
			}
		}
		if len(hooks) == 0 {
			continue
		}
		text := Source("telemetry", hooks)
		if formatted, err := format.Source(text); err != nil || !bytes.Equal(formatted, text) {
			t.Fatalf("%v: not formatted (%v):\n%s", hooks, err, text)
		}
		fset := token.NewFileSet()
		var files []*ast.File
		for _, src := range []string{runtime, string(text)} {
			f, err := parser.ParseFile(fset, "", src, 0)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, f)
		}
		standard := importer.Default()
		cfg := types.Config{GoVersion: "go1.17", Importer: importerFunc(func(path string) (*types.Package, error) {
			if stub := stubs[path]; stub != nil {
				return stub, nil
			}
			return cached(standard, path)
		})}
		if _, err := cfg.Check("telemetry", fset, files, nil); err != nil {
			t.Fatalf("%v: %v in\n%s", hooks, err, text)
		}
	}
	if Source("telemetry", nil) != nil {
		t.Error("a file is written though there is no hook")
	}
}

type importerFunc func(path string) (*types.Package, error)

func (f importerFunc) Import(path string) (*types.Package, error) { return f(path) }

var imported = map[string]*types.Package{}

func cached(standard types.Importer, path string) (*types.Package, error) {
	if imported[path] == nil {
		pkg, err := standard.Import(path)
		if err != nil {
			return nil, err
		}
		imported[path] = pkg
	}
	return imported[path], nil
}

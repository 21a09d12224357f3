package verify

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/loadtest"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/project"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/transaction"
)

// TestTypes checks a package with an edited file. The generated packages do not
// exist yet.
func TestTypes(t *testing.T) {
	const original = "package main\n\nimport \"os\"\n\nfunc main() { os.Exit(f()) }\n"
	const other = "package main\n\nimport \"fmt\"\n\nfunc f() int { return len(fmt.Sprint(1)) }\n"
	for _, test := range []struct{ name, edited, want string }{
		{"a swapped function", "package main\n\nimport telemetry \"example.com/cli/internal/telemetry/exit\"\n\nfunc main() { telemetry.Exit(f()) }\n", ""},
		{"a value of it", "package main\n\nimport telemetry \"example.com/cli/internal/telemetry/exit\"\n\nvar exit func(int) = telemetry.Exit\n\nfunc main() { exit(f()) }\n", ""},
		{"the whole package", "package main\n\nimport \"example.com/cli/internal/telemetry\"\n\nfunc main() { defer telemetry.Start()(); telemetry.Exit(f()) }\n", ""},
		{"a function that is not injected", "package main\n\nimport \"example.com/cli/internal/telemetry\"\n\nfunc main() { telemetry.Leave(f()) }\n", "undefined: telemetry.Leave"},
		{"another type", "package main\n\nimport telemetry \"example.com/cli/internal/telemetry/exit\"\n\nfunc main() { telemetry.Exit(\"1\") }\n", "cannot use"},
		{"an import that is not used", "package main\n\nimport \"os\"\n\nfunc main() { f() }\n", "imported and not used"},
		{"what another file needs", "package main\n\nfunc main() {}\n\nfunc f() int { return 2 }\n", "redeclared"},
	} {
		t.Run(test.name, func(t *testing.T) {
			g := loadtest.Program(t, "-- example.com/cli/main.go --\n"+original+"-- example.com/cli/other.go --\n"+other)
			g.Package(g.Main)
			generated := project.Package{Dir: g.Dir + "/internal/telemetry", Path: "example.com/cli/internal/telemetry"}
			err := Types(g, generated, []transaction.Change{{Name: filepath.Join(g.Dir, "main.go"), New: []byte(test.edited)}})
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), "defect of telemetrygen") || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}

// TestNewErrors leaves out those that were there before.
func TestNewErrors(t *testing.T) {
	old, added := errors.New("undefined: windows.Only"), errors.New("undefined: telemetry.Leave")
	if got := newErrors([]error{old}, []error{old, added}); len(got) != 1 || got[0] != added.Error() {
		t.Errorf("%v", got)
	}
}

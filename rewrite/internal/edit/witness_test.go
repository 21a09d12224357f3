package edit

import (
	"go/parser"
	"go/token"
	"strings"
	"testing"
	"time"
)

const original = `package main

import (
	"log"
	"os"
)

// main runs.
func main() {
	// first
	if err := app.Execute(); err != nil {
		os.Exit(1) // failed
	}
retry:
	log.Fatal("bye")
	goto retry
}
`

const instrumented = `package main

import (
	"log"

	"example.com/cli/internal/telemetry"
)

// main runs.
func main() {
	defer telemetry.Start()()
	// first
	if err := telemetry.Track(&(app).base.root).Execute(); err != nil {
		telemetry.Exit(1) // failed
	}
retry:
	telemetry.Exiting(1)
	log.Fatal(telemetry.ExitingWith(1, "bye"))
	goto retry
}
`

func ours(path string) bool { return strings.HasPrefix(path, "example.com/cli/internal/telemetry") }

func examine(t testing.TB, src, edited string) error {
	t.Helper()
	return witness([]byte(src), []byte(edited), "telemetry", ours)
}

// TestWitnessSeesWhatIsLost damages an edited file in ways that an edit could:
// every one of them must be refused.
func TestWitnessSeesWhatIsLost(t *testing.T) {
	if err := examine(t, original, instrumented); err != nil {
		t.Fatalf("the undamaged file is refused: %v", err)
	}
	for _, damage := range []struct{ name, old, new string }{
		{"a comment behind a statement", " // failed", ""},
		{"a comment before a statement", "\t// first\n", ""},
		{"a doc comment", "// main runs.\n", ""},
		{"a statement", "\tgoto retry\n", ""},
		{"another status", "telemetry.Exit(1)", "telemetry.Exit(2)"},
		{"another condition", "err != nil", "err == nil"},
		{"an argument", `"bye"`, `"by"`},
		{"an import", "\t\"log\"\n", ""},
		{"an import too many", "\t\"log\"\n", "\t\"log\"\n\t\"net\"\n"},
		{"the swapped function", "telemetry.Exit(1)", "telemetry.Exiting(1)"},
		{"the receiver", "(app)", "(other)"},
		{"a form that nobody knows", "telemetry.Exit(1)", "telemetry.Leave(1)"},
	} {
		t.Run(damage.name, func(t *testing.T) {
			edited := strings.Replace(instrumented, damage.old, damage.new, 1)
			if edited == instrumented {
				t.Fatalf("no %q", damage.old)
			}
			if err := examine(t, original, edited); err == nil {
				t.Error("not seen")
			}
		})
	}
}

// TestWitnessOfOneStatementTwice has a statement that is edited in one function, and left
// alone in another one.
func TestWitnessOfOneStatementTwice(t *testing.T) {
	const head, exit = "package main\n\nimport (\n\t\"log\"\n\t\"os\"\n", "\tos.Exit(1)\n}\n"
	src := head + ")\n\nfunc f() {\n" + exit + "\nfunc g() {\n\tlog.Fatal(1)\n" + exit
	edited := head + "\t\"example.com/cli/internal/telemetry\"\n)\n\nfunc f() {\n\ttelemetry.Exit(1)\n}\n\nfunc g() {\n\ttelemetry.Exiting(1)\n\tlog.Fatal(1)\n" + exit
	if err := examine(t, src, edited); err != nil {
		t.Error(err)
	}
}

// BenchmarkWitness says what the second opinion costs for files of 600 lines,
// beside parsing them, which is the measure.
func BenchmarkWitness(b *testing.B) {
	statement := "\tif len(os.Args) > 3 {\n\t\t// too many\n\t\tprintln(os.Args[1:], \"are too many\")\n\t}\n"
	function := "\n// f says so.\nfunc f() {\n" + strings.Repeat(statement, 6) + "}\n"
	for _, file := range []struct{ name, before, more string }{
		{"one function", "retry:\n", strings.Repeat(statement, 145)},
		{"twenty functions", "\n// main runs.\n", strings.Repeat(function, 20)},
	} {
		b.Run(file.name, func(b *testing.B) {
			src := strings.Replace(original, file.before, file.more+file.before, 1)
			edited := strings.Replace(instrumented, "\t\"log\"\n", "\t\"log\"\n\t\"os\"\n", 1)
			edited = strings.Replace(edited, file.before, file.more+file.before, 1)
			var parsing, witnessing time.Duration
			for b.Loop() {
				start := time.Now()
				if _, err := parser.ParseFile(token.NewFileSet(), "", src, parser.ParseComments|parser.SkipObjectResolution); err != nil {
					b.Fatal(err)
				}
				parsing += time.Since(start)
				start = time.Now()
				if err := examine(b, src, edited); err != nil {
					b.Fatal(err)
				}
				witnessing += time.Since(start)
			}
			b.ReportMetric(float64(witnessing)/float64(parsing), "witness/parse")
		})
	}
}

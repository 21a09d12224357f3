package edit

import (
	"bytes"
	"go/ast"
	"go/parser"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/form"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/splice"
)

// TestAddImport puts the import where the author would have.
func TestAddImport(t *testing.T) {
	const own, leaf = "example.com/m/internal/telemetry", "example.com/m/internal/telemetry/exit"
	for _, test := range []struct{ name, imports, as, path, want string }{
		{"no import", "", "", own, "\nimport \"" + own + "\"\n"},
		{"sorted into its module's group", "\nimport (\n\t\"os\"\n\n\t\"example.com/m/cmd\"\n\t\"example.com/m/z\"\n\n\t\"github.com/x/y\"\n)\n", "", own,
			"\nimport (\n\t\"os\"\n\n\t\"example.com/m/cmd\"\n\t\"" + own + "\"\n\t\"example.com/m/z\"\n\n\t\"github.com/x/y\"\n)\n"},
		{"beside other modules", "\nimport (\n\t\"os\"\n\n\t\"github.com/x/y\"\n)\n", "", own, "\nimport (\n\t\"os\"\n\n\t\"" + own + "\"\n\t\"github.com/x/y\"\n)\n"},
		{"behind the standard library", "\nimport (\n\t\"fmt\"\n\t\"os\"\n)\n", "", own, "\nimport (\n\t\"fmt\"\n\t\"os\"\n\n\t\"" + own + "\"\n)\n"},
		{"by name", "\nimport (\n\t\"fmt\"\n\n\t\"example.com/m/cmd\"\n)\n", "telemetry", leaf, "\nimport (\n\t\"fmt\"\n\n\t\"example.com/m/cmd\"\n\ttelemetry \"" + leaf + "\"\n)\n"},
		{"above a spec with a comment", "\nimport (\n\t\"example.com/m/cmd\"\n\t\"example.com/m/z\" // why\n\n\t\"github.com/x/y\"\n)\n", "", own,
			"\nimport (\n\t\"example.com/m/cmd\"\n\t\"" + own + "\"\n\t\"example.com/m/z\" // why\n\n\t\"github.com/x/y\"\n)\n"},
		{"not between comments that gofmt aligns", "\nimport (\n\t\"example.com/m/cmd\" // why\n\t\"example.com/m/z\"   // why\n)\n", "", own,
			"\nimport (\n\t\"example.com/m/cmd\" // why\n\t\"example.com/m/z\"   // why\n\n\t\"" + own + "\"\n)\n"},
		{"above a comment", "\nimport (\n\t\"example.com/m/cmd\"\n\t// why\n\t\"example.com/m/z\"\n)\n", "", own, "\nimport (\n\t\"example.com/m/cmd\"\n\t\"" + own + "\"\n\t// why\n\t\"example.com/m/z\"\n)\n"},
		{"two declarations", "\nimport \"fmt\"\nimport \"os\"\n", "", own, "\nimport \"fmt\"\nimport \"os\"\nimport \"" + own + "\"\n"},
		{"a block on one line", "\nimport (\"fmt\"; \"os\")\n", "", own, "\nimport (\"fmt\"; \"os\")\nimport \"" + own + "\"\n"},
		{"two on a line of a block", "\nimport (\n\t\"fmt\"; \"os\"\n)\n", "", own, "\nimport (\n\t\"fmt\"; \"os\"\n)\nimport \"" + own + "\"\n"},
		{"not into the block of cgo", "\nimport (\n\t// #include <x.h>\n\t\"C\"\n\t\"os\"\n)\n", "", own, "\nimport (\n\t// #include <x.h>\n\t\"C\"\n\t\"os\"\n)\nimport \"" + own + "\"\n"},
		{"code on the line", "\nimport \"os\"; var x = os.Args\n", "", own, "\nimport \"os\"; import \"" + own + "\"; var x = os.Args\n"},
	} {
		src := []byte("package x\n" + test.imports + "\nfunc f() {}\n")
		source, err := form.Parse(src, parser.ParseComments)
		if err != nil {
			t.Fatalf("%s: %v", test.name, err)
		}
		got := splice.Apply(src, []splice.Splice{importer{Source: source, name: test.as, path: test.path, module: "example.com/m"}.add()})
		if want := "package x\n" + test.want + "\nfunc f() {}\n"; string(got) != want {
			t.Errorf("%s:\n%s\nwant\n%s", test.name, got, want)
		}
	}
}

// TestDropImport replaces an import that is not used any more.
func TestDropImport(t *testing.T) {
	const own = "example.com/m/internal/telemetry"
	for _, test := range []struct{ name, imports, want string }{ // want "" where it is kept
		{"the only one", "import \"os\"\n", "import \"" + own + "\"\n"},
		{"the only one of a block", "import (\n\t\"os\"\n)\n", "import (\n\t\"" + own + "\"\n)\n"},
		{"its group goes as well", "import (\n\t\"os\"\n\n\t\"example.com/m/cmd\"\n)\n", "import (\n\t\"example.com/m/cmd\"\n\t\"" + own + "\"\n)\n"},
		{"one of several", "import (\n\t\"fmt\"\n\t\"os\"\n\n\t\"example.com/m/cmd\"\n)\n", "import (\n\t\"fmt\"\n\n\t\"example.com/m/cmd\"\n\t\"" + own + "\"\n)\n"},
		{"with a name", "import system \"os\"\n", ""},
		{"with a comment", "import (\n\t\"fmt\"\n\t\"os\" // why\n)\n", ""},
		{"below a comment", "import (\n\t\"fmt\"\n\t// why\n\t\"os\"\n)\n", ""},
		{"on a line with others", "import (\"fmt\"; \"os\")\n", ""},
	} {
		src := []byte("package x\n\n" + test.imports + "\nfunc f() {}\n")
		source, err := form.Parse(src, parser.ParseComments)
		if err != nil {
			t.Fatalf("%s: %v", test.name, err)
		}
		at := slices.IndexFunc(source.File.Imports, func(spec *ast.ImportSpec) bool { return form.PathOf(spec) == "os" })
		i := importer{Source: source, path: own, module: "example.com/m", unused: source.File.Imports[at]}
		edits := i.drop()
		got, ok := "", edits != nil
		if ok {
			got = string(splice.Apply(src, edits))
		}
		if want := "package x\n\n" + test.want + "\nfunc f() {}\n"; ok != (test.want != "") || ok && got != want {
			t.Errorf("%s: %v\n%s\nwant\n%s", test.name, ok, got, want)
		}
	}
}

// TestSwappedImports: the import of os goes with its last use, and comes back. It is kept where it could not.
func TestSwappedImports(t *testing.T) {
	const near, far = "example.com/m/internal/telemetry", "zed.example/m/internal/telemetry" // before and behind cobra
	const cobra, os = "\"github.com/spf13/cobra\"", "\"os\""
	for _, test := range []struct{ name, path, imports, want string }{
		{"two groups", near, "(\n\t" + os + "\n\n\t" + cobra + "\n)", "(\n\tOURS\n\t" + cobra + "\n)"},
		{"two groups, ours behind", far, "(\n\t" + os + "\n\n\t" + cobra + "\n)", "(\n\t" + cobra + "\n\tOURS\n)"},
		{"beside others", near, "(\n\t\"fmt\"\n\t" + os + "\n\n\t" + cobra + "\n)", "(\n\t\"fmt\"\n\n\tOURS\n\t" + cobra + "\n)"},
		{"beside others, ours behind", far, "(\n\t\"fmt\"\n\t" + os + "\n\n\t" + cobra + "\n\t\"github.com/x/y\"\n)",
			"(\n\t\"fmt\"\n\n\t" + cobra + "\n\t\"github.com/x/y\"\n\tOURS\n)"},
		{"in a group of its own below the others", far, "(\n\t" + cobra + "\n\n\t" + os + "\n)", ""},
		{"in one group with others", near, "(\n\t\"fmt\"\n\t\"github.com/x/y\"\n\t" + os + "\n)", "(\n\tOURS\n\t\"fmt\"\n\t\"github.com/x/y\"\n)"},
		{"the same below the standard library", far, "(\n\t\"net/http\"\n\n\t\"github.com/x/y\"\n\t" + os + "\n)", ""},
		{"in one group", far, "(\n\t" + cobra + "\n\t" + os + "\n)", ""},
		{"alone", far, os, "OURS"},
		{"two declarations", far, cobra + "\nimport " + os, cobra + "\nimport OURS"},
	} {
		src := []byte("package x\n\nimport " + test.imports + "\n\nfunc f() {\n\tos.Exit(1)\n}\n")
		at := bytes.Index(src, []byte("os.Exit"))
		p := &plan.Plan{
			Module: test.path[:len("example.com/m")], Leaf: test.path,
			Files: []plan.File{{Name: "x.go", Package: "x", Runtime: test.path, Local: "telemetry", LosesOS: true}},
			Sites: []plan.Site{{File: "x.go", Form: form.Exit, Start: at, End: at + len("os.Exit")}},
		}
		files, err := Apply(p, func(string) []byte { return src }, func(string) []byte { return src })
		if err != nil || files[0].Refused != "" {
			t.Fatalf("%s: %v %s", test.name, err, files[0].Refused)
		}
		got := string(files[0].Content)
		if kept := strings.Contains(got, "keeps the import"); kept != (test.want == "") {
			t.Errorf("%s: kept is %v in\n%s", test.name, kept, got)
		} else if head := "package x\n\nimport " + strings.Replace(test.want, "OURS", strconv.Quote(test.path), 1) + "\n\nfunc"; !kept && !strings.HasPrefix(got, head) {
			t.Errorf("%s:\n%s\nwant\n%s", test.name, got, head)
		}
	}
}

// TestBlankImportOfOS has os under two names, of which only one is used. That one keeps its import.
func TestBlankImportOfOS(t *testing.T) {
	const src = "package x\n\nimport (\n\t_ \"os\"\n\tsys \"os\"\n)\n\nfunc f() { sys.Exit(1) }\n"
	p := &plan.Plan{Module: "example.com/m", Leaf: "example.com/m/internal/telemetry/exit", Sites: []plan.Site{site(t, src, "sys.Exit", form.Exit, plan.Operands{})},
		Files: []plan.File{{Name: "x.go", Runtime: "example.com/m/internal/telemetry", Local: "telemetry", LosesOS: true}}}
	text := func(string) []byte { return []byte(src) }
	files, err := Apply(p, text, text)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(files[0].Content); files[0].Refused != "" || !strings.Contains(got, "var _ = sys.Exit //") || !strings.Contains(got, "telemetry.Exit(1)") {
		t.Errorf("refused %q, got\n%s", files[0].Refused, got)
	}
}

package edit

import (
	"go/parser"
	"go/token"
	"testing"

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
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, "", src, parser.ParseComments)
		if err != nil {
			t.Fatalf("%s: %v", test.name, err)
		}
		got := splice.Apply(src, []splice.Splice{addImport(src, fset.File(f.FileStart).Base(), f, test.as, test.path, "example.com/m")})
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
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, "", src, parser.ParseComments)
		if err != nil {
			t.Fatalf("%s: %v", test.name, err)
		}
		base := fset.File(f.FileStart).Base()
		i := importer{src: src, file: f, base: base}
		edits, ok := dropImport(src, base, f, i.importOf("os"), "", own, "example.com/m")
		got := ""
		if ok {
			got = string(splice.Apply(src, edits))
		}
		if want := "package x\n\n" + test.want + "\nfunc f() {}\n"; ok != (test.want != "") || ok && got != want {
			t.Errorf("%s: %v\n%s\nwant\n%s", test.name, ok, got, want)
		}
	}
}

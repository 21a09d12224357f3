package edit

import (
	"strings"
	"testing"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/form"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// site is a site at the first occurrence of a text.
func site(t *testing.T, src, text, form string, o plan.Operands) plan.Site {
	t.Helper()
	at := strings.Index(src, text)
	if at < 0 {
		t.Fatalf("no %q", text)
	}
	return plan.Site{File: "x.go", At: at, Start: at, End: at + len(text), Form: form, Operands: o}
}

// TestApply renders each form at one site, and takes it out again.
func TestApply(t *testing.T) {
	const head = "package x\n\nimport (\n\t\"fmt\"\n\t\"os\"\n)\n\nfunc f() {\n"
	for _, test := range []struct {
		name, body, at, form string
		operands             plan.Operands
		losesOS              bool
		want                 string // of the body; lines
		imports              string
	}{
		{"exit", "\tos.Exit(1)\n", "os.Exit", form.Exit, plan.Operands{}, false, "\ttelemetry.Exit(1)\n", `telemetry "example.com/m/internal/telemetry/exit"`},
		{"the last use of os", "\tos.Exit(1)\n", "os.Exit", form.Exit, plan.Operands{}, true, "\ttelemetry.Exit(1)\n", `telemetry "example.com/m/internal/telemetry/exit"`},
		{"check", "\tcobra.CheckErr(err)\n", "err", form.ExitingIf, plan.Operands{Status: "1"}, false, "\tcobra.CheckErr(telemetry.ExitingIf(1, err))\n", "exit"},
		{"not imported", "\tsystem.Exit(err)\n", "system.Exit", form.Exit, plan.Operands{}, false, "", ""}, // refused
		{"announced", "\tlog.Fatal(1)\n", "log.Fatal(1)", form.Exiting, plan.Operands{Status: "1"}, false, "\ttelemetry.Exiting(1)\n\tlog.Fatal(1)\n", `telemetry "example.com/m/internal/telemetry/exit"`},
		{"announced on a line with others", "\tif x { log.Fatal(1) }\n", "log.Fatal(1)", form.Exiting, plan.Operands{Status: "code"}, false, "\tif x { telemetry.Exiting(code); log.Fatal(1) }\n", "exit"},
		{"behind the last argument", "\tlog.Fatal(serve())\n", "serve()", form.ExitingWith, plan.Operands{Status: "1"}, false, "\tlog.Fatal(telemetry.ExitingWith(1, serve()))\n", "exit"},
		{"a root", "\troot.Execute()\n", "root", form.Track, plan.Operands{}, false, "\ttelemetry.Track(root).Execute()\n", `"example.com/m/internal/telemetry"`},
		{"a value", "\troot.Execute()\n", "root", form.Track, plan.Operands{Address: true}, false, "\ttelemetry.Track(&root).Execute()\n", `"example.com/m/internal/telemetry"`},
		{"embedded", "\tapp.Execute()\n", "app", form.Track, plan.Operands{Embedded: []string{"Command"}}, false, "\ttelemetry.Track(app.Command).Execute()\n", "telemetry"},
		{"embedded, deeper", "\tapp.Execute()\n", "app", form.Track, plan.Operands{Embedded: []string{"base", "root"}, Address: true}, false, "\ttelemetry.Track(&(app).base.root).Execute()\n", "telemetry"},
		{"a field that is called Command", "\tapp.Command.Execute()\n", "app.Command", form.Track, plan.Operands{Field: true}, false, "\ttelemetry.Track((app.Command)).Execute()\n", "telemetry"},
		{"start", "\trun()\n", "run()", form.Start, plan.Operands{}, false, "\tdefer telemetry.Start()()\n\trun()\n", `"example.com/m/internal/telemetry"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			src := head + test.body + "}\n"
			s := site(t, src, test.at, test.form, test.operands)
			if test.form == form.Start {
				s.Start, s.End = strings.Index(src, "{\n")+1, s.Start
			}
			p := &plan.Plan{Module: "example.com/m", Leaf: "example.com/m/internal/telemetry/exit",
				Files: []plan.File{{Name: "x.go", Runtime: "example.com/m/internal/telemetry", Local: "telemetry", LosesOS: test.losesOS}}, Sites: []plan.Site{s}}
			files, err := Apply(p, func(string) []byte { return []byte(src) }, func(string) []byte { return []byte(src) })
			if err != nil {
				t.Fatal(err)
			}
			got := string(files[0].Content)
			if test.want == "" {
				if files[0].Refused == "" {
					t.Errorf("not refused:\n%s", got)
				}
				return
			}
			if files[0].Refused != "" || !strings.HasSuffix(got, "func f() {\n"+test.want+"}\n") || !strings.Contains(got, test.imports) {
				t.Errorf("refused %q, got\n%s", files[0].Refused, got)
			}
			if strings.Contains(got, `"os"`) == test.losesOS {
				t.Errorf("os is imported or not:\n%s", got)
			}
			if back := Strip(files[0].Content, func(path string) bool { return path == p.Files[0].Runtime || path == p.Leaf }, files[0].Factored); string(back) != src {
				t.Errorf("taken out again:\n%s", back)
			}
		})
	}
}

// TestOnlyImport instruments files with a single import. It gets company in one
// declaration, and goes back to what it was, with or without parentheses.
func TestOnlyImport(t *testing.T) {
	const ours = `"example.com/m/internal/telemetry"`
	for _, test := range []struct{ name, before, after string }{
		{"a line", "import \"example.com/m/cmd\"\n", "import (\n\t\"example.com/m/cmd\"\n\t" + ours + "\n)\n"},
		{"a block", "import (\n\t\"example.com/m/cmd\"\n)\n", "import (\n\t\"example.com/m/cmd\"\n\t" + ours + "\n)\n"},
		{"a greater one", "import (\n\t\"example.com/z\"\n)\n", "import (\n\t" + ours + "\n\t\"example.com/z\"\n)\n"},
		{"a line of the standard library", "import \"fmt\"\n", "import (\n\t\"fmt\"\n\n\t" + ours + "\n)\n"},
		{"a block of the standard library", "import (\n\t\"fmt\"\n)\n", "import (\n\t\"fmt\"\n\n\t" + ours + "\n)\n"},
		{"a name", "import (\n\tx \"example.com/m/cmd\"\n)\n", "import (\n\tx \"example.com/m/cmd\"\n\t" + ours + "\n)\n"},
		{"CRLF", "import (\r\n\t\"example.com/m/cmd\"\r\n)\r\n", "import (\r\n\t\"example.com/m/cmd\"\r\n\t" + ours + "\r\n)\r\n"},
		{"beside cgo", "import \"C\"\n\nimport (\n\t\"example.com/m/cmd\"\n)\n", "import \"C\"\n\nimport (\n\t\"example.com/m/cmd\"\n\t" + ours + "\n)\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			eol := "\n"
			if strings.Contains(test.before, "\r") {
				eol = "\r\n"
			}
			head, body := "package x"+eol+eol, eol+"func main() { run() }"+eol
			src := head + test.before + body
			s := site(t, src, "run()", form.Start, plan.Operands{})
			s.Start, s.End = strings.Index(src, "{ run")+1, s.Start
			p := &plan.Plan{Module: "example.com/m", Leaf: "example.com/m/internal/telemetry/exit",
				Files: []plan.File{{Name: "x.go", Runtime: "example.com/m/internal/telemetry", Local: "telemetry"}}, Sites: []plan.Site{s}}
			owns := func(path string) bool { return path == p.Files[0].Runtime || path == p.Leaf }
			files, err := Apply(p, func(string) []byte { return []byte(src) }, func(string) []byte { return []byte(src) })
			if err != nil {
				t.Fatal(err)
			}
			f := files[0]
			if got := string(f.Content); !strings.HasPrefix(got, head+test.after) {
				t.Errorf("refused %q, got\n%s", f.Refused, got)
			}
			if back := string(Strip(f.Content, owns, f.Factored)); back != src {
				t.Errorf("taken out again:\n%s", back)
			}
		})
	}
}

// A plan that does not fit the source is an error, not a damaged file.
func TestApplyRefusesAPlanOfAnotherFile(t *testing.T) {
	for _, s := range []plan.Site{
		{File: "x.go", Form: "no such form"}, {File: "x.go", Form: form.Exit, Start: 5, End: 500}, {File: "x.go", Form: form.Exit, Start: 5, End: 2},
	} {
		p := &plan.Plan{Files: []plan.File{{Name: "x.go"}}, Sites: []plan.Site{s}}
		if files, err := Apply(p, func(string) []byte { return []byte("package x\n") }, func(string) []byte { return []byte("package x\n") }); err == nil {
			t.Errorf("%+v gives %+v", s, files)
		}
	}
	p := &plan.Plan{Files: []plan.File{{Name: "x.go"}}}
	if _, err := Apply(p, func(string) []byte { return nil }, func(string) []byte { return nil }); err == nil {
		t.Error("a file that is not there")
	}
}

// TestImportsWithComments go back to what they were, where an import is commented out.
func TestImportsWithComments(t *testing.T) {
	for _, imports := range []string{
		"\t\"fmt\"\n\t\"os\"\n\t// \"strings\"\n",
		"\t\"os\"\n\t// \"strings\"\n",
		"\t\"os\"\n\n\t// \"strings\"\n",
		"\t// \"fmt\"\n\t\"os\"\n",
		"\t// \"fmt\"\n\n\t\"os\"\n",
		"\t\"os\"\n\t// \"strings\"\n\t// \"time\"\n\n\t\"github.com/x/y\"\n",
		"\t\"os\"\n\n\t// \"example.com/m/a\"\n\t\"github.com/x/y\"\n",
		"\t\"os\"\n\n\t\"example.com/a\"\n\t// \"github.com/x/y\"\n",
		"\t\"os\"\n\n\t\"github.com/x/y\"\n\n\t// \"github.com/x/z\"\n",
		"\t\"github.com/x/y\"\n\t\"os\"\n\t// \"strings\"\n",
	} {
		for _, loses := range []bool{false, true} {
			src := "package x\n\nimport (\n" + imports + ")\n\nfunc f() {\n\tos.Exit(1)\n}\n"
			p := &plan.Plan{Module: "example.com/m", Leaf: "example.com/m/internal/telemetry/exit",
				Files: []plan.File{{Name: "x.go", Runtime: "example.com/m/internal/telemetry", Local: "telemetry", LosesOS: loses}},
				Sites: []plan.Site{site(t, src, "os.Exit", form.Exit, plan.Operands{})}}
			files, err := Apply(p, func(string) []byte { return []byte(src) }, func(string) []byte { return []byte(src) })
			if err != nil || files[0].Refused != "" {
				t.Errorf("loses os %v: %v, %s\n%s", loses, err, files[0].Refused, src)
			}
		}
	}
}

package edit

import (
	"strings"
	"testing"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/form"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// TestAsOnDisk leaves an import where the author, or a formatter, has moved it, and
// writes it anew where the file has become another one.
func TestAsOnDisk(t *testing.T) {
	const leaf = "telemetry \"example.com/m/internal/telemetry/exit\""
	const before = "import (\n\t\"fmt\"\n\t\"os\"\n\n\t\"github.com/x/y\"\n)\n"
	const fresh = "import (\n\t\"fmt\"\n\n\t" + leaf + "\n\t\"github.com/x/y\"\n)\n"
	for _, test := range []struct {
		name, disk string
		stays      bool
	}{
		{"as we write it", fresh, true},
		{"in a group of its own", "import (\n\t\"fmt\"\n\n\t\"github.com/x/y\"\n\n\t" + leaf + "\n)\n", true},
		{"at the end of the group", "import (\n\t\"fmt\"\n\n\t\"github.com/x/y\"\n\t" + leaf + "\n)\n", true},
		{"by another name", strings.Replace(fresh, "telemetry ", "other ", 1), false},
		{"twice", strings.Replace(fresh, leaf, leaf+"\n\tother \"example.com/m/internal/telemetry/exit\"", 1), false},
		{"another import", strings.Replace(fresh, "x/y", "x/z", 1), false},
		{"no instrumentation", before, false},
		{"does not parse", "import (\n", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			const head, body = "package x\n\n", "\nfunc f() { os.Exit(y.Code(fmt.Sprint())) }\n"
			src, disk := head+before+body, head+test.disk+strings.Replace(body, "os.Exit", "telemetry.Exit", 1)
			p := &plan.Plan{Module: "example.com/m", Leaf: "example.com/m/internal/telemetry/exit",
				Files: []plan.File{{Name: "x.go", Runtime: "example.com/m/internal/telemetry", Local: "telemetry", LosesOS: true}},
				Sites: []plan.Site{site(t, src, "os.Exit", form.Exit, plan.Operands{})}}
			files, err := Apply(p, func(string) []byte { return []byte(src) }, func(string) []byte { return []byte(disk) })
			if err != nil {
				t.Fatal(err)
			}
			want := disk
			if !test.stays {
				want = head + fresh + strings.Replace(body, "os.Exit", "telemetry.Exit", 1)
			}
			if got := string(files[0].Content); got != want {
				t.Errorf("refused %q, got\n%s\nwant\n%s", files[0].Refused, got, want)
			}
		})
	}
}

package form

import (
	"testing"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

func TestTrack(t *testing.T) {
	testForm(t, Track, []roundTrip{
		{"a pointer", "func f() {\n\t‹root›.Execute()\n}\n", plan.Operands{}, "func f() {\n\ttelemetry.Track(root).Execute()\n}\n"},
		{"a result", "func f() {\n\t‹newRoot()›.Execute() // one\n}\n", plan.Operands{}, "func f() {\n\ttelemetry.Track(newRoot()).Execute() // one\n}\n"},
		{"a value", "func f() {\n\t‹root›.Execute()\n}\n", plan.Operands{Address: true}, "func f() {\n\ttelemetry.Track(&root).Execute()\n}\n"},
		{"a method value", "func f() {\n\trun(‹root›.Execute)\n}\n", plan.Operands{}, "func f() {\n\trun(telemetry.Track(root).Execute)\n}\n"},
		{"an argument", "func f() {\n\tfang.Execute(ctx, ‹root›)\n}\n", plan.Operands{}, "func f() {\n\tfang.Execute(ctx, telemetry.Track(root))\n}\n"},
		{"a method expression", "func f() {\n\t(*cobra.Command).Execute(‹root›)\n}\n", plan.Operands{}, "func f() {\n\t(*cobra.Command).Execute(telemetry.Track(root))\n}\n"},
		{"a literal in a field", "func f() {\n\tdo(app{Command: ‹&cobra.Command{Use: \"a\"}›})\n}\n", plan.Operands{}, "func f() {\n\tdo(app{Command: telemetry.Track(&cobra.Command{Use: \"a\"})})\n}\n"},
		{"a literal", "func f() {\n\t‹(&cobra.Command{Use: \"a\"})›.Execute()\n}\n", plan.Operands{}, "func f() {\n\ttelemetry.Track((&cobra.Command{Use: \"a\"})).Execute()\n}\n"},
		{"embedded", "func f() {\n\t‹app›.Execute()\n}\n", plan.Operands{Embedded: []string{"Command"}}, "func f() {\n\ttelemetry.Track(app.Command).Execute()\n}\n"},
		{"an embedded value", "func f() {\n\t‹app›.Execute()\n}\n", plan.Operands{Embedded: []string{"Command"}, Address: true}, "func f() {\n\ttelemetry.Track(&app.Command).Execute()\n}\n"},
		{"embedded, deeper", "func f() {\n\t‹app.inner›.Execute()\n}\n", plan.Operands{Embedded: []string{"base", "root"}}, "func f() {\n\ttelemetry.Track((app.inner).base.root).Execute()\n}\n"},
		{"a field called Command", "func f() {\n\t‹app.Command›.Execute()\n}\n", plan.Operands{Field: true}, "func f() {\n\ttelemetry.Track((app.Command)).Execute()\n}\n"},
		{"a field", "func f() {\n\t‹app.root›.Execute()\n}\n", plan.Operands{}, "func f() {\n\ttelemetry.Track(app.root).Execute()\n}\n"},
	})
}

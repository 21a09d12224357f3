package form

import (
	"testing"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

func TestExiting(t *testing.T) {
	one := plan.Operands{Status: "1"}
	testForm(t, Exiting, []roundTrip{
		{"a statement", "func f() {\n\t‹log.Fatal(err)›\n}\n", one, "func f() {\n\ttelemetry.Exiting(1)\n\tlog.Fatal(err)\n}\n"},
		{"a status with a name", "func f() {\n\t‹kit.Exit(exitLost)›\n}\n", plan.Operands{Status: "exitLost"}, "func f() {\n\ttelemetry.Exiting(exitLost)\n\tkit.Exit(exitLost)\n}\n"},
		{"comments around", "func f() {\n\ta()\n\t// one\n\t‹log.Fatal(err)› // two\n}\n", one, "func f() {\n\ta()\n\t// one\n\ttelemetry.Exiting(1)\n\tlog.Fatal(err) // two\n}\n"},
		{"on one line", "func f() { if x { ‹log.Fatal(err)› } }\n", one, "func f() { if x { telemetry.Exiting(1); log.Fatal(err) } }\n"},
		{"in a case", "func f() {\n\tswitch x {\n\tcase 1:\n\t\t‹log.Fatal(err)›\n\t}\n}\n", one, "func f() {\n\tswitch x {\n\tcase 1:\n\t\ttelemetry.Exiting(1)\n\t\tlog.Fatal(err)\n\t}\n}\n"},
		{"in a select", "func f() {\n\tselect {\n\tcase <-x:\n\t\t‹log.Fatal(err)›\n\t}\n}\n", one, "func f() {\n\tselect {\n\tcase <-x:\n\t\ttelemetry.Exiting(1)\n\t\tlog.Fatal(err)\n\t}\n}\n"},
		{"behind a label", "func f() {\nagain:\n\t‹log.Fatal(err)›\n\tgoto again\n}\n", one, "func f() {\nagain:\n\ttelemetry.Exiting(1)\n\tlog.Fatal(err)\n\tgoto again\n}\n"},
	})
	testForm(t, ExitingIf, []roundTrip{
		{"check", "func f() {\n\tcobra.CheckErr(‹err›)\n}\n", one, "func f() {\n\tcobra.CheckErr(telemetry.ExitingIf(1, err))\n}\n"},
		{"of a call", "func f() {\n\tcobra.CheckErr(‹root.Execute()›) // one\n}\n", one, "func f() {\n\tcobra.CheckErr(telemetry.ExitingIf(1, root.Execute())) // one\n}\n"},
	})
	testForm(t, ExitingWith, []roundTrip{
		{"an argument", "func f() {\n\tlog.Fatal(‹serve(a, b)›)\n}\n", one, "func f() {\n\tlog.Fatal(telemetry.ExitingWith(1, serve(a, b)))\n}\n"},
		{"the last of two", "func f() {\n\tlog.Fatal(x, ‹serve()›) // one\n}\n", one, "func f() {\n\tlog.Fatal(x, telemetry.ExitingWith(1, serve())) // one\n}\n"},
		{"on lines", "func f() {\n\tlog.Fatal(\n\t\t‹serve()›,\n\t)\n}\n", one, "func f() {\n\tlog.Fatal(\n\t\ttelemetry.ExitingWith(1, serve()),\n\t)\n}\n"},
	})
}

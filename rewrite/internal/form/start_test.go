package form

import "testing"

func TestStart(t *testing.T) {
	testForm(t, Start, []roundTrip{
		{name: "before a statement", before: "func main() {‹\n\t›run()\n}\n", after: "func main() {\n\tdefer telemetry.Start()()\n\trun()\n}\n"},
		{name: "before a comment", before: "func main() {‹\n\t// one\n\t›run()\n}\n", after: "func main() {\n\tdefer telemetry.Start()()\n\t// one\n\trun()\n}\n"},
		{name: "behind a comment", before: "func main() {‹ // one\n\t›run()\n}\n", after: "func main() { // one\n\tdefer telemetry.Start()()\n\trun()\n}\n"},
		{name: "before a label", before: "func main() {‹\n›again:\n\tfor {\n\t\tbreak again\n\t}\n}\n", after: "func main() {\n\tdefer telemetry.Start()()\nagain:\n\tfor {\n\t\tbreak again\n\t}\n}\n"},
		{name: "on one line", before: "func main() {‹ ›run() }\n", after: "func main() { defer telemetry.Start()(); run() }\n"},
		{name: "an empty body", before: "func main() {‹›}\n", after: "func main() {defer telemetry.Start()(); }\n"},
		{name: "an empty body on two lines", before: "func main() {‹\n›}\n", after: "func main() {\n\tdefer telemetry.Start()()\n}\n"},
		{name: "a line that ends as no other", before: "func main() {‹\r\n\t›run()\r\n}\n", after: "func main() {\r\n\tdefer telemetry.Start()()\n\trun()\r\n}\n"},
	})
}

package loggers

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// standard are the packages of the standard library that the text of hooks may use.
var standard = []string{"os", "runtime", "strings"}

// Source is the body of loggers.go for a runtime package of that name, nil
// where there is no hook to set.
func Source(pkg string, hooks []plan.Hook) []byte {
	if len(hooks) == 0 {
		return nil
	}
	var others, calls, declarations strings.Builder
	for _, set := range hooks {
		h := hookAt(set.Path)
		text := h.known
		if !set.Known {
			text = h.unknown
		}
		declarations.WriteString(text)
		fmt.Fprintf(&others, "\t%s\n", strings.TrimSpace(fmt.Sprintf("%s %q", h.alias, h.path)))
		_, name, _ := strings.Cut(text, "\nfunc ")
		name, _, _ = strings.Cut(name, "(")
		fmt.Fprintf(&calls, "\t\t%s()\n", name)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "//go:build !notelemetry\n\npackage %s\n\nimport (\n", pkg)
	before := b.Len()
	for _, path := range standard {
		if regexp.MustCompile(`(?m)^\t.*\b` + path + `\.[A-Z]`).MatchString(declarations.String()) { // not in a comment
			fmt.Fprintf(&b, "\t%q\n", path)
		}
	}
	if b.Len() > before {
		b.WriteString("\n")
	}
	b.WriteString(others.String())
	b.WriteString(")\n\n// These loggers of the CLI can end the process. Each has a hook that is called before.\nfunc init() {\n\thookLoggers = func() {\n")
	b.WriteString(calls.String())
	b.WriteString("\t}\n}\n")
	b.WriteString(declarations.String())
	return b.Bytes()
}

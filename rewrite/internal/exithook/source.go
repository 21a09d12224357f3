package exithook

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// Source is the body of loggers.go for a runtime package of that name, nil
// where there is no hook to set.
func Source(pkg string, hooks []plan.Hook) []byte {
	if len(hooks) == 0 {
		return nil
	}
	var std, others, calls []string
	var declarations bytes.Buffer
	for _, h := range hooks {
		k, _ := kindOf(h.Path)
		text := k.hook
		if h.Known {
			text += k.more
			std = append(std, k.std...)
		} else {
			text = k.other
			if strings.Contains(text, "os.") {
				std = append(std, "os")
			}
		}
		declarations.WriteString(text)
		others = append(others, importSpec(k))
		_, name, _ := strings.Cut(text, "\nfunc ")
		name, _, _ = strings.Cut(name, "(")
		calls = append(calls, name)
	}
	slices.Sort(std)
	var b bytes.Buffer
	fmt.Fprintf(&b, "//go:build !notelemetry\n\npackage %s\n\nimport (\n", pkg)
	for _, path := range slices.Compact(std) {
		fmt.Fprintf(&b, "\t%q\n", path)
	}
	if len(std) > 0 {
		b.WriteString("\n")
	}
	for _, spec := range others {
		fmt.Fprintf(&b, "\t%s\n", spec)
	}
	fmt.Fprintf(&b, ")\n\n// These loggers of the CLI can end the process. Each has a hook that is called before.\nfunc init() {\n\thookLoggers = func() {\n")
	for _, call := range calls {
		fmt.Fprintf(&b, "\t\t%s()\n", call)
	}
	b.WriteString("\t}\n}\n")
	b.Write(declarations.Bytes())
	return b.Bytes()
}

func importSpec(k kind) string {
	return strings.TrimSpace(fmt.Sprintf("%s %q", k.alias, k.path))
}

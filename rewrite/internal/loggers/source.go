package loggers

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// standard lists the packages of the standard library that the text of hooks may use.
var standard = []string{"os", "runtime", "strings"}

// Source returns the body of loggers.go for a runtime package of that name, nil if there
// is no hook to set.
func Source(pkg string, hooks []plan.Hook) []byte {
	if len(hooks) == 0 {
		return nil
	}
	var imports, others, calls, declarations string
	for _, set := range hooks {
		h := hookAt(set.Path)
		text := h.known
		if !set.Known {
			text = h.unknown
		}
		declarations += text
		others += "\t" + strings.TrimSpace(fmt.Sprintf("%s %q", h.alias, h.path)) + "\n"
		_, name, _ := strings.Cut(text, "\nfunc ")
		name, _, _ = strings.Cut(name, "(")
		calls += "\t\t" + name + "()\n"
	}
	for _, path := range standard {
		if regexp.MustCompile(`(?m)^\t.*\b` + path + `\.[A-Z]`).MatchString(declarations) { // not in a comment
			imports += fmt.Sprintf("\t%q\n", path)
		}
	}
	if imports != "" {
		imports += "\n"
	}
	return fmt.Appendf(nil, `//go:build !notelemetry

package %s

import (
%s%s)

// These loggers of the CLI can end the process. Each has a hook that is called before.
func init() {
	hookLoggers = func() {
%s	}
}
%s`, pkg, imports, others, calls, declarations)
}

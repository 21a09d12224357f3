package rewrite

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/aymanbagabas/go-udiff"
)

// Diff returns what Write would change as a unified diff that git apply and
// patch -p1 take at the module's root.
func (r *Result) Diff() []byte {
	var out strings.Builder
	for _, c := range r.changes {
		name := r.relative(c.Name)
		old, new := "a/"+name, "b/"+name
		if c.Old == nil {
			old = "/dev/null"
		}
		if c.New == nil {
			new = "/dev/null"
		}
		out.WriteString(udiff.Unified(old, new, string(c.Old), string(c.New)))
	}
	return []byte(out.String())
}

func (r *Result) relative(name string) string {
	if rel, err := filepath.Rel(r.dir, name); err == nil {
		return filepath.ToSlash(rel)
	}
	return name
}

// Changes lists the files that Write would change, with what happens to each.
func (r *Result) Changes() []string {
	var list []string
	for _, c := range r.changes {
		verb := "change"
		switch {
		case c.Old == nil:
			verb = "add"
		case c.New == nil:
			verb = "delete"
		}
		list = append(list, verb+" "+r.relative(c.Name))
	}
	return list
}

func (r *Result) count(kinds ...Kind) int {
	n := 0
	for _, f := range r.Findings {
		for _, k := range kinds {
			if f.Kind == k {
				n++
			}
		}
	}
	return n
}

// String is a finding as the go tools print it.
func (f Finding) String() string {
	if f.File == "" {
		return f.What
	}
	if f.Line == 0 {
		return f.File + ": " + f.What
	}
	return fmt.Sprintf("%s:%d:%d: %s", f.File, f.Line, f.Column, f.What)
}

// Text prints the findings, what is not covered last, and a summary.
func (r *Result) Text(w io.Writer) {
	gap := func(f Finding) bool { return f.Kind == KindUncovered || f.Kind == KindDependency }
	for _, f := range r.Findings {
		if !gap(f) {
			fmt.Fprintln(w, f)
		}
	}
	for _, s := range r.Siblings {
		fmt.Fprintf(w, "module %s of the workspace is left alone\n", s)
	}
	for _, f := range r.Findings {
		if gap(f) {
			fmt.Fprintf(w, "%s\n", f)
		}
	}
	fmt.Fprintf(w, "%s: %s executed, %s, %s and %s covered",
		r.Settings.App, plural(r.count(KindExecute), "root"), plural(r.count(KindHook)+r.count(KindRoot), "hook"),
		plural(r.count(KindExit), "exit"), plural(r.count(KindFatal), "fatal call"))
	if n := r.count(KindUncovered); n > 0 {
		fmt.Fprintf(w, "; %s not covered", plural(n, "place"))
	}
	if n := r.count(KindDependency); n > 0 {
		fmt.Fprintf(w, "; %s into dependencies may end the process unseen", plural(n, "call"))
	}
	fmt.Fprintf(w, "; %s can be recorded\n", plural(len(r.Commands), "command"))
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// JSON prints the same facts for scripts.
func (r *Result) JSON(w io.Writer) error {
	facts := struct {
		App      string    `json:"app"`
		Main     string    `json:"main"`
		Module   string    `json:"module"`
		Findings []Finding `json:"findings"`
		Siblings []string  `json:"workspace_modules_left_alone"`
		Commands []string  `json:"commands"`
		New      []string  `json:"commands_not_listed_yet"`
		Gone     []string  `json:"commands_gone"`
		Changes  []string  `json:"changes"`
	}{r.Settings.App, r.Main, r.Module, r.Findings, r.Siblings, r.Commands, r.Missing, r.Gone, r.Changes()}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(facts)
}

// Stale says in one line why --check fails.
func (r *Result) Stale() string {
	var b strings.Builder
	fmt.Fprintf(&b, "not up to date; run go generate and commit: %s", strings.Join(r.Changes(), ", "))
	if len(r.Missing) > 0 {
		fmt.Fprintf(&b, "\ncommands that are not in the list yet: %s", strings.Join(r.Missing, ", "))
	}
	if len(r.Gone) > 0 {
		fmt.Fprintf(&b, "\ncommands in the list that are gone: %s", strings.Join(r.Gone, ", "))
	}
	return b.String()
}

package rewrite

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/edit"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// A Finding is one line of the report. Its position is that in the edited file.
type Finding struct {
	Kind   plan.Kind `json:"kind"`
	File   string    `json:"file"` // relative to the module's root; "" for the whole CLI
	Line   int       `json:"line"`
	Column int       `json:"column"` // in bytes, from 1
	What   string    `json:"what"`   // what was found and what was done
}

// findings returns the findings of a plan after its edits. It is an error if the files that
// must not be edited include the only place where telemetry starts, or commands are tracked.
func findings(p *plan.Plan, files []edit.File, stripped func(name string) []byte) (list []Finding, err error) {
	done, refused := map[plan.Kind]bool{}, map[plan.Kind]error{}
	for _, f := range files {
		content := f.Content
		if content == nil {
			content = stripped(f.Name)
		}
		for _, site := range p.In(f.Name) {
			found := findingAt(site.Kind, f.Name, content, f.Edited(site.At), site.Reason)
			if f.Refused != "" && site.Form != "" {
				found.Kind = plan.Uncovered
				found.What += " (not done: " + f.Refused + ")"
				refused[site.Kind] = errors.New(found.String())
			}
			done[found.Kind] = true
			list = append(list, found)
		}
		if f.Refused != "" {
			list = append(list, Finding{Kind: plan.Uncovered, File: f.Name, What: f.Refused})
		}
	}
	for _, site := range p.In("") {
		list = append(list, Finding{Kind: site.Kind, What: site.Reason})
	}
	for _, kind := range []plan.Kind{plan.Main, plan.Execute} {
		if !done[kind] {
			err = cmp.Or(err, refused[kind])
		}
	}
	return list, err
}

// findingAt returns a finding at an offset of a file.
func findingAt(kind plan.Kind, file string, content []byte, at int, what string) Finding {
	before := content[:at]
	return Finding{Kind: kind, File: file, What: what, Line: bytes.Count(before, []byte("\n")) + 1, Column: at - bytes.LastIndexByte(before, '\n')}
}

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

func (r *Result) relative(name string) string { // also of a workspace's vendor folder, above the module
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

func (r *Result) count(kind plan.Kind) (n int) {
	for _, f := range r.Findings {
		if f.Kind == kind {
			n++
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

// Text prints the findings, those that are not covered last, and a summary. A finding
// without an edit that occurs in many places is printed once.
func (r *Result) Text(w io.Writer) {
	places := map[string]int{}
	uncovered := 0
	for _, f := range r.Findings {
		if f.Kind == plan.Note || f.Kind == plan.Dependency {
			places[f.What]++
		}
		if f.Kind == plan.Uncovered && f.File != "" {
			uncovered++
		}
	}
	printed := map[string]bool{}
	list := func(gaps bool) {
		for _, f := range r.Findings {
			switch n := places[f.What]; {
			case gaps != (f.Kind == plan.Uncovered || f.Kind == plan.Dependency):
			case n < 4:
				fmt.Fprintln(w, f)
			case !printed[f.What]:
				printed[f.What] = true
				fmt.Fprintf(w, "%s (%d places; --json names them all)\n", f, n)
			}
		}
	}
	list(false)
	for _, s := range r.Siblings {
		fmt.Fprintf(w, "module %s of the workspace is left alone\n", s)
	}
	list(true)
	fmt.Fprintf(w, "%s: %s tracked, %s and %s covered",
		r.Settings.App, plural(r.count(plan.Execute), "execution"),
		plural(r.count(plan.Exit), "exit"), plural(r.count(plan.Fatal), "fatal call"))
	if uncovered > 0 {
		fmt.Fprintf(w, "; %s not covered", plural(uncovered, "place"))
	}
	if n := r.count(plan.Dependency); n > 0 {
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
		*Result
		Changes []string `json:"changes"`
	}{r, r.Changes()}
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

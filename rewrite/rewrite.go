// Package rewrite instruments the source of a cobra CLI. Instrument and Remove
// are the stages in order: load the module, find by types what executes commands
// and ends the process, edit the author's own bytes, verify the result, and ask
// the built CLI for its commands. Nothing is written before Result.Write.
//
// Every file is stripped of instrumentation before it is looked at. So a second
// run changes nothing, and a run after the author's own edits adds just what
// they made necessary.
package rewrite

import (
	"context"
	"path/filepath"
	"time"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/edit"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/find"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/gomod"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/project"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/transaction"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/verify"
)

// Options are what the command line says. What is not given is taken from the
// config.go of an earlier run when Remembered is set, else from the defaults.
type Options struct {
	Dir        string // where to run, the go command's working directory
	Package    string // the main package, as the go command names it
	Tags       string // build tags, comma-separated
	PackageDir string // folder of the generated package, relative to the module's root

	App        string
	Folder     string   // name of the folder under ~/.config
	Excluded   []string // command paths that are never recorded
	Endpoint   *string
	Interval   *time.Duration
	Consent    string
	Remembered bool
	Force      bool // go on where the CLI's root was not seen being executed

	Progress func(stage string) // called at the beginning of each stage; may be nil
}

// Settings are what ends up in the generated config.go.
type Settings = project.Settings

// A Result is what a run found and what it would change. Nothing is written
// before Write is called.
type Result struct {
	Settings Settings
	Main     string // import path of the main package
	Module   string
	Plan     *plan.Plan // nil for Remove
	Findings []Finding  // the plan and more, as the report says it
	Siblings []string   // workspace modules that are reached and left alone
	Commands []string   // every command path that can be recorded
	Missing  []string   // commands that the list on disk does not have yet
	Gone     []string   // commands that only the list on disk has
	Restored []string   // files of an interrupted earlier run that were put back

	dir     string
	changes project.Changes
}

// Changed reports whether there is anything to write.
func (r *Result) Changed() bool { return len(r.changes) > 0 }

// Write writes all files or none.
func (r *Result) Write() error { return transaction.Apply(r.dir, r.changes) }

// Instrument plans the instrumentation of a CLI and verifies that the result
// type-checks and builds. It reads the module and runs the go command; it
// writes only to the build cache and its own cache, and rolls back what an
// interrupted run left behind.
func Instrument(ctx context.Context, o Options) (*Result, error) {
	stage := o.Progress
	if stage == nil {
		stage = func(string) {}
	}
	restored, err := recoverInterrupted(o.folder())
	if err != nil {
		return nil, err
	}
	stage("loading")
	asked := o.tags()
	if o.Tags, err = load.Tags(ctx, o.Dir, asked); err != nil {
		return nil, err
	}
	m, generated, err := o.load(ctx)
	if err != nil {
		return nil, err
	}
	earlier, err := generated.Earlier()
	if err != nil {
		return nil, err
	}
	program := load.NewProgram(m, load.NewSources(m.Dir, func(name string, src []byte) []byte {
		return edit.Strip(src, generated.Owns, earlier.IsFactored(name))
	}))

	stage("finding")
	hooks := exitHooks(program, generated.Owns)
	p, err := find.Plan(program, find.Options{Runtime: generated.Path, Name: generated.Name(), Skip: generated.Owns, Tags: o.Tags, Force: o.Force, Hooks: hooks})
	if err != nil {
		return nil, err
	}
	files, err := edit.Apply(p, program.Sources.Stripped, program.Sources.OnDisk)
	if err != nil {
		return nil, err
	}

	stage("verifying")
	if err := verify.Types(program, generated, files); err != nil {
		return nil, err
	}
	modules, undo, err := gomod.Add(ctx, gomod.Env{Dir: m.Dir})
	if err != nil {
		return nil, err
	}

	stage("listing commands")
	r := &Result{Main: m.Main.PkgPath, Module: m.Path, Plan: p, Siblings: m.Siblings, Restored: restored, dir: m.Dir}
	r.Findings = findings(p, files, program.Sources.Stripped)
	r.changes = sourceChanges(program.Sources, files)
	r.changes = append(r.changes, modules...)
	b := builder{options: o, asked: asked, program: program, generated: generated, earlier: earlier, undo: earlier.Undo, result: r, files: files, hooks: hooks}
	if !undo.Empty() {
		b.undo = undo.After(earlier.Undo)
	}
	return r, b.finish(ctx)
}

// sourceChanges are the files of the author's that will be different.
func sourceChanges(sources *load.Sources, files []edit.File) (changes project.Changes) {
	edited := map[string][]byte{}
	for _, f := range files {
		edited[f.Name] = f.Content
	}
	for _, name := range sources.Names() {
		s := sources.Known(name)
		want := edited[name]
		if want == nil {
			want = s.Stripped
		}
		changes.Replace(s.Name, s.Disk, want)
	}
	return changes
}

// recoverInterrupted puts back what a killed run had half written.
func recoverInterrupted(dir string) ([]string, error) {
	root := load.Root(dir)
	if root == "" {
		return nil, nil
	}
	return transaction.Recover(root)
}

// folder is where the package stands, as far as its name says: below the root of
// a go.work project, its module is not the one of Dir.
func (o Options) folder() string {
	if len(o.Package) > 0 && o.Package[0] == '.' {
		return filepath.Join(o.Dir, o.Package)
	}
	return o.Dir
}

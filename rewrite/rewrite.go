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
	"cmp"
	"context"
	"time"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/project"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/transaction"
)

// Options are the flags and the argument of the command line. Those that are not given
// come from the config.go of an earlier run if Remembered is set, else from the defaults.
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
	Force      bool // go on although the built CLI did not execute a tracked command

	Progress func(stage string) `json:"-"` // called at the beginning of each stage; may be nil
}

// Settings are the constants of the generated config.go.
type Settings = project.Settings

// Locate finds the folder of a main package, seen from dir, without running the go
// command.
func Locate(dir, pkg string) project.Location { return project.Locate(dir, pkg) }

// A Result is what a run found and what it would change. Nothing is written
// before Write is called. Its JSON is that of the report.
type Result struct {
	Settings
	Main     string     `json:"main"` // import path of the main package
	Module   string     `json:"module"`
	Findings []Finding  `json:"findings"`                     // the lines of the report
	Plan     *plan.Plan `json:"plan,omitempty"`               // nil for Remove
	Siblings []string   `json:"workspace_modules_left_alone"` // those that the main package reaches
	Commands []string   `json:"commands"`                     // every command path that can be recorded
	Missing  []string   `json:"commands_not_listed_yet"`
	Gone     []string   `json:"commands_gone"` // those that only the list on disk has
	Restored []string   `json:"-"`             // files of an interrupted earlier run that were put back

	dir     string
	changes []transaction.Change
}

// Changed reports whether there is anything to write.
func (r *Result) Changed() bool { return len(r.changes) > 0 }

// Write writes all files or none.
func (r *Result) Write() error { return transaction.Apply(r.dir, r.changes) }

// Defaults of the settings.
const (
	DefaultInterval = 3600 * time.Second
	DefaultConsent  = "opt-out"
)

// settings returns the options that were given, completed by the settings of the last run.
func (o Options) settings(earlier Settings) (Settings, error) {
	if !o.Remembered || earlier.App == "" {
		earlier = Settings{Interval: DefaultInterval}
	}
	s := Settings{
		App: cmp.Or(o.App, earlier.App), Folder: cmp.Or(o.Folder, earlier.Folder),
		Endpoint: *cmp.Or(o.Endpoint, &earlier.Endpoint), Interval: *cmp.Or(o.Interval, &earlier.Interval),
		Consent: cmp.Or(o.Consent, earlier.Consent, DefaultConsent), Excluded: o.Excluded,
	}
	if s.Excluded == nil {
		s.Excluded = earlier.Excluded
	}
	return s, s.Check()
}

// Instrument plans the instrumentation of a CLI and verifies that the result
// type-checks and builds. It reads the module and runs the go command; it
// writes only to the build cache and its own cache, and rolls back what an
// interrupted run left behind.
func Instrument(ctx context.Context, o Options) (*Result, error) {
	stage := o.Progress
	if stage == nil {
		stage = func(string) {}
	}
	stage("loading")
	c, err := o.load(ctx)
	if err != nil {
		return nil, err
	}
	known := &Result{dir: c.Dir, Restored: c.restored, Settings: c.settings} // the remembered JSON lacks some of these
	if c.before.Found(c.decided, known) {                                    // nothing changed since a run with these options had nothing to do
		return known, nil
	}
	stage("finding")
	r, files, err := c.edit(o.Force)
	if err != nil {
		return nil, err
	}
	stage("verifying")
	undo, err := r.verify(ctx, c)
	if err != nil {
		return nil, err
	}
	stage("listing commands")
	tree, complete, err := r.commands(ctx, c, o.Force)
	if err != nil {
		return nil, err
	}
	list, err := r.choose(c, tree, complete)
	if err != nil {
		return nil, err
	}
	if err := r.generate(c, list, project.State{Main: r.Main, Tags: c.asked, Undo: undo, Factored: factored(files)}); err != nil {
		return nil, err
	}
	r.ignoredNote(ctx)
	if complete && !r.Changed() {
		c.before.Remember(c.decided, c.read(), r)
	}
	return r, nil
}

// note adds a finding about the whole CLI, or about one file.
func (r *Result) note(kind plan.Kind, file, what string) {
	r.Findings = append(r.Findings, Finding{Kind: kind, File: file, What: what})
}

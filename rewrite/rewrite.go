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
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/commands"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/edit"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/exithook"
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

// Defaults of the settings.
const (
	DefaultInterval = 3600 * time.Second
	DefaultConsent  = "opt-out"
)

// settings are what was given, completed by what the last run remembers.
func (o Options) settings(earlier Settings, tags string) (Settings, error) {
	if !o.Remembered || earlier.App == "" {
		earlier = Settings{Interval: DefaultInterval}
	}
	s := Settings{
		App: cmp.Or(o.App, earlier.App), Folder: cmp.Or(o.Folder, earlier.Folder),
		Endpoint: *cmp.Or(o.Endpoint, &earlier.Endpoint), Interval: *cmp.Or(o.Interval, &earlier.Interval),
		Consent: cmp.Or(o.Consent, earlier.Consent, DefaultConsent), Excluded: o.Excluded, Tags: tags,
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
	at := project.Locate(o.Dir, o.Package)
	restored, err := transaction.Recover(at.Root)
	if err != nil {
		return nil, err
	}

	stage("loading")
	before := at.Package(o.PackageDir)
	asked := o.Tags
	if asked == "" && o.Remembered && before.Exists {
		last, _ := before.Earlier()
		asked = last.Settings.Tags
	}
	tags, err := load.Tags(ctx, o.Dir, asked)
	if err != nil {
		return nil, err
	}
	m, err := load.Load(ctx, o.Dir, o.Package, tags, at.Root, func(src []byte) []byte { return edit.Strip(src, before.Owns, false) })
	if err != nil {
		return nil, err
	}
	generated, err := project.For(m, o.PackageDir)
	if err != nil {
		return nil, err
	}
	earlier, err := generated.Earlier()
	if err != nil {
		return nil, err
	}
	settings, err := o.settings(earlier.Settings, asked)
	if err != nil {
		return nil, err
	}
	listed, err := generated.Listed()
	if err != nil {
		return nil, err
	}
	program := load.NewProgram(m, load.NewSources(m.Dir, func(name string, src []byte) []byte {
		return edit.Strip(src, generated.Owns, earlier.IsFactored(name))
	}))

	stage("finding")
	p, err := find.Plan(program, find.Options{Runtime: generated.Path, Name: generated.Name(), Skip: generated.Owns, Tags: tags, Force: o.Force})
	if err != nil {
		return nil, err
	}
	files, err := edit.Apply(p, program.Sources.Stripped, program.Sources.OnDisk)
	if err != nil {
		return nil, err
	}
	if err := startsAndTracks(p, files); err != nil {
		return nil, err
	}

	stage("verifying")
	if err := verify.Types(program, generated, files); err != nil {
		return nil, err
	}
	modules, undo, err := gomod.Add(ctx, gomod.Env{Dir: m.Dir, Loggers: exithook.Modules(p.Hooks)})
	if err != nil {
		return nil, err
	}
	if undo.Empty() {
		undo = earlier.Undo
	} else {
		undo = undo.After(earlier.Undo)
	}

	stage("listing commands")
	r := &Result{Main: m.Main.PkgPath, Module: m.Path, Plan: p, Siblings: m.Siblings, Restored: restored, dir: m.Dir}
	r.Findings = findings(p, files, program.Sources.Stripped)
	r.changes = append(sourceChanges(program.Sources, files), modules...)
	tree, complete, err := r.commands(ctx, program, generated, tags, o.Force)
	if err != nil {
		return nil, err
	}
	named, notes, err := settings.Named(tree, commands.BinaryName(m.Main.PkgPath))
	if err != nil {
		return nil, err
	}
	for _, note := range notes {
		r.note(plan.Note, "", note)
	}
	r.Settings = named
	r.folderNote(program, generated)
	list, unknown := project.Without(tree.Below(named.App), named.Excluded)
	if len(unknown) > 0 && complete {
		return nil, &project.ExcludedError{Paths: unknown}
	}
	for _, c := range list {
		r.Commands = append(r.Commands, c.Path)
	}
	r.Missing, r.Gone = project.Diff(listed, list)
	foreign, err := r.changes.Generate(generated, m.Dir, project.Contents{
		Config: project.Config{Settings: named, State: project.State{Main: m.Main.PkgPath, Undo: undo, Factored: factored(files)}},
		Hooks:  p.Hooks, Commands: list, ExitCodes: p.ExitCodes,
	})
	if foreign {
		r.note(plan.Note, project.UsersPage, "not written by telemetrygen, so it is left alone; describe the telemetry there yourself")
	}
	return r, err
}

// commands asks the CLI for its commands, as it will be. Where it cannot be run,
// the source gives them as far as they are constant, which is not complete.
func (r *Result) commands(ctx context.Context, program *load.Program, generated project.Package, tags string, force bool) (tree plan.Tree, complete bool, err error) {
	asking, files, err := r.changes.Asking(generated, r.Plan.Hooks)
	if err != nil {
		return tree, false, err
	}
	key, err := commands.Key(program.Module, files, generated.Owns, asking)
	if err != nil {
		return tree, false, err
	}
	tree, err = commands.List(ctx, commands.Build{
		Dir: program.Main.Dir, Binary: commands.BinaryName(program.Main.PkgPath), Tags: tags, Changes: asking, Key: key,
	})
	var cannotRun *commands.RunError
	if !errors.As(err, &cannotRun) {
		return tree, true, err
	}
	if cannotRun.Missed && !force {
		return tree, false, r.notReached(cannotRun.Output)
	}
	tree, unknown, err := find.Commands(program, generated.Owns, tags)
	r.note(plan.Uncovered, "", fmt.Sprintf("%v\nThe commands were read from the source instead, as far as their names are constant; %s could not be followed, and what they add is recorded as (unlisted)",
		cannotRun, plural(unknown, "addition")))
	return tree, false, err
}

// startsAndTracks returns an error where telemetry would never start, or no command
// be tracked, because the files for it must not be edited.
func startsAndTracks(p *plan.Plan, files []edit.File) error {
	edited, refused := map[plan.Kind]bool{}, map[plan.Kind]error{}
	for _, f := range files {
		for _, site := range p.In(f.Name) {
			if f.Refused == "" {
				edited[site.Kind] = true
			} else if site.Form != "" {
				refused[site.Kind] = fmt.Errorf("%s: %s (not done: %s)", f.Name, site.Reason, f.Refused)
			}
		}
	}
	for _, kind := range []plan.Kind{plan.Main, plan.Execute} {
		if err := refused[kind]; err != nil && !edited[kind] {
			return err
		}
	}
	return nil
}

// A NotReachedError says that the CLI ran as if all were well without executing
// a command that is tracked: something else is its root.
type NotReachedError struct {
	Executions []string // what was found, file:line:col: what
	Output     string   // what it printed, cut
}

func (e *NotReachedError) Error() string {
	return fmt.Sprintf("the instrumented CLI was run once, as `--help` in an empty home, and exited with status 0 without executing any of the commands that telemetrygen found:\n\t%s\n"+
		"So its real root command is another one, and runs would be counted wrongly or not at all. Nothing was written; --force instruments it all the same.\nIt printed:\n%s",
		strings.Join(e.Executions, "\n\t"), e.Output)
}

func (r *Result) notReached(output string) error {
	missed := &NotReachedError{Output: output}
	for _, f := range r.Findings {
		if f.Kind == plan.Execute {
			missed.Executions = append(missed.Executions, f.String())
		}
	}
	return missed
}

// note adds a finding about the whole CLI, or about one file.
func (r *Result) note(kind plan.Kind, file, what string) {
	r.Findings = append(r.Findings, Finding{Kind: kind, File: file, What: what})
}

// factored are the files whose only import stood in parentheses.
func factored(files []edit.File) (names []string) {
	for _, f := range files {
		if f.Factored {
			names = append(names, f.Name)
		}
	}
	return names
}

// sourceChanges are the author's files that will change.
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

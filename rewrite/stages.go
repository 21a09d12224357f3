package rewrite

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/commands"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/edit"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/find"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/gomod"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/known"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/loggers"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/project"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/transaction"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/verify"
)

// A cli is a loaded CLI, with what an earlier run left in its module. Only load sets its
// fields.
type cli struct {
	*load.Program
	generated project.Package
	earlier   project.Config
	asked     string          // tags, by --tags of this run or an earlier one
	settings  Settings        // App and Command may be missing: only the built CLI tells them
	listed    []plan.Command  // in commands.txt on disk
	others    map[string]bool // packages that other instrumented CLIs of the module reach
	restored  []string

	before  *known.Run // an earlier run with the same options
	decided []byte     // what decides returned
}

// load rolls an interrupted run back, and reads the module.
func (o Options) load(ctx context.Context) (*cli, error) {
	at := project.Locate(o.Dir, o.Package)
	restored, err := transaction.Recover(at.Root)
	if err != nil {
		return nil, err
	}
	options, _ := json.Marshal(o) // cannot fail: strings and numbers
	c := &cli{restored: restored, before: known.Begin(at.Dir, at.Main, string(options))}
	before := at.Package(o.PackageDir)
	earlier, err := before.Earlier()
	if err != nil {
		return nil, err
	}
	c.asked = o.Tags
	if o.Remembered {
		c.asked = cmp.Or(o.Tags, earlier.Tags)
	}
	m, err := load.Load(ctx, o.Dir, o.Package, c.asked, at.Root, func(name string, src []byte) []byte {
		if before.Owns(at.ImportPath(filepath.Dir(name))) {
			return src // a generated package uses its leaf
		}
		return edit.Strip(src, before.Owns, false)
	})
	if err != nil {
		return nil, err
	}
	if c.generated, err = project.For(m, o.PackageDir); err != nil {
		return nil, err
	}
	if c.earlier, err = c.generated.Earlier(); err != nil {
		return nil, err
	}
	if c.settings, err = o.settings(c.earlier.Settings); err != nil {
		return nil, err
	}
	if c.listed, err = c.generated.Listed(); err != nil {
		return nil, err
	}
	c.Program = load.NewProgram(m, load.NewSources(m.Dir, func(name string, src []byte) []byte {
		return edit.Strip(src, c.generated.Owns, c.earlier.IsFactored(name))
	}), c.generated.Owns)
	c.others, _ = c.generated.UsedByOthers()
	c.decided, err = c.decides()
	return c, err
}

// edit plans the edits and applies them to the author's files in memory. The result has
// the findings and the changes of these files.
func (c *cli) edit(force bool) (*Result, []edit.File, error) {
	p, err := find.Plan(c.Program, find.Options{Runtime: c.generated.Path, Shared: c.generated.Shared(), Others: c.others, Force: force})
	if err != nil {
		return nil, nil, err
	}
	files, err := edit.Apply(p, c.Sources.Stripped, c.Sources.OnDisk)
	if err != nil {
		return nil, nil, err
	}
	list, err := findings(p, files, c.Sources.Stripped)
	return &Result{
		Main: c.Main.PkgPath, Module: c.Path, Plan: p, Siblings: c.Siblings, Restored: c.restored, dir: c.Dir,
		Findings: list, changes: sourceChanges(c.Sources, files),
	}, files, err
}

// verify type-checks the changed files, and adds the changes of go.mod, go.sum and vendor/
// that the generated package needs. It returns the record that undoes those of all runs.
func (r *Result) verify(ctx context.Context, c *cli) (gomod.Undo, error) {
	if err := verify.Types(c.Program, c.generated, r.changes); err != nil {
		return gomod.Undo{}, err
	}
	modules, undo, err := gomod.Add(ctx, c.Dir, loggers.Modules(r.Plan.Hooks))
	r.changes = append(r.changes, modules...)
	return undo.After(c.earlier.Undo), err
}

// commands builds the CLI as it will be, and asks it for its commands. If it cannot be
// run, the commands are read from the source, as far as their names are constant, and
// complete is false. Commands that are listed on disk stay then: they may come from a
// machine where the CLI runs.
func (r *Result) commands(ctx context.Context, c *cli, force bool) (tree plan.Tree, complete bool, err error) {
	asking, files, err := c.generated.Asking(r.Plan.Hooks)
	if err != nil {
		return tree, false, err
	}
	asking = slices.Concat(r.changes, asking)
	key, err := commands.Key(c.Program, files, asking)
	if err != nil {
		return tree, false, err
	}
	tree, err = commands.List(ctx, c.Module, asking, key)
	var cannotRun *commands.RunError
	if err == nil {
		tree, err = find.Elsewhere(c.Program, r.Plan.SeveralRoots, tree)
	}
	if !errors.As(err, &cannotRun) {
		return tree, true, err
	}
	if cannotRun.Missed && !force {
		return tree, false, r.notReached(cannotRun.Output)
	}
	tree, unknown, err := find.Commands(c.Program)
	note := fmt.Sprintf("%v\nThe commands were read from the source instead, as far as their names are constant; others are recorded as (unlisted)", cannotRun)
	if unknown > 0 {
		note += fmt.Sprintf(", as are those of %s of AddCommand that could not be followed", plural(unknown, "call"))
	}
	note += fmt.Sprintf("; add those that are missing to %s by hand: what it has stays", project.CommandsFile)
	r.note(plan.Uncovered, "", note)
	return c.earlier.Settings.Known(tree, c.listed), false, err
}

// choose decides what depends on the commands: the app's name, the name of the telemetry
// command, and which commands can be recorded. It returns these.
func (r *Result) choose(c *cli, tree plan.Tree, complete bool) ([]plan.Command, error) {
	settings, notes, err := c.settings.Named(tree, commands.BinaryName(r.Main))
	if err != nil {
		return nil, err
	}
	for _, note := range notes {
		r.note(plan.Note, "", note)
	}
	r.Settings = settings
	r.folderNote(c.Program)
	r.embedNote(c.Program, c.generated)
	sendable, refused := project.Sendable(tree.Below(settings.App))
	for _, command := range refused {
		r.note(plan.Uncovered, "", fmt.Sprintf("%q is too long or deep for a report, or has characters that cannot be seen; its runs are counted as (unlisted) under the command above", command.Path))
	}
	for _, path := range tree.Shared {
		r.note(plan.Uncovered, "", fmt.Sprintf("%q was added to several commands, so cobra does not tell under which one it runs: its runs, and those of commands below it, are counted as \"%s (unlisted)\"", path, settings.App))
	}
	if complete && tree.Version == "" {
		r.note(plan.Note, "", "the root command has no Version in this build: unless -ldflags or its executor set one, runs are counted under the version that go build stamps (from git, or (devel)); set it to that of your releases")
	}
	list, unknown := project.Without(sendable, settings.Excluded)
	if len(unknown) > 0 && complete {
		return nil, fmt.Errorf("--exclude names paths that are not commands of this CLI: %s; write the whole path as in internal/telemetry/commands.txt, with the app first", strings.Join(unknown, ", "))
	}
	for _, command := range list {
		r.Commands = append(r.Commands, command.Path)
	}
	r.Missing, r.Gone = project.Diff(c.listed, list)
	return list, nil
}

// generate adds the generated files to the changes.
func (r *Result) generate(c *cli, list []plan.Command, state project.State) error {
	changes, foreign, err := c.generated.Generate(project.Contents{
		Config: project.Config{Settings: r.Settings, State: state},
		Hooks:  r.Plan.Hooks, Commands: list, ExitCodes: r.Plan.ExitCodes,
	})
	r.changes = append(r.changes, changes...)
	if foreign {
		r.note(plan.Note, c.generated.UsersPage(), "not written by telemetrygen, so it is left alone; describe the telemetry there yourself")
	}
	return err
}

// notReached is the error that the built CLI succeeded without executing a tracked
// command: another one is its root. Output is the beginning of what it printed.
func (r *Result) notReached(output string) error {
	var executions []string
	for _, f := range r.Findings {
		if f.Kind == plan.Execute {
			executions = append(executions, f.String())
		}
	}
	return fmt.Errorf("the instrumented CLI was run in an empty home, as `--help`, which exited with status 0, and as `help`, without executing any of the commands that telemetrygen found:\n\t%s\n"+
		"So another command is the real root, or the CLI executes its root before main(): runs would be counted wrongly or not at all. Or it answers both without its root, which does no harm. Nothing was written; --force instruments the CLI all the same.\nIt printed:\n%s",
		strings.Join(executions, "\n\t"), output)
}

// factored returns the files that had one import, in parentheses.
func factored(files []edit.File) (names []string) {
	for _, f := range files {
		if f.Factored {
			names = append(names, f.Name)
		}
	}
	return names
}

// sourceChanges returns the changes of the author's files.
func sourceChanges(sources *load.Sources, files []edit.File) (changes []transaction.Change) {
	edited := map[string][]byte{}
	for _, f := range files {
		edited[f.Name] = f.Content
	}
	for _, s := range sources.All() {
		want := edited[sources.Relative(s.Name)]
		if want == nil {
			want = s.Stripped
		}
		changes = append(changes, transaction.Replaced(s.Name, s.Disk, want)...)
	}
	return changes
}

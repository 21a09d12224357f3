package rewrite

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/commands"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/edit"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/exithook"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/find"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/gomod"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/project"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/transaction"
)

// A builder adds the generated files to a result: what is in them depends on
// what the built CLI says of itself.
type builder struct {
	options   Options
	asked     string // --tags, without those of GOFLAGS
	program   *load.Program
	generated project.Package
	earlier   project.Config
	undo      gomod.Undo
	result    *Result
	files     []edit.File
	hooks     []exithook.Hook
}

func (b *builder) finish(ctx context.Context) error {
	given, err := b.options.settings(b.earlier)
	if err != nil {
		return err
	}
	listName := filepath.Join(b.generated.Dir, project.CommandsFile)
	onDisk, _ := os.ReadFile(listName)
	listed, err := commands.Parse(onDisk)
	if err != nil {
		return fmt.Errorf("%s: %w; delete the file and run telemetrygen again", listName, err)
	}
	answer, err := b.ask(ctx, onDisk == nil)
	var cannotRun *commands.RunError
	switch {
	case errors.As(err, &cannotRun):
		if answer, err = b.fromSource(cannotRun); err != nil {
			return err
		}
	case err != nil:
		return err
	}
	r := b.result
	if r.Settings, err = b.named(given, answer); err != nil {
		return err
	}
	b.folderNote()
	want, err := b.sources(project.Config{Settings: r.Settings, State: project.State{Undo: b.undo, Factored: factored(b.files)}})
	if err != nil {
		return err
	}
	if err := r.changes.Generate(b.generated, want); err != nil {
		return err
	}
	list, unknown := commands.Without(answer.Below(r.Settings.App), r.Settings.Excluded)
	if len(unknown) > 0 && cannotRun == nil {
		return &commands.ExcludedError{Paths: unknown}
	}
	for _, c := range list {
		r.Commands = append(r.Commands, c.Path)
	}
	r.Missing, r.Gone = commands.Diff(listed, list)
	r.changes.ReplaceGenerated(listName, onDisk, commands.Text(list))
	codesName := filepath.Join(b.generated.Dir, project.ExitCodesFile)
	codes, _ := os.ReadFile(codesName)
	r.changes.ReplaceGenerated(codesName, codes, commands.ExitCodes(r.Plan.ExitCodes))
	return r.usersPage()
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

// sources are the generated Go files with a config.
func (b *builder) sources(c project.Config) (map[string][]byte, error) {
	c.Main = b.program.Main.PkgPath
	body, err := c.Source(b.generated.Name())
	if err != nil {
		return nil, err
	}
	return b.generated.Sources(body, exithook.Source(b.generated.Name(), b.hooks))
}

// ask builds the CLI as it will be and asks it for its commands.
func (b *builder) ask(ctx context.Context, noList bool) (commands.Answer, error) {
	// What the settings are makes no difference to the tree.
	generated, err := b.sources(project.Config{Settings: Settings{App: "app"}})
	if err != nil {
		return commands.Answer{}, err
	}
	changes := slices.Clone(b.result.changes)
	if err := changes.Generate(b.generated, generated); err != nil {
		return commands.Answer{}, err
	}
	name, tree, err := b.generated.Tree()
	if err != nil {
		return commands.Answer{}, err
	}
	generated[name] = tree
	changes = append(changes, transaction.Change{Name: name, New: tree})
	if noList {
		changes = append(changes, transaction.Change{Name: filepath.Join(b.generated.Dir, project.CommandsFile), New: []byte{}})
	}
	key, err := commands.Key(b.program.Module, generated, b.generated.Owns, b.planned)
	if err != nil {
		return commands.Answer{}, err
	}
	return commands.List(ctx, commands.Build{
		Dir: b.program.Main.Dir, Binary: binaryName(b.program.Main.PkgPath), Tags: b.options.Tags, Changes: changes, Key: key,
	})
}

// planned is a file of the module as it will be, nil if it was not looked at.
func (b *builder) planned(name string) []byte {
	relative := b.program.Sources.Relative(name)
	for _, f := range b.files {
		if f.Name == relative && f.Content != nil {
			return f.Content
		}
	}
	return b.program.Sources.Stripped(relative)
}

// A NotReachedError says that the CLI ran as if all were well without executing
// a command that is tracked: something else is its root.
type NotReachedError struct {
	Executions []string // what was found, file:line:col: what
	Output     string   // what it printed, cut
}

func (e *NotReachedError) Error() string {
	return fmt.Sprintf("the instrumented CLI, run once as `--help` in an empty home, ended well without executing any of the commands that would be tracked:\n\t%s\n"+
		"Its root is another one, so runs would be counted wrongly or not at all, and nothing was written. Use --force to go on.\nIt printed:\n%s",
		strings.Join(e.Executions, "\n\t"), e.Output)
}

// fromSource is the answer as far as the source gives it.
func (b *builder) fromSource(why *commands.RunError) (commands.Answer, error) {
	r := b.result
	if why.Missed && !b.options.Force {
		missed := &NotReachedError{Output: why.Output}
		for _, f := range r.Findings {
			if f.Kind == plan.Execute {
				missed.Executions = append(missed.Executions, f.String())
			}
		}
		return commands.Answer{}, missed
	}
	tree, err := find.Commands(b.program, b.generated.Owns, b.options.Tags)
	if err != nil {
		return commands.Answer{}, err
	}
	var answer commands.Answer
	if len(tree.Roots) == 1 {
		answer.Name = tree.Roots[0]
	}
	for _, path := range tree.Paths {
		answer.Commands = append(answer.Commands, commands.Command{Path: path})
		if !strings.Contains(path, " ") {
			answer.Taken = append(answer.Taken, path)
		}
	}
	r.Findings = append(r.Findings, Finding{Kind: plan.Uncovered, What: fmt.Sprintf(
		"%v\nso the commands are those of the source, as far as they are constant; %s could not be followed and will be recorded as (unlisted)",
		why, plural(tree.Unknown, "addition"))})
	return answer, nil
}

// usersPage writes TELEMETRY.md for the CLI's users, unless somebody else has.
func (r *Result) usersPage() error {
	name := filepath.Join(r.dir, project.UsersPage)
	onDisk, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err == nil && !bytes.HasPrefix(onDisk, []byte(commands.PageMarker)) {
		r.Findings = append(r.Findings, Finding{Kind: plan.Note, File: project.UsersPage, What: "not written by telemetrygen, so it is left alone; what it says of telemetry is up to you"})
		return nil
	}
	r.changes.ReplaceGenerated(name, onDisk, commands.Markdown(commands.Doc{
		App: r.Settings.App, Command: r.Settings.Command, Endpoint: r.Settings.Endpoint, Interval: r.Settings.Interval,
		OptIn: r.Settings.Consent == "opt-in", Paths: r.Commands,
		Folder: cmp.Or(r.Settings.Folder, r.Settings.App), Codes: r.Plan.ExitCodes,
	}))
	return nil
}

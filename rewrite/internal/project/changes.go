package project

import (
	"bytes"
	"cmp"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/transaction"
)

// CommandsFile is the allow-list in the generated package's folder.
const CommandsFile = "commands.txt"

// ExitCodesFile names the exit statuses, in the generated package's folder.
const ExitCodesFile = "exitcodes.txt"

// UsersPage returns the name of the page for the CLI's users, at the module's root.
func (g Package) UsersPage() string { return g.pages()[0] }

// pages returns the names that this page has, or had as long as the module had another
// instrumented CLI.
func (g Package) pages() []string {
	main := strings.TrimPrefix(strings.TrimPrefix(g.at.Main, g.at.Module), "/") // its folder
	names := []string{"TELEMETRY.md", "TELEMETRY-" + strings.ReplaceAll(cmp.Or(main, "main"), "/", "-") + ".md"}
	if g.Shared() == g.Path {
		return names
	}
	return names[1:]
}

// Files returns the folders of all generated packages, and the other files that are generated
// for this one.
func (g Package) Files() (names []string) {
	for _, path := range slices.Concat([]string{g.Path}, g.Older, g.Others) {
		dir := g.at.Folder(path)
		names = append(names, dir, filepath.Join(dir, Leaf), filepath.Join(dir, CommandsFile), filepath.Join(dir, ExitCodesFile))
	}
	for _, page := range g.pages() {
		names = append(names, filepath.Join(g.at.Root, page))
	}
	return names
}

// replaced returns the change of a generated file, none if only its line ends differ: git may
// have changed these. A header stays, unless the file is deleted.
func replaced(name string, old, new []byte) []transaction.Change {
	lf := func(text []byte) []byte { return bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")) }
	if head, _, ours := header(old); ours && new != nil {
		new = slices.Concat(lf(head), new)
	}
	if old != nil && new != nil && bytes.Equal(lf(old), new) {
		return nil
	}
	return transaction.Replaced(name, old, new)
}

// packages returns the changes that make the wanted files of those that earlier runs
// generated.
func (g Package) packages(want map[string][]byte) (changes []transaction.Change, err error) {
	all := maps.Clone(want) // with nil for files that are on disk and not wanted
	have := map[string][]byte{}
	for _, path := range load.Dedup(slices.Concat([]string{g.Path, g.Shared()}, g.Older)) {
		files, err := generated(g.at.Folder(path))
		if err != nil {
			return nil, err
		}
		for name, data := range files {
			if want[name] != nil || !slices.Contains(g.Others, path) {
				have[name], all[name] = data, want[name]
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		changes = append(changes, replaced(name, have[name], all[name])...)
	}
	return changes, nil
}

// page returns the changes that write the page for users, or delete it if want is nil, and
// delete one with its other name. Foreign reports that the author wrote the page, so that it
// is left alone.
func (g Package) page(want []byte) (changes []transaction.Change, foreign bool) {
	for i, page := range slices.Backward(g.pages()) {
		name, now := filepath.Join(g.at.Root, page), want
		if i > 0 {
			now = nil
		}
		data, err := os.ReadFile(name)
		if _, _, ours := header(data); err == nil && !ours {
			foreign = foreign || now != nil
			continue
		}
		changes = append(changes, replaced(name, data, now)...)
	}
	return changes, foreign
}

// Remove returns the changes that delete everything that was generated for a CLI.
func (g Package) Remove() ([]transaction.Change, error) {
	changes, err := g.packages(map[string][]byte{})
	pages, _ := g.page(nil)
	return append(pages, changes...), err
}

// Asking returns the changes with which the built CLI prints its commands, and the generated
// files among them. The settings make no difference to the commands.
func (g Package) Asking(hooks []plan.Hook) (changes []transaction.Change, files map[string][]byte, err error) {
	files = g.sources(Config{Settings: Settings{App: "app"}}, hooks)
	files[filepath.Join(g.Dir, CommandsFile)] = []byte{}
	changes, err = g.packages(files)
	return changes, files, err
}

// Contents are what the generated files of a CLI say.
type Contents struct {
	Config
	Hooks     []plan.Hook
	Commands  []plan.Command
	ExitCodes []plan.ExitCode
}

// Generate returns the changes that write the generated packages, their lists, and the page
// for the CLI's users. Foreign is as for page.
func (g Package) Generate(of Contents) (changes []transaction.Change, foreign bool, err error) {
	files := g.sources(of.Config, of.Hooks)
	delete(files, filepath.Join(g.Dir, treeFile))
	files[filepath.Join(g.Dir, CommandsFile)] = commandsText(of.Commands)
	if len(of.ExitCodes) > 0 {
		files[filepath.Join(g.Dir, ExitCodesFile)] = exitCodesText(of.ExitCodes)
	}
	changes, err = g.packages(files)
	page, foreign := g.page(markdown(of))
	return append(changes, page...), foreign, err
}

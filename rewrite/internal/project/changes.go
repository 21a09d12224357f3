package project

import (
	"bytes"
	"cmp"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
	"github.com/telemetrygen/telemetrygen/rewrite/internal/transaction"
)

// CommandsFile is the allow-list in the generated package's folder.
const CommandsFile = "commands.txt"

// ExitCodesFile names the exit statuses, in the generated package's folder.
const ExitCodesFile = "exitcodes.txt"

// UsersPage is the name of the page for the CLI's users, at the module's root.
func (g Package) UsersPage() string { return g.pages()[0] }

// pages are the names of that page, now and before another CLI was removed. Mains may
// be in folders of one name.
func (g Package) pages() []string {
	main := strings.TrimPrefix(strings.TrimPrefix(g.at.Main, g.at.Module), "/") // its folder
	names := []string{"TELEMETRY.md", "TELEMETRY-" + strings.ReplaceAll(cmp.Or(main, "main"), "/", "-") + ".md"}
	if g.Shared() == g.Path {
		return names
	}
	return names[1:]
}

// Files are the folders of all generated packages, and what is generated for this one
// beside Go files.
func (g Package) Files() (names []string) {
	for _, path := range slices.Concat([]string{g.Path}, g.Older, g.Others) {
		dir := g.folder(path)
		names = append(names, dir, filepath.Join(dir, Leaf), filepath.Join(dir, CommandsFile), filepath.Join(dir, ExitCodesFile))
	}
	for _, page := range g.pages() {
		names = append(names, filepath.Join(g.at.Root, page))
	}
	return names
}

// Changes collects what will be different from the disk.
type Changes []transaction.Change

// Replace notes a change of one file; nil means that the file does not exist.
func (c *Changes) Replace(name string, old, new []byte) {
	if (old == nil) == (new == nil) && bytes.Equal(old, new) {
		return
	}
	*c = append(*c, transaction.Change{Name: name, Old: old, New: new})
}

// replaceGenerated is Replace for generated text, which git may have checked out
// with other line ends. A header stays.
func (c *Changes) replaceGenerated(name string, old, new []byte) {
	if head, _, ours := header(old); ours {
		new = slices.Concat(bytes.ReplaceAll(head, []byte("\r\n"), []byte("\n")), new)
	}
	if old != nil && bytes.Equal(bytes.ReplaceAll(old, []byte("\r\n"), []byte("\n")), new) {
		return
	}
	c.Replace(name, old, new)
}

// generate replaces the generated files by want, and takes away those of earlier
// packages.
func (c *Changes) generate(g Package, want map[string][]byte) error {
	have, err := generated(g.Dir)
	if err != nil {
		return err
	}
	if shared := g.Shared(); shared != g.Path {
		theirs, err := generated(g.folder(shared))
		if err != nil {
			return err
		}
		for name, data := range theirs {
			if want[name] != nil {
				have[name] = data
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		c.replaceGenerated(name, have[name], want[name])
	}
	maps.DeleteFunc(have, func(name string, _ []byte) bool { return want[name] != nil })
	c.deleteAll(have)
	for _, path := range g.Older {
		if err := c.delete(g.folder(path)); err != nil {
			return err
		}
	}
	return nil
}

func (c *Changes) deleteAll(files map[string][]byte) {
	for _, name := range slices.Sorted(maps.Keys(files)) {
		c.Replace(name, files[name], nil)
	}
}

// delete deletes the files of a generated package.
func (c *Changes) delete(dir string) error {
	files, err := generated(dir)
	c.deleteAll(files)
	return err
}

// Remove deletes everything that was generated for a CLI.
func (c *Changes) Remove(g Package) error {
	c.deletePages(g, g.pages())
	return c.delete(g.Dir)
}

func (c *Changes) deletePages(g Package, names []string) {
	for _, name := range names {
		name = filepath.Join(g.at.Root, name)
		data, err := os.ReadFile(name)
		if _, _, ours := header(data); err == nil && ours {
			c.Replace(name, data, nil)
		}
	}
}

// Asking returns these changes with all that is needed to ask the built CLI for
// its commands, and the generated files among them. The settings make no
// difference to the commands.
func (c Changes) Asking(g Package, hooks []plan.Hook) (changes Changes, files map[string][]byte, err error) {
	files = g.sources(Config{Settings: Settings{App: "app"}}, hooks, true)
	want := maps.Clone(files)
	want[filepath.Join(g.Dir, CommandsFile)] = []byte{}
	changes = slices.Clone(c)
	return changes, files, changes.generate(g, want)
}

// Contents are what the generated files of a CLI say.
type Contents struct {
	Config
	Hooks     []plan.Hook
	Commands  []plan.Command
	ExitCodes []plan.ExitCode
}

// Generate adds the generated packages, their lists, and the page for the CLI's
// users. Foreign reports that the author wrote that page, so it is left alone.
func (c *Changes) Generate(g Package, of Contents) (foreign bool, err error) {
	files := g.sources(of.Config, of.Hooks, false)
	files[filepath.Join(g.Dir, CommandsFile)] = commandsText(of.Commands)
	if len(of.ExitCodes) > 0 {
		files[filepath.Join(g.Dir, ExitCodesFile)] = exitCodesText(of.ExitCodes)
	}
	if err := c.generate(g, files); err != nil {
		return false, err
	}
	pages := g.pages()
	c.deletePages(g, pages[1:])
	name := filepath.Join(g.at.Root, pages[0])
	onDisk, err := os.ReadFile(name)
	if _, _, ours := header(onDisk); err == nil && !ours {
		return true, nil
	}
	c.replaceGenerated(name, onDisk, markdown(of))
	return false, nil
}

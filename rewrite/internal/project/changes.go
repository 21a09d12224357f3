package project

import (
	"bytes"
	"os"
	"path/filepath"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/transaction"
)

// CommandsFile is the allow-list in the generated package's folder.
const CommandsFile = "commands.txt"

// ExitCodesFile names the exit statuses, in the generated package's folder.
const ExitCodesFile = "exitcodes.txt"

// UsersPage is the page for the CLI's users, at the module's root.
const UsersPage = "TELEMETRY.md"

// Changes collects what will be different from the disk.
type Changes []transaction.Change

// Replace notes a change of one file; nil stands for a file that is not there.
func (c *Changes) Replace(name string, old, new []byte) {
	if (old == nil) == (new == nil) && bytes.Equal(old, new) {
		return
	}
	*c = append(*c, transaction.Change{Name: name, Old: old, New: new, Mode: 0o644})
}

// ReplaceGenerated is Replace for text of ours, which git may have checked out
// with other line ends.
func (c *Changes) ReplaceGenerated(name string, old, new []byte) {
	if old != nil && bytes.Equal(bytes.ReplaceAll(old, []byte("\r\n"), []byte("\n")), new) {
		return
	}
	c.Replace(name, old, new)
}

// Generate replaces the generated Go files by want, and takes away those of
// earlier packages.
func (c *Changes) Generate(g Package, want map[string][]byte) error {
	have, err := Generated(g.Dir)
	if err != nil {
		return err
	}
	for _, name := range SortedNames(want) {
		c.ReplaceGenerated(name, have[name], want[name])
	}
	for _, name := range SortedNames(have) {
		if want[name] == nil {
			c.Replace(name, have[name], nil)
		}
	}
	for _, dir := range g.Older {
		if err := c.Delete(dir); err != nil {
			return err
		}
	}
	return nil
}

// Delete deletes the files of a generated package.
func (c *Changes) Delete(dir string) error {
	files, err := Generated(dir)
	if err != nil {
		return err
	}
	for _, name := range SortedNames(files) {
		c.Replace(name, files[name], nil)
	}
	for _, name := range []string{CommandsFile, ExitCodesFile} {
		list := filepath.Join(dir, name)
		if data, err := os.ReadFile(list); err == nil {
			c.Replace(list, data, nil)
		}
	}
	return nil
}

// Package transaction writes several files or none. An error on the way rolls
// back; what a killed process left behind is rolled back by Recover.
package transaction

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
)

// Change is one file's content before and after. A nil Old: the file did not
// exist; a nil New: the file is deleted. Files that exist keep their mode bits,
// new ones get Mode.
type Change struct {
	Name     string // absolute
	Old, New []byte
	Mode     fs.FileMode
}

// folder holds the new contents and the journal below the root while a
// transaction is under way.
const folder = ".telemetrygen"

// Apply writes all changes or none. It fails, with nothing changed, when a file is
// no longer what Old says, unless all files are what New says already: then
// another run has just done the same. Until the journal is on disk nothing but the
// staging folder below root is touched; from then on every file is replaced by
// one rename. SIGINT and SIGTERM are held back meanwhile.
func Apply(root string, changes []Change) (err error) {
	if len(changes) == 0 {
		return nil
	}
	unlock, err := lock(root)
	if err != nil {
		return err
	}
	defer unlock()
	if !slices.ContainsFunc(changes, func(c Change) bool { return !c.done() }) {
		return nil
	}
	for _, c := range changes {
		if err := c.unchanged(); err != nil {
			return err
		}
	}
	staging := filepath.Join(root, folder)
	if err := os.Mkdir(staging, 0o755); err != nil {
		return fmt.Errorf("nothing was written: %w", err)
	}
	defer os.RemoveAll(staging)
	j, err := stage(staging, changes)
	if err != nil {
		return fmt.Errorf("nothing was written: %w", err)
	}
	held := make(chan os.Signal, 1)
	signal.Notify(held, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(held)
	if err := j.commit(staging); err != nil {
		return errors.Join(fmt.Errorf("nothing was changed: %w", err), j.rollback())
	}
	return nil
}

// done reports whether the file is what New says.
func (c Change) done() bool {
	data, err := os.ReadFile(c.Name)
	if c.New == nil {
		return errors.Is(err, fs.ErrNotExist)
	}
	return err == nil && bytes.Equal(data, c.New)
}

// unchanged checks that the file was not edited since it was read.
func (c Change) unchanged() error {
	data, err := os.ReadFile(c.Name)
	switch {
	case errors.Is(err, fs.ErrNotExist) && c.Old == nil:
		return nil
	case err != nil && c.Old == nil:
		return fmt.Errorf("nothing was written: %w", err)
	case err != nil || c.Old == nil || !bytes.Equal(data, c.Old):
		return fmt.Errorf("%s was changed while telemetrygen ran; nothing was written, run it again", c.Name)
	}
	return nil
}

// stage writes the new contents beside the journal that leads back.
func stage(staging string, changes []Change) (*journal, error) {
	j := &journal{}
	for i, c := range changes {
		e := entry{Name: c.Name, Existed: c.Old != nil, Old: c.Old, Mode: c.Mode.Perm()}
		if real, err := filepath.EvalSymlinks(c.Name); err == nil {
			e.Name = real // a link stays a link
		}
		if info, err := os.Stat(e.Name); err == nil {
			e.Mode = info.Mode().Perm()
		}
		if c.New != nil {
			e.Staged = strconv.Itoa(i)
			if err := writeSynced(filepath.Join(staging, e.Staged), c.New, e.Mode); err != nil {
				return nil, err
			}
		}
		j.Entries = append(j.Entries, e)
	}
	j.missingFolders()
	return j, j.write(staging)
}

// existing is the nearest folder at or above dir that exists.
func existing(dir string) string {
	for {
		if _, err := os.Stat(dir); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return dir
		}
		dir = parent
	}
}

// commit moves everything into place and then forgets the journal.
func (j *journal) commit(staging string) error {
	root := filepath.Dir(staging)
	for _, dir := range j.Folders {
		if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	for _, e := range j.Entries {
		if e.Staged == "" {
			if err := os.Remove(e.Name); err != nil {
				return err
			}
			continue
		}
		if err := os.Rename(filepath.Join(staging, e.Staged), e.Name); err != nil {
			return err
		}
	}
	for _, e := range j.Entries {
		if e.Staged == "" {
			// A folder goes only when nothing is left in it.
			for dir := filepath.Dir(e.Name); dir != root && os.Remove(dir) == nil; {
				dir = filepath.Dir(dir)
			}
		}
	}
	return os.Remove(filepath.Join(staging, journalName))
}

// writeSynced writes a file and waits until it is on disk.
func writeSynced(name string, data []byte, mode fs.FileMode) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Chmod(mode) // whatever the umask is
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// Package transaction writes several files or none. An error rolls the writes back. Recover
// rolls back what a killed process left behind.
package transaction

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

// Change is one file's content before and after. A nil Old: the file did not
// exist; a nil New: the file is deleted. Files that exist keep their mode bits.
type Change struct {
	Name     string // absolute
	Old, New []byte
}

// Replaced returns the change of one file from old to new, none if they are equal. Nil means
// that the file does not exist.
func Replaced(name string, old, new []byte) []Change {
	if (old == nil) == (new == nil) && bytes.Equal(old, new) {
		return nil
	}
	return []Change{{Name: name, Old: old, New: new}}
}

// Apply writes all changes or none. It fails and changes nothing if a file is no longer
// what Old says; unless every file already is what New says, because another run has done
// the same. Until the journal is on disk, only the staging folder below root is touched.
// After that each file is replaced by one rename. SIGINT and SIGTERM wait until it is done.
func Apply(root string, changes []Change) error {
	if len(changes) == 0 {
		return nil
	}
	unlock, err := lock(root)
	if err != nil {
		return err
	}
	defer unlock()
	if done, err := compare(changes); done || err != nil {
		return err
	}
	j := journal{Root: root}
	if err := os.Mkdir(j.staging(), 0o755); err != nil {
		return fmt.Errorf("nothing was written: %w", err)
	}
	if err := j.stage(changes); err != nil {
		return errors.Join(fmt.Errorf("nothing was written: %w", err), os.RemoveAll(j.staging()))
	}
	held := make(chan os.Signal, 1)
	signal.Notify(held, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(held)
	if err := j.commit(); err != nil {
		return errors.Join(fmt.Errorf("nothing was changed: %w", err), j.rollback())
	}
	return os.RemoveAll(j.staging())
}

// compare reports whether all changes are already done. It is an error if a file was edited
// since it was read.
func compare(changes []Change) (done bool, err error) {
	done = true
	for _, c := range changes {
		data, failed := os.ReadFile(c.Name)
		missing := errors.Is(failed, fs.ErrNotExist)
		if failed != nil && !missing {
			return false, fmt.Errorf("nothing was written: %w", failed)
		}
		is := func(want []byte) bool { return missing == (want == nil) && bytes.Equal(data, want) }
		done = done && is(c.New)
		if !is(c.Old) {
			err = fmt.Errorf("%s was changed while telemetrygen ran; nothing was written, run it again", c.Name)
		}
	}
	if done {
		err = nil
	}
	return done, err
}

// commit moves every file into place and then deletes the journal.
func (j journal) commit() error {
	for i, e := range j.Entries {
		if e.New {
			if err := place(j.staged(i, "new"), e.Name); err != nil {
				return err
			}
			continue
		}
		if err := os.Remove(e.Name); err != nil {
			return err
		}
		j.removeEmpty(filepath.Dir(e.Name))
	}
	return os.Remove(j.name())
}

// place moves a staged file to its place.
func place(staged, name string) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.Rename(staged, name)
}

// removeEmpty removes a folder and the folders above it, up to the first that is not empty.
func (j journal) removeEmpty(dir string) {
	for ; dir != j.Root; dir = filepath.Dir(dir) {
		if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return
		}
	}
}

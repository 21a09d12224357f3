package transaction

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// A journal says how to undo a transaction. It is complete on disk before the first file is
// touched, and is deleted after the last one is written. It is in the staging folder, with
// the old and the new content of each file.
type journal struct {
	Root    string `json:"-"`
	Entries []entry
}

type entry struct {
	Name     string
	Old, New bool // whether the file existed before, and exists after
}

func (j journal) staging() string { return filepath.Join(j.Root, ".telemetrygen") }

func (j journal) name() string { return filepath.Join(j.staging(), "journal") }

// staged returns the name of a file's old or new content in the staging folder.
func (j journal) staged(i int, which string) string {
	return filepath.Join(j.staging(), fmt.Sprint(i, ".", which))
}

// stage writes all contents, and then the journal with one rename.
func (j *journal) stage(changes []Change) error {
	for i, c := range changes {
		e := entry{Name: c.Name, Old: c.Old != nil, New: c.New != nil}
		mode := fs.FileMode(0o644)
		if real, err := filepath.EvalSymlinks(c.Name); err == nil {
			e.Name = real // the link stays, and its target is replaced
		}
		if info, err := os.Stat(e.Name); err == nil {
			mode = info.Mode().Perm()
		}
		if err := errors.Join(writeSynced(j.staged(i, "old"), c.Old, mode), writeSynced(j.staged(i, "new"), c.New, mode)); err != nil {
			return err
		}
		j.Entries = append(j.Entries, e)
	}
	data, err := json.Marshal(j)
	if err != nil {
		return err
	}
	if err := writeSynced(j.name()+".tmp", data, 0o644); err != nil {
		return err
	}
	return os.Rename(j.name()+".tmp", j.name())
}

// writeSynced writes a file and waits until it is on disk. It writes none for nil.
func writeSynced(name string, data []byte, mode fs.FileMode) error {
	if data == nil {
		return nil
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Chmod(mode) // os.OpenFile applies the umask
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// rollback restores every file, and removes the staging folder if that succeeded. It can be
// interrupted and run again.
func (j journal) rollback() error {
	var errs []error
	for i, e := range j.Entries {
		if old := j.staged(i, "old"); e.Old && exists(old) {
			errs = append(errs, place(old, e.Name))
		}
		if e.Old {
			continue
		}
		if exists(e.Name) {
			errs = append(errs, os.Remove(e.Name))
		}
		j.removeEmpty(filepath.Dir(e.Name))
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return os.RemoveAll(j.staging())
}

func exists(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}

// Recover rolls back a transaction that was killed, and returns the names of the files that
// it was about to change. If there is none below root, it does nothing.
func Recover(root string) (restored []string, err error) {
	j := journal{Root: root}
	if root == "" || !exists(j.staging()) {
		return nil, nil
	}
	unlock, err := lock(root)
	if err != nil {
		return nil, err
	}
	defer unlock()
	data, err := os.ReadFile(j.name())
	switch {
	case errors.Is(err, fs.ErrNotExist): // killed before the first change, or after the last
		return nil, os.RemoveAll(j.staging())
	case err != nil:
		return nil, err
	}
	if err := json.Unmarshal(data, &j); err != nil {
		return nil, fmt.Errorf("%s was left by a run that was killed, and is damaged: %w; restore the source files with git and delete the folder", j.staging(), err)
	}
	if err := j.rollback(); err != nil {
		return nil, fmt.Errorf("an earlier run was killed while it wrote, and its changes cannot be rolled back: %w; restore the source files with git and delete %s", err, j.staging())
	}
	for _, e := range j.Entries {
		restored = append(restored, e.Name)
	}
	return restored, nil
}

// lock waits until no other run works on the module, and keeps others out. The kernel
// releases it when the process ends, however that happens. The file is in the user's cache,
// not in the module.
func lock(root string) (unlock func(), err error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir() // no HOME
	}
	dir := filepath.Join(cache, "telemetrygen")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		dir = os.TempDir()
	}
	sum := sha256.Sum256([]byte(root))
	return lockedfile.MutexAt(filepath.Join(dir, "lock-"+hex.EncodeToString(sum[:8]))).Lock()
}

package transaction

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"

	"github.com/rogpeppe/go-internal/lockedfile"
)

const journalName = "journal"

// A journal says how to bring back what a transaction replaces. It is complete
// on disk before the first file is touched and goes when the last one is done.
type journal struct {
	Entries []entry  `json:"entries"`
	Folders []string `json:"folders"` // to be made, parents first
}

type entry struct {
	Name    string      `json:"name"`
	Existed bool        `json:"existed"`
	Old     []byte      `json:"old"`
	Mode    fs.FileMode `json:"mode"`
	Staged  string      `json:"staged"` // name in the staging folder, "" for a deletion
}

// missingFolders notes the folders that new files need.
func (j *journal) missingFolders() {
	set := map[string]bool{}
	for _, e := range j.Entries {
		if e.Staged == "" {
			continue
		}
		for dir := filepath.Dir(e.Name); existing(dir) != dir; dir = filepath.Dir(dir) {
			set[dir] = true
		}
	}
	for dir := range set {
		j.Folders = append(j.Folders, dir)
	}
	sort.Strings(j.Folders)
}

// write puts the journal into the staging folder, whole or not at all.
func (j *journal) write(staging string) error {
	data, err := json.Marshal(j)
	if err != nil {
		return err
	}
	temporary := filepath.Join(staging, journalName+".tmp")
	if err := writeSynced(temporary, data, 0o644); err != nil {
		return err
	}
	return os.Rename(temporary, filepath.Join(staging, journalName))
}

// rollback brings every file back that is not as it was.
func (j *journal) rollback() error {
	var errs []error
	for _, e := range j.Entries {
		data, err := os.ReadFile(e.Name)
		switch {
		case !e.Existed && errors.Is(err, fs.ErrNotExist):
		case !e.Existed:
			errs = append(errs, os.Remove(e.Name))
		case err == nil && bytes.Equal(data, e.Old):
		default:
			errs = append(errs, restore(e))
		}
	}
	for i := len(j.Folders) - 1; i >= 0; i-- {
		os.Remove(j.Folders[i]) // stays if it is not empty
	}
	return errors.Join(errs...)
}

// restore replaces a file by its old content in one rename, so that it can be
// interrupted and done again.
func restore(e entry) error {
	if err := os.MkdirAll(filepath.Dir(e.Name), 0o755); err != nil {
		return err
	}
	temporary := e.Name + ".telemetrygen-restore"
	if err := os.Remove(temporary); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := writeSynced(temporary, e.Old, e.Mode); err != nil {
		return err
	}
	return os.Rename(temporary, e.Name)
}

// Recover rolls back what a killed Apply left below root, and returns the names
// of the files that the interrupted run was about to change. Without such
// leftovers it does nothing.
func Recover(root string) (restored []string, err error) {
	staging := filepath.Join(root, folder)
	if _, err := os.Stat(staging); root == "" || errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	unlock, err := lock(root)
	if err != nil {
		return nil, err
	}
	defer unlock()
	data, err := os.ReadFile(filepath.Join(staging, journalName))
	switch {
	case errors.Is(err, fs.ErrNotExist): // killed before the first change, or after the last
		return nil, os.RemoveAll(staging)
	case err != nil:
		return nil, err
	}
	var j journal
	if err := json.Unmarshal(data, &j); err != nil {
		return nil, fmt.Errorf("%s was left by a run that was killed, and is damaged: %w; restore the source files with git and delete the folder", staging, err)
	}
	if err := j.rollback(); err != nil {
		return nil, fmt.Errorf("an earlier run was killed while it wrote, and its changes cannot be rolled back: %w; restore the source files with git and delete %s", err, staging)
	}
	for _, e := range j.Entries {
		restored = append(restored, e.Name)
	}
	return restored, os.RemoveAll(staging)
}

// lock keeps two runs on one module apart. The kernel lets go of it when the
// process ends, however it ends. The file is in the user's cache, not the tree.
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

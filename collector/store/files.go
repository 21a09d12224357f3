package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// besideSQLite are the suffixes of the files that SQLite keeps beside a database.
var besideSQLite = []string{"-wal", "-shm"}

// resolved returns the same name for a file by whatever name it is given, so that it has one
// lock.
func resolved(name string) (string, error) {
	if name == "" {
		return "", errors.New("sqlite: has to be followed by the name of a file")
	}
	file, err := filepath.Abs(name)
	if err != nil {
		return "", err
	}
	real, err := filepath.EvalSymlinks(file)
	if errors.Is(err, fs.ErrNotExist) { // the file will be made
		folder, err := filepath.EvalSymlinks(filepath.Dir(file))
		return filepath.Join(folder, filepath.Base(file)), err
	}
	return real, err
}

// exists returns an error if there is no file, which says how to name it.
func exists(file string) error {
	info, err := os.Stat(file)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no file %s; --store names that of the collector, as sqlite:FILE", file)
	}
	return isFile(file, info, err)
}

// isFile returns an error for a folder, a device and everything else that SQLite cannot use
// safely.
func isFile(file string, info fs.FileInfo, err error) error {
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a file; --store names one, as sqlite:FILE", file)
	}
	if err == nil && links(info) > 1 { // the lock and SQLite's log are beside only one of its names
		err = fmt.Errorf("%s has a second name, a hard link: what is kept under one would be lost under the other; remove one, or copy the file", file)
	}
	return err
}

// makeFile makes a file that only its owner can read, because it will have the key of the
// hashes under which installs are stored. An existing file is not changed, since it may be
// anything, nor opened, since closing it would end SQLite's locks on it.
func makeFile(file string) error {
	made, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		return made.Close()
	}
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	info, err := os.Stat(file)
	return isFile(file, info, err)
}

// narrow lets only its owner read a database of a collector, and the files that SQLite keeps
// beside it.
func narrow(file string) error {
	for _, suffix := range append([]string{""}, besideSQLite...) { // SQLite gives new ones the mode of the first
		info, err := os.Stat(file + suffix)
		if err != nil || info.Mode().Perm()&0o077 == 0 {
			continue
		}
		if err := os.Chmod(file+suffix, 0o600); err != nil {
			return fmt.Errorf("others may read or change it: chmod 600 is needed: %w", err)
		}
	}
	return nil
}

// errGone is the error that the file was removed while it was open. What is written to it is
// lost when the process ends.
var errGone = errors.New("it was moved, removed or replaced under the collector, so nothing is kept: put it back, or start the collector again")

// onDisk has the files that are open, as they were when they were opened.
type onDisk map[string]fs.FileInfo

// lookAt notes the files of a database that is open for writing.
func lookAt(file string) (onDisk, error) {
	files := onDisk{}
	for _, suffix := range append([]string{""}, besideSQLite...) {
		info, err := os.Stat(file + suffix)
		if err != nil {
			return nil, err
		}
		files[file+suffix] = info
	}
	return files, nil
}

// there returns errGone if one of the files is no longer the one that is open.
func (files onDisk) there() error {
	for name, opened := range files {
		if info, err := os.Stat(name); err != nil || !os.SameFile(info, opened) {
			return fmt.Errorf("%s: %w", name, errGone)
		}
	}
	return nil
}

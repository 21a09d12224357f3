package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"errors"
	"io"
	"maps"
	"slices"

	"github.com/google/uuid"
)

// An installRow has what is stored of one install. Its id is not stored: the key is a hash of
// app and id, so that not even one id in two apps can be recognised.
type installRow struct {
	app, version, system string
	firstDay, lastDay    int64
	marks                []byte
	uses                 []use
	weeks                uint64 // bit n: it reported n weeks before that of lastDay
	dayRuns              int64  // runs that were counted on lastDay
}

// installKeys hash the id of an app's install to its key.
func (s *Store) installKeys() func(app string, id uuid.UUID) string {
	mac := hmac.New(sha256.New, s.pepper)
	var sum [sha256.Size]byte
	return func(app string, id uuid.UUID) string {
		mac.Reset()
		mac.Write(id[:])
		io.WriteString(mac, app)
		return string(mac.Sum(sum[:0])[:16])
	}
}

var errOtherPepper = errors.New("ids were hashed under another key until now, so every install would count once more: " +
	"give TELEMETRY_ID_PEPPER as it was, or none if there was none")

// samePepper returns an error if ids were hashed with another pepper before. It stores a hash by
// which it knows.
func (s *Store) samePepper(ctx context.Context) error {
	mac := hmac.New(sha256.New, s.pepper)
	io.WriteString(mac, "which key this is")
	hash := mac.Sum(nil)[:16]
	return s.write(ctx, s.dialect.shareRow, func(tx *sql.Tx, _ clock) error {
		if _, err := tx.ExecContext(ctx, s.dialect.bind(`INSERT INTO meta (name, value) VALUES ('pepper hash', ?) ON CONFLICT DO NOTHING`), hash); err != nil {
			return err
		}
		return s.run(ctx, tx, `SELECT value FROM meta WHERE name = 'pepper hash'`, nil, func(scan scan) error {
			var kept []byte
			err := scan(&kept)
			if err == nil && !hmac.Equal(kept, hash) {
				err = errOtherPepper
			}
			return err
		})
	})
}

const insertInstall = `INSERT INTO installs (install, app, cli_version, operating_system, first_day, last_day, marks, uses, weeks, day_runs) VALUES `

// claim returns the installs of a batch and locks them until the transaction ends. Where rows
// are locked one by one, a missing row is made first: otherwise two processes that see a new id
// at once both count it. release removes rows that were not needed.
func (s *Store) claim(ctx context.Context, tx *sql.Tx, keys []string) (rows map[string]*installRow, missing []string, err error) {
	keys = slices.Compact(slices.Sorted(slices.Values(keys)))
	rows, err = s.load(ctx, tx, keys)
	if err != nil || s.dialect.lockRow == "" {
		return rows, nil, err
	}
	missing = slices.DeleteFunc(keys, func(key string) bool { _, ok := rows[key]; return ok })
	var empty []any
	for _, key := range missing {
		empty = append(empty, []byte(key), "", "", "", 0, 0, []byte{}, []byte{}, 0, 0)
	}
	err = s.insert(ctx, tx, insertInstall, 10, empty, ` ON CONFLICT (install) DO NOTHING`, nil)
	if err != nil {
		return nil, nil, err
	}
	made, err := s.load(ctx, tx, missing)
	maps.Copy(rows, made)
	return rows, missing, err
}

// release removes the rows that claim made for reports that added nothing.
func (s *Store) release(ctx context.Context, tx *sql.Tx, claimed []string, used map[string]bool) error {
	for _, key := range claimed {
		if !used[key] {
			if _, err := tx.ExecContext(ctx, s.dialect.bind(`DELETE FROM installs WHERE install = ? AND app = ''`), []byte(key)); err != nil {
				return err
			}
		}
	}
	return nil
}

// load reads and locks rows, in the order of their keys.
func (s *Store) load(ctx context.Context, tx *sql.Tx, keys []string) (map[string]*installRow, error) {
	found := make(map[string]*installRow, len(keys))
	var key, uses sql.RawBytes // valid until the next row
	var weeks int64
	for chunk := range s.chunks(len(keys)) {
		args := make([]any, chunk.n)
		for i, key := range keys[chunk.at : chunk.at+chunk.n] {
			args[i] = []byte(key)
		}
		query := `SELECT install, app, cli_version, operating_system, first_day, last_day, marks, uses, weeks, day_runs FROM installs WHERE install IN ` + row(chunk.n) + ` ORDER BY install` + s.dialect.lockRow
		err := s.run(ctx, tx, query, args, func(scan scan) error {
			var r installRow
			err := scan(&key, &r.app, &r.version, &r.system, &r.firstDay, &r.lastDay, &r.marks, &uses, &weeks, &r.dayRuns)
			if err != nil || r.app == "" { // made by claim, and not an install yet
				return err
			}
			if r.firstDay == 0 { // purged: it has marks, and does not count until it reports
				r.lastDay = 0
			} else {
				r.weeks = uint64(weeks)
				r.uses, err = decodeUses(uses)
			}
			found[string(key)] = &r
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

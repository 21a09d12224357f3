package store

import (
	"context"
	"database/sql"
)

// Anyone is a reader who wants what is, and does not compare it with what was.
const Anyone = ""

// Begin makes a reader known: a sink, or all scrapers together. Series that are
// there by then count as shown to it; of each later one the store keeps whether
// it was. For a reader that is known it does nothing.
func (s *Store) Begin(ctx context.Context, reader string) error {
	return s.write(ctx, s.dialect.shareRow, func(tx *sql.Tx, _ clock) error {
		made, err := tx.ExecContext(ctx, s.dialect.bind(`INSERT INTO shown (reader, series) VALUES (?, 0) ON CONFLICT DO NOTHING`), reader)
		if err != nil {
			return err
		}
		if rows, err := made.RowsAffected(); rows == 0 || err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, s.dialect.bind(`INSERT INTO shown (reader, series) SELECT ?, id FROM series`), reader)
		return err
	})
}

// Show keeps, durably, that a reader has been shown these series.
func (s *Store) Show(ctx context.Context, reader string, series []int64) error {
	if len(series) == 0 {
		return nil
	}
	var rows []any
	for _, id := range series {
		rows = append(rows, reader, id)
	}
	return s.write(ctx, s.dialect.shareRow, func(tx *sql.Tx, _ clock) error {
		return s.insert(ctx, tx, `INSERT INTO shown (reader, series) VALUES `, 2, rows, ` ON CONFLICT DO NOTHING`, nil)
	})
}

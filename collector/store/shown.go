package store

import (
	"context"
	"database/sql"
)

// Anyone is a reader that wants the present totals, and does not compare them with earlier ones.
const Anyone = ""

// Begin adds a reader: a sink, or all scrapers together. Series that exist by then count as
// shown to it. For each later one, the store remembers whether it was shown. For a reader that
// was added before, Begin does nothing.
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

// Show stores, durably, that a reader was shown these series.
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

package store

import (
	"context"
	"time"
)

// A Span has the days of the first and the last run of a command.
type Span struct{ First, Last time.Time }

// Spans returns, for every command that ran, when it did, as far as days are kept; for a
// version or system if the selection has one. It ignores the selection's command and days.
func (s *Store) Spans(ctx context.Context, sel Selection) (map[string]Span, error) {
	spans := map[string]Span{}
	note := func(path string, first, last int64) {
		span, known := spans[path]
		if at := date(first); !known || at.Before(span.First) {
			span.First = at
		}
		if at := date(last); at.After(span.Last) {
			span.Last = at
		}
		spans[path] = span
	}
	if sel.System != "" { // an install that changes its system brings days along on which nothing ran
		sel.Since, sel.Until = date(0), date(1<<31)
		err := s.look(ctx, sel, grouping{command: true}, func(one found) {
			if one.measure < measureUsed && one.n > 0 {
				note(one.name, one.first, one.day)
			}
		})
		return spans, err
	}
	version, args := `t.version = 0`, []any{sel.App}
	if sel.Version != "" {
		version, args = `t.version = (SELECT id FROM versions WHERE app = ? AND name = ?)`, append(args, sel.App, sel.Version)
	}
	query := `SELECT c.path, t.first_day, t.last_day FROM commands c JOIN history t ON t.command = c.id
		WHERE c.app = ? AND ` + aCommand + ` AND t.operating_system = '' AND ` + version
	err := s.query(ctx, query, args, func(scan scan) error {
		var path string
		var first, last int64
		err := scan(&path, &first, &last)
		note(path, first, last)
		return err
	})
	if err != nil {
		return nil, err
	}
	days, err := s.recentDays(ctx, sel.App)
	if err != nil {
		return nil, err
	}
	query = `SELECT c.path FROM commands c WHERE c.app = ? AND ` + aCommand + ` AND EXISTS (
		SELECT 1 FROM recent t WHERE t.command = c.id AND t.day = ? AND t.measure < ? AND t.n > 0 AND ` + version + `)`
	for _, day := range days {
		err := s.query(ctx, query, append([]any{sel.App, day, measureUsed}, args[1:]...), func(scan scan) error {
			var path string
			err := scan(&path)
			note(path, day, day)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return spans, nil
}

// recentDays returns the days for which the table recent has runs of an app: the store's day,
// and others after a migration.
func (s *Store) recentDays(ctx context.Context, app string) (days []int64, err error) {
	query := `SELECT DISTINCT t.day FROM commands c JOIN recent t ON t.command = c.id
		WHERE c.app = ? AND c.path = '' AND t.version = 0 AND t.measure < ? AND t.n > 0`
	err = s.query(ctx, query, []any{app, measureUsed}, func(scan scan) error {
		var day int64
		err := scan(&day)
		days = append(days, day)
		return err
	})
	return days, err
}

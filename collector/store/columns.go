package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"slices"
)

// turnDays writes the sums of closed days as schema 5 has them, command by command.
// Schema 4 had, for each day in order, the number of days since the one before,
// that of the bytes that follow for it, and the measures with their sums.
func (s *Store) turnDays(ctx context.Context, tx *sql.Tx) error {
	each := func(query string, each func(scan) error, args ...any) error { // without keeping it compiled: the table will be gone
		rows, err := tx.QueryContext(ctx, s.dialect.bind(query), args...)
		if err != nil {
			return err
		}
		return eachRow(rows, each)
	}
	var commands []int64
	err := each(`SELECT DISTINCT command FROM history4`, func(scan scan) error {
		var command int64
		err := scan(&command)
		commands = append(commands, command)
		return err
	})
	if err != nil {
		return err
	}
	for _, command := range commands {
		var rows []any
		err := each(`SELECT version, operating_system, sums FROM history4 WHERE command = ?`, func(scan scan) error {
			var version int64
			var system string
			var data []byte
			if err := scan(&version, &system, &data); err != nil {
				return err
			}
			sums, err := decodeDays(data)
			slices.SortFunc(sums, compareSums)
			data, first, last := encodeSums(sums)
			rows = append(rows, command, version, system, first, last, data)
			return err
		}, command)
		if err != nil {
			return err
		}
		if err := s.insert(ctx, tx, `INSERT INTO history (command, version, operating_system, first_day, last_day, sums) VALUES `, 6, rows, ``, nil); err != nil {
			return err
		}
	}
	_, err = tx.ExecContext(ctx, `DROP TABLE history4`)
	return err
}

func decodeDays(data []byte) (sums []daySum, err error) {
	var day int64
	for at := 0; at < len(data); {
		passed, next := varint(data, at)
		length, n := binary.Uvarint(data[max(next, 0):])
		if next < 0 || n <= 0 || length > uint64(len(data)-next-n) {
			return nil, errHistory
		}
		day += passed
		for at = next + n; length > 0; {
			measure, middle := varint(data, at)
			if middle < 0 {
				return nil, errHistory
			}
			sum, end := varint(data, middle)
			if end < 0 || uint64(end-at) > length {
				return nil, errHistory
			}
			sums = append(sums, daySum{day, int(measure), sum})
			length -= uint64(end - at)
			at = end
		}
	}
	return sums, nil
}

package store

import (
	"context"
	"database/sql"
	"errors"
	"iter"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A dialect has the SQL that differs between SQLite and PostgreSQL.
type dialect struct {
	bind     func(query string) string // from ? for each argument
	bytes    string                    // the type of byte strings
	serial   string                    // the type of a key that the database numbers
	inKey    string                    // makes a table keep its rows in its primary key; empty if it cannot
	rows     int                       // in one statement, a power of two
	enough   int                       // reports for a transaction of their own
	lockRow  string                    // ends a SELECT that locks what it reads; empty if a write locks everything
	shareRow string                    // the same for those that do not change the row
	hasMeta  string                    // a query for the number of tables named meta: 0 or 1
	retry    func(error) bool          // whether the transaction did nothing and may succeed if run again
}

// A chunk is n rows from at on.
type chunk struct{ at, n int }

// chunks cuts rows into powers of two, so that a few statements do for any
// number of rows and need to be compiled once. One statement over json_each(?)
// would need no chunks, and takes 1.8 times the CPU (20,480 rows of sums: 165 ms,
// not 90), besides that byte strings would have to be written as text.
func (s *Store) chunks(rows int) iter.Seq[chunk] {
	return func(yield func(chunk) bool) {
		for at, n := 0, s.dialect.rows; at < rows; {
			for n > rows-at {
				n /= 2
			}
			if !yield(chunk{at, n}) {
				return
			}
			at += n
		}
	}
}

// row returns "(?,?,?)" for n values.
func row(n int) string {
	return "(" + strings.TrimSuffix(strings.Repeat("?,", n), ",") + ")"
}

// insert writes rows of a number of values each, which are in one list. It calls each with
// every row that the statement returns.
func (s *Store) insert(ctx context.Context, tx *sql.Tx, head string, columns int, values []any, tail string, each func(scan) error) error {
	for chunk := range s.chunks(len(values) / columns) {
		rows := strings.Repeat(row(columns)+",", chunk.n)
		if err := s.run(ctx, tx, head+strings.TrimSuffix(rows, ",")+tail, values[chunk.at*columns:(chunk.at+chunk.n)*columns], each); err != nil {
			return err
		}
	}
	return nil
}

// run runs a statement, and calls each with every row that it returns.
func (s *Store) run(ctx context.Context, tx *sql.Tx, query string, args []any, each func(scan) error) error {
	var rows *sql.Rows
	var err error
	if statement := s.compiled.statement(query); statement != nil {
		rows, err = tx.StmtContext(ctx, statement).QueryContext(ctx, args...)
	} else {
		rows, err = tx.QueryContext(ctx, s.dialect.bind(query), args...)
	}
	if err != nil {
		return err
	}
	for each != nil && rows.Next() {
		if err := each(rows.Scan); err != nil {
			rows.Close()
			return err
		}
	}
	for rows.Next() { // a driver may do its work row by row
	}
	return errors.Join(rows.Err(), rows.Close())
}

// compiled keeps compiled statements, if the driver does not do so itself. The one connection
// for writing is busy during a transaction, so a statement is compiled after the transaction
// that first used it.
type compiled struct {
	mu         sync.Mutex
	statements map[string]*sql.Stmt
	wanted     []string
	questions  sync.Map // of *sql.Stmt by question
}

type question struct {
	db    *sql.DB
	query string
}

// question returns a compiled statement that reads.
func (c *compiled) question(ctx context.Context, db *sql.DB, query string) (*sql.Stmt, error) {
	if known, ok := c.questions.Load(question{db, query}); ok {
		return known.(*sql.Stmt), nil
	}
	statement, err := db.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	if known, ok := c.questions.LoadOrStore(question{db, query}, statement); ok {
		return known.(*sql.Stmt), statement.Close()
	}
	return statement, nil
}

func (c *compiled) statement(query string) *sql.Stmt {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	statement, ok := c.statements[query]
	if !ok {
		c.wanted = append(c.wanted, query)
	}
	return statement
}

// compile waits for the connection, so it must not hold the lock: the transaction that has the
// connection waits for the lock.
func (c *compiled) compile(ctx context.Context, db *sql.DB) error {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	wanted := c.wanted
	c.wanted = nil
	c.mu.Unlock()
	for _, query := range wanted {
		statement, err := db.PrepareContext(ctx, query)
		if err != nil {
			return err
		}
		c.mu.Lock()
		if c.statements[query] == nil {
			c.statements[query] = statement
		} else {
			statement.Close() // another transaction compiled it too
		}
		c.mu.Unlock()
	}
	return nil
}

// dollars numbers arguments as PostgreSQL does.
func dollars(query string) string {
	var b strings.Builder
	n := 0
	for part := range strings.SplitSeq(query, "?") {
		if n > 0 {
			b.WriteString("$" + strconv.Itoa(n))
		}
		b.WriteString(part)
		n++
	}
	return b.String()
}

// prepare brings the database up to date.
func (s *Store) prepare(ctx context.Context, pepper []byte, beside bool) error {
	prepared := s.migrate
	if beside {
		prepared = s.checkSchema
	}
	if err := prepared(ctx); err != nil {
		return err
	}
	s.pepper = pepper
	if len(pepper) == 0 {
		err := s.query(ctx, `SELECT value FROM meta WHERE name = 'pepper'`, nil, func(scan scan) error { return scan(&s.pepper) })
		if err != nil {
			return err
		}
	}
	if beside {
		return nil
	}
	return s.samePepper(ctx)
}

// transact runs do in a transaction, and again if that lost against another one.
func (s *Store) transact(ctx context.Context, do func(*sql.Tx) error) error {
	for pause := 5 * time.Millisecond; ; pause *= 2 {
		err := s.once(ctx, do)
		if err == nil {
			return s.compiled.compile(ctx, s.db)
		}
		if !s.dialect.retry(err) || pause > time.Second {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
		}
	}
}

func (s *Store) once(ctx context.Context, do func(*sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := do(tx); err != nil {
		tx.Rollback()
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	return s.files.there() // otherwise it is committed to a file that nobody will find
}

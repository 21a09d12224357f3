package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// Keys of advisory locks: the low bytes spell "tgen" and a number.
const (
	schemaLock int64 = 0x7467656e01
	leaderLock int64 = 0x7467656e02
)

// maxSilence is how long PostgreSQL waits for the next statement of a transaction, and for a
// sign of life of the leader, before it ends the session and frees its locks. A collector that
// lost its machine or network cannot end a session, and TCP notices only after hours.
const maxSilence = 10 * time.Second

func openPostgres(url string) (*Store, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	if strings.Contains(config.Host+config.Database, "@") { // an error would show the end of the password as a part of them
		return nil, errors.New("in the user name and the password of postgres://..., an @ is written as %40 and a / as %2F")
	}
	prepare := func(ctx context.Context, connection *pgx.Conn) error {
		_, err := connection.Exec(ctx, `SELECT set_config('idle_in_transaction_session_timeout', $1, false)`, maxSilence.String())
		return err
	}
	handle := func(connections int) *sql.DB {
		db := stdlib.OpenDB(*config, stdlib.OptionAfterConnect(prepare))
		db.SetMaxOpenConns(connections)
		db.SetMaxIdleConns(connections)
		return db
	}
	s := &Store{db: handle(6), read: handle(2), tell: handle(2), unlock: func() error { return nil }, dialect: dialect{
		bind:     dollars,
		bytes:    "BYTEA",
		rows:     1024,
		enough:   1024, // each statement of a transaction is a round trip
		serial:   "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
		lockRow:  " FOR UPDATE",
		shareRow: " FOR SHARE",
		hasMeta:  `SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = 'meta'`,
		retry: func(err error) bool {
			var failure *pgconn.PgError
			return errors.As(err, &failure) && (failure.Code == "40P01" || failure.Code == "40001") // deadlock, serialization
		},
	}}
	s.lead = s.leadByLock
	return s, nil
}

// leaderPause is the time after which a process that does not lead asks again, and the leader
// checks that it still leads. A leader that has gone is replaced after at most twice this time.
const leaderPause = time.Second

// leaderPatience is for the answer to whether a process leads. The network may have lost its
// connection, which TCP notices only after many minutes.
const leaderPatience = 2 * leaderPause

// leadByLock holds an advisory lock in a session of its own. The database frees it when the
// session ends, also if the leader was killed or lost its network.
func (s *Store) leadByLock(ctx context.Context, lead func(context.Context) error) error {
	for ctx.Err() == nil {
		if err := s.leadOnce(ctx, lead); err != nil && ctx.Err() == nil {
			var notLeader notLeader
			if !errors.As(err, &notLeader) {
				return err
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(leaderPause):
		}
	}
	return ctx.Err()
}

// notLeader is the error that another process leads, or that this one may have lost the lock.
type notLeader struct{ cause error }

func (n notLeader) Error() string { return "another process leads" }
func (n notLeader) Unwrap() error { return n.cause }

func (s *Store) leadOnce(ctx context.Context, lead func(context.Context) error) error {
	asking, asked := context.WithTimeout(ctx, leaderPatience)
	defer asked()
	session, err := s.db.Conn(asking)
	if err != nil {
		return notLeader{err}
	}
	defer session.Close()
	var won bool
	// One statement: if its answer is lost, the session ends all the same. Before PostgreSQL 14
	// there is no such setting.
	err = session.QueryRowContext(asking, `WITH lock AS (SELECT pg_try_advisory_lock($1) AS won)
		SELECT won, (SELECT set_config(name, $2, false) FROM pg_settings WHERE won AND name = 'idle_session_timeout') FROM lock`,
		leaderLock, maxSilence.String()).Scan(&won, new(sql.NullString))
	if err != nil || !won {
		return notLeader{err}
	}
	defer session.Raw(func(any) error { return driver.ErrBadConn }) // ends the session, which frees the lock
	leading, stop := context.WithCancel(ctx)
	defer stop()
	done := make(chan error, 1)
	go func() { done <- lead(leading) }()
	for {
		select {
		case err := <-done:
			return err
		case <-time.After(leaderPause):
			ask, cancel := context.WithTimeout(ctx, leaderPause)
			err := session.PingContext(ask)
			cancel()
			if err != nil {
				stop()
				<-done
				return notLeader{err}
			}
		}
	}
}

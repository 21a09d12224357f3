package store

import "database/sql"

// LoseConnections closes the connections to the database that nobody uses.
func LoseConnections(s *Store) {
	for _, db := range []*sql.DB{s.db, s.read, s.tell} {
		db.SetMaxIdleConns(-1)
		db.SetMaxIdleConns(2)
	}
}

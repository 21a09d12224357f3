package store

import (
	"context"
	"sync"
)

// maxFound bounds the memory of closedDays, to about 10 MB.
const maxFound = 250_000

// closedDays remembers what questions found in closed days. It stays valid until another day
// is closed or something is purged. A day that expires is not asked for any more.
type closedDays struct {
	mu      sync.Mutex
	changes int64 // clock.closed when this was found
	found   map[selected][]found
	size    int
}

// get returns what is remembered for a question.
func (c *closedDays) get(changes int64, sel selected) (all []found, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.changes != changes {
		c.changes, c.found, c.size = changes, nil, 0
	}
	all, ok = c.found[sel]
	return all, ok
}

// put remembers what was found, unless it would take most of the room. If there is no room,
// everything else is forgotten at once: pages that are open ask again.
func (c *closedDays) put(changes int64, sel selected, all []found) {
	c.mu.Lock()
	defer c.mu.Unlock()
	size := len(all) + 10 // for the question
	if c.changes != changes || size > maxFound/2 {
		return
	}
	if c.found == nil || c.size+size > maxFound {
		c.found, c.size = map[selected][]found{}, 0
	}
	c.found[sel] = all
	c.size += size
}

// changes reads the first day that is kept, and how often history has changed.
func (s *Store) changes(ctx context.Context) (kept, closed int64, err error) {
	err = s.query(ctx, `SELECT kept, closed FROM clock`, nil, func(scan scan) error { return scan(&kept, &closed) })
	return kept, closed, err
}

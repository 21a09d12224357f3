package collector

import "time"

// SetClock lets days pass that no test can wait for. It is called before Run.
func (s *Server) SetClock(now func() time.Time) { s.now = now }

// Waiting is how many erasures wait, the one that is done included, and how many
// reports, without those that are being committed.
func (s *Server) Waiting() (erasures, reports int) {
	s.committer.room.mu.Lock()
	defer s.committer.room.mu.Unlock()
	return len(s.erasing.waiting), len(s.committer.room.waiting)
}

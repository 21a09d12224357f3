package collector

import "time"

// SetClock lets days pass that no test can wait for. It is called before Run.
func (s *Server) SetClock(now func() time.Time) { s.now = now }

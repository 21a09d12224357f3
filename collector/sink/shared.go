package sink

import (
	"hash/maphash"
	"slices"
)

// SharedLabels has the samples of a series share their labels, from one snapshot to the
// next: labels are most of a snapshot, and many wait while a sink is away. It is for one
// goroutine.
type SharedLabels struct {
	seed      maphash.Seed
	last, now map[uint64][]Label // by their hash
}

// NewSharedLabels returns one that has seen nothing.
func NewSharedLabels() *SharedLabels {
	return &SharedLabels{seed: maphash.MakeSeed(), now: map[uint64][]Label{}}
}

// Next begins another round of snapshots. Labels that the round before did not have are
// forgotten.
func (s *SharedLabels) Next() { s.last, s.now = s.now, make(map[uint64][]Label, len(s.now)) }

// Share gives samples that nobody else has yet the labels that are known, where they have
// the same.
func (s *SharedLabels) Share(samples []Sample) {
	for i, sample := range samples {
		var hash maphash.Hash
		hash.SetSeed(s.seed)
		for _, label := range sample.Labels {
			hash.WriteString(label.Name)
			hash.WriteByte(0)
			hash.WriteString(label.Value)
			hash.WriteByte(0)
		}
		key := hash.Sum64()
		known, ok := s.now[key]
		if !ok {
			if known, ok = s.last[key]; !ok {
				known = sample.Labels
			}
			s.now[key] = known
		}
		if slices.Equal(known, sample.Labels) {
			samples[i].Labels = known
		}
	}
}

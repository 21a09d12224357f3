package population

import (
	"context"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/collector/wire"
)

// Fill lets what is left of the plan happen to a store, a day's reports in one
// transaction, and registers the releases on their days.
func (p *Population) Fill(ctx context.Context, s *store.Store) error {
	for !p.Done() {
		now := p.Start.AddDate(0, 0, p.Day()).Add(12 * time.Hour)
		for n, r := range p.Releases {
			if r.Day == p.Day() {
				release := store.Release{App: App, Version: r.Version, Commands: Listed(n), ExitCodes: ExitCodes}
				if err := s.Register(ctx, now, release); err != nil {
					return err
				}
			}
		}
		reports := p.Next()
		batch := make([]wire.Report, len(reports))
		for i, r := range reports {
			var err error
			if batch[i], err = wire.Decode(r.Body); err != nil {
				return err
			}
		}
		refusals, err := s.Add(ctx, now, batch)
		if err != nil {
			return err
		}
		for i, r := range reports {
			if refusals[i] != nil {
				return refusals[i]
			}
			p.Accepted(r)
		}
	}
	return nil
}

// Pass lets what is left of the plan happen, with every report accepted and no collector.
func (p *Population) Pass() {
	for !p.Done() {
		for _, r := range p.Next() {
			p.Accepted(r)
		}
	}
}

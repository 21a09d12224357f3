package store

import "github.com/telemetrygen/telemetrygen/collector/wire"

// Limits bound what strangers can add to the totals, and how much they can make
// the store keep. 0 is no limit. The docs/threats.md of the project tells what is
// left of an attack within them.
type Limits struct {
	RunsPerInstall int64 // in a day, the first report included

	// What one network adds in a day: a /24 in IPv4, a /48 in IPv6. An IPv6 /32
	// may add ten times as much. They are counted in the memory of one process.
	RunsPerNetwork       int64
	RunsPerNetworkAtOnce int64 // out of RunsPerNetwork
	InstallsPerNetwork   int64 // new ones
	AppsPerNetwork       int64 // names that were not there, and that nobody listed or registered
	VersionsPerNetwork   int64
	CommandsPerNetwork   int64
	SeriesPerNetwork     int64

	// What is kept in memory and sent to sinks: one more takes the place of what
	// the fewest installs ever reported.
	Apps     int // that nobody listed or registered
	Versions int // of one app without a registered release
	Series   int
}

// DefaultLimits are for a CLI of up to a million users.
func DefaultLimits() Limits {
	return Limits{
		RunsPerInstall:       10_000,
		RunsPerNetwork:       1_000_000,
		RunsPerNetworkAtOnce: 100_000,
		InstallsPerNetwork:   10_000,
		AppsPerNetwork:       5,
		VersionsPerNetwork:   50,
		CommandsPerNetwork:   500,
		SeriesPerNetwork:     2_000,
		Apps:                 100,
		Versions:             500,
		Series:               100_000,
	}
}

// Limit replaces the limits, which are DefaultLimits at first. It has to be
// called before the first report.
func (s *Store) Limit(limits Limits) {
	s.limits = limits
	s.networks = newNetworks(limits)
}

// Allow replaces the commands that are counted under their own names, besides
// those of registered releases; with nil they are all those of apps without a
// registered release. Reports of apps that are neither on a list that is there
// nor registered are refused.
func (s *Store) Allow(list *wire.AllowList) { s.listed.Store(list) }

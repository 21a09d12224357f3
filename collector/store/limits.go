package store

import "github.com/telemetrygen/telemetrygen/collector/wire"

// Limits bound what strangers can add to the totals, and how much they can make the store
// keep. 0 is no limit. docs/threats.md says what an attack within the limits can do.
type Limits struct {
	RunsPerInstall int64 // a day, with the first report

	// What one network, a /24 in IPv4 and a /48 in IPv6, may add in a day. An IPv6 /32 may add
	// ten times as much. Each process counts by itself, in memory.
	RunsPerNetwork       int64
	RunsPerNetworkAtOnce int64 // out of RunsPerNetwork
	InstallsPerNetwork   int64 // new ones
	AppsPerNetwork       int64 // new names that nobody listed or registered
	VersionsPerNetwork   int64
	CommandsPerNetwork   int64
	SeriesPerNetwork     int64

	// What is kept in memory and sent to sinks. One more takes the place of the one that the
	// fewest installs ever reported.
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

// Limit replaces the limits, which are DefaultLimits at first. It must be called before the
// first report.
func (s *Store) Limit(limits Limits) {
	s.limits = limits
	s.networks = newNetworks(limits)
}

// Allow replaces the commands that are counted under their own names, besides
// those of registered releases; with nil they are all those of apps without a
// registered release. Reports of apps that are neither on a list that is there
// nor registered are refused.
func (s *Store) Allow(list *wire.AllowList) { s.listed.Store(list) }

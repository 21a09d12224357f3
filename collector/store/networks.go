package store

import (
	"hash/maphash"
	"math"
	"net/netip"
	"time"
)

// An allowance is a kind of thing of which a network may add only so much in a day.
type allowance int

const (
	newRuns allowance = iota
	newMarks
	newApps
	newVersions
	newCommands
	newSeries
	allowances // how many there are
)

// marksPerInstall is how many high-water marks a new install takes at least from its network's
// allowance; one that brings more takes more. So the disk space that a network can fill is
// bounded too.
const marksPerInstall = 100

// providerShare is how much more an IPv6 /32 may add than one of its 65,536 /48.
const providerShare = 10

// maxNetworks bounds the memory for networks, to about 30 MB. A network whose allowances are
// full again needs none, so these are the networks of the last hours.
const maxNetworks = 200_000

// A debt has the time at which each allowance of a network will be full again, in nanoseconds
// since 1970. This is the generic cell rate algorithm: a token bucket in one number.
type debt [allowances]int64

// networks has, in memory only, what each network has added lately, by a hash with a key of
// this process.
type networks struct {
	seed    maphash.Seed
	perDay  [allowances]int64
	atOnce  [allowances]int64
	debts   map[uint64]debt
	sweepAt int   // number of debts at which full ones are removed
	at      int64 // time of the last batch, in nanoseconds since 1970
}

func newNetworks(l Limits) *networks {
	const most = 1e10 // one of it comes back in a few nanoseconds, also to a /32: more is no limit anyway
	perDay := [allowances]int64{min(l.RunsPerNetwork, most), min(l.InstallsPerNetwork, most) * marksPerInstall, min(l.AppsPerNetwork, most),
		min(l.VersionsPerNetwork, most), min(l.CommandsPerNetwork, most), min(l.SeriesPerNetwork, most)}
	n := &networks{seed: maphash.MakeSeed(), perDay: perDay, atOnce: perDay, debts: map[uint64]debt{}}
	if l.RunsPerNetworkAtOnce > 0 {
		n.atOnce[newRuns] = min(l.RunsPerNetworkAtOnce, perDay[newRuns])
	}
	return n
}

// commit stores the debts of a batch that was committed.
func (n *networks) commit(now time.Time, debts map[uint64]debt) {
	for key, one := range debts {
		n.debts[key] = one
	}
	if len(n.debts) < n.sweepAt {
		return
	}
	for key, one := range n.debts {
		whole := true
		for _, at := range one {
			whole = whole && at <= now.UnixNano()
		}
		if whole {
			delete(n.debts, key)
		}
	}
	for key := range n.debts { // a network that is removed begins with full allowances
		if len(n.debts) <= maxNetworks {
			break
		}
		delete(n.debts, key)
	}
	n.sweepAt = max(1_000, 2*len(n.debts))
}

// follow moves the debts with a clock that was put back by a minute or more, so that a debt of
// an hour stays one of an hour.
func (n *networks) follow(now time.Time) {
	back := n.at - now.UnixNano()
	if n.at = now.UnixNano(); back < int64(time.Minute) {
		return
	}
	for key, one := range n.debts {
		for what := range one {
			one[what] -= back
		}
		n.debts[key] = one
	}
}

// A purse has what the networks of one sender may still add, in a batch that is not committed
// yet. The nil purse has no limit.
type purse struct {
	*networks
	now   int64
	keys  []uint64 // of the /24 or /48, and of the /32
	debts map[uint64]debt
}

func (n *networks) purse(now time.Time, site, provider netip.Prefix, debts map[uint64]debt) *purse {
	if !site.IsValid() {
		return nil
	}
	p := &purse{n, now.UnixNano(), []uint64{maphash.Comparable(n.seed, site)}, debts}
	if provider.IsValid() {
		p.keys = append(p.keys, maphash.Comparable(n.seed, provider))
	}
	return p
}

// debt returns the debt of the ith key, and how many times a /48's allowances it has.
func (p *purse) debt(i int) (debt, int64) {
	one, ok := p.debts[p.keys[i]]
	if !ok {
		one = p.networks.debts[p.keys[i]]
	}
	if i > 0 {
		return one, providerShare
	}
	return one, 1
}

// left returns how much more of something may be added.
func (p *purse) left(what allowance) int64 {
	left := int64(math.MaxInt64)
	if p == nil || p.perDay[what] == 0 {
		return left
	}
	for i := range p.keys {
		owed, share := p.debt(i)
		each := int64(24*time.Hour) / (p.perDay[what] * share)
		owing := (max(owed[what]-p.now, 0) + each - 1) / each
		left = min(left, p.atOnce[what]*share-owing)
	}
	return max(left, 0)
}

// take notes that something was added.
func (p *purse) take(what allowance, n int64) {
	if p == nil || p.perDay[what] == 0 || n == 0 {
		return
	}
	for i, key := range p.keys {
		owed, share := p.debt(i)
		owed[what] = max(owed[what], p.now) + n*(int64(24*time.Hour)/(p.perDay[what]*share))
		p.debts[key] = owed
	}
}

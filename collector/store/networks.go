package store

import (
	"hash/maphash"
	"math"
	"net/netip"
	"time"
)

// An allowance is something of which a network may add so much in a day.
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

// marksPerInstall is what a new install takes of its network's allowance, in
// high-water marks; one that brings more takes as many as it brings. So the disk
// that a network can fill is bounded as well.
const marksPerInstall = 100

// providerShare is how much more an IPv6 /32 may add than one of its 65,536 /48.
const providerShare = 10

// maxNetworks bounds the memory for networks, to about 30 MB. A network whose
// allowances are whole again needs none, so it holds those of the last hours.
const maxNetworks = 200_000

// A debt is when each allowance of a network will be whole again, in nanoseconds
// since 1970: the generic cell rate algorithm, a token bucket in one number.
type debt [allowances]int64

// networks keep, in memory only, what each network has added lately. They are
// kept under a hash, by a key of this process.
type networks struct {
	seed    maphash.Seed
	perDay  [allowances]int64
	atOnce  [allowances]int64
	debts   map[uint64]debt
	sweepAt int   // this many
	at      int64 // of the last batch, in nanoseconds since 1970
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

// commit keeps the debts of a batch that was committed.
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
	for key := range n.debts { // a network that is forgotten may begin again
		if len(n.debts) <= maxNetworks {
			break
		}
		delete(n.debts, key)
	}
	n.sweepAt = max(1_000, 2*len(n.debts))
}

// follow moves the debts along with a clock that was put back by a minute or more:
// what was owed for an hour is owed for an hour still.
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

// A purse is what the networks of one sender may still add, in a batch that is
// not committed. The nil purse may add anything.
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

// debt is that of the ith key, and how often its allowances go into a day's.
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

// left is how much more of something may be added.
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

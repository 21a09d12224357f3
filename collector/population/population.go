package population

import (
	"encoding/binary"
	"encoding/json"
	"math/rand/v2"
	"sort"
	"strconv"

	"github.com/google/uuid"
)

// A Population is in the middle of its plan.
type Population struct {
	Plan
	Arrived  []Arrival // what the collector has accepted so far
	day      int
	random   *rand.Rand
	installs []*install
}

// An Arrival is the first arrival of a state of an install.
type Arrival struct {
	Day     int
	Install int
	Version string
	System  string
	Rises   []Rise // since the last arrival
}

// A Rise is runs of one command with one exit code.
type Rise struct {
	Command string
	Code    int
	Runs    int64
}

type install struct {
	number        int
	id            uuid.UUID
	system        string
	born, dies    int     // days; it is gone from dies on
	activity      float64 // share of its days on which it is used
	habit         []float64
	patience      int // days that it waits before it takes a release
	release       int
	counts, heard map[use]int64 // now, and when the collector last heard of it
}

type use struct {
	command string
	code    int
}

// A Report is what an install sends. Lost ones are not handed out.
type Report struct {
	ID      uuid.UUID
	Body    []byte // JSON as the protocol has it
	Network uint32 // one for each install
	arrival Arrival
	sender  *install
	counts  map[use]int64
}

// New is a population before its first day. The same plan always has the same.
func New(plan Plan) *Population {
	p := &Population{Plan: plan, random: rand.New(rand.NewPCG(plan.Seed, 17))}
	for n := range plan.Installs {
		p.installs = append(p.installs, p.newInstall(n))
	}
	return p
}

func (p *Population) newInstall(n int) *install {
	random := p.random
	i := &install{number: n, system: []string{"linux", "darwin", "windows"}[pick(random, []float64{.58, .36, .06})],
		counts: map[use]int64{}, heard: map[use]int64{}}
	binary.BigEndian.PutUint64(i.id[:], random.Uint64())
	binary.BigEndian.PutUint64(i.id[8:], random.Uint64())
	i.id[6], i.id[8] = i.id[6]&0x0f|0x40, i.id[8]&0x3f|0x80
	if random.IntN(4) > 0 { // one in four was there before the year began
		i.born = random.IntN(p.Days)
	}
	life := 4 + int(random.ExpFloat64()*220)
	if random.IntN(4) == 0 { // tried once, and not again
		life = 1 + random.IntN(5)
	}
	i.dies = i.born + life
	i.activity = .03 + .12*random.ExpFloat64()
	i.patience = int(random.ExpFloat64() * 9)
	if random.IntN(12) == 0 {
		i.patience = p.Days // never takes one
	}
	for p.available(i.born) > i.release {
		i.release++ // a new install is of the newest release
	}
	for _, c := range Commands {
		taste := c.Weight
		if random.IntN(3) == 0 {
			taste = 0 // not everybody uses everything
		}
		i.habit = append(i.habit, taste)
	}
	return i
}

// available is the newest release that is out on a day.
func (p *Population) available(day int) int {
	newest := 0
	for r, release := range p.Releases {
		if release.Day <= day {
			newest = r
		}
	}
	return newest
}

// pick draws an index by weight.
func pick(random *rand.Rand, weights []float64) int {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	at := random.Float64() * sum
	for i, w := range weights {
		if at -= w; at < 0 && w > 0 {
			return i
		}
	}
	for i, w := range weights {
		if w > 0 {
			return i
		}
	}
	return 0
}

// Day is the number of the day that Next will be.
func (p *Population) Day() int { return p.day }

// Done says whether the year is over.
func (p *Population) Done() bool { return p.day == p.Days }

// Next lets a day pass, and returns the reports that reach the collector on it,
// in order. Each is to be handed to Accepted when the collector has answered OK.
func (p *Population) Next() []Report {
	var reports []Report
	for _, i := range p.installs {
		if p.day < i.born || p.day >= i.dies || p.random.Float64() > i.activity {
			continue
		}
		p.update(i)
		i.work(p)
		fate := p.random.IntN(100)
		if fate < 8 {
			continue // lost; the next one makes up for it
		}
		report := p.report(i)
		reports = append(reports, report)
		if fate < 16 {
			reports = append(reports, report) // the answer was lost, so it is sent again
		}
		if fate >= 92 { // runs go on while that one is on its way; the older one arrives last
			i.work(p)
			reports = append(reports[:len(reports)-1], p.report(i), report)
		}
	}
	p.day++
	return reports
}

// update takes up the newest release that has been out for longer than i waits.
func (p *Population) update(i *install) {
	for r := i.release + 1; r < len(p.Releases); r++ {
		if p.Releases[r].Day+i.patience <= p.day {
			i.release = r
		}
	}
}

// work runs some commands.
func (i *install) work(p *Population) {
	random := p.random
	weights := append([]float64(nil), i.habit...)
	for n, c := range Commands {
		if c.Since > i.release {
			weights[n] = 0
		}
	}
	for range 1 + random.IntN(6) {
		c := Commands[pick(random, weights)]
		if c.Weight == 0 {
			continue
		}
		release, fails := p.Releases[i.release], c.Fails
		if release.Broken == c.Path && !p.Quiet {
			fails = release.Rate
		}
		i.counts[use{c.Path, i.end(random, fails, c.Lost)}]++
	}
	if i.number == 3 && !p.Quiet { // a script in a loop, on one machine
		i.counts[use{"pace list tables", 1}] += 4000
	}
}

// end draws an exit code.
func (i *install) end(random *rand.Rand, fails, lost float64) int {
	switch at := random.Float64(); {
	case at < lost:
		return -1
	case at < lost+fails:
		return []int{1, 2, 3, 130}[pick(random, []float64{.7, .12, .12, .06})]
	}
	return 0
}

// report is the state of i.
func (p *Population) report(i *install) Report {
	points := map[string]map[string]map[string]int64{}
	counts := make(map[use]int64, len(i.counts))
	for u, n := range i.counts {
		counts[u] = n
		if points[u.command] == nil {
			points[u.command] = map[string]map[string]int64{}
		}
		points[u.command][strconv.Itoa(u.code)] = map[string]int64{"cumulative_count": n}
	}
	version := p.Releases[i.release].Version
	body, err := json.Marshal(map[string]any{"metric_points": points, "cli_version": version, "operating_system": i.system, "id": i.id.String()})
	if err != nil {
		panic(err) // it is made of strings and numbers
	}
	return Report{ID: i.id, Body: body, Network: uint32(i.number), sender: i, counts: counts,
		arrival: Arrival{Day: p.day, Install: i.number, Version: version, System: i.system}}
}

// Accepted remembers that the collector has taken r, in the order in which it did.
func (p *Population) Accepted(r Report) {
	a := r.arrival
	for u, n := range r.counts {
		if more := n - r.sender.heard[u]; more > 0 {
			a.Rises = append(a.Rises, Rise{u.command, u.code, more})
			r.sender.heard[u] = n
		}
	}
	sort.Slice(a.Rises, func(x, y int) bool {
		if a.Rises[x].Command != a.Rises[y].Command {
			return a.Rises[x].Command < a.Rises[y].Command
		}
		return a.Rises[x].Code < a.Rises[y].Code
	})
	p.Arrived = append(p.Arrived, a)
}

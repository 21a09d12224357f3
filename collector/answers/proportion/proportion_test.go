package proportion

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
)

func near(a, b, within float64) bool { return math.Abs(a-b) <= within }

// TestNewcombe has the examples of Newcombe's paper, table II, method 10.
func TestNewcombe(t *testing.T) {
	for _, c := range []struct {
		a, b      Sample // the paper's difference is a minus b
		low, high float64
	}{
		{Sample{56, 70}, Sample{48, 80}, 0.0524, 0.3339},
		{Sample{9, 10}, Sample{3, 10}, 0.1705, 0.8090},
		{Sample{6, 7}, Sample{2, 7}, 0.0582, 0.8062},
		{Sample{5, 56}, Sample{0, 29}, -0.0381, 0.1926},
		{Sample{0, 10}, Sample{0, 20}, -0.1611, 0.2775},
		{Sample{0, 10}, Sample{0, 10}, -0.2775, 0.2775},
		{Sample{10, 10}, Sample{0, 20}, 0.6791, 1},
		{Sample{10, 10}, Sample{0, 10}, 0.6075, 1},
	} {
		got := Difference(c.b, c.a)
		if !near(got.Low, c.low, 0.00006) || !near(got.High, c.high, 0.00006) {
			t.Errorf("%v against %v: %.4f, want %.4f to %.4f", c.a, c.b, got, c.low, c.high)
		}
	}
}

// TestNewcombeCovers: the interval holds the true difference in about 95 of 100 experiments.
func TestNewcombeCovers(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		p, q float64
		n, m int64
	}{{.03, .22, 300, 120}, {.01, .01, 2000, 90}, {.5, .4, 40, 40}} {
		const experiments = 4000
		held := 0
		for range experiments {
			i := Difference(draw(random, c.p, c.n), draw(random, c.q, c.m))
			if d := c.q - c.p; i.Low <= d && d <= i.High {
				held++
			}
		}
		if share := float64(held) / experiments; share < .935 || share > .995 {
			t.Errorf("%+v: %.3f of the intervals hold the difference", c, share)
		}
	}
}

func draw(random *rand.Rand, p float64, n int64) Sample {
	s := Sample{Trials: n}
	for range n {
		if random.Float64() < p {
			s.Failed++
		}
	}
	return s
}

// TestHigherIsExact holds Fisher's probability against whole numbers, for all small tables.
func TestHigherIsExact(t *testing.T) {
	for n := int64(1); n <= 8; n++ {
		for m := int64(1); m <= 8; m++ {
			for a := range n + 1 {
				for b := range m + 1 {
					got := Higher(Sample{a, n}, Sample{b, m})
					want := tail(a, n, b, m)
					if b*(n+m) <= (a+b)*m {
						want = 1 // not more than expected
					}
					if !near(got, want, 1e-12) {
						t.Fatalf("%d of %d, then %d of %d: %v, want %v", a, n, b, m, got, want)
					}
				}
			}
		}
	}
}

func tail(a, n, b, m int64) float64 {
	sum := new(big.Int)
	for k := b; k <= min(m, a+b); k++ {
		if a+b-k <= n {
			sum.Add(sum, new(big.Int).Mul(new(big.Int).Binomial(m, k), new(big.Int).Binomial(n, a+b-k)))
		}
	}
	p, _ := new(big.Rat).SetFrac(sum, new(big.Int).Binomial(n+m, a+b)).Float64()
	return p
}

// TestHigherOfMany: what it says stays a probability, and is fast, with millions of installs.
func TestHigherOfMany(t *testing.T) {
	for _, c := range []struct {
		from, to Sample
		low, up  float64
	}{
		{Sample{310_000, 10_000_000}, Sample{31_000, 1_000_000}, 1, 1},
		{Sample{310_000, 10_000_000}, Sample{31_200, 1_000_000}, .1, .15},
		{Sample{310_000, 10_000_000}, Sample{222_000, 1_000_000}, 0, 1e-300},
		{Sample{0, 5}, Sample{1_000_000, 1_000_000}, 0, 1e-20},
		{Sample{0, 0}, Sample{5, 5}, 1, 1},
	} {
		if got := Higher(c.from, c.to); got < c.low || got > c.up {
			t.Errorf("%v, %v: %v", c.from, c.to, got)
		}
	}
}

func TestHolm(t *testing.T) {
	for _, c := range []struct {
		probabilities []float64
		want          []bool
	}{
		{nil, []bool{}},
		{[]float64{.04}, []bool{true}},
		{[]float64{.04, .04}, []bool{false, false}},
		{[]float64{.04, .02, .005}, []bool{true, true, true}}, // .05/3, .05/2, .05
		{[]float64{.04, .03, .005}, []bool{false, false, true}},
	} {
		if got := Beyond(.05, c.probabilities); !slices.Equal(got, c.want) {
			t.Errorf("%v: %v, want %v", c.probabilities, got, c.want)
		}
	}
}

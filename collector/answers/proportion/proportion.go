// Package proportion compares shares: how many of one group failed, and how many
// of another. Its functions are pure.
//
// A trial is one install, never one run: the runs of an install fail together (a
// script in a loop, a broken configuration), so counted one by one they would
// make differences look surer than they are.
package proportion

import (
	"cmp"
	"math"
	"slices"
)

// A Sample is how many of a group's trials failed: 0 <= Failed <= Trials.
type Sample struct{ Failed, Trials int64 }

// Share is the failed part, NaN of no trials.
func (s Sample) Share() float64 { return float64(s.Failed) / float64(s.Trials) }

// An Interval holds the true value with the confidence that it was made for.
type Interval struct{ Low, High float64 }

// z95 is the standard normal quantile of 0.975, for two-sided intervals of 95 %.
const z95 = 1.959963984540054

// Wilson is the score interval of a share at 95 % (E. B. Wilson, "Probable
// Inference, the Law of Succession, and Statistical Inference", J. Am. Stat.
// Assoc. 22, 1927). Of no trials it is everything from 0 to 1.
func Wilson(s Sample) Interval {
	if s.Trials <= 0 {
		return Interval{0, 1}
	}
	n, p := float64(s.Trials), s.Share()
	middle := (p + z95*z95/(2*n)) / (1 + z95*z95/n)
	half := z95 / (1 + z95*z95/n) * math.Sqrt(p*(1-p)/n+z95*z95/(4*n*n))
	i := Interval{max(0, middle-half), min(1, middle+half)}
	if s.Failed == 0 { // rounding must not leave a bound beside the share itself
		i.Low = 0
	}
	if s.Failed == s.Trials {
		i.High = 1
	}
	return i
}

// Difference is the interval of to's share minus from's at 95 %: Newcombe's hybrid
// score interval, method 10 of R. G. Newcombe, "Interval estimation for the
// difference between independent proportions", Statistics in Medicine 17, 1998.
func Difference(from, to Sample) Interval {
	if from.Trials <= 0 || to.Trials <= 0 {
		return Interval{-1, 1}
	}
	a, b := Wilson(from), Wilson(to)
	p, q := from.Share(), to.Share()
	return Interval{
		Low:  q - p - math.Hypot(q-b.Low, a.High-p),
		High: q - p + math.Hypot(b.High-q, p-a.Low),
	}
}

// Higher is the probability that chance alone puts at least to.Failed of all
// failed trials into to, when both fail alike: Fisher's exact test, one-sided
// (R. A. Fisher, "Statistical Methods for Research Workers", section 21.02). It
// never says less than the truth, however few trials there are.
func Higher(from, to Sample) float64 {
	all, failed := from.Trials+to.Trials, from.Failed+to.Failed
	if from.Trials <= 0 || to.Trials <= 0 || to.Failed <= 0 {
		return 1
	}
	// The probability that k of the failed trials are to's, at k = to.Failed, and
	// then by its ratio to the one before.
	term := math.Exp(choose(to.Trials, to.Failed) + choose(from.Trials, from.Failed) - choose(all, failed))
	if to.Failed*all <= failed*to.Trials { // no more than expected; the sum below would be long
		return 1
	}
	sum := 0.0
	for k := to.Failed; term > sum*1e-17; k++ {
		sum += term
		term *= float64(to.Trials-k) / float64(k+1) * float64(failed-k) / float64(from.Trials-failed+k+1)
	}
	return min(1, sum)
}

// choose is the logarithm of the binomial coefficient.
func choose(n, k int64) float64 {
	a, _ := math.Lgamma(float64(n) + 1)
	b, _ := math.Lgamma(float64(k) + 1)
	c, _ := math.Lgamma(float64(n-k) + 1)
	return a - b - c
}

// Beyond says which of many tests, by their probabilities under chance, are
// beyond chance: Holm's step-down procedure (S. Holm, "A Simple Sequentially
// Rejective Multiple Test Procedure", Scand. J. Stat. 6, 1979). The probability
// that it names any where there is only chance is at most level, however many
// tests there are and however they depend on each other.
func Beyond(level float64, probabilities []float64) []bool {
	order := make([]int, len(probabilities))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(probabilities[a], probabilities[b]) })
	beyond := make([]bool, len(probabilities))
	for i, at := range order {
		if probabilities[at] > level/float64(len(order)-i) {
			break
		}
		beyond[at] = true
	}
	return beyond
}

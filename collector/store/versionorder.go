package store

import (
	"cmp"
	"strings"

	"golang.org/x/mod/semver"
)

// newestFirst compares versions by their numbers, and puts what has none last. Semantic
// versions are in their order; dates with zeros in front (2026.09.1), four numbers and
// a word in front (release-1.10) are no such ones.
func newestFirst(a, b string) int {
	x, afterX, numberedX := numbersOf(a)
	y, afterY, numberedY := numbersOf(b)
	switch {
	case numberedX && numberedY:
		if c := compareNumbers(y, x); c != 0 {
			return c
		}
		return cmp.Or(semver.Compare("v0.0.0"+afterY, "v0.0.0"+afterX), strings.Compare(a, b))
	case numberedX:
		return -1
	case numberedY:
		return 1
	}
	return strings.Compare(a, b)
}

// numbersOf divides a version into numbers with dots between, and what follows from
// a - or + on. Behind a word other than v a single number may be anything.
func numbersOf(version string) (numbers, after string, ok bool) {
	begin := strings.IndexAny(version, "0123456789")
	if begin < 0 {
		return "", "", false
	}
	word, numbers := version[:begin], version[begin:]
	if end := strings.IndexAny(numbers, "-+"); end >= 0 {
		numbers, after = numbers[:end], numbers[end:]
	}
	single := true
	for number := range strings.SplitSeq(numbers, ".") {
		if number == "" || strings.Trim(number, "0123456789") != "" {
			return "", "", false
		}
		single = single && len(number) == len(numbers)
	}
	return numbers, after, word == "" || word == "v" || !single
}

// compareNumbers takes those that are missing for 0.
func compareNumbers(a, b string) (order int) {
	for order == 0 && a != b {
		var x, y string
		x, a, _ = strings.Cut(a, ".")
		y, b, _ = strings.Cut(b, ".")
		x, y = strings.TrimLeft(x, "0"), strings.TrimLeft(y, "0")
		order = cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(x, y))
	}
	return order
}

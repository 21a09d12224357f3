package gomod

import (
	"slices"
	"testing"
)

// TestSumOrder sorts go.sum as the go command does.
func TestSumOrder(t *testing.T) {
	want := []string{
		"a.org/a v1.2.0 h1:x=", "a.org/a v1.2.0/go.mod h1:x=", "a.org/a v1.10.0/go.mod h1:x=",
		"a.org/a-b v1.0.0 h1:x=", "b.org/b v1.0.0 h1:x=",
	}
	for i := range want {
		for j := range want {
			if got := sumLess(want[i], want[j]); got != (i < j) {
				t.Errorf("%s before %s: %v", want[i], want[j], got)
			}
		}
	}
	var keys []string
	for _, line := range want[:2] {
		keys = append(keys, sumKey(line+"\r\n"))
	}
	if !slices.Equal(keys, []string{"a.org/a v1.2.0", "a.org/a v1.2.0/go.mod"}) {
		t.Errorf("keys %q", keys)
	}
}

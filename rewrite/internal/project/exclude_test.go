package project

import (
	"slices"
	"testing"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

func TestExcludedCommandsAreNotListed(t *testing.T) {
	paths := []string{"app", "app daemon", "app daemon run", "app daemonize", "app get"}
	for _, test := range []struct{ excluded, kept, unknown []string }{
		{nil, paths, nil},
		{[]string{"app daemon"}, []string{"app", "app daemonize", "app get"}, nil},
		{[]string{"app daemon run"}, []string{"app", "app daemon", "app daemonize", "app get"}, nil},
		{[]string{"app", "app get"}, nil, nil},
		{[]string{"daemon"}, paths, []string{"daemon"}},
		{[]string{"app daemo", "app get"}, []string{"app", "app daemon", "app daemon run", "app daemonize"}, []string{"app daemo"}},
		{[]string{"app get "}, paths, []string{"app get "}},
	} {
		var list []plan.Command
		for _, path := range paths {
			list = append(list, plan.Command{Path: path})
		}
		without, unknown := Without(list, test.excluded)
		var kept []string
		for _, c := range without {
			kept = append(kept, c.Path)
		}
		if !slices.Equal(kept, test.kept) || !slices.Equal(unknown, test.unknown) {
			t.Errorf("without %q: %q, unknown %q; want %q, %q", test.excluded, kept, unknown, test.kept, test.unknown)
		}
	}
}

//go:build !notelemetry

package telemetry

import (
	"errors"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Whoever calls the flag-error function gets what the CLI's own returns. A run begins only where a flag is wrong: not
// where help was asked for, and not where the CLI calls it without an error.
func TestFlagErrorsGoThrough(t *testing.T) {
	defer func() { process.root, process.foreign = nil, false }()
	own := errors.New("the CLI's own")
	for _, c := range []struct {
		err   error
		begun bool
	}{
		{nil, false},
		{errors.New("unknown flag: --nope"), true},
		{pflag.ErrHelp, false},
	} {
		process.root, process.foreign = nil, false
		root := &cobra.Command{Use: "pace"}
		var got error
		root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { got = err; return own })
		seeFlagErrors(root)
		if answer := root.FlagErrorFunc()(root, c.err); answer != own || got != c.err {
			t.Errorf("%v: the CLI's own function got %v, its caller %v", c.err, got, answer)
		}
		if process.foreign != c.begun { // what begin notes where nothing was tracked
			t.Errorf("%v: a run began: %v", c.err, process.foreign)
		}
	}
}

package rewrite

import (
	"context"
	"os/exec"
	"strings"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// ignoredNote adds a finding for each new file that git ignores. Where such a file is
// not committed, the CLI does not build.
func (r *Result) ignoredNote(ctx context.Context) {
	var added []string
	for _, c := range r.changes {
		if c.Old == nil {
			added = append(added, r.relative(c.Name))
		}
	}
	if added == nil {
		return
	}
	cmd := exec.CommandContext(ctx, "git", "check-ignore", "-z", "--stdin")
	cmd.Dir = r.dir
	cmd.Stdin = strings.NewReader(strings.Join(added, "\x00"))
	out, _ := cmd.Output() // fails without git, outside a repository, and if nothing is ignored
	for name := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		if name != "" {
			r.note(plan.Note, name, "git ignores this new file: add it with git add -f")
		}
	}
}

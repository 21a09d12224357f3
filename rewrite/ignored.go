package rewrite

import (
	"context"
	"os/exec"
	"strings"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/plan"
)

// ignoredNote names new files that git ignores. The CLI does not build without the
// generated ones, commands.txt among them.
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
	out, _ := cmd.Output() // a failure: there is no git, no repository, or nothing is ignored
	for name := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		if name != "" {
			r.note(plan.Note, name, "git ignores this new file: add it with git add -f")
		}
	}
}

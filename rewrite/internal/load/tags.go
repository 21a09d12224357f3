package load

import (
	"context"
	"os/exec"
	"strings"
)

// Tags returns the build tags, comma-separated: those asked for and those of GOFLAGS. A
// -tags flag on the go command's command line overrides GOFLAGS, so a caller that passes one
// has to pass both.
func Tags(ctx context.Context, dir, asked string) string {
	cmd := exec.CommandContext(ctx, "go", "list", "-f", `{{join context.BuildTags ","}}`, "unsafe")
	cmd.Dir = dir
	ofGOFLAGS, _ := cmd.Output() // if it fails, so does the load, which says why
	tags := strings.FieldsFunc(asked+","+string(ofGOFLAGS), func(r rune) bool { return strings.ContainsRune(", \n", r) })
	return strings.Join(Dedup(tags), ",")
}

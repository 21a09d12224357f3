//go:build !notelemetry

package telemetry

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// The instruction in the notice is for the way in which the process was started: by its own file, or by another CLI,
// whose plugin it is and which names it in the arguments.
func TestProgramName(t *testing.T) {
	defer func() { process.root, process.args = nil, nil }()
	plugin := &cobra.Command{Use: "pace"}
	(&cobra.Command{Use: "docker"}).AddCommand(plugin)
	for _, c := range []struct {
		args string
		root *cobra.Command
		want string
	}{
		{"/usr/bin/pace get", &cobra.Command{Use: "pace"}, "pace"},
		{"/usr/bin/pace pace", &cobra.Command{Use: "pace"}, "pace"},
		{"/usr/bin/pace get", nil, "pace"},
		{"/opt/pace-cli.exe", nil, "pace-cli"},
		{"/usr/lib/docker/cli-plugins/docker-pace pace get", plugin, "docker pace"},
		{"/usr/lib/docker/cli-plugins/docker-pace --context x pace get", plugin, "docker pace"},
		{"docker-pace get", plugin, "docker-pace"},
	} {
		process.args, process.root = strings.Fields(c.args), c.root
		if got := programName(); got != c.want {
			t.Errorf("%s: %q, want %q", c.args, got, c.want)
		}
	}
}

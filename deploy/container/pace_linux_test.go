package container

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// A pace is the example CLI, instrumented and built, with a home of its own. Its
// domain is this machine: it runs with another /etc/hosts.
type pace struct {
	t                *testing.T
	dir, hosts, root string
}

// newPace has the CLI send to the domain at the port of an address.
func newPace(t *testing.T, address string) *pace {
	t.Helper()
	peertest.Need(t, "unshare")
	p := &pace{t: t, dir: filepath.Join(t.TempDir(), "pace")}
	if err := os.CopyFS(p.dir, os.DirFS("../../examples/pace")); err != nil {
		t.Fatal(err)
	}
	p.hosts = filepath.Join(t.TempDir(), "hosts")
	if err := os.WriteFile(p.hosts, []byte("127.0.0.1 localhost "+domain+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	generator := filepath.Join(t.TempDir(), "telemetrygen")
	for _, step := range []struct {
		dir  string
		args []string
	}{
		{"../..", []string{"go", "build", "-o", generator, "./cmd/telemetrygen"}},
		{p.dir, []string{generator, "--endpoint", "https://" + net.JoinHostPort(domain, port) + "/telemetry"}},
		{p.dir, []string{"go", "build", "-o", "pace", "."}},
	} {
		cmd := exec.Command(step.args[0], step.args[1:]...)
		cmd.Dir, cmd.Env = step.dir, append(os.Environ(), "GOWORK=off")
		if output, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", step.args, err, output)
		}
	}
	return p
}

// commands is the file with the commands that it can report.
func (p *pace) commands() string { return filepath.Join(p.dir, "internal/telemetry/commands.txt") }

// trusts gives it a file with the roots of the certificates to believe.
func (p *pace) trusts(root string) { p.root = root }

// run runs a command that ends with a status, after which what was counted is sent.
func (p *pace) run(status int, args ...string) {
	p.t.Helper()
	script := `mount --bind "$0" /etc/hosts && exec "$@"`
	cmd := exec.Command("unshare", append([]string{"--mount", "sh", "-c", script, p.hosts, filepath.Join(p.dir, "pace")}, args...)...)
	cmd.Env = []string{"HOME=" + p.dir, "PATH=" + os.Getenv("PATH"), "SSL_CERT_FILE=" + p.root, "PACE_TELEMETRY_UPLOAD_INTERVAL_SECONDS=0"}
	if output, _ := cmd.CombinedOutput(); cmd.ProcessState.ExitCode() != status {
		p.t.Fatalf("pace %v: status %d\n%s", args, cmd.ProcessState.ExitCode(), output)
	}
}

package deploy

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/telemetrygen/telemetrygen/collector/wire"
	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

// TestSystemdUnit has systemd read the unit and rate what it shuts off.
func TestSystemdUnit(t *testing.T) {
	systemd := peertest.Need(t, "systemd-analyze")[0]
	// verify wants the programs to be there.
	root := t.TempDir()
	text := strings.ReplaceAll(read(t, "systemd/telemetry-collector.service"), "/usr/local/bin/telemetry-collector", "/bin/true")
	unit := write(t, root, "telemetry-collector.service", text)
	// It also complains of other units of this machine.
	if output, err := exec.Command(systemd, "verify", "--man=no", unit).CombinedOutput(); err != nil || strings.Contains(string(output), "telemetry-collector") {
		t.Errorf("systemd-analyze verify: %v\n%s", err, output)
	}
	output, err := exec.Command(systemd, "security", "--offline=true", unit).CombinedOutput()
	if err != nil {
		t.Fatalf("systemd-analyze security: %v\n%s", err, output)
	}
	found := regexp.MustCompile(`Overall exposure level for \S+: ([0-9.]+)`).FindSubmatch(output)
	if found == nil {
		t.Fatalf("no level in\n%s", output)
	}
	if level, err := strconv.ParseFloat(string(found[1]), 64); err != nil || level > 2 {
		t.Errorf("exposure level %s, of 10; 2 or less is wanted", found[1])
	}
}

// TestTheLinesOfTheSystemdPage types what its README says to do as root, but for
// systemctl, below a folder instead of /.
func TestTheLinesOfTheSystemdPage(t *testing.T) {
	bash := peertest.Need(t, "bash", "install", "openssl")[0]
	_, lines, _ := strings.Cut(read(t, "systemd/README.md"), "as root")
	lines, _, _ = strings.Cut(lines, "    systemctl daemon-reload")
	from, below := t.TempDir(), t.TempDir()
	write(t, from, "telemetry-collector", "")
	write(t, from, "commands.txt", "pace get\n")
	write(t, from, "telemetry-collector.service", read(t, "systemd/telemetry-collector.service"))
	for _, folder := range []string{"usr/local/bin", "etc/systemd/system"} {
		if err := os.MkdirAll(filepath.Join(below, folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	typed := 0
	for _, line := range regexp.MustCompile(`(?m)^    (\S.*)$`).FindAllStringSubmatch(lines, -1) {
		typed++
		cmd := exec.Command(bash, "-c", strings.NewReplacer(" /usr/", " "+below+"/usr/", " /etc/", " "+below+"/etc/").Replace(line[1]))
		cmd.Dir = from
		if output, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", line[1], err, output)
		}
	}
	if typed != 5 {
		t.Errorf("%d lines", typed)
	}
	if list, err := wire.ReadAllowList([]string{filepath.Join(below, "etc/telemetry-collector/commands")}); err != nil || !list.Lists("pace get") {
		t.Errorf("the collector would not find the list: %v", err)
	}
	unit := read(t, "systemd/telemetry-collector.service")
	for name, mode := range map[string]os.FileMode{
		"/usr/local/bin/telemetry-collector": 0o755, "/etc/telemetry-collector/commands": os.ModeDir | 0o755,
		"/etc/telemetry-collector/private-token": 0o600,
	} {
		if !strings.Contains(unit, name) {
			t.Errorf("the unit does not name %s", name)
		}
		if info, err := os.Stat(filepath.Join(below, name)); err != nil || info.Mode() != mode {
			t.Errorf("%s: %v, want mode %v: %v", name, info, mode, err)
		}
	}
}

func TestPrometheusConfig(t *testing.T) {
	promtool := peertest.Need(t, "promtool")[0]
	// The secret that it names is made on the machine that runs it.
	token := write(t, t.TempDir(), "private_token", "0123456789abcdef")
	config := write(t, t.TempDir(), "prometheus.yml", strings.ReplaceAll(read(t, "compose/prometheus.yml"), "/run/secrets/private_token", token))
	if output, err := exec.Command(promtool, "check", "config", config).CombinedOutput(); err != nil {
		t.Errorf("promtool: %v\n%s", err, output)
	}
}

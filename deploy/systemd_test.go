package deploy

import (
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

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

func TestPrometheusConfig(t *testing.T) {
	promtool := peertest.Need(t, "promtool")[0]
	// The secret that it names is made on the machine that runs it.
	token := write(t, t.TempDir(), "private_token", "0123456789abcdef")
	config := write(t, t.TempDir(), "prometheus.yml", strings.ReplaceAll(read(t, "compose/prometheus.yml"), "/run/secrets/private_token", token))
	if output, err := exec.Command(promtool, "check", "config", config).CombinedOutput(); err != nil {
		t.Errorf("promtool: %v\n%s", err, output)
	}
}

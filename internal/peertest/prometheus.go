package peertest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Prometheus starts a Prometheus that takes remote write at
// URL+"/api/v1/write" and scrapes the given host:port targets every second.
func Prometheus(t testing.TB, targets ...string) *Peer {
	t.Helper()
	program := Need(t, "prometheus")[0]
	dir, address := t.TempDir(), FreeAddress(t)
	config := "global: {scrape_interval: 1s, scrape_timeout: 1s}\nscrape_configs:\n"
	if len(targets) > 0 {
		config += fmt.Sprintf("- {job_name: telemetry, static_configs: [{targets: ['%s']}]}\n", strings.Join(targets, "','"))
	} else {
		config = "global: {}\n"
	}
	configFile := filepath.Join(dir, "prometheus.yml")
	if err := os.WriteFile(configFile, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	return launch(&Peer{
		t: t, name: "prometheus", URL: "http://" + address,
		ready: answers("http://" + address + "/-/ready"),
		command: func() *exec.Cmd {
			return exec.Command(program,
				"--config.file="+configFile,
				"--web.listen-address="+address,
				"--storage.tsdb.path="+filepath.Join(dir, "data"),
				"--web.enable-remote-write-receiver")
		},
	}, dir)
}

// A VictoriaMetricsPeer also takes the Graphite plaintext protocol.
type VictoriaMetricsPeer struct {
	*Peer
	Carbon string // host:port of the plaintext receiver
}

// VictoriaMetrics starts a VictoriaMetrics that takes remote write at
// URL+"/api/v1/write" and answers queries at URL+"/api/v1/query". What was
// just written can be asked for after GET URL+"/internal/force_flush".
func VictoriaMetrics(t testing.TB) *VictoriaMetricsPeer {
	t.Helper()
	program := Need(t, "victoria-metrics")[0]
	dir, address, carbon := t.TempDir(), FreeAddress(t), FreeAddress(t)
	peer := launch(&Peer{
		t: t, name: "victoria-metrics", URL: "http://" + address,
		ready: answers("http://" + address + "/health"),
		command: func() *exec.Cmd {
			return exec.Command(program,
				"-httpListenAddr="+address,
				"-graphiteListenAddr="+carbon,
				"-storageDataPath="+filepath.Join(dir, "data"),
				"-retentionPeriod=1y",
				"-memory.allowedBytes=128MB",
				"-search.latencyOffset=0s")
		},
	}, dir)
	return &VictoriaMetricsPeer{Peer: peer, Carbon: carbon}
}

// Pushgateway starts a Prometheus Pushgateway that keeps its groups in memory.
func Pushgateway(t testing.TB) *Peer {
	t.Helper()
	program := Need(t, "prometheus-pushgateway")[0]
	dir, address := t.TempDir(), FreeAddress(t)
	return launch(&Peer{
		t: t, name: "prometheus-pushgateway", URL: "http://" + address,
		ready: answers("http://" + address + "/-/ready"),
		command: func() *exec.Cmd {
			return exec.Command(program, "--web.listen-address="+address, "--persistence.file=")
		},
	}, dir)
}

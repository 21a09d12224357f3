package check

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
)

func TestComposeFileIsWhatComposeReads(t *testing.T) {
	t.Setenv("TELEMETRY_DOMAIN", "telemetry.example.com")
	options, err := cli.NewProjectOptions([]string{"../compose/compose.yaml"}, cli.WithOsEnv)
	if err != nil {
		t.Fatal(err)
	}
	project, err := options.LoadProject(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	made := map[string]bool{} // by the README's commands
	for _, name := range []string{"commands", "secrets/private_token", "secrets/grafana_password"} {
		path, err := filepath.Abs(filepath.Join("../compose", name))
		if err != nil {
			t.Fatal(err)
		}
		made[path] = true
	}
	present := func(what, path string) {
		t.Helper()
		if _, err := os.Stat(path); err != nil && !made[path] {
			t.Errorf("%s: %v", what, err)
		}
	}
	for name, service := range project.Services {
		if !strings.Contains(service.Image, "/") || !strings.Contains(strings.SplitN(service.Image, "/", 2)[0], ".") {
			t.Errorf("%s: image %s is not fully qualified", name, service.Image)
		}
		if service.Image == "" || strings.HasSuffix(service.Image, ":latest") || !strings.Contains(filepath.Base(service.Image), ":") {
			t.Errorf("%s: image %s has no version", name, service.Image)
		}
		for _, volume := range service.Volumes {
			if volume.Type == "bind" {
				present(name, volume.Source)
			} else if _, ok := project.Volumes[volume.Source]; !ok {
				t.Errorf("%s: no volume %s", name, volume.Source)
			}
		}
		for _, port := range service.Ports {
			if name != "caddy" && port.HostIP != "127.0.0.1" {
				t.Errorf("%s publishes %s to everybody", name, port.Published)
			}
		}
	}
	for name, secret := range project.Secrets {
		present(name, secret.File)
	}
	collector := project.Services["collector"]
	present("build context", collector.Build.Context)
	present("Dockerfile", filepath.Join(collector.Build.Context, collector.Build.Dockerfile))
	trusted := netip.MustParsePrefix(*collector.Environment["TELEMETRY_TRUSTED_PROXIES"])
	if subnet := project.Networks["edge"].Ipam.Config[0].Subnet; subnet != trusted.String() {
		t.Errorf("%s is trusted, Caddy is in %s", trusted, subnet)
	}
}

func TestComposeRefusesToStartWithoutADomain(t *testing.T) {
	t.Setenv("TELEMETRY_DOMAIN", "")
	options, err := cli.NewProjectOptions([]string{"../compose/compose.yaml"}, cli.WithOsEnv)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := options.LoadProject(t.Context()); err == nil || !strings.Contains(err.Error(), "TELEMETRY_DOMAIN") {
		t.Errorf("error %v", err)
	}
}

package peertest

import (
	"crypto/tls"
	"encoding/json"
	"io"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// An ACMEPeer is a certificate authority that speaks ACME: Let's Encrypt's Pebble.
// It asks a DNS server of its own, to which every name is 127.0.0.1.
type ACMEPeer struct {
	*Peer
	Directory string // the URL to give to a client
	APIRoot   string // PEM file with the certificate that the API itself has

	management string
	client     *http.Client
}

// ACME starts an authority that validates each name by TLS-ALPN-01 at an address
// of loopback, and whose certificates are valid for some time, in whole seconds.
func ACME(t testing.TB, address string, validity time.Duration) *ACMEPeer {
	t.Helper()
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		t.Fatal(err)
	}
	programs := Need(t, "pebble", "pebble-challtestsrv")
	names := FreeAddress(t)
	Program(t, "challtestsrv", listens(names), func() *exec.Cmd {
		return exec.Command(programs[1], "-dnsserver", names, "-defaultIPv4", "127.0.0.1", "-defaultIPv6", "",
			"-doh", "", "-http01", "", "-https01", "", "-tlsalpn01", "", "-management", "127.0.0.1:0")
	})
	dir, api := t.TempDir(), FreeAddress(t)
	authority := &ACMEPeer{Directory: "https://" + api + "/dir", management: FreeAddress(t)}
	var key string
	authority.APIRoot, key = SelfSigned(t, dir, 1)
	config, err := json.Marshal(map[string]any{"pebble": map[string]any{
		"listenAddress": api, "managementListenAddress": authority.management,
		"certificate": authority.APIRoot, "privateKey": key,
		"tlsPort": at.Port(), "httpPort": 1, "keyAlgorithm": "ecdsa",
		"profiles": map[string]any{"default": map[string]any{"validityPeriod": int(validity / time.Second)}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "pebble.json")
	if err := os.WriteFile(file, config, 0o600); err != nil {
		t.Fatal(err)
	}
	authority.client = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: Pool(t, authority.APIRoot)}, DisableKeepAlives: true}}
	authority.Peer = launch(&Peer{
		t: t, name: "pebble", URL: "https://" + api,
		ready: func() error {
			answer, err := authority.client.Get(authority.Directory)
			if err == nil {
				answer.Body.Close()
			}
			return err
		},
		command: func() *exec.Cmd {
			command := exec.Command(programs[0], "-config", file, "-dnsserver", names)
			command.Env = append(os.Environ(), "PEBBLE_VA_NOSLEEP=1")
			return command
		},
	}, dir)
	return authority
}

// Root writes the root of the certificates that the authority issues to a PEM
// file. It is another one each time the authority starts.
func (p *ACMEPeer) Root() string {
	p.t.Helper()
	answer, err := p.client.Get("https://" + p.management + "/roots/0")
	if err != nil {
		p.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		p.t.Fatalf("%s: %v", answer.Status, err)
	}
	file := filepath.Join(p.t.TempDir(), "root.pem")
	if err := os.WriteFile(file, text, 0o644); err != nil {
		p.t.Fatal(err)
	}
	return file
}

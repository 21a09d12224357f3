package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/telemetrygen/telemetrygen/internal/peertest"
)

const domain = "telemetry.example.com"

// A visitor asks for the domain, which it finds at an address of loopback, and
// trusts one authority.
type visitor struct {
	t       *testing.T
	address string
	config  *tls.Config
}

func newVisitor(t *testing.T, address string, authority *peertest.ACMEPeer) visitor {
	return visitor{t, address, &tls.Config{ServerName: domain, RootCAs: peertest.Pool(t, authority.Root())}}
}

// certificate is the one that a handshake shows, and that was verified.
func (v visitor) certificate() *x509.Certificate {
	v.t.Helper()
	connection, err := tls.Dial("tcp", v.address, v.config)
	if err != nil {
		v.t.Fatal(err)
	}
	defer connection.Close()
	return connection.ConnectionState().PeerCertificates[0]
}

func (v visitor) serial() *big.Int { v.t.Helper(); return v.certificate().SerialNumber }

// post sends a report over the domain's name.
func (v visitor) post(body string) {
	v.t.Helper()
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: v.config, DisableKeepAlives: true,
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, v.address)
		}}}
	answer, err := client.Post("https://"+domain+"/telemetry", "application/json", strings.NewReader(body))
	if err != nil {
		v.t.Fatal(err)
	}
	defer answer.Body.Close()
	if text, err := io.ReadAll(answer.Body); err != nil || answer.StatusCode != http.StatusOK {
		v.t.Fatalf("%s: %s %v", answer.Status, text, err)
	}
}

// TestCertificatesByACME asks a real authority, once for each kind of store.
func TestCertificatesByACME(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		file := filepath.Join(t.TempDir(), "telemetry.db")
		getsAndKeepsACertificate(t, "sqlite:"+file, true)
		kept, err := os.ReadFile(filepath.Join(filepath.Dir(file), "certificates", domain))
		if err != nil || !bytes.Contains(kept, []byte("PRIVATE KEY")) {
			t.Errorf("%v: %s", err, kept)
		}
		if info, err := os.Stat(filepath.Join(filepath.Dir(file), "certificates", domain)); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("a key that others can read: %v, %v", info, err)
		}
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		getsAndKeepsACertificate(t, peertest.Database(t), false)
	})
}

// getsAndKeepsACertificate has two collectors of one store serve a domain, one
// after the other or, if the store is no single one's, beside each other. Only the
// first has an authority to ask.
func getsAndKeepsACertificate(t *testing.T, store string, single bool) {
	address := peertest.FreeAddress(t)
	authority := peertest.ACME(t, address, 90*24*time.Hour)
	serve := func(address string) running {
		return started(t, []string{"SSL_CERT_FILE=" + authority.APIRoot}, "--listen", address, "--store", store, "--tls-domain", domain, "--acme-directory", authority.Directory)
	}
	first := serve(address)
	first.says("the certificate is there") // before anybody asked for it
	visitor := newVisitor(t, address, authority)
	visitor.post(report)
	serial := visitor.serial()
	if metrics := fetch(t, first.private+"/metrics"); !strings.Contains(metrics, `command="pace get data-policy"`) {
		t.Errorf("the report is not there:\n%s", metrics)
	}
	if _, err := tls.Dial("tcp", address, &tls.Config{ServerName: "other.example.com", InsecureSkipVerify: true}); err == nil {
		t.Error("a name that was not given has a certificate, too")
	}

	authority.Kill()
	if single {
		if status, log := first.stop(); status != 0 {
			t.Fatalf("exit status %d\n%s", status, log)
		}
	} else {
		visitor.address = peertest.FreeAddress(t)
	}
	second := serve(visitor.address)
	second.says("the certificate is there")
	if again := visitor.serial(); again.Cmp(serial) != 0 {
		t.Errorf("certificate %x, and then %x", serial, again)
	}
	visitor.post(report)
}

// TestACertificateIsRenewedInTime serves one that is valid for seconds, with
// requests all the while.
func TestACertificateIsRenewedInTime(t *testing.T) {
	t.Parallel()
	address := peertest.FreeAddress(t)
	authority := peertest.ACME(t, address, 18*time.Second)
	collector := started(t, []string{"SSL_CERT_FILE=" + authority.APIRoot}, "--listen", address, "--tls-domain", domain, "--acme-directory", authority.Directory)
	collector.says("the certificate is there")
	visitor := newVisitor(t, address, authority)
	first := visitor.certificate()
	old, err := tls.Dial("tcp", address, visitor.config)
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	stillAnswers(t, old)
	var second *x509.Certificate
	eventually(t, "another certificate", func() bool {
		second = visitor.certificate() // each handshake verifies it
		return second.SerialNumber.Cmp(first.SerialNumber) != 0
	})
	if !second.NotBefore.Before(first.NotAfter) {
		t.Errorf("renewed at %v, after the first ended at %v", second.NotBefore, first.NotAfter)
	}
	stillAnswers(t, old)

	// An authority that is gone is named before the certificate ends.
	authority.Kill()
	eventually(t, "the last sixth of its time", func() bool {
		return time.Until(second.NotAfter) < second.NotAfter.Sub(second.NotBefore)/6
	})
	visitor.post(report)
	collector.says("the certificate was not renewed yet")
}

// TestAnAuthorityThatCannotBeAskedIsNamedAtTheStart serves all the same.
func TestAnAuthorityThatCannotBeAskedIsNamedAtTheStart(t *testing.T) {
	nobody := httptest.NewServer(http.NotFoundHandler())
	directory, err := url.JoinPath(nobody.URL, "dir")
	if err != nil {
		t.Fatal(err)
	}
	nobody.Close()
	collector := started(t, nil, "--tls-domain", domain, "--acme-directory", directory)
	collector.says("there is no certificate")
	if answer := fetch(t, collector.private+"/healthz"); !strings.Contains(answer, "OK") {
		t.Error(answer)
	}
}

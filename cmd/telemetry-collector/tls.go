package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"

	"github.com/telemetrygen/telemetrygen/collector/intake"
	"github.com/telemetrygen/telemetrygen/collector/store"
)

// checkTLS says what is wrong with the flags before anything is opened.
func (s settings) checkTLS() error {
	switch {
	case (s.tlsCert == "") != (s.tlsKey == ""):
		return errors.New("--tls-cert and --tls-key go together")
	case s.tlsCert != "" && len(s.tlsDomains) > 0:
		return errors.New("--tls-domain gets certificates by itself, and --tls-cert is one of your own: give one of them")
	case len(s.tlsDomains) > 0 && s.store == "none":
		return errors.New("--tls-domain keeps its certificates with the store, and there is none: give --tls-cert")
	}
	for _, domain := range s.tlsDomains {
		if strings.ContainsAny(domain, "/:*") || !strings.Contains(domain, ".") || net.ParseIP(domain) != nil {
			return fmt.Errorf("--tls-domain %q is not a name like telemetry.example.com", domain)
		}
	}
	return nil
}

// encryption is how the sides are served: in the clear if it has no config.
type encryption struct {
	config *tls.Config
	reload func() error // reads the files again
}

// encryption makes the configuration that the flags ask for.
func (s settings) encryption(kept *store.Store, log *slog.Logger) (encryption, error) {
	switch {
	case s.tlsCert != "":
		pair, err := newKeyPair(s.tlsCert, s.tlsKey, log)
		if err != nil {
			return encryption{}, err
		}
		return encryption{&tls.Config{GetCertificate: pair.certificate, NextProtos: []string{"h2", "http/1.1"}}, pair.load}, nil
	case len(s.tlsDomains) > 0:
		return encryption{config: s.acme(kept, log)}, nil
	}
	return encryption{}, nil
}

// acme gets certificates when the first client asks for a domain, and again 30
// days before they end, by TLS-ALPN-01: the authority connects to port 443 of the
// domain, and so to the public side.
func (s settings) acme(kept *store.Store, log *slog.Logger) *tls.Config {
	var cache autocert.Cache = kept.Certificates()
	if file, ok := strings.CutPrefix(s.store, "sqlite:"); ok {
		cache = autocert.DirCache(filepath.Join(filepath.Dir(file), "certificates"))
	}
	manager := &autocert.Manager{
		Prompt:     autocert.AcceptTOS,
		HostPolicy: autocert.HostWhitelist(s.tlsDomains...),
		Cache:      cache,
		Client:     &acme.Client{DirectoryURL: s.acmeDirectory},
	}
	config := manager.TLSConfig()
	failures := intake.NewLimiter(1.0/60, 3) // anybody can ask again and again
	config.GetCertificate = func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		certificate, err := manager.GetCertificate(hello)
		domain := strings.ToLower(strings.TrimSuffix(hello.ServerName, "."))
		if err != nil && slices.Contains(s.tlsDomains, domain) && !errors.Is(err, context.Canceled) && failures.Allow(time.Now(), []byte(domain)) {
			log.Error("there is no certificate", "domain", domain, "error", err)
		}
		return certificate, err
	}
	return config
}

// wrap serves a listener encrypted if that is asked for.
func (e encryption) wrap(listener net.Listener) net.Listener {
	if e.config == nil {
		return listener
	}
	return tls.NewListener(listener, e.config)
}

// url is how a listener is reached.
func (e encryption) url(listener net.Listener) string {
	if e.config == nil {
		return "http://" + listener.Addr().String()
	}
	return "https://" + listener.Addr().String()
}

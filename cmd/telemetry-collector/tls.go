package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
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
	reload func() error // reads the files again; nil if there are none
	obtain func()       // gets what is not in the store; nil if there are files
}

// protocol is the one that is spoken under TLS.
const protocol = "http/1.1"

// encryption makes the configuration that the flags ask for.
func (s settings) encryption(kept *store.Store, log *slog.Logger) (encryption, error) {
	switch {
	case s.tlsCert != "":
		pair, err := newKeyPair(s.tlsCert, s.tlsKey, log)
		if err != nil {
			return encryption{}, err
		}
		return encryption{config: &tls.Config{GetCertificate: pair.certificate, NextProtos: []string{protocol}}, reload: pair.load}, nil
	case len(s.tlsDomains) > 0:
		return s.acme(kept, log), nil
	}
	return encryption{}, nil
}

// acme gets certificates at the start and, if it could not, when a client asks for
// a domain; and again when a third of their time is left, but at most 30 days.
// The authority validates a domain by TLS-ALPN-01: it connects to port 443 of it,
// and so to the public side.
func (s settings) acme(kept *store.Store, log *slog.Logger) encryption {
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
	get := certificates{manager.GetCertificate, s.tlsDomains, intake.NewLimiter(1.0/60, 3), log}
	config := manager.TLSConfig()
	config.GetCertificate, config.NextProtos = get.certificate, []string{protocol, acme.ALPNProto}
	return encryption{config: config, obtain: func() {
		for _, domain := range s.tlsDomains {
			// What today's clients offer.
			hello := &tls.ClientHelloInfo{ServerName: domain, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}}
			if certificate, err := get.certificate(hello); err == nil {
				log.Info("the certificate is there", "domain", domain, "until", certificate.Leaf.NotAfter)
			}
		}
	}}
}

// certificates says what goes wrong with those of some domains.
type certificates struct {
	get     func(*tls.ClientHelloInfo) (*tls.Certificate, error)
	domains []string
	lines   *intake.Limiter // anybody can ask again and again
	log     *slog.Logger
}

func (c certificates) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	certificate, err := c.get(hello)
	domain := strings.ToLower(strings.TrimSuffix(hello.ServerName, "."))
	switch {
	case !slices.Contains(c.domains, domain) || errors.Is(err, context.Canceled):
	case err != nil:
		if c.lines.Allow(time.Now(), []byte(domain)) {
			c.log.Error("there is no certificate", "domain", domain, "error", err)
		}
	case endsSoon(certificate.Leaf) && c.lines.Allow(time.Now(), []byte(domain)):
		c.log.Warn("the certificate was not renewed yet", "domain", domain, "until", certificate.Leaf.NotAfter)
	}
	return certificate, err
}

// endsSoon is true in the last sixth of a certificate's time, when every half hour
// or hour of the sixth before it an attempt to renew it has failed. It is false for
// nil, as with the answers to an authority's challenges.
func endsSoon(leaf *x509.Certificate) bool {
	return leaf != nil && time.Until(leaf.NotAfter) < leaf.NotAfter.Sub(leaf.NotBefore)/6
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

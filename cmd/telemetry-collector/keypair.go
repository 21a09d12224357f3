package main

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// A keyPair is a certificate and its key in files that somebody else renews.
type keyPair struct {
	certFile, keyFile string
	log               *slog.Logger

	mu      sync.Mutex
	current *tls.Certificate
	read    [2]stamp
	looked  time.Time
}

// A stamp tells whether a file was written since it was read.
type stamp struct {
	changed time.Time
	size    int64
}

// lookAgain is how long a new certificate may go unnoticed.
const lookAgain = 10 * time.Second

func newKeyPair(certFile, keyFile string, log *slog.Logger) (*keyPair, error) {
	k := &keyPair{certFile: certFile, keyFile: keyFile, log: log}
	return k, k.load()
}

// load reads the files. Where they cannot be read, or do not belong together as
// in the middle of a renewal, the certificate stays as it was.
func (k *keyPair) load() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.looked = time.Now()
	return k.loadLocked(k.stamps())
}

func (k *keyPair) loadLocked(stamps [2]stamp) error {
	pair, err := tls.LoadX509KeyPair(k.certFile, k.keyFile)
	if err != nil {
		return fmt.Errorf("--tls-cert %s, --tls-key %s: %w", k.certFile, k.keyFile, err)
	}
	k.current, k.read = &pair, stamps
	return nil
}

// certificate is what a handshake asks for. It looks for newer files, but not
// at every handshake.
func (k *keyPair) certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if now := time.Now(); now.Sub(k.looked) >= lookAgain {
		k.looked = now
		if stamps := k.stamps(); stamps != k.read {
			if err := k.loadLocked(stamps); err != nil {
				k.log.Error("the certificate stays as it was", "error", err)
			} else {
				k.log.Info("the certificate was read again")
			}
		}
	}
	return k.current, nil
}

func (k *keyPair) stamps() (stamps [2]stamp) {
	for i, file := range []string{k.certFile, k.keyFile} {
		if info, err := os.Stat(file); err == nil {
			stamps[i] = stamp{info.ModTime(), info.Size()}
		}
	}
	return stamps
}

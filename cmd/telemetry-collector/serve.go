package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/telemetrygen/telemetrygen/collector"
	"github.com/telemetrygen/telemetrygen/collector/intake"
	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/collector/wire"
)

// settings are the flags.
type settings struct {
	listen, privateListen, store, graphiteURL, graphiteTCP, remoteWriteURL, otlpURL, trustedProxies, logFormat string
	tlsCert, tlsKey, acmeDirectory                                                                             string

	listenGiven, publicDashboard bool
	commands, tlsDomains         []string
	interval, retention          time.Duration
	limits                       *store.Limits
}

// serve runs the collector until its context ends, which is no error, however early.
func (s settings) serve(cmd *cobra.Command, getenv environment) (err error) {
	defer func() {
		if cmd.Context().Err() != nil && errors.Is(err, context.Canceled) {
			err = nil
		}
	}()
	hungUp := hangups() // from now on: the store may take minutes to migrate
	config := collector.Config{Interval: s.interval, Retention: s.retention, PublicDashboard: s.publicDashboard, Limits: *s.limits}
	if config.Log, err = newLog(cmd.ErrOrStderr(), s.logFormat); err != nil {
		return err
	}
	slog.SetDefault(config.Log) // for packages that are handed none
	if s.interval < time.Second {
		return fmt.Errorf("--interval %v is less than a second", s.interval)
	}
	if s.retention < 24*time.Hour {
		return fmt.Errorf("--retention %v is less than a day", s.retention)
	}
	if err := checkLimits(cmd.Flags()); err != nil {
		return err
	}
	if config.TrustedProxies, err = intake.ParseProxies(s.trustedProxies); err != nil {
		return fmt.Errorf("--trusted-proxies: %w", err)
	}
	for _, proxies := range config.TrustedProxies {
		if proxies.Bits() == 0 {
			config.Log.Warn("everybody is a trusted proxy: whoever sends a report says which network it is from, and no limit of a network holds", "trusted-proxies", s.trustedProxies)
		}
	}
	if config.AllowList, err = wire.ReadAllowList(s.commands); err != nil {
		return fmt.Errorf("--commands: %w", err)
	}
	if config.PrivateToken, err = getenv.privateToken(); err != nil {
		return err
	}
	if config.Sinks, err = s.sinks(getenv); err != nil {
		return err
	}
	if err := s.checkTLS(); err != nil {
		return err
	}
	public, private, err := s.listeners(config.PrivateToken)
	if err != nil {
		return err
	}
	defer public.Close()
	defer private.Close()
	if s.store == "none" {
		if len(config.Sinks) == 0 {
			return errors.New("--store none keeps nothing: give it a sink, such as --graphite-url")
		}
	} else {
		pepper, err := getenv.secret("ID_PEPPER")
		if err != nil {
			return err
		}
		if config.Store, err = store.Open(cmd.Context(), s.store, []byte(pepper)); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, config.Store.Close()) }()
	}
	if config.AllowList == nil {
		config.Log.Warn("every command of a CLI without a registered release is taken; --commands FILE bounds what strangers can report")
	}
	secure, err := s.encryption(config.Store, config.Log)
	if err != nil {
		return err
	}
	privately := secure // a token must not travel in the clear
	if loopback(private.Addr()) {
		privately = encryption{}
	}
	server := collector.New(config)
	ctx, stop := context.WithCancel(cmd.Context())
	defer stop()
	s.reloadOn(ctx, hungUp, server, secure, config.Log)
	if secure.obtain != nil {
		go secure.obtain()
	}
	config.Log.Info("serving", "address", secure.url(public), "private", privately.url(private), "store", storeName(s.store), "version", version())
	return server.Run(ctx, secure.wrap(public), privately.wrap(private))
}

func newLog(to io.Writer, format string) (*slog.Logger, error) {
	switch format {
	case "text":
		return slog.New(slog.NewTextHandler(to, nil)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(to, nil)), nil
	}
	return nil, fmt.Errorf("--log-format %s is neither text nor json", format)
}

// listeners opens both sides.
func (s settings) listeners(token string) (public, private net.Listener, err error) {
	if len(s.tlsDomains) > 0 && !s.listenGiven {
		s.listen = ":443"
	}
	if public, err = net.Listen("tcp", s.listen); err != nil {
		return nil, nil, fmt.Errorf("--listen: %w", err)
	}
	if private, err = net.Listen("tcp", s.privateListen); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("--private-listen: %w", err), public.Close())
	}
	if token == "" && !loopback(private.Addr()) {
		return nil, nil, errors.Join(fmt.Errorf("--private-listen %s is not loopback, so anybody who reaches it could read the dashboard and change releases: "+
			"set TELEMETRY_PRIVATE_TOKEN (openssl rand -hex 32), or listen on 127.0.0.1", s.privateListen), public.Close(), private.Close())
	}
	return public, private, nil
}

func loopback(address net.Addr) bool {
	bound, err := netip.ParseAddrPort(address.String())
	return err == nil && bound.Addr().Unmap().IsLoopback()
}

// storeName is the store without its password.
func storeName(url string) string {
	if file, ok := strings.CutPrefix(url, "sqlite:"); ok {
		if absolute, err := filepath.Abs(file); err == nil {
			return "sqlite:" + absolute
		}
	}
	scheme, _, _ := strings.Cut(url, ":")
	return scheme
}

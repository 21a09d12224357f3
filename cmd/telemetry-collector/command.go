package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/telemetrygen/telemetrygen/collector"
	"github.com/telemetrygen/telemetrygen/collector/sink"
	"github.com/telemetrygen/telemetrygen/collector/store"
	"github.com/telemetrygen/telemetrygen/collector/wire"
)

const long = `Telemetry-collector takes the reports of CLIs that telemetrygen has instrumented
(POST /telemetry), keeps what they amount to, shows it at /, and feeds Graphite
and Prometheus.

Every flag can also be given as an environment variable: --graphite-url is
GRAPHITE_URL. Secrets are taken from the environment only:

  GRAPHITE_TOKEN         bearer token for --graphite-url; user:key for Grafana Cloud
  REMOTE_WRITE_TOKEN     bearer token for --remote-write-url
  REMOTE_WRITE_USERNAME  and REMOTE_WRITE_PASSWORD: basic authentication instead
  ID_PEPPER              key of the hashes under which installs are kept; one that
                         is made at the first start and kept in the store if not
                         given. It must not change afterwards.

Exit status: 0 after SIGINT or SIGTERM, when what was begun is done; 2 for errors.`

const examples = `  # Keep everything in telemetry.db, for the commands of one CLI
  telemetry-collector --commands internal/telemetry/commands.txt

  # Behind a proxy that ends TLS, also writing to a Prometheus
  telemetry-collector --trusted-proxies 127.0.0.1 \
      --remote-write-url http://localhost:9090/api/v1/write

  # Grafana Cloud
  GRAPHITE_TOKEN=123456:glc_... telemetry-collector --listen :8080 \
      --graphite-url https://graphite-prod-01-eu-west-0.grafana.net/graphite

  # As many as there are machines, on one database
  telemetry-collector --listen :8080 --store postgres://telemetry@db/telemetry`

// settings are the flags.
type settings struct {
	listen, store, graphiteURL, graphiteTCP, remoteWriteURL, trustedProxies string
	commands                                                                []string
	interval, retention                                                     time.Duration
}

func root(getenv func(string) string) *cobra.Command {
	var s settings
	cmd := &cobra.Command{
		Use:           "telemetry-collector",
		Short:         "Take the usage reports of CLIs, and show and forward what they amount to",
		Long:          long,
		Example:       examples,
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := fromEnvironment(cmd.Flags(), getenv); err != nil {
				return err
			}
			return s.serve(cmd, getenv)
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&s.listen, "listen", "127.0.0.1:8080", "address to serve on; :8080 for all of this machine's")
	flags.StringVar(&s.store, "store", "sqlite:telemetry.db", "sqlite:FILE, postgres://..., or none to only pass reports on")
	flags.StringSliceVar(&s.commands, "commands", nil, "file with the commands that may be reported (commands.txt); repeat it for every CLI and release. Without it all are taken")
	flags.StringVar(&s.graphiteURL, "graphite-url", "", "Graphite over HTTP as Grafana Cloud takes it: https://.../graphite")
	flags.StringVar(&s.graphiteTCP, "graphite-tcp", "", "carbon's plaintext protocol: host:2003")
	flags.StringVar(&s.remoteWriteURL, "remote-write-url", "", "Prometheus remote write: http://host:9090/api/v1/write")
	flags.DurationVar(&s.interval, "interval", time.Minute, "time between two values of a series; no reader should look less often")
	flags.DurationVar(&s.retention, "retention", 400*24*time.Hour, "how long an install that is silent, and a day, are remembered; totals stay")
	flags.StringVar(&s.trustedProxies, "trusted-proxies", "", "addresses or prefixes whose X-Forwarded-For is believed: 127.0.0.1,10.0.0.0/8")
	return cmd
}

// fromEnvironment sets what no flag set.
func fromEnvironment(flags *pflag.FlagSet, getenv func(string) string) error {
	var failures []error
	flags.VisitAll(func(flag *pflag.Flag) {
		name := strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_"))
		if value := getenv(name); value != "" && !flag.Changed && flag.Name != "help" {
			if err := flags.Set(flag.Name, value); err != nil {
				failures = append(failures, fmt.Errorf("%s=%s: %w", name, value, err))
			}
		}
	})
	return errors.Join(failures...)
}

func (s settings) serve(cmd *cobra.Command, getenv func(string) string) (err error) {
	config := collector.Config{
		Interval:  s.interval,
		Retention: s.retention,
		Log:       slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil)),
	}
	if s.interval < time.Second {
		return fmt.Errorf("--interval %v is less than a second", s.interval)
	}
	if s.retention < 24*time.Hour {
		return fmt.Errorf("--retention %v is less than a day", s.retention)
	}
	if config.TrustedProxies, err = collector.ParseProxies(s.trustedProxies); err != nil {
		return fmt.Errorf("--trusted-proxies: %w", err)
	}
	if config.AllowList, err = wire.ReadAllowList(s.commands); err != nil {
		return fmt.Errorf("--commands: %w", err)
	}
	if config.Sinks, err = s.sinks(getenv); err != nil {
		return err
	}
	if s.store == "none" {
		if len(config.Sinks) == 0 {
			return errors.New("--store none keeps nothing: give it a sink, such as --graphite-url")
		}
	} else {
		if config.Store, err = store.Open(cmd.Context(), s.store, []byte(getenv("ID_PEPPER"))); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, config.Store.Close()) }()
	}
	listener, err := net.Listen("tcp", s.listen)
	if err != nil {
		return err
	}
	if config.AllowList == nil {
		config.Log.Warn("every command is taken; --commands FILE bounds what strangers can report")
	}
	config.Log.Info("serving", "address", "http://"+listener.Addr().String(), "store", storeName(s.store))
	return collector.New(config).Run(cmd.Context(), listener)
}

func (s settings) sinks(getenv func(string) string) ([]sink.Sink, error) {
	var sinks []sink.Sink
	if s.graphiteURL != "" {
		graphite, err := sink.NewGraphite(sink.GraphiteOptions{URL: s.graphiteURL, Token: getenv("GRAPHITE_TOKEN"), Interval: s.interval})
		if err != nil {
			return nil, fmt.Errorf("--graphite-url: %w", err)
		}
		sinks = append(sinks, graphite)
	}
	if s.graphiteTCP != "" {
		carbon, err := sink.NewCarbon(s.graphiteTCP)
		if err != nil {
			return nil, fmt.Errorf("--graphite-tcp: %w", err)
		}
		sinks = append(sinks, carbon)
	}
	if s.remoteWriteURL != "" {
		remote, err := sink.NewRemoteWrite(sink.RemoteWriteOptions{URL: s.remoteWriteURL, Token: getenv("REMOTE_WRITE_TOKEN"),
			Username: getenv("REMOTE_WRITE_USERNAME"), Password: getenv("REMOTE_WRITE_PASSWORD")})
		if err != nil {
			return nil, fmt.Errorf("--remote-write-url: %w", err)
		}
		sinks = append(sinks, remote)
	}
	return sinks, nil
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

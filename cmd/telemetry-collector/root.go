package main

import (
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/crypto/acme"
)

const long = `Telemetry-collector takes the reports of CLIs that telemetrygen has instrumented,
keeps the totals, shows them, and feeds Graphite, Prometheus and OpenTelemetry.

It has two sides. The public one (--listen) takes reports, POST /telemetry, and
erasures, DELETE /telemetry/<id>, and nothing else but --public-dashboard. The
private one (--private-listen) has the dashboard at /, /metrics, /api/v1/ and
/readyz. With TELEMETRY_PRIVATE_TOKEN it asks for it, as a bearer token or as the
password of any user; on an address that is not loopback it does not start
without one. Both answer /healthz.

Every flag can also be given as an environment variable: --private-listen is
TELEMETRY_PRIVATE_LISTEN. Secrets are taken from the environment only, or from
the file that the variable with _FILE at its end names:

  TELEMETRY_PRIVATE_TOKEN          for the private side; PRIVATE_TOKEN is read too
  TELEMETRY_GRAPHITE_TOKEN         bearer token for --graphite-url; user:key for
                                   Grafana Cloud
  TELEMETRY_REMOTE_WRITE_TOKEN     bearer token for --remote-write-url
  TELEMETRY_REMOTE_WRITE_USERNAME  and TELEMETRY_REMOTE_WRITE_PASSWORD: basic
                                   authentication instead
  TELEMETRY_OTLP_HEADERS           headers for --otlp-url, as in
                                   OTEL_EXPORTER_OTLP_HEADERS: percent-encoded
                                   name=value pairs, separated by commas
  TELEMETRY_ID_PEPPER              key of the hashes under which installs are
                                   kept; one that is made at the first start and
                                   kept in the store if not given. With another
                                   one the store is not opened any more.

SIGHUP reads --commands and the certificate again.

Exit status: 0 after SIGINT or SIGTERM, when what was begun is done; 2 for errors.`

const examples = `  # Keep everything in telemetry.db, for the commands of one CLI
  telemetry-collector --commands internal/telemetry/commands.txt

  # On the internet, with a certificate of its own from Let's Encrypt
  telemetry-collector --tls-domain telemetry.example.com

  # Behind a proxy that ends TLS, also writing to a Prometheus
  telemetry-collector --trusted-proxies 127.0.0.1 \
      --remote-write-url http://localhost:9090/api/v1/write

  # Scraped from another machine
  TELEMETRY_PRIVATE_TOKEN=$(cat token) telemetry-collector --listen :8080 --private-listen :8081

  # Grafana Cloud
  TELEMETRY_GRAPHITE_TOKEN=123456:glc_... telemetry-collector --listen :8080 \
      --graphite-url https://graphite-prod-01-eu-west-0.grafana.net/graphite

  # As many as there are machines, on one database
  telemetry-collector --listen :8080 --store postgres://telemetry@db/telemetry`

// environment reads the variables of the process: os.Getenv, but in tests.
type environment func(name string) string

func root(getenv environment) *cobra.Command {
	var s settings
	cmd := &cobra.Command{
		Use:           "telemetry-collector",
		Short:         "Take the usage reports of CLIs, and show and forward what they amount to",
		Long:          long,
		Example:       examples,
		Version:       version(),
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			return errors.Join(notEmpty(cmd.Flags()), fromEnvironment(cmd.Flags(), getenv))
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			s.listenGiven = cmd.Flags().Changed("listen")
			return s.serve(cmd, getenv)
		},
	}
	cmd.SetVersionTemplate("telemetry-collector {{.Version}}\n")
	cmd.CompletionOptions.HiddenDefaultCmd = true
	cmd.AddCommand(release(getenv))
	const defaultStore = "sqlite:telemetry.db"
	for _, beside := range []*cobra.Command{backup(&s, getenv), s.reportCommand(), s.purgeCommand()} {
		beside.Flags().StringVar(&s.store, "store", defaultStore, "sqlite:FILE or postgres://...")
		cmd.AddCommand(beside)
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&s.store, "store", defaultStore, "sqlite:FILE, postgres://..., or none to only pass reports on")
	flags.StringVar(&s.listen, "listen", "127.0.0.1:8080", "address of the public side; :8080 for all of this machine's")
	flags.StringVar(&s.privateListen, "private-listen", "127.0.0.1:8081", "address of the private side")
	flags.BoolVar(&s.publicDashboard, "public-dashboard", false, "show everybody the commands that at least 10 installs used, of CLIs that are listed (--commands) or have a registered release, as of at most 5 minutes ago, at / and /commands.json of the public side")
	flags.StringSliceVar(&s.tlsDomains, "tls-domain", nil, "get certificates for this name by ACME, which accepts the authority's terms. The public side is then on :443 unless --listen says otherwise")
	flags.StringVar(&s.acmeDirectory, "acme-directory", acme.LetsEncryptURL, "the ACME authority that --tls-domain asks. One of your own, such as step-ca, is trusted if SSL_CERT_FILE names its root")
	flags.StringVar(&s.tlsCert, "tls-cert", "", "certificate of one's own, with those of its issuers (PEM); it is read again when it changes")
	flags.StringVar(&s.tlsKey, "tls-key", "", "its private key (PEM)")
	flags.StringSliceVar(&s.commands, "commands", nil, "file with the commands that may be reported (commands.txt), or folder with such files, each named NAME.txt; repeat it for every CLI and release. Without it all are taken")
	flags.StringVar(&s.graphiteURL, "graphite-url", "", "Graphite over HTTP as Grafana Cloud takes it: https://.../graphite")
	flags.StringVar(&s.graphiteTCP, "graphite-tcp", "", "carbon's plaintext protocol: host:2003")
	flags.StringVar(&s.remoteWriteURL, "remote-write-url", "", "Prometheus remote write: http://host:9090/api/v1/write")
	flags.StringVar(&s.otlpURL, "otlp-url", "", "OpenTelemetry protocol over HTTP: http://host:4318; /v1/metrics is added where it is missing")
	flags.DurationVar(&s.interval, "interval", time.Minute, "time between two values of a series; no reader should look less often")
	flags.DurationVar(&s.retention, "retention", 400*24*time.Hour, "how long an install that is silent, and a day, are remembered; totals stay")
	s.limitFlags(flags)
	flags.StringVar(&s.trustedProxies, "trusted-proxies", "", "addresses or prefixes whose X-Forwarded-For is believed: 127.0.0.1,10.0.0.0/8")
	flags.StringVar(&s.logFormat, "log-format", "text", "of the lines on stderr: text or json")
	return cmd
}

// version is that of the module, which the go command takes from the tag.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// prefix begins the name of every environment variable.
const prefix = "TELEMETRY_"

// notEmpty names a flag that was given with an empty value, as by a variable of a shell
// that is not set. Most flags mean more without a value: every version is purged, every
// command is taken, nothing is encrypted.
func notEmpty(flags *pflag.FlagSet) (err error) {
	flags.Visit(func(flag *pflag.Flag) {
		if value := flag.Value.String(); err == nil && (value == "" || value == "[]") {
			err = fmt.Errorf("--%s is given and empty", flag.Name)
		}
	})
	return err
}

// fromEnvironment sets what no flag set.
func fromEnvironment(flags *pflag.FlagSet, getenv environment) error {
	var failures []error
	flags.VisitAll(func(flag *pflag.Flag) {
		name := prefix + strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_"))
		if value := getenv(name); value != "" && !flag.Changed && flag.Name != "help" && flag.Name != "version" {
			if err := flags.Set(flag.Name, value); err != nil {
				failures = append(failures, fmt.Errorf("%s=%s: %w", name, value, err))
			}
		}
	})
	return errors.Join(failures...)
}

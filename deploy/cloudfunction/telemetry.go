// Package cloudfunction is the original's stateless mode as a Google Cloud
// Function: each report goes straight on to a Graphite that speaks HTTP, such
// as Grafana Cloud's, and is kept nowhere else.
package cloudfunction

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/intake"
	"github.com/telemetrygen/telemetrygen/collector/passthrough"
	"github.com/telemetrygen/telemetrygen/collector/sink"
	"github.com/telemetrygen/telemetrygen/collector/wire"
)

const (
	// interval is what Graphite is told about the distance of two samples of a
	// series. Installs report at times of their own.
	interval = time.Minute
	// sendTime bounds one delivery; the original's client waits for two seconds.
	sendTime = 10 * time.Second
)

// settings come from the environment, once for all requests of an instance.
var settings = sync.OnceValues(fromEnvironment)

// A forwarder answers the requests.
type forwarder struct {
	graphite *sink.Graphite
	allowed  *wire.AllowList
	proxies  []netip.Prefix
	limiter  *passthrough.Limiter // of this instance
}

func fromEnvironment() (*forwarder, error) {
	graphite, err := sink.NewGraphite(sink.GraphiteOptions{
		URL: os.Getenv("GRAPHITE_URL"), Token: os.Getenv("GRAPHITE_TOKEN"), Interval: interval,
	})
	if err != nil {
		return nil, errors.New("GRAPHITE_URL: " + err.Error())
	}
	var files []string
	if list := os.Getenv("TELEMETRY_COMMANDS"); list != "" {
		files = strings.Split(list, ",")
	}
	allowed, err := wire.ReadAllowList(files)
	if err != nil {
		return nil, errors.New("TELEMETRY_COMMANDS: " + err.Error())
	}
	proxies, err := intake.ParseProxies(os.Getenv("TELEMETRY_TRUSTED_PROXIES"))
	if err != nil {
		return nil, errors.New("TELEMETRY_TRUSTED_PROXIES: " + err.Error())
	}
	return &forwarder{graphite: graphite, allowed: allowed, proxies: proxies, limiter: passthrough.NewLimiter()}, nil
}

// Telemetry is the function's entry point. It takes a report as a CLI sends it
// and answers 200 and OK once Graphite took it, 4xx with the reason when the
// report is no good, 429 when its sender makes too much of a bill, 503 when it
// may be sent again.
//
// The environment holds GRAPHITE_URL, GRAPHITE_TOKEN, in TELEMETRY_COMMANDS the
// files with the commands that are taken, separated by commas, and in
// TELEMETRY_TRUSTED_PROXIES the addresses or prefixes whose X-Forwarded-For is
// believed. Without the first list any command is taken, without the second
// all senders share the limit of one network.
func Telemetry(w http.ResponseWriter, r *http.Request) {
	forward, err := settings()
	if err != nil {
		slog.Error("the function is not configured", "error", err)
		http.Error(w, "not configured", http.StatusInternalServerError)
		return
	}
	forward.ServeHTTP(w, r)
}

func (f *forwarder) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "POST a report", http.StatusMethodNotAllowed)
		return
	}
	report, err := intake.Read(w, r)
	if err == nil {
		err = f.allowed.Admit(&report)
	}
	if err != nil {
		status := http.StatusBadRequest
		if refusal := (*intake.Refusal)(nil); errors.As(err, &refusal) {
			status = refusal.Status
		}
		http.Error(w, err.Error(), status)
		return
	}
	now := time.Now()
	samples := passthrough.Samples(report, now)
	if refusal := f.limiter.Admit(now, report, samples, intake.NetworkOf(r, f.proxies)); refusal != "" {
		http.Error(w, refusal, http.StatusTooManyRequests)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), sendTime)
	defer cancel()
	if err := f.graphite.Send(ctx, samples); err != nil {
		slog.Error("Graphite did not take a report", "error", err)
		status := http.StatusServiceUnavailable
		if refused := (*sink.Refused)(nil); errors.As(err, &refused) {
			status = http.StatusBadGateway
		}
		http.Error(w, "the report could not be passed on", status)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	io.WriteString(w, "OK")
}

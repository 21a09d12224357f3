package collector

import (
	"net/http"
	"runtime/debug"
	"time"

	"github.com/telemetrygen/telemetrygen/collector/intake"
	"github.com/telemetrygen/telemetrygen/collector/wire"
)

// A middleware is a handler around a handler.
type middleware func(http.Handler) http.Handler

// within wraps a handler; the first layer is the outermost.
func within(handler http.Handler, layers ...middleware) http.Handler {
	for i := len(layers) - 1; i >= 0; i-- {
		handler = layers[i](handler)
	}
	return handler
}

// recovered logs a panic, with its stack, and cuts the connection off: net/http
// would write it among lines that have addresses.
func (s *Server) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if cause := recover(); cause != nil {
				if cause != http.ErrAbortHandler { //nolint:errorlint // not an error but what was panicked with
					s.log.Error("a request failed", "route", r.Pattern, "cause", cause, "stack", string(debug.Stack()))
				}
				panic(http.ErrAbortHandler)
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// discreet tells browsers to guess nothing and to tell nobody. An answer to a report needs
// neither: setting headers took 3 % of its CPU.
func discreet(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "no-referrer")
		next.ServeHTTP(w, r)
	})
}

// hardened has net/http read nothing behind a body unless all of it was read here (see
// wholeBody): it would wait for the rest before it answers, and again after that. Nor behind
// chunks: where a length was given, too, proxies disagree about what is there. No CLI sends
// chunks.
func hardened(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		if r.ContentLength != 0 {
			header["Connection"] = closes
			defer func() {
				if header.Get("Connection") != "" {
					http.NewResponseController(w).SetReadDeadline(longAgo)
				}
			}()
		}
		next.ServeHTTP(w, r)
	})
}

// closes is the value of a header that each answer to a report has at first: Header.Set would
// make it anew.
var closes = []string{"close"}

// longAgo, as a deadline, ends what waits at once.
var longAgo = time.Unix(1, 0)

// wholeBody says that a request's body was read to its end.
func wholeBody(w http.ResponseWriter, r *http.Request) {
	if len(r.TransferEncoding) == 0 {
		w.Header().Del("Connection")
	}
}

// How much one network may ask for a second. An office behind one address,
// reporting hourly, stays far below the first, with a burst of twice that. An
// erasure is a transaction, for which others wait: ten at once.
const (
	requestsPerSite = 50
	erasuresPerSite = 1
)

// newWatchLimiter is for what watches the process.
func newWatchLimiter() *intake.NetworkLimiter {
	return intake.NewNetworkLimiter(2*requestsPerSite, 4*requestsPerSite)
}

// usualBody is what a request brings at most that counts as one: a report of
// two hundred counters. A larger one is as much work as several.
const usualBody = 8 << 10

// requestsIn is how many requests one counts as, by the length that it declares.
func requestsIn(r *http.Request) int {
	length := r.ContentLength
	if length < 0 || length > wire.MaxBody {
		length = wire.MaxBody
	}
	return 1 + int(length/usualBody)
}

// limited bounds how much one network can ask for of what next does. The connection of what is
// over the limit ends: answers that say so to requests that were sent all at once are work, too.
func (s *Server) limited(limiter *intake.NetworkLimiter, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		network, n := intake.NetworkOf(r, s.config.TrustedProxies), requestsIn(r)
		if !limiter.Allow(s.now(), network, n) {
			problem := tooMany("too many requests from this network", time.Second)
			if r.URL.Path != "/telemetry" {
				problem.outcome = notAReport
			}
			w.Header()["Connection"] = closes
			s.answer(w, problem)
			return
		}
		next.ServeHTTP(w, r)
	})
}

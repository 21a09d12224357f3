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

// recovered logs a panic, with its stack, and cuts the connection off. net/http's own log is
// off, because its lines have addresses.
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

// discreet sets headers by which browsers guess no content type and send no referrer. Answers
// to reports do without: setting headers took 3 % of their CPU.
func discreet(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "no-referrer")
		next.ServeHTTP(w, r)
	})
}

// hardened closes the connection after the answer, unless the whole body was read (see
// wholeBody): otherwise net/http waits for the rest, before the answer and after it. It
// also closes it after a body in chunks, which no CLI sends: if a length was given too,
// proxies disagree about where the next request begins.
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

// closes is the value of a header that every answer to a report gets at first. Header.Set
// allocates one each time.
var closes = []string{"close"}

// longAgo is a deadline that ends a wait at once.
var longAgo = time.Unix(1, 0)

// wholeBody notes that a request's body was read to its end.
func wholeBody(w http.ResponseWriter, r *http.Request) {
	if len(r.TransferEncoding) == 0 {
		w.Header().Del("Connection")
	}
}

// How many requests a second one network may send. An office behind one address that reports
// hourly stays far below the first, which allows a burst of twice as many. An erasure is a
// transaction that others wait for: ten at once.
const (
	requestsPerSite = 50
	erasuresPerSite = 1
)

// newWatchLimiter returns the limiter for requests of what watches the process.
func newWatchLimiter() *intake.NetworkLimiter {
	return intake.NewNetworkLimiter(2*requestsPerSite, 4*requestsPerSite)
}

// usualBody is the largest body, in bytes, of a request that counts as one: a report of two
// hundred counters. A larger report is the work of several.
const usualBody = 8 << 10

// requestsIn returns how many requests one counts as, by the length that it declares.
func requestsIn(r *http.Request) int {
	length := r.ContentLength
	if length < 0 || length > wire.MaxBody {
		length = wire.MaxBody
	}
	return 1 + int(length/usualBody)
}

// limited bounds how many requests of one network next gets. A request over the limit is
// answered and its connection closed: there may be many more on it, and each answer is work.
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

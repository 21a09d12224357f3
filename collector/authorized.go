package collector

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// authorized lets through who has the token, as a bearer token or as the
// password of any user. Without a token it serves only requests for a name of
// this machine: otherwise a page on the internet could have a browser on this
// machine read everything, by a name of its own that it points to 127.0.0.1.
func (s *Server) authorized(next http.Handler) http.Handler {
	want := sha256.Sum256([]byte(s.config.PrivateToken))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.config.PrivateToken == "" {
			if !loopbackHost(r.Host) {
				http.Error(w, "without a token this is only served as localhost", http.StatusMisdirectedRequest)
				return
			}
			next.ServeHTTP(w, r)
			return
		}
		given, ok := token(r)
		got := sha256.Sum256([]byte(given)) // of one length, so that the comparison tells nothing
		if subtle.ConstantTimeCompare(got[:], want[:]) != 1 || !ok {
			w.Header().Set("WWW-Authenticate", `Basic realm="telemetry-collector", charset="UTF-8"`)
			http.Error(w, "the token is missing or wrong", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// token is what a request authenticates itself with.
func token(r *http.Request) (string, bool) {
	if _, password, ok := r.BasicAuth(); ok {
		return password, true
	}
	scheme, value, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	return value, ok && strings.EqualFold(scheme, "bearer")
}

func loopbackHost(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if address, err := netip.ParseAddr(host); err == nil {
		return address.IsLoopback()
	}
	return strings.EqualFold(host, "localhost")
}

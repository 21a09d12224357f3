package collector

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// authorized serves requests that have the token, as a bearer token or as the password of any
// user, and hands all others to strangers. If there is no token, it serves requests whose host
// is a name of this machine. Otherwise a page on the internet could let a browser on this
// machine read everything, through a domain name that resolves to 127.0.0.1.
func (s *Server) authorized(next, strangers http.Handler) http.Handler {
	want := sha256.Sum256([]byte(s.config.PrivateToken))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		admitted := loopbackHost(r.Host)
		if s.config.PrivateToken != "" {
			given, ok := token(r)
			got := sha256.Sum256([]byte(given)) // hashes have one length, so the time of the comparison tells nothing
			admitted = subtle.ConstantTimeCompare(got[:], want[:]) == 1 && ok
		}
		if admitted && !fromAPage(r) {
			next.ServeHTTP(w, r)
		} else {
			strangers.ServeHTTP(w, r)
		}
	})
}

// refuse answers what a request without the token lacks.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request) {
	switch {
	case fromAPage(r):
		http.Error(w, "pages of other sites may not ask", http.StatusForbidden)
	case s.config.PrivateToken == "":
		http.Error(w, "without a token this is only served as localhost", http.StatusMisdirectedRequest)
	default:
		w.Header().Set("WWW-Authenticate", `Basic realm="telemetry-collector", charset="UTF-8"`)
		http.Error(w, "the token is missing or wrong", http.StatusUnauthorized)
	}
}

// fromAPage reports whether a page of another site had a browser send the request, other
// than by a link that somebody followed. The page cannot read the answer, but could request
// it again and again.
func fromAPage(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "none", "same-origin":
		return false
	}
	return r.Header.Get("Sec-Fetch-Mode") != "navigate" || r.Header.Get("Sec-Fetch-Dest") != "document"
}

// token returns the token that a request has.
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

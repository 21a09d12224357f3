package collector

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
)

// requestsPerSecond is how much one network may ask for, with a burst of twice
// that: an office behind one address, reporting hourly, stays far below.
const requestsPerSecond = 50

// ParseProxies reads addresses and prefixes, separated by commas.
func ParseProxies(text string) ([]netip.Prefix, error) {
	var proxies []netip.Prefix
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		prefix, err := netip.ParsePrefix(part)
		if err != nil {
			address, err := netip.ParseAddr(part)
			if err != nil {
				return nil, fmt.Errorf("%q is neither an address nor a prefix like 10.0.0.0/8", part)
			}
			prefix = netip.PrefixFrom(address.Unmap(), address.Unmap().BitLen())
		}
		proxies = append(proxies, prefix)
	}
	return proxies, nil
}

// network returns the prefix of the sender's address that stands for it: /24,
// or /48 in IPv6, of which one sender can have any number of addresses. It is
// never stored or logged.
func (s *Server) network(r *http.Request) []byte {
	remote, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return nil
	}
	address := remote.Addr().Unmap()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && s.trusted(address); i-- { // each proxy appends whom it saw
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		address = hop.Unmap()
	}
	bits := 24
	if address.Is6() {
		bits = 48
	}
	prefix, err := address.WithZone("").Prefix(bits)
	if err != nil {
		return nil
	}
	return prefix.Addr().AsSlice()
}

func (s *Server) trusted(address netip.Addr) bool {
	for _, proxy := range s.config.TrustedProxies {
		if proxy.Contains(address) {
			return true
		}
	}
	return false
}

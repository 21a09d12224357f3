package intake

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

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
			prefix = netip.PrefixFrom(address, address.BitLen())
		}
		if mapped := prefix.Addr(); mapped.Is4In6() && prefix.Bits() >= 96 { // addresses are compared as IPv4
			prefix = netip.PrefixFrom(mapped.Unmap(), prefix.Bits()-96)
		}
		proxies = append(proxies, prefix)
	}
	return proxies, nil
}

// A Network is the sender of a request as limits see it: prefixes of its address, never the
// address itself. It is neither stored nor logged.
type Network struct {
	// Site is a /24 in IPv4 and a /48 in IPv6, which is what one customer of a
	// provider gets at most (RFC 6177). It is not valid if the address is unknown.
	Site netip.Prefix
	// Provider is a /32 in IPv6, the least that a registry hands out, and holds
	// 65,536 sites. It is not valid in IPv4.
	Provider netip.Prefix
}

// NetworkOf returns the network that a request came from. X-Forwarded-For counts as far as
// trusted proxies wrote it: each appends the address that it saw.
func NetworkOf(r *http.Request, proxies []netip.Prefix) Network {
	remote, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return Network{}
	}
	address := remote.Addr().Unmap().WithZone("")
	if contains(proxies, address) {
		hops := strings.Join(r.Header["X-Forwarded-For"], ",")
		for more := true; more && contains(proxies, address); {
			var last string
			if i := strings.LastIndexByte(hops, ','); i >= 0 {
				hops, last = hops[:i], hops[i+1:]
			} else {
				last, more = hops, false
			}
			hop, ok := parseHop(strings.TrimSpace(last))
			if !ok {
				break
			}
			address = hop
		}
	}
	return networkOf(address)
}

// NetworkOfConnection returns the network at the other end of a connection. It is not valid for
// a proxy: its senders are known only by their requests.
func NetworkOfConnection(remote net.Addr, proxies []netip.Prefix) Network {
	tcp, ok := remote.(*net.TCPAddr)
	if !ok {
		return Network{}
	}
	address := tcp.AddrPort().Addr().Unmap().WithZone("")
	if contains(proxies, address) {
		return Network{}
	}
	return networkOf(address)
}

func networkOf(address netip.Addr) (network Network) {
	if address.Is6() {
		network.Site, _ = address.Prefix(48)
		network.Provider, _ = address.Prefix(32)
	} else {
		network.Site, _ = address.Prefix(24)
	}
	return network
}

// parseHop reads an address as proxies write it: some append the port.
func parseHop(text string) (netip.Addr, bool) {
	if inner, ok := strings.CutPrefix(text, "["); ok && strings.HasSuffix(inner, "]") {
		text = strings.TrimSuffix(inner, "]")
	}
	address, err := netip.ParseAddr(text)
	if err != nil {
		withPort, err := netip.ParseAddrPort(text)
		if err != nil {
			return netip.Addr{}, false
		}
		address = withPort.Addr()
	}
	return address.Unmap().WithZone(""), true
}

func contains(prefixes []netip.Prefix, address netip.Addr) bool {
	for _, prefix := range prefixes {
		if prefix.Contains(address) {
			return true
		}
	}
	return false
}

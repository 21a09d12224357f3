package intake

import (
	"net/http"
	"net/netip"
	"testing"
)

func TestTheNetworkOfASender(t *testing.T) {
	proxies, err := ParseProxies("127.0.0.1, 10.0.0.0/8,fd00::/8,::ffff:172.16.0.0/108,fe80::1%eth0,::ffff:192.168.0.1")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, remote, forwarded string
		site, provider          string // empty: not valid
	}{
		{"IPv4", "192.0.2.77:1234", "", "192.0.2.0/24", ""},
		{"IPv6", "[2001:db8:7:8::1]:1234", "", "2001:db8:7::/48", "2001:db8::/32"},
		{"IPv6 with a zone", "[fe80::1%eth0]:1234", "", "fe80::/48", "fe80::/32"},
		{"IPv4 in IPv6", "[::ffff:192.0.2.77]:1234", "", "192.0.2.0/24", ""},
		{"a sender that claims another address", "192.0.2.77:1234", "203.0.113.1", "192.0.2.0/24", ""},
		{"behind a proxy", "127.0.0.1:1234", "203.0.113.1", "203.0.113.0/24", ""},
		{"behind a proxy that appends the port", "127.0.0.1:1234", "203.0.113.1:40123", "203.0.113.0/24", ""},
		{"IPv6 behind a proxy", "127.0.0.1:1234", "2001:db8:7:8::1", "2001:db8:7::/48", "2001:db8::/32"},
		{"IPv6 and a port behind a proxy", "127.0.0.1:1234", "[2001:db8:7:8::1]:40123", "2001:db8:7::/48", "2001:db8::/32"},
		{"IPv6 in brackets behind a proxy", "127.0.0.1:1234", "[2001:db8:7:8::1]", "2001:db8:7::/48", "2001:db8::/32"},
		{"behind two proxies, both with ports", "127.0.0.1:1234", "203.0.113.1:1, 10.1.2.3:2", "203.0.113.0/24", ""},
		{"what the sender claimed before the proxy saw it", "127.0.0.1:1234", "198.51.100.1, 203.0.113.1:5", "203.0.113.0/24", ""},
		{"a proxy that hides it", "127.0.0.1:1234", "203.0.113.1, unknown", "127.0.0.0/24", ""},
		{"a proxy that says nothing", "127.0.0.1:1234", "", "127.0.0.0/24", ""},
		{"all hops are proxies", "127.0.0.1:1234", "10.0.0.1, 10.0.0.2", "10.0.0.0/24", ""},
		{"behind a proxy that was named in IPv6", "172.16.1.1:1234", "203.0.113.1", "203.0.113.0/24", ""},
		{"the same, one address", "192.168.0.1:1234", "203.0.113.1", "203.0.113.0/24", ""},
		{"behind a proxy with a zone", "[fe80::1%eth0]:1234", "203.0.113.1", "203.0.113.0/24", ""},
		{"no address", "@", "203.0.113.1", "", ""},
	} {
		request := &http.Request{RemoteAddr: test.remote, Header: http.Header{}}
		if test.forwarded != "" {
			request.Header.Set("X-Forwarded-For", test.forwarded)
		}
		got := NetworkOf(request, proxies)
		if shown(got.Site) != test.site || shown(got.Provider) != test.provider {
			t.Errorf("%s: %s and %s, want %q and %q", test.name, got.Site, got.Provider, test.site, test.provider)
		}
	}
}

func shown(prefix netip.Prefix) string {
	if !prefix.IsValid() {
		return ""
	}
	return prefix.String()
}

func TestProxiesThatAreNone(t *testing.T) {
	for _, text := range []string{"localhost", "10.0.0.0/33", "10.0.0.1:80", "*"} {
		if proxies, err := ParseProxies(text); err == nil {
			t.Errorf("%q was read as %v", text, proxies)
		}
	}
}

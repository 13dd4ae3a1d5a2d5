package outbound

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
)

// forbidden are addresses where no model server is. What answers there speaks
// for this machine, mostly to hand out its credentials.
var forbidden = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),          // "this network"; 0.0.0.0 reaches this machine
	netip.MustParsePrefix("169.254.0.0/16"),     // link-local; metadata of AWS, Azure, Google and others
	netip.MustParsePrefix("100.100.100.200/32"), // metadata of Alibaba
	netip.MustParsePrefix("168.63.129.16/32"),   // Azure's host
	netip.MustParsePrefix("192.0.0.192/32"),     // metadata of Oracle
	netip.MustParsePrefix("224.0.0.0/3"),        // multicast, reserved, broadcast
	netip.MustParsePrefix("::/128"),
	netip.MustParsePrefix("fe80::/10"),     // link-local
	netip.MustParsePrefix("fec0::/10"),     // site-local, given up
	netip.MustParsePrefix("fd00:ec2::/32"), // metadata and credentials of AWS
	netip.MustParsePrefix("fd20:ce::/32"),  // metadata of Google
	netip.MustParsePrefix("ff00::/8"),      // multicast
}

// carriers are prefixes of IPv6 whose addresses hold one of IPv4, with the byte
// at which it begins. A gateway would reach that address.
var carriers = []struct {
	prefix netip.Prefix
	at     int
}{
	{netip.MustParsePrefix("::/96"), 12},           // IPv4-compatible
	{netip.MustParsePrefix("::ffff:0:0:0/96"), 12}, // translated
	{netip.MustParsePrefix("64:ff9b::/96"), 12},    // NAT64
	{netip.MustParsePrefix("64:ff9b:1::/48"), 12},  // NAT64 of one's own, as it is mostly laid out
	{netip.MustParsePrefix("2002::/16"), 2},        // 6to4
}

// addressError is the refusal of an address.
type addressError struct{ text string }

func (e *addressError) Error() string { return e.text }

// Rules say where requests may go. The zero value lets them go to https, and to http
// on this machine, and to no address that only this machine may reach.
type Rules struct {
	// AllowHTTP allows http to other machines.
	AllowHTTP bool
	// AllowAddresses are addresses that may be reached though they are refused
	// otherwise.
	AllowAddresses []netip.Prefix
	// Place follows the names of the two settings in errors, such as " under [aws]".
	Place string
}

// Check refuses what can be seen of a destination before its name is looked up. The
// error is part of a sentence.
func (r Rules) Check(u *url.URL) error {
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return fmt.Errorf("%q is neither https nor http", u.Scheme)
	case u.Scheme == "http" && !r.AllowHTTP && !isLoopback(u.Hostname()):
		return fmt.Errorf("plain http to %s can be read on the way; use https, or set allow-http = true%s", u.Hostname(), r.Place)
	}
	if addr, err := netip.ParseAddr(u.Hostname()); err == nil {
		return guard{Rules: r}.check(addr)
	}
	return nil
}

// Control is asked about each address that a connection is about to be made to, as a
// net.Dialer's ControlContext.
type Control func(ctx context.Context, network, address string, c syscall.RawConn) error

// Refusal is what was refused here, in a part of a sentence, where that is why a
// request failed: an address, or a redirect.
func Refusal(err error) (text string, refused bool) {
	var address *addressError
	var redirect *redirectError
	switch {
	case errors.As(err, &address):
		return "not asked: " + address.text, true
	case errors.As(err, &redirect):
		return "not followed: " + redirect.text, true
	}
	return "", false
}

// guard checks the addresses that connections are made to.
type guard struct {
	Rules
	// loopbackOnly is for plain http that the configuration does not allow.
	loopbackOnly bool
}

// control refuses a connection whose address is not to be reached. The name has
// been looked up by then: what is checked is what is reached.
func (g guard) control(_ context.Context, _, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return &addressError{"the address cannot be read"}
	}
	return g.check(to.Addr())
}

func (g guard) check(addr netip.Addr) error {
	addr = addr.Unmap().WithZone("")
	if contains(g.AllowAddresses, addr) {
		return nil
	}
	if contains(forbidden, addr) || contains(forbidden, carried(addr)) {
		return &addressError{fmt.Sprintf("its address is %s, which is link-local, of a metadata service, or no host's; where a model server is there, name the address in allow-addresses%s", addr, g.Place)}
	}
	if g.loopbackOnly && !addr.IsLoopback() {
		return &addressError{fmt.Sprintf("its address is %s, which is another machine's, and plain http can be read on the way; use https, or set allow-http = true%s", addr, g.Place)}
	}
	return nil
}

func contains(list []netip.Prefix, addr netip.Addr) bool {
	return slices.ContainsFunc(list, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// carried returns the IPv4 address within one of IPv6; loopback in ::1 is none.
func carried(addr netip.Addr) netip.Addr {
	for _, c := range carriers {
		if c.prefix.Contains(addr) && !addr.IsLoopback() {
			bytes := addr.As16()
			return netip.AddrFrom4([4]byte(bytes[c.at : c.at+4]))
		}
	}
	return netip.Addr{}
}

// parseURL checks what can be seen of a destination before its name is looked up.
func parseURL(o Options) (*url.URL, error) {
	u, err := url.Parse(o.URL)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, wrong("url", "write one such as https://models.example.com/v1, without a user, a query or a fragment")
	}
	if err := o.rules().Check(u); err != nil {
		return nil, wrong("url", "%v", err)
	}
	u.Path = strings.TrimRight(u.Path, "/")
	return u, nil
}

func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && addr.Unmap().IsLoopback()
}

func (o Options) rules() Rules {
	return Rules{AllowHTTP: o.AllowHTTP, AllowAddresses: o.AllowAddresses}
}

// Transport takes plain http another way than https, so that each has its guard.
type Transport struct{ plain, secure *http.Transport }

// Transport returns the transport that keeps to the rules. It is made of two that pool
// makes, whose dialers ask control. Whoever calls it closes its idle connections.
func (r Rules) Transport(pool func(control Control) *http.Transport) *Transport {
	return &Transport{
		plain:  pool(guard{Rules: r, loopbackOnly: !r.AllowHTTP}.control),
		secure: pool(guard{Rules: r}.control),
	}
}

// pool keeps connections; all of them may stay idle, so that the next burst of
// calls finds them.
func pool(o Options, control Control) *http.Transport {
	dialer := &net.Dialer{Timeout: connectTimeout, Resolver: o.Resolver, ControlContext: control}
	return &http.Transport{
		DialContext:         dialer.DialContext,
		TLSHandshakeTimeout: connectTimeout,
		TLSClientConfig:     &tls.Config{RootCAs: o.RootCAs, MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2:   true,
		MaxConnsPerHost:     o.MaxConnections,
		MaxIdleConnsPerHost: o.MaxConnections,
		IdleConnTimeout:     idleTimeout,
	}
}

// RoundTrip implements http.RoundTripper.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Scheme == "https" {
		return t.secure.RoundTrip(req)
	}
	return t.plain.RoundTrip(req)
}

// CloseIdleConnections closes the connections that no request is using.
func (t *Transport) CloseIdleConnections() {
	t.plain.CloseIdleConnections()
	t.secure.CloseIdleConnections()
}

// maxRedirects is more than a server that moved its path needs.
const maxRedirects = 3

// redirectError is the refusal of a redirect.
type redirectError struct{ text string }

func (e *redirectError) Error() string { return e.text }

// CheckRedirect is that of an http.Client: it lets a request go on within its host, with its body. What goes
// elsewhere would take the key and the rows along.
func CheckRedirect(req *http.Request, via []*http.Request) error {
	first := via[0].URL
	upgraded := first.Scheme == "http" && req.URL.Scheme == "https" && first.Hostname() == req.URL.Hostname()
	switch {
	case len(via) > maxRedirects:
		return &redirectError{"it redirects in a circle"}
	case req.URL.User != nil:
		return &redirectError{"it redirects to an address with a user"}
	case !upgraded && (req.URL.Scheme != first.Scheme || req.URL.Host != first.Host):
		return &redirectError{fmt.Sprintf("it redirects to %s, and neither a key nor rows go to another host than the configuration names; if that is right, set url to it", req.URL.Host)}
	case req.Method != via[0].Method:
		return &redirectError{fmt.Sprintf("it redirects to %s without the request's body; set url to where the server is", req.URL.Redacted())}
	}
	return nil
}

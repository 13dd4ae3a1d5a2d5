// Package outbound is the HTTP client of all providers beside Amazon's: JSON
// goes out, JSON or a stream of it comes back, to one server that the
// configuration names.
//
// What it guards. A destination is https, or http on this machine; the
// configuration can allow plain http elsewhere. The address that a host name
// leads to is checked as the connection is made, so that no redirect and no
// change of a name leads to an address that only this machine may reach, such as
// a cloud's metadata service (guard.go). Redirects are followed on the same host
// alone, and so a key never goes to another one. Connecting, the TLS handshake
// and the whole call have a time limit each, an answer a largest size.
//
// Proxies of the environment (HTTPS_PROXY and others) are not used: behind a
// proxy nobody here sees the address that is reached in the end, and a variable
// of the environment should not send keys and rows another way.
//
// client.go sends and reads, stream.go reads line by line, failure.go and codes.go
// make of whatever went wrong a *model.Error with the code that Bedrock has for
// it, page.go tells what came in an answer's place. bound.go, line.go and retryafter.go serve package awsclient as well.
package outbound

import (
	"crypto/x509"
	"fmt"
	"net"
	"net/netip"
	"time"
)

// Options say how to reach a server. Provider and URL are needed.
type Options struct {
	// Provider is the provider's name in the configuration, for errors.
	Provider string
	// URL is where the server is; the paths of requests follow it.
	URL string
	// Key is sent with each request; nil or empty is none. It goes into KeyHeader
	// as it is, and where that is empty into Authorization as a bearer's.
	Key       Secret
	KeyHeader string
	// KeySetting is how the configuration names the key, for errors.
	KeySetting string
	// Headers are sent with each request.
	Headers map[string]string
	// AllowHTTP allows http to other machines.
	AllowHTTP bool
	// AllowAddresses are addresses that may be reached though the guard refuses
	// them.
	AllowAddresses []netip.Prefix
	// Timeout bounds one request and its answer; zero is ten minutes. The context
	// of a call mostly ends it sooner.
	Timeout time.Duration
	// MaxConnections is the largest number of connections, open or idle; zero is
	// 512.
	MaxConnections int
	// Resolver looks names up, and RootCAs are whom certificates are trusted from;
	// nil takes the system's.
	Resolver *net.Resolver
	RootCAs  *x509.CertPool
	// Now is the clock that dates in answers are compared with; nil is time.Now.
	Now func() time.Time
}

// SettingError is a mistake in one of the Options.
type SettingError struct {
	// Setting is the option as the configuration names it: url, key-header, headers,
	// key-env or key-file.
	Setting string
	text    string
}

// Error implements error.
func (e *SettingError) Error() string { return e.text }

// wrong returns the mistake in a setting, whose name its text begins with.
func wrong(setting, format string, values ...any) error {
	return &SettingError{Setting: setting, text: setting + ": " + fmt.Sprintf(format, values...)}
}

// Secret is a text that is shown by Reveal alone.
type Secret interface{ Reveal() string }

// MaxAnswer is the largest answer, in bytes, Bedrock's own bound.
const MaxAnswer = 25_000_000

const (
	defaultTimeout        = 10 * time.Minute
	defaultMaxConnections = 512
	// connectTimeout is short because an address that does not answer within it
	// is wrong or cut off, and the statement's time should not go by with it. The
	// TLS handshake has as much.
	connectTimeout = 5 * time.Second
	idleTimeout    = 90 * time.Second
)

func (o Options) withDefaults() Options {
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	if o.MaxConnections == 0 {
		o.MaxConnections = defaultMaxConnections
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

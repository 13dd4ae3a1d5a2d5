package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Validate checks what concerns several options at once; single values were
// checked as they were set. That root needs a password beyond loopback is for
// whoever opens the data directory: an existing one may have it already.
func (c *Config) Validate() error {
	var faults []error
	if c.Listen == "" && c.Socket == "" {
		faults = append(faults, errors.New("listen and socket are both empty; set one of them"))
	}
	if (c.TLS.Cert == "") != (c.TLS.Key == "") {
		faults = append(faults, errors.New("tls.cert and tls.key belong together; set both or neither"))
	}
	if e := c.Endpoint; !e.TLS && !e.AllowPlain && !isLoopback(e.Listen) {
		faults = append(faults, fmt.Errorf("endpoint.listen is %q, which other machines reach, and a request without TLS can be read and sent again; "+
			"set endpoint.tls, or endpoint.allow-plain if something before it has TLS", e.Listen))
	}
	return errors.Join(faults...)
}

// ErrOpenRoot is returned by CheckRootPassword.
var ErrOpenRoot = errors.New("refusing to listen beyond this machine while root has no password")

// CheckRootPassword refuses to let other machines connect while root has no
// password. hasPassword says whether root has one once the data directory is
// open.
func (c *Config) CheckRootPassword(hasPassword bool) error {
	if hasPassword || c.LoopbackOnly() {
		return nil
	}
	return fmt.Errorf("%w: listen is %q; set root-password-file (or AIRGLOW_ROOT_PASSWORD), or listen on 127.0.0.1",
		ErrOpenRoot, c.Listen)
}

func notEmpty(value string) error {
	if value == "" {
		return errors.New("it must not be empty")
	}
	return nil
}

func address(value string) error {
	if value == "" {
		return nil
	}
	_, port, err := net.SplitHostPort(value)
	if err != nil {
		return fmt.Errorf("%q is not an address such as 127.0.0.1:3306 or [::1]:3306", value)
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return fmt.Errorf("%q has no port between 0 and 65535", value)
	}
	return nil
}

func aboveZero(value string) error {
	if d, err := time.ParseDuration(value); err != nil || d <= 0 {
		return fmt.Errorf("%q is not a duration above zero such as 30s or 5m", value)
	}
	return nil
}

func between(least, most int) func(string) error {
	return func(value string) error {
		n, err := strconv.Atoi(value)
		if err != nil || n < least || n > most {
			return fmt.Errorf("%q is not a whole number between %d and %d", value, least, most)
		}
		return nil
	}
}

func oneOf(allowed ...string) func(string) error {
	return func(value string) error {
		if !slices.Contains(allowed, value) {
			return fmt.Errorf("%q is not one of %s", value, strings.Join(allowed, ", "))
		}
		return nil
	}
}

var (
	regionForm = regexp.MustCompile(`^[a-z]{2,}(-[a-z]+)+-[0-9]+$`)
	roleForm   = regexp.MustCompile(`^arn:aws[a-z-]*:iam::[0-9]{12}:role/[\w+=,.@/-]+$`)
)

func region(value string) error {
	if !regionForm.MatchString(value) {
		return fmt.Errorf("%q is not a region such as us-east-1", value)
	}
	return nil
}

func roleARN(value string) error {
	if !roleForm.MatchString(value) {
		return fmt.Errorf("%q is not a role's ARN such as arn:aws:iam::123456789012:role/airglow", value)
	}
	return nil
}

// endpoint does not show the value: a URL may hold a password.
func endpoint(value string) error {
	u, err := url.Parse(value)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil {
		return errors.New("write a URL such as https://vpce-1.bedrock-runtime.us-east-1.vpce.amazonaws.com, without a user")
	}
	return nil
}

func addresses(value string) error {
	_, err := prefixes(strings.Split(value, ","))
	return err
}

// Prefixes are AllowAddresses, which Load has checked.
func (a AWS) Prefixes() []netip.Prefix {
	if a.AllowAddresses == "" {
		return nil
	}
	list, _ := prefixes(strings.Split(a.AllowAddresses, ","))
	return list
}

// prefixes reads addresses and prefixes.
func prefixes(texts []string) (list []netip.Prefix, err error) {
	for _, text := range texts {
		p, err := prefix(strings.TrimSpace(text))
		if err != nil {
			return nil, fmt.Errorf("%q is neither an address nor a prefix such as 169.254.7.0/24", text)
		}
		list = append(list, p)
	}
	return list, nil
}

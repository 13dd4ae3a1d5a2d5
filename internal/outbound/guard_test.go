package outbound

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"airglow/internal/model"
)

type secret string

func (s secret) Reveal() string { return string(s) }

func TestAddresses(t *testing.T) {
	for address, allowed := range map[string]bool{
		"127.0.0.1": true, "::1": true, "10.1.2.3": true, "192.168.0.7": true, "8.8.8.8": true, "2001:4860:4860::8888": true,
		"fd12:3456::1": true, "64:ff9b::808:808": true,
		"0.0.0.0": false, "0.1.2.3": false, "::": false, "169.254.169.254": false, "169.254.170.2": false, "fe80::1": false,
		"fe80::1%eth0": false, "fd00:ec2::254": false, "fd00:ec2::23": false, "fd20:ce::254": false, "168.63.129.16": false,
		"100.100.100.200": false, "192.0.0.192": false, "224.0.0.1": false, "255.255.255.255": false, "ff02::1": false,
		"::ffff:169.254.169.254": false, "::169.254.169.254": false, "64:ff9b::169.254.169.254": false,
		"2002:a9fe:a9fe::1": false, "::ffff:0:169.254.169.254": false, "64:ff9b:1::169.254.169.254": false,
	} {
		if err := (guard{}).check(netip.MustParseAddr(address)); (err == nil) != allowed {
			t.Errorf("%s: %v", address, err)
		}
	}
	only := guard{loopbackOnly: true}
	for address, allowed := range map[string]bool{"127.0.0.1": true, "127.9.9.9": true, "::1": true, "::ffff:127.0.0.1": true, "10.0.0.1": false, "8.8.8.8": false} {
		if err := only.check(netip.MustParseAddr(address)); (err == nil) != allowed {
			t.Errorf("plain http to %s: %v", address, err)
		}
	}
	link := guard{Rules: Rules{AllowAddresses: []netip.Prefix{netip.MustParsePrefix("169.254.7.0/24")}}}
	if link.check(netip.MustParseAddr("169.254.7.1")) != nil || link.check(netip.MustParseAddr("169.254.169.254")) == nil {
		t.Error("the list of allowed addresses is not kept to")
	}
}

func FuzzAddresses(f *testing.F) {
	f.Add("169.254.169.254", "::ffff:169.254.169.254")
	f.Fuzz(func(t *testing.T, a, b string) {
		for _, text := range []string{a, b} {
			addr, err := netip.ParseAddr(text)
			if err == nil && (guard{}).check(addr) == nil && (addr.Unmap().IsUnspecified() || addr.Unmap().IsLinkLocalUnicast() || addr.Unmap().IsMulticast()) {
				t.Errorf("%s is let through", addr)
			}
		}
	})
}

func TestURLs(t *testing.T) {
	for url, fault := range map[string]string{
		"https://models.example.com/v1": "", "http://127.0.0.1:11434": "", "http://localhost:8080/v1/": "", "http://[::1]:1": "",
		"http://10.0.0.5:8000": "allow-http", "http://models.example.com": "allow-http", "ftp://x": "neither", "https://": "write one",
		"https://u:p@x": "without a user", "https://x?k=v": "a query", "https://169.254.169.254/latest": "allow-addresses",
		"https://[fd00:ec2::254]": "allow-addresses", "http://0.0.0.0:1": "allow-http", "https://0.0.0.0": "allow-addresses", "::": "write one",
	} {
		_, err := New(Options{Provider: "p", URL: url})
		if (err == nil) != (fault == "") || err != nil && !strings.Contains(err.Error(), fault) {
			t.Errorf("%s: %v, want %q", url, err, fault)
		}
		if err != nil && strings.Contains(err.Error(), "u:p") {
			t.Errorf("%s: the error shows a password", url)
		}
	}
	if _, err := New(Options{Provider: "p", URL: "http://10.0.0.5:8000", AllowHTTP: true}); err != nil {
		t.Error(err)
	}
	_, err := New(Options{Provider: "p", URL: "https://x", Key: secret("a\nb"), KeySetting: `key-env = "K"`})
	if err == nil || !strings.Contains(err.Error(), `key-env = "K"`) || strings.Contains(err.Error(), "a\nb") {
		t.Errorf("a key with a line break: %v", err)
	}
}

// names is a DNS server on loopback that answers as the test says.
func names(t *testing.T, answer func(name string) string) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		packet := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(packet)
			if err != nil {
				return
			}
			if reply := resolve(packet[:n], answer); reply != nil {
				_, _ = conn.WriteTo(reply, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

func resolve(query []byte, answer func(string) string) []byte {
	var m dnsmessage.Message
	if m.Unpack(query) != nil || len(m.Questions) != 1 {
		return nil
	}
	m.Response, m.Additionals = true, nil
	if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
		address := netip.MustParseAddr(answer(q.Name.String())).As4()
		m.Answers = []dnsmessage.Resource{{
			Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class},
			Body:   &dnsmessage.AResource{A: address},
		}}
	}
	reply, err := m.Pack()
	if err != nil {
		return nil
	}
	return reply
}

// A name that leads to a model server at first and to the metadata service later
// is checked each time, as it is connected to.
func TestNameThatChanges(t *testing.T) {
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Connection", "close") // the next request looks the name up again
		_, _ = w.Write([]byte(`{"ok":1}`))
	}))
	defer server.Close()
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	c, err := New(Options{Provider: "p", URL: "http://models.test:" + port, AllowHTTP: true, Resolver: names(t, func(string) string {
		if asked.Add(1) == 1 {
			return "127.0.0.1"
		}
		return "169.254.169.254"
	})})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Post(t.Context(), Request{Path: "/x", Body: []byte("{}")}); err != nil {
		t.Fatalf("the first request: %v", err)
	}
	_, err = c.Post(t.Context(), Request{Path: "/x", Body: []byte("{}")})
	if model.KindOf(err) != model.NotConfigured || !strings.Contains(err.Error(), "169.254.169.254") {
		t.Errorf("after the name has changed: %v", err)
	}
}

// Plain http without allow-http goes to this machine, whatever a name says.
func TestLocalhostElsewhere(t *testing.T) {
	c, err := New(Options{Provider: "p", URL: "https://models.test:1", Resolver: names(t, func(string) string { return "10.255.255.1" })})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.base.Scheme = "http"
	_, err = c.Post(t.Context(), Request{Body: []byte("{}")})
	if model.KindOf(err) != model.NotConfigured || !strings.Contains(err.Error(), "another machine's") {
		t.Errorf("got %v", err)
	}
}

func TestRedirects(t *testing.T) {
	const key = "sk-a-key-that-stays"
	var elsewhere atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	defer other.Close()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		to := map[string]string{
			"/moved": "/here", "/circle": "/circle", "/other": other.URL + "/x", "/metadata": "http://169.254.169.254/latest",
			"/user": "http://u:p@" + r.Host + "/here", "/get": "/here",
		}[r.URL.Path]
		switch {
		case r.URL.Path == "/get":
			http.Redirect(w, r, to, http.StatusFound)
		case to != "":
			http.Redirect(w, r, to, http.StatusTemporaryRedirect)
		default:
			_, _ = w.Write([]byte(r.Method + " " + r.Header.Get("Authorization")))
		}
	}))
	defer server.Close()
	c := newClient(t, Options{URL: server.URL, Key: secret(key)})
	got, err := c.Post(t.Context(), Request{Path: "/moved", Body: []byte("{}")})
	if err != nil || string(got) != "POST Bearer "+key {
		t.Errorf("within the host: %q, %v", got, err)
	}
	for path, text := range map[string]string{
		"/circle": "circle", "/other": "neither a key nor rows", "/metadata": "neither a key nor rows", "/user": "with a user", "/get": "without the request's body",
	} {
		_, err := c.Post(t.Context(), Request{Path: path, Body: []byte("{}")})
		if model.KindOf(err) != model.NotConfigured || !strings.Contains(err.Error(), text) || strings.Contains(err.Error(), key) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if n := elsewhere.Load(); n != 0 {
		t.Errorf("another host got %d requests", n)
	}
}

func newClient(t *testing.T, o Options) *Client {
	t.Helper()
	if o.Provider == "" {
		o.Provider = "local"
	}
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

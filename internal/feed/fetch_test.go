package feed

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestFetch(t *testing.T) {
	var agent string
	mux := http.NewServeMux()
	mux.HandleFunc("/feed", func(w http.ResponseWriter, r *http.Request) {
		agent = r.UserAgent()
		io.WriteString(w, rss)
	})
	mux.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/feed", http.StatusFound) })
	mux.HandleFunc("/loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/loop", http.StatusFound) })
	mux.HandleFunc("/file", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "file:///etc/hostname", http.StatusFound)
	})
	mux.HandleFunc("/large", func(w http.ResponseWriter, _ *http.Request) {
		chunk := make([]byte, 1<<20)
		for range maxDocument>>20 + 1 {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	})
	mux.HandleFunc("/page", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<html></html>") })
	server := httptest.NewServer(mux)
	defer server.Close()

	for _, path := range []string{"/feed", "/moved"} {
		if got, err := fetch(t.Context(), server.URL+path); err != nil || string(got) != rss || agent != "airglow" {
			t.Errorf("%s: %d bytes for %q, %v", path, len(got), agent, err)
		}
	}
	for source, want := range map[string]string{
		server.URL + "/none":      "the server answered 404 Not Found",
		server.URL + "/loop":      "redirected more than 10 times",
		server.URL + "/file":      "only http and https are fetched",
		server.URL + "/large":     "is larger than 32 MB",
		"file:///etc/hostname":    "only http and https are fetched",
		"http://u:private@\x7f/x": "is not a URL that can be fetched",
		"/nonexistent/feed.xml":   "no such file",
	} {
		if _, err := fetch(t.Context(), source); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "private") {
			t.Errorf("%s: %v, want %s", source, err, want)
		}
	}
	_, err := load(t.Context(), Options{Source: server.URL + "/page", Table: "a.b"}, &database{})
	if err == nil || !strings.HasSuffix(err.Error(), "/page: this is neither RSS nor Atom") {
		t.Errorf("a page: %v", err)
	}
}

func TestFetchEndsWithItsContext(t *testing.T) {
	asked, release := make(chan struct{}), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		close(asked)
		<-release
	}))
	defer server.Close()
	defer close(release)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		_, err := fetch(ctx, server.URL)
		done <- err
	}()
	<-asked
	cancel()
	if err := <-done; err == nil || !strings.Contains(err.Error(), "context canceled") {
		t.Errorf("error %v", err)
	}
}

func TestShownHidesPasswords(t *testing.T) {
	for source, want := range map[string]string{
		"https://u:private@h/x": "https://u:xxxxx@h/x", "https://h/x": "https://h/x", "feed.xml": "feed.xml", "http://u:private@h/%zz": "h/%zz",
	} {
		if got := shown(source); got != want {
			t.Errorf("%s is shown as %s", source, got)
		}
	}
}

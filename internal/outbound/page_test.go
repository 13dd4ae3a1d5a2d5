package outbound

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"

	"airglow/internal/model"
)

const nginxPage = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx/1.24.0</center>\r\n</body>\r\n</html>\r\n"

func TestBeginning(t *testing.T) {
	for body, want := range map[string]string{
		"":          "",
		" \n":       "",
		"It works!": "“It works!”",
		nginxPage:   "a page of HTML, “502 Bad Gateway”",
		"\n<!DOCTYPE HTML><html lang=en><TITLE id=x>Log in &amp; go</TITLE>": "a page of HTML, “Log in & go”",
		"<html><body><h1>Not\x00 here</h1><p>Try\nagain</p>":                 "a page of HTML, “Not here Try again”",
		"<html><title></title><body>x":                                       "a page of HTML, “x”",
		`{"data":[{"embedding":[NaN]}]}`:                                     `“{"data":[{"embedding":[NaN]}]}”`,
		strings.Repeat("ä", 300):                                             "“" + strings.Repeat("ä", 100) + "…”",
		"<html>":                                                             "a page of HTML without a word",
		"a < b":                                                              "“a < b”",
	} {
		if got := Beginning([]byte(body)); got != want {
			t.Errorf("%q: %s, want %s", body, got, want)
		}
	}
}

func FuzzBeginning(f *testing.F) {
	f.Add([]byte(nginxPage))
	f.Add([]byte("<html><title>\x80İ</ <"))
	f.Fuzz(func(t *testing.T, body []byte) {
		if got := Beginning(body); len(got) > 300 || !utf8.ValidString(got) || strings.ContainsAny(got, "\r\n\x00\x1b") {
			t.Errorf("%q", got)
		}
	})
}

// A page in place of an answer is told by its title, whoever sends it and however.
func TestPagesAreTold(t *testing.T) {
	const key = "sk-secret-key"
	page := strings.Replace(nginxPage, "502 Bad Gateway", "502 Bad Gateway for "+key, 1)
	for name, tc := range map[string]struct {
		kind   string
		status int
		body   string
		want   []string
	}{
		"a failure":          {"text/html", 502, page, []string{"HTTP 502", "502 Bad Gateway for ********", "see whether url is right"}},
		"plain":              {"text/plain", 503, "upstream down", []string{"HTTP 503", "“upstream down”"}},
		"no words":           {"text/html", 502, "", []string{"HTTP 502 without a reason (text/html)"}},
		"a success":          {"text/html", 200, page, []string{"text/html and not JSON", "502 Bad Gateway for ********", "see whether url is right"}},
		"a picture":          {"image/png", 200, "\x89PNG", []string{"it is image/png and not JSON; see whether url is right"}},
		"of another label":   {"application/json", 200, page, []string{"502 Bad Gateway for ********", "see whether url is right"}},
		"of another label 2": {"application/json", 502, page, []string{"HTTP 502", "502 Bad Gateway for ********"}},
	} {
		for way, ask := range map[string]func(*Client) error{
			"post": func(c *Client) error {
				body, err := c.Post(t.Context(), Request{Body: []byte("{}")})
				if err == nil {
					err = c.Unreadable(body, "it is odd")
				}
				return err
			},
			"lines": func(c *Client) error {
				return c.Lines(t.Context(), Request{}, func([]byte) error { t.Error("a line"); return nil })
			},
			"events": func(c *Client) error {
				return c.Events(t.Context(), Request{}, func(Event) error { t.Error("an event"); return nil })
			},
		} {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", tc.kind)
				w.WriteHeader(tc.status)
				_, _ = io.WriteString(w, tc.body)
			}))
			err := ask(newClient(t, Options{URL: server.URL, Key: secret(key)}))
			server.Close()
			if err == nil || strings.Contains(err.Error(), key) {
				t.Errorf("%s, %s: %v", name, way, err)
				continue
			}
			for _, want := range tc.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%s, %s: %v lacks %q", name, way, err, want)
				}
			}
			if tc.status == 200 && model.KindOf(err) != model.BadAnswer {
				t.Errorf("%s, %s: %s", name, way, model.KindOf(err))
			}
		}
	}
}

// An answer that is JSON, though not the one that is waited for, is shown as well; so
// is one that is no stream.
func TestWrongAnswersAreShown(t *testing.T) {
	c := newClient(t, Options{URL: "http://127.0.0.1:1"})
	if got := c.Unreadable([]byte(`{"status":"ok"}`), "it has no choices").Error(); !strings.Contains(got, `it has no choices; what came is “{"status":"ok"}”`) {
		t.Error(got)
	}
	err := streamOf(t, `{"choices":[]}`).Events(t.Context(), Request{}, func(Event) error { return nil })
	if model.KindOf(err) != model.BadAnswer || !strings.Contains(err.Error(), `it is no stream of events, but “{"choices":[]}”`) {
		t.Error(err)
	}
	for _, nothing := range []string{"", "\n\n", ": a comment\n\n", "event: ping\n\n"} {
		if err := streamOf(t, nothing).Events(t.Context(), Request{}, func(Event) error { return nil }); err != nil {
			t.Errorf("%q: %v", nothing, err)
		}
	}
}

package outbound

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"airglow/internal/model"
)

func streamOf(t *testing.T, text string) *Client {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) }))
	t.Cleanup(server.Close)
	return newClient(t, Options{URL: server.URL})
}

func TestLines(t *testing.T) {
	var got []string
	err := streamOf(t, "{\"a\":1}\r\n\n{\"b\":2}").Lines(t.Context(), Request{}, func(line []byte) error {
		got = append(got, string(line))
		return nil
	})
	if err != nil || strings.Join(got, "|") != `{"a":1}|{"b":2}` {
		t.Errorf("%q, %v", got, err)
	}
	stop := errors.New("enough")
	if err := streamOf(t, "{}\n{}\n").Lines(t.Context(), Request{}, func([]byte) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("the error of the function: %v", err)
	}
	err = streamOf(t, strings.Repeat("x", maxLine+10)).Lines(t.Context(), Request{}, func([]byte) error { return nil })
	if model.KindOf(err) != model.TooLarge {
		t.Errorf("a line without an end: %v", err)
	}
}

func TestEvents(t *testing.T) {
	const stream = ": a comment\n\nevent: one\ndata: {\"a\":\ndata: 1}\nid: 7\n\ndata:two\r\n\r\nevent: empty\n\ndata: last"
	var got []string
	err := streamOf(t, stream).Events(t.Context(), Request{}, func(e Event) error {
		got = append(got, e.Name+"="+string(e.Data))
		return nil
	})
	if err != nil || strings.Join(got, "|") != "one={\"a\":\n1}|=two|=last" {
		t.Errorf("%q, %v", got, err)
	}
	stop := errors.New("enough")
	if err := streamOf(t, "data: x").Events(t.Context(), Request{}, func(Event) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("the error of the function: %v", err)
	}
}

// However a stream is cut into lines, each event has data, and no event is made of
// comments.
func FuzzEvents(f *testing.F) {
	f.Add("data: x\n\n: c\n\nevent: e\ndata: y\n")
	f.Fuzz(func(t *testing.T, stream string) {
		var r eventReader
		read := 0
		take := func(e Event) error { read += len(e.Data); return nil }
		for _, line := range strings.Split(stream+"\n", "\n") {
			if err := r.line([]byte(line), take); err != nil {
				t.Fatal(err)
			}
		}
		if read > len(stream) {
			t.Errorf("%d bytes of data in %d bytes", read, len(stream))
		}
	})
}

func TestIsFailure(t *testing.T) {
	for piece, want := range map[string]bool{
		`{"error":"x"}`: true, `{"type":"error","error":{"message":"x"}}`: true, `{"error":null,"a":1}`: false,
		`{"text":"\"error\""}`: false, `{"a":1}`: false, `no`: false,
	} {
		if IsFailure([]byte(piece)) != want {
			t.Errorf("%s", piece)
		}
	}
}

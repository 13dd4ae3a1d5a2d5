package awsclient

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
)

// closableBody fails once it is closed, as the SDK's does.
type closableBody struct {
	*strings.Reader
	closed bool
}

func (b *closableBody) Read(p []byte) (int, error) {
	if b.closed {
		return 0, io.ErrClosedPipe
	}
	return b.Reader.Read(p)
}

func (b *closableBody) Close() error {
	b.closed = true
	return nil
}

// The end of a body can be read after the SDK has closed it; else a connection
// would be dropped in the middle of an answer that came fast.
func TestBodyKnowsItsEnd(t *testing.T) {
	body := &closableBody{Reader: strings.NewReader("1,2")}
	req := &http.Request{Body: body, ContentLength: 3}
	own := withOwnEnd(req)
	sent := make([]byte, 3)
	if _, err := io.ReadFull(own.Body, sent); err != nil || string(sent) != "1,2" {
		t.Fatalf("%q, %v", sent, err)
	}
	_ = req.Body.Close()
	if n, err := own.Body.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		t.Errorf("after the body was closed: %d, %v", n, err)
	}
	if err := own.Body.Close(); err != nil || !body.closed {
		t.Errorf("close: %v", err)
	}
}

func TestBoundedBody(t *testing.T) {
	for text, fits := range map[string]bool{"": true, "12345": true, "123456": false, strings.Repeat("x", 5000): false} {
		for name, reader := range map[string]io.Reader{
			"whole": strings.NewReader(text), "bytewise": iotest.OneByteReader(strings.NewReader(text)),
			"end with data": iotest.DataErrReader(strings.NewReader(text)),
		} {
			got, err := io.ReadAll(&boundedBody{body: io.NopCloser(reader), left: 5, limit: 5})
			var tooLarge *answerTooLarge
			if fits && (err != nil || string(got) != text) || !fits && (!errors.As(err, &tooLarge) || len(got) > 5) {
				t.Errorf("%d bytes, %s: %d read, %v", len(text), name, len(got), err)
			}
		}
	}
}

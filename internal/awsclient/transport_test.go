package awsclient

import (
	"io"
	"net/http"
	"strings"
	"testing"
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

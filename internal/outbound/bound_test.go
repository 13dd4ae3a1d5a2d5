package outbound

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestBoundedBody(t *testing.T) {
	for text, fits := range map[string]bool{"": true, "12345": true, "123456": false, strings.Repeat("x", 5000): false} {
		for name, reader := range map[string]io.Reader{
			"whole": strings.NewReader(text), "bytewise": iotest.OneByteReader(strings.NewReader(text)),
			"end with data": iotest.DataErrReader(strings.NewReader(text)),
		} {
			got, err := io.ReadAll(Bound(io.NopCloser(reader), 5))
			var tooLarge *TooLarge
			if fits && (err != nil || string(got) != text) || !fits && (!errors.As(err, &tooLarge) || len(got) > 5) {
				t.Errorf("%d bytes, %s: %d read, %v", len(text), name, len(got), err)
			}
		}
	}
}

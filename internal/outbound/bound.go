package outbound

import (
	"fmt"
	"io"
)

// TooLarge is the failure of reading an answer beyond its limit.
type TooLarge struct {
	// Limit is the most that may be read, in bytes.
	Limit int64
}

// Error implements error.
func (e *TooLarge) Error() string { return fmt.Sprintf("the answer is larger than %d bytes", e.Limit) }

// Bound returns body with at most limit bytes: reading more fails with *TooLarge.
// Closing it closes body.
func Bound(body io.ReadCloser, limit int64) io.ReadCloser {
	return &boundedBody{body: body, left: limit, limit: limit}
}

type boundedBody struct {
	body        io.ReadCloser
	left, limit int64
}

// Read implements io.Reader.
func (b *boundedBody) Read(p []byte) (int, error) {
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1] // one byte more tells an answer that is too long
	}
	n, err := b.body.Read(p)
	if int64(n) > b.left {
		n, b.left = int(b.left), 0
		return n, &TooLarge{Limit: b.limit}
	}
	b.left -= int64(n)
	return n, err
}

// Close implements io.Closer.
func (b *boundedBody) Close() error { return b.body.Close() }

package jsonbody

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Text returns what a string in well-formed text says, and false for anything else.
// As in encoding/json, what is no UTF-8 becomes U+FFFD.
func Text(raw json.RawMessage) (string, bool) {
	raw, ok := inside(bytes.TrimSpace(raw))
	if !ok {
		return "", false
	}
	var out strings.Builder
	out.Grow(len(raw))
	unquote(&out, raw)
	return out.String(), true
}

// inside returns a string without its quotes.
func inside(raw []byte) ([]byte, bool) {
	if len(raw) < 2 || raw[0] != '"' || raw[len(raw)-1] != '"' {
		return nil, false
	}
	return raw[1 : len(raw)-1], true
}

// plainText is inside for strings that stand in the body as they are.
func plainText(raw []byte) ([]byte, bool) {
	inner, ok := inside(raw)
	return inner, ok && bytes.IndexByte(inner, '\\') < 0 && utf8.Valid(inner)
}

// texts are the strings of one body, which lie together: a string for each would be
// rounded up to a size that the allocator knows, and a string of the whole body
// would be one copy more where anything in it is escaped.
type texts struct {
	room strings.Builder
	// rest is how many bytes of the body may still be strings.
	rest int
}

// mostTogether bounds how much of a body is kept for the sake of one short text in
// it.
const mostTogether = 8 << 10

// read returns what a string says, and false for anything else.
func (t *texts) read(raw json.RawMessage) (string, bool) {
	inner, ok := inside(raw)
	if !ok || len(inner) == 0 {
		return "", ok
	}
	if t.room.Cap()-t.room.Len() < len(inner) {
		if len(inner) > mostTogether/2 {
			return Text(raw)
		}
		t.room = strings.Builder{}
		t.room.Grow(max(len(inner), min(t.rest-t.rest/8, mostTogether))) // an eighth is names and brackets
	}
	t.rest = max(t.rest-len(raw), 0)
	from := t.room.Len()
	unquote(&t.room, inner)
	return t.room.String()[from:], true
}

// unquote writes the inside of a string without its escapes, which is never longer
// but where what is no UTF-8 becomes U+FFFD.
func unquote(out *strings.Builder, b []byte) {
	sound := utf8.Valid(b)
	for len(b) > 0 {
		plain := bytes.IndexByte(b, '\\')
		if plain < 0 {
			plain = len(b)
		}
		if sound {
			out.Write(b[:plain])
		} else {
			writePlain(out, b[:plain])
		}
		if b = b[plain:]; len(b) < 2 {
			break
		}
		c := b[1]
		if c == 'u' {
			r, n := unquoteRune(b)
			out.WriteRune(r)
			b = b[n:]
			continue
		}
		if at := strings.IndexByte("bfnrt", c); at >= 0 {
			c = "\b\f\n\r\t"[at]
		}
		out.WriteByte(c)
		b = b[2:]
	}
}

// writePlain writes what has no escapes in it.
func writePlain(out *strings.Builder, b []byte) {
	if utf8.Valid(b) {
		out.Write(b)
		return
	}
	for _, r := range string(b) {
		out.WriteRune(r) // U+FFFD for each byte that is none
	}
}

// unquoteRune reads \uXXXX, or two of them that are one character, and returns how
// many bytes that was.
func unquoteRune(b []byte) (rune, int) {
	r, ok := hex4(b[2:])
	if !ok {
		return utf8.RuneError, 2
	}
	if !utf16.IsSurrogate(r) {
		return r, 6
	}
	if len(b) >= 12 && b[6] == '\\' && b[7] == 'u' {
		second, _ := hex4(b[8:])
		if pair := utf16.DecodeRune(r, second); pair != utf8.RuneError {
			return pair, 12
		}
	}
	return utf8.RuneError, 6
}

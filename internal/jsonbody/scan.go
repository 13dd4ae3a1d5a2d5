package jsonbody

import (
	"bytes"
	"encoding/json"
	"strings"
)

// deepest is how far values may lie within one another, as encoding/json has it.
const deepest = 10000

// scan walks over JSON text without copying it. A body is checked once, as a
// whole; after that its values are slices of it.
type scan struct {
	b     []byte
	i     int
	depth int
}

// Valid reports whether b is one JSON value, by the rules of encoding/json.
func Valid(b []byte) bool {
	s := scan{b: b}
	s.space()
	if !s.value() {
		return false
	}
	s.space()
	return s.i == len(b)
}

// at returns the byte that comes next, 0 at the end.
func (s *scan) at() byte {
	if s.i < len(s.b) {
		return s.b[s.i]
	}
	return 0
}

func (s *scan) space() {
	for s.i < len(s.b) && (s.b[s.i] == ' ' || s.b[s.i] == '\n' || s.b[s.i] == '\t' || s.b[s.i] == '\r') {
		s.i++
	}
}

// take passes over c and the space behind it, if c comes next.
func (s *scan) take(c byte) bool {
	if s.at() != c {
		return false
	}
	s.i++
	s.space()
	return true
}

// value passes over one value and reports whether it is well formed.
func (s *scan) value() bool {
	switch c := s.at(); {
	case c == '"':
		return s.text()
	case c == '{':
		return s.list('}', func() bool {
			if !s.text() {
				return false
			}
			s.space()
			return s.take(':') && s.value()
		})
	case c == '[':
		return s.list(']', s.value)
	case c == '-' || c >= '0' && c <= '9':
		return s.number()
	default:
		return s.word("true") || s.word("false") || s.word("null")
	}
}

// list passes over what stands between brackets, separated by commas.
func (s *scan) list(end byte, item func() bool) bool {
	if s.depth++; s.depth > deepest {
		return false
	}
	s.i++
	s.space()
	for first := true; s.at() != end; first = false {
		if !first && !s.take(',') || !item() {
			return false
		}
		s.space()
	}
	s.i++
	s.depth--
	return true
}

func (s *scan) word(w string) bool {
	if !strings.HasPrefix(string(s.b[s.i:min(len(s.b), s.i+len(w))]), w) {
		return false
	}
	s.i += len(w)
	return true
}

func (s *scan) text() bool {
	if s.at() != '"' {
		return false
	}
	for s.i++; ; s.i++ {
		for s.i < len(s.b) && isPlain[s.b[s.i]] {
			s.i++
		}
		switch s.at() {
		case '"':
			s.i++
			return true
		case '\\':
			if !s.escape() {
				return false
			}
		default: // a control character, or the end
			return false
		}
	}
}

// isPlain has the bytes that stand in a string as they are.
var isPlain = func() (plain [256]bool) {
	for c := range plain {
		plain[c] = c >= ' ' && c != '"' && c != '\\'
	}
	return plain
}()

// escape passes over all but the last byte of what begins with a backslash.
func (s *scan) escape() bool {
	s.i++
	if s.at() != 'u' {
		return s.at() != 0 && strings.IndexByte(`"\/bfnrt`, s.at()) >= 0
	}
	_, ok := hex4(s.b[s.i+1:])
	if ok {
		s.i += 4
	}
	return ok
}

// hex4 reads four hexadecimal digits.
func hex4(b []byte) (r rune, ok bool) {
	if len(b) < 4 {
		return 0, false
	}
	for _, c := range b[:4] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

func (s *scan) digits() bool {
	from := s.i
	for s.at() >= '0' && s.at() <= '9' {
		s.i++
	}
	return s.i > from
}

func (s *scan) number() bool {
	if s.at() == '-' {
		s.i++
	}
	if s.at() == '0' {
		s.i++
	} else if !s.digits() {
		return false
	}
	if s.at() == '.' {
		if s.i++; !s.digits() {
			return false
		}
	}
	if s.at()|0x20 != 'e' {
		return true
	}
	if s.i++; s.at() == '+' || s.at() == '-' {
		s.i++
	}
	return s.digits()
}

// skipText passes over one string of text that is known to be well formed.
func (s *scan) skipText() {
	for s.i++; s.i < len(s.b); {
		quote := bytes.IndexByte(s.b[s.i:], '"')
		if quote < 0 {
			break
		}
		escapes := 0
		for escapes < quote && s.b[s.i+quote-1-escapes] == '\\' {
			escapes++
		}
		if s.i += quote + 1; escapes%2 == 0 {
			return
		}
	}
	s.i = len(s.b)
}

// skip passes over one value of text that is known to be well formed, and
// returns it.
func (s *scan) skip() json.RawMessage {
	from, depth := s.i, 0
	for s.i < len(s.b) {
		switch c := s.b[s.i]; {
		case c == '"':
			s.skipText()
			s.i--
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth--
		case depth == 0 && s.number(), depth == 0 && (s.word("true") || s.word("false") || s.word("null")):
			s.i--
		}
		s.i++
		if depth == 0 {
			break
		}
	}
	return s.b[from:s.i:s.i]
}

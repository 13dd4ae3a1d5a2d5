package jsonbody

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"sync"
	"unicode/utf8"
)

// Writer writes JSON text. Whoever writes sees to it that names and values alternate
// and that brackets close; the commas come by themselves. A Writer comes from
// [NewWriter].
type Writer struct {
	text []byte
	// open are where the objects and arrays begin that are not closed yet.
	open []int
	err  error
}

// writers are those whose text was taken; it holds nothing but room to write in.
var writers = sync.Pool{New: func() any { return new(Writer) }}

// mostKept is the room that is kept for texts to come, in bytes.
const mostKept = 1 << 18

// NewWriter returns a Writer of an empty text.
func NewWriter() *Writer {
	w := writers.Get().(*Writer) //nolint:forcetypeassert // New makes nothing else
	w.text, w.open, w.err = w.text[:0], w.open[:0], nil
	return w
}

// Take returns the text, of exactly its size, or the first error of Raw or Value.
// The Writer is not to be used after it.
func (w *Writer) Take() ([]byte, error) {
	text, err := make([]byte, len(w.text)), w.err
	copy(text, w.text)
	if cap(w.text) <= mostKept {
		writers.Put(w)
	}
	if err != nil {
		return nil, err
	}
	return text, nil
}

// item puts a comma where one is needed before a name or a value.
func (w *Writer) item() {
	if n := len(w.text); n > 0 {
		switch w.text[n-1] {
		case '{', '[', ':':
		default:
			w.text = append(w.text, ',')
		}
	}
}

// Begin opens an object or an array, by its bracket.
func (w *Writer) Begin(bracket byte) {
	w.item()
	w.open = append(w.open, len(w.text))
	w.text = append(w.text, bracket)
}

// End closes what was opened last, by its bracket.
func (w *Writer) End(bracket byte) {
	w.open = w.open[:len(w.open)-1]
	w.text = append(w.text, bracket)
}

// Reopen opens the object again that is the whole text, for more members.
func (w *Writer) Reopen() {
	w.open = append(w.open, 0)
	w.text = w.text[:len(w.text)-1]
}

// Others writes those members to the object that is open whose names it does not have
// yet, in the order of their names.
func (w *Writer) Others(members map[string]json.RawMessage) {
	if len(members) == 0 {
		return
	}
	written := fill(nil, w.text[w.open[len(w.open)-1]:])
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if written.find(name) == nil {
			w.Name(name).Raw(members[name])
		}
	}
}

// Member writes a member of a body that was read.
func (w *Writer) Member(m Member) {
	w.Name(string(m.Name))
	w.text = append(w.text, m.Value...)
}

// Name begins a member, and returns the Writer for its value.
func (w *Writer) Name(name string) *Writer {
	w.item()
	w.text = append(appendQuoted(w.text, name), ':')
	return w
}

// Text writes a string.
func (w *Writer) Text(text string) {
	w.item()
	w.text = appendQuoted(w.text, text)
}

// Base64 writes bytes as a string, with what stands before them.
func (w *Writer) Base64(before string, data []byte) {
	w.item()
	w.text = append(w.text, '"')
	w.text = append(w.text, before...)
	w.text = base64.StdEncoding.AppendEncode(w.text, data)
	w.text = append(w.text, '"')
}

// Integer writes a whole number.
func (w *Writer) Integer(n int64) {
	w.item()
	w.text = strconv.AppendInt(w.text, n, 10)
}

// Number writes a number as encoding/json does. What is not finite has no form in
// JSON, and is an error of Take.
func (w *Writer) Number(f float64) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		w.fail(fmt.Errorf("%v is no number in JSON", f))
		return
	}
	w.item()
	form := byte('f')
	if abs := math.Abs(f); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		form = 'e'
	}
	w.text = strconv.AppendFloat(w.text, f, form, -1, 64)
	if n := len(w.text); form == 'e' && w.text[n-2] == '0' { // e-09 is written e-9
		w.text = append(w.text[:n-2], w.text[n-1])
	}
}

// Boolean writes true or false.
func (w *Writer) Boolean(is bool) {
	w.item()
	w.text = strconv.AppendBool(w.text, is)
}

// Null writes null.
func (w *Writer) Null() {
	w.item()
	w.text = append(w.text, "null"...)
}

// Raw writes a value that is JSON text already, without its space.
func (w *Writer) Raw(raw json.RawMessage) {
	if !Valid(raw) {
		w.fail(fmt.Errorf("a member's text is no JSON"))
		return
	}
	w.item()
	s := scan{b: raw}
	for s.space(); s.i < len(raw); s.space() {
		from := s.i
		if raw[from] == '"' {
			s.skipText()
		} else {
			s.i++
		}
		w.text = append(w.text, raw[from:s.i]...)
	}
}

// Value writes any value as encoding/json does, without its escapes of HTML.
func (w *Writer) Value(v any) {
	w.item()
	e := json.NewEncoder((*sink)(w))
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		w.fail(err)
		return
	}
	w.text = w.text[:len(w.text)-1] // the line break
}

func (w *Writer) fail(err error) {
	if w.err == nil {
		w.err = fmt.Errorf("write JSON: %w", err)
	}
}

// sink is a Writer's text as an io.Writer.
type sink Writer

// Write implements io.Writer.
func (s *sink) Write(p []byte) (int, error) {
	s.text = append(s.text, p...)
	return len(p), nil
}

const hexDigits = "0123456789abcdef"

// appendQuoted appends a string with the escapes of encoding/json but those of HTML,
// which the real services do not write either.
func appendQuoted(b []byte, text string) []byte {
	b = append(b, '"')
	from := 0
	for i := 0; i < len(text); {
		c := text[i]
		if isPlain[c] && c < utf8.RuneSelf {
			i++
			continue
		}
		if c < utf8.RuneSelf {
			b = appendEscape(append(b, text[from:i]...), c)
			i++
			from = i
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			b = append(append(b, text[from:i]...), `\ufffd`...)
			from = i + size
		case r == '\u2028' || r == '\u2029': // which end a line in JavaScript
			b = append(append(b, text[from:i]...), `\u202`...)
			b = append(b, hexDigits[r&0xF])
			from = i + size
		}
		i += size
	}
	return append(append(b, text[from:]...), '"')
}

func appendEscape(b []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\b':
		return append(b, `\b`...)
	case '\f':
		return append(b, `\f`...)
	case '\n':
		return append(b, `\n`...)
	case '\r':
		return append(b, `\r`...)
	case '\t':
		return append(b, `\t`...)
	default:
		return append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xF])
	}
}

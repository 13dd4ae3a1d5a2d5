package jsonbody

import (
	"encoding/json"
	"slices"
	"sync"
	"unicode/utf8"
)

// Reader reads an object member by member and collects what breaks the schema of the
// body, for all Readers of one body together. A member that is absent leaves its
// target as it is, so that a default may stand there before. The zero value is not
// to be used; a Reader of an object that is not there reads nothing and finds nothing
// wrong.
type Reader struct {
	// Object is what is read.
	Object
	// at is where the object begins in the body.
	at   int
	dead bool
	*reading
}

// reading is what the Readers of one body share.
type reading struct {
	body json.RawMessage
	Options
	violations []string
	failure    error
	texts      texts
	// members are those of the objects that are being read, one object's after the
	// other's.
	members Object
}

// Options are how a body is read.
type Options struct {
	// Lenient lets members pass that are not known.
	Lenient bool
	// Nulls takes a member that is null for one that is absent.
	Nulls bool
	// Words are whose words violations are in.
	Words Words
}

// Read returns the Reader of a body; false for what is no JSON object.
func Read(body []byte, options Options) (Reader, bool) {
	if !Valid(body) || KindOf(body) != "JSONObject" {
		return Reader{}, false
	}
	r := readings.Get().(*reading) //nolint:forcetypeassert // New makes nothing else
	r.body, r.Options, r.texts.rest = body, options, len(body)
	return Reader{Object: r.object(body), reading: r}, true
}

// readings are those that are over; they hold nothing but room.
var readings = sync.Pool{New: func() any { return new(reading) }}

// mostMembers is how many members' room is kept for bodies to come.
const mostMembers = 1 << 10

// Close ends the reading of a body. No Reader of it may be used after that; what they
// gave stays good. A body that is not closed is left to the collector.
func (r Reader) Close() {
	if r.reading == nil {
		return
	}
	room := r.members[:0]
	clear(room[:cap(room)])
	*r.reading = reading{}
	if cap(room) <= mostMembers {
		r.members = room
		readings.Put(r.reading)
	}
}

// object reads an object of well-formed text.
func (r *reading) object(raw json.RawMessage) Object {
	from := len(r.members)
	r.members = fill(r.members, raw)
	return r.members[from:len(r.members):len(r.members)]
}

// Violations are what was found wrong so far, each with its place before it.
func (r Reader) Violations() []string { return r.violations }

// Fail keeps an error that is no violation of the schema, unless there is one.
func (r Reader) Fail(err error) {
	if r.failure == nil && !r.dead {
		r.failure = err
	}
}

// Failure returns what Fail kept.
func (r Reader) Failure() error { return r.failure }

// Sound reports whether nothing was found wrong so far.
func (r Reader) Sound() bool { return r.violations == nil && r.failure == nil }

// member returns a member, nil where it counts as absent.
func (r Reader) member(name string) *Member {
	m := r.find(name)
	if m != nil && r.reading.Nulls && isNull(m.Value) {
		return nil
	}
	return m
}

// Required notes those of the members that are not there.
func (r Reader) Required(names ...string) {
	for _, name := range names {
		if r.member(name) == nil {
			r.missing(name)
		}
	}
}

// Members notes those of the required members that are not there, and the members
// that are neither required nor known.
func (r Reader) Members(required []string, known ...string) {
	r.Required(required...)
	if r.dead || r.Lenient {
		return
	}
	for _, name := range r.unknown(required, known) {
		r.extraneous(name)
	}
}

// Span is what a number, a length or a count may be, both ends included. Most is not
// checked where it is 0.
type Span struct{ Least, Most float64 }

// From is a Span without an upper end, UpTo one without a lower one, and Between one
// with both.
func From(least float64) Span { return Span{Least: least} }

// UpTo is described with From.
func UpTo(most float64) Span { return Span{Most: most} }

// Between is described with From.
func Between(least, most float64) Span { return Span{least, most} }

func (r Reader) in(path string, n float64, s Span) bool {
	if n < s.Least || s.Most != 0 && n > s.Most {
		r.outside(path, n, s)
		return false
	}
	return true
}

// Number reads a number into to, which it makes.
func (r Reader) Number(name string, s Span, to **float64) {
	m := r.member(name)
	if m == nil {
		return
	}
	n, ok := Number(m.Value)
	switch {
	case !ok:
		r.wrongType(name, "Number", m.Value)
	case r.in(name, n, s):
		*to = &n
	}
}

// Integer reads a whole number.
func (r Reader) Integer(name string, s Span, to *int) {
	m := r.member(name)
	if m == nil {
		return
	}
	n, ok := Integer(m.Value)
	switch {
	case !ok:
		r.wrongType(name, "Integer", m.Value)
	case r.in(name, float64(n), s):
		*to = n
	}
}

// Boolean reads true or false.
func (r Reader) Boolean(name string, to *bool) {
	m := r.member(name)
	switch {
	case m == nil:
	case KindOf(m.Value) != "Boolean":
		r.wrongType(name, "Boolean", m.Value)
	default:
		*to = m.Value[0] == 't'
	}
}

// Text reads a string whose length in characters is within s; "" where it is absent
// or at fault.
func (r Reader) Text(name string, s Span) string {
	m := r.member(name)
	if m == nil {
		return ""
	}
	text, ok := r.texts.read(m.Value)
	switch {
	case !ok:
		r.wrongType(name, "String", m.Value)
	case r.long(name, text, s):
		return text
	}
	return ""
}

// String is Text of any length.
func (r Reader) String(name string) string { return r.Text(name, Span{}) }

// Quoted returns what a value of the body says that is a string, and false for
// anything else. It is for values that may be of several types.
func (r Reader) Quoted(raw json.RawMessage) (string, bool) { return r.texts.read(raw) }

func (r Reader) long(path, text string, s Span) bool {
	if s.Most == 0 && float64(len(text)) >= s.Least*utf8.UTFMax {
		return true // however many bytes its characters have
	}
	n := utf8.RuneCountInString(text)
	switch {
	case float64(n) < s.Least:
		r.ViolateAt(path, "expected minLength: %v, actual: %d", s.Least, n)
	case s.Most != 0 && float64(n) > s.Most:
		r.ViolateAt(path, "expected maxLength: %v, actual: %d", s.Most, n)
	default:
		return true
	}
	return false
}

// Choice reads a string that is one of some words.
func (r Reader) Choice(name string, words []string, to *string) {
	before := len(r.violations)
	word := r.String(name)
	switch {
	case r.member(name) == nil || len(r.violations) > before:
	case !slices.Contains(words, word):
		r.ViolateAt(name, "%s is not a valid enum value", word)
	default:
		*to = word
	}
}

// Names returns the names of the members that are not among the known ones, none
// when reading leniently.
func (r Reader) Names(known ...string) []string {
	if r.dead || r.Lenient {
		return nil
	}
	return r.unknown(known, nil)
}

// Copy returns a JSON object as it stands, nil where it is absent or at fault.
func (r Reader) Copy(name string) json.RawMessage {
	m := r.member(name)
	switch {
	case m == nil:
		return nil
	case KindOf(m.Value) != "JSONObject":
		r.wrongType(name, "JSONObject", m.Value)
		return nil
	}
	return slices.Clone(m.Value)
}

// Inner returns the Reader of an object within; ok is false when it is not there, or
// is no object.
func (r Reader) Inner(name string) (in Reader, ok bool) {
	in = Reader{dead: true, reading: r.reading}
	m := r.member(name)
	if m == nil {
		return in, false
	}
	if KindOf(m.Value) != "JSONObject" {
		r.wrongType(name, "JSONObject", m.Value)
		return in, false
	}
	return Reader{Object: r.object(m.Value), at: r.at + m.at, dead: r.dead, reading: r.reading}, true
}

// Package jsonbody reads and writes the JSON of requests and answers as strictly as
// Bedrock does, and with few copies of what stands in it.
//
// A body is checked once, as a whole ([Parse]); after that its values are slices of
// it, and its texts lie together in one stretch of memory. A [Reader] reads an
// object member by member and collects what is wrong with it in the words of
// Bedrock's schema check. A [Writer] writes text in one go.
//
// encoding/json would match "Messages" with "messages", and says nothing of members
// that nobody asked for but that they are there; that is why this package exists.
//
// This file has the [Object] and its values, scan.go walks over text, text.go has
// strings, reader.go and list.go the Reader, place.go says where in a body a value
// stands, writer.go has the Writer, edit.go changes members of a text that else stays
// as it is.
package jsonbody

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
)

// Object is a JSON object whose members are not read yet, in their order. Of two
// members of one name the later one counts. Its values are slices of the body.
type Object []Member

// Member is a member of an Object.
type Member struct {
	// Name is without quotes and escapes.
	Name []byte
	// Value is JSON text without space around it. It is not to be modified.
	Value json.RawMessage
	// at is where Value begins, from the beginning of the object.
	at int
}

// Parse reads a whole body. It returns false for what is no JSON object.
func Parse(body []byte) (Object, bool) {
	if !Valid(body) {
		return nil, false
	}
	return within(body)
}

// within reads an object of text that is known to be well formed.
func within(raw json.RawMessage) (Object, bool) {
	if KindOf(raw) != "JSONObject" {
		return nil, false
	}
	return fill(nil, raw), true
}

// fill appends the members of an object in well-formed text to o.
func fill(o Object, raw json.RawMessage) Object {
	s := scan{b: raw}
	s.space()
	s.take('{')
	for s.at() != '}' && s.i < len(s.b) {
		name := keyOf(s.skip())
		s.space()
		s.take(':')
		at := s.i
		o = append(o, Member{name, s.skip(), at})
		s.space()
		s.take(',')
	}
	return o
}

// keyOf returns what the name of a member says.
func keyOf(raw json.RawMessage) []byte {
	if inner, plain := plainText(raw); plain {
		return inner
	}
	name, _ := Text(raw)
	return []byte(name)
}

// find returns the member of a name, nil where there is none.
func (o Object) find(name string) *Member {
	for i := len(o) - 1; i >= 0; i-- {
		if string(o[i].Name) == name {
			return &o[i]
		}
	}
	return nil
}

// Distinct returns the object without the members that do not count because another
// one of their name comes later.
func (o Object) Distinct() Object {
	last := make(map[string]int, len(o))
	for i, m := range o {
		last[string(m.Name)] = i
	}
	if len(last) == len(o) {
		return o
	}
	var distinct Object
	for i, m := range o {
		if last[string(m.Name)] == i {
			distinct = append(distinct, m)
		}
	}
	return distinct
}

// Get returns a member's value, nil where there is none.
func (o Object) Get(name string) json.RawMessage {
	if m := o.find(name); m != nil {
		return m.Value
	}
	return nil
}

// Has reports whether the object has a member of that name that is not null.
func (o Object) Has(name string) bool {
	m := o.find(name)
	return m != nil && !isNull(m.Value)
}

// String returns what a member says that is a string, else "".
func (o Object) String(name string) string {
	text, _ := Text(o.Get(name))
	return text
}

// unknown returns the names that are in neither list, each once and sorted, so that
// a message does not change from call to call.
func (o Object) unknown(known, more []string) (names []string) {
	for _, m := range o {
		is := func(name string) bool { return string(m.Name) == name }
		if !slices.ContainsFunc(known, is) && !slices.ContainsFunc(more, is) {
			names = append(names, string(m.Name))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func isNull(raw json.RawMessage) bool { return len(raw) > 0 && raw[0] == 'n' }

// KindOf names the type of a value in well-formed text as Bedrock's schema check
// does: Null, String, JSONObject, JSONArray, Boolean, BigDecimal or Integer.
func KindOf(raw json.RawMessage) string {
	switch raw = bytes.TrimSpace(raw); {
	case len(raw) == 0 || isNull(raw):
		return "Null"
	case raw[0] == '"':
		return "String"
	case raw[0] == '{':
		return "JSONObject"
	case raw[0] == '[':
		return "JSONArray"
	case raw[0] == 't' || raw[0] == 'f':
		return "Boolean"
	case bytes.ContainsAny(raw, ".eE"):
		return "BigDecimal"
	default:
		return "Integer"
	}
}

// IsObject reports whether text is a well-formed JSON object.
func IsObject(raw []byte) bool { return Valid(raw) && KindOf(raw) == "JSONObject" }

// Number returns the number that a value is; false where it is none, or beyond what
// a float64 holds.
func Number(raw json.RawMessage) (float64, bool) {
	if kind := KindOf(raw); kind != "Integer" && kind != "BigDecimal" {
		return 0, false
	}
	f, err := strconv.ParseFloat(string(bytes.TrimSpace(raw)), 64)
	return f, err == nil
}

// Integer is Number for whole numbers that are written as such.
func Integer(raw json.RawMessage) (int, bool) {
	if KindOf(raw) != "Integer" {
		return 0, false
	}
	n, err := strconv.Atoi(string(bytes.TrimSpace(raw)))
	return n, err == nil
}

// Elements returns the values of an array in well-formed text, and false for
// anything else.
func Elements(raw json.RawMessage) ([]json.RawMessage, bool) {
	if KindOf(raw) != "JSONArray" {
		return nil, false
	}
	list := []json.RawMessage{}
	for c := begin(raw); c.next(); {
		list = append(list, c.value)
	}
	return list, true
}

// cursor goes over the elements of an array.
type cursor struct {
	s     scan
	value json.RawMessage
	at    int // where value begins
}

func begin(raw json.RawMessage) cursor {
	c := cursor{s: scan{b: raw}}
	c.s.space()
	c.s.take('[')
	return c
}

func (c *cursor) next() bool {
	if c.s.at() == ']' || c.s.i >= len(c.s.b) {
		return false
	}
	c.at = c.s.i
	c.value = c.s.skip()
	c.s.space()
	c.s.take(',')
	return true
}

package dialect

import (
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf8"
)

// fields reads the members of one object of a request and collects what breaks
// the family's schema, in the words of Bedrock's check. A member that is absent
// leaves its target as it is, so that the family's default stands there before.
type fields struct {
	o object
	// at is the object's place, "#" for the body.
	at         string
	violations []string
}

// readFields begins with the keys: those that are required and those that are
// known beside them.
func readFields(o object, required []string, known ...string) *fields {
	f := &fields{o: o, at: "#", violations: o.missing(required...)}
	f.extraneous(append(slices.Clone(required), known...)...)
	return f
}

func (f *fields) extraneous(known ...string) {
	for _, key := range f.o.unknown(known...) {
		f.fault("extraneous key [%s] is not permitted", key)
	}
}

// fault notes a violation of the object itself.
func (f *fields) fault(format string, args ...any) {
	f.violations = append(f.violations, f.at+": "+fmt.Sprintf(format, args...))
}

// faultAt notes a violation of a member.
func (f *fields) faultAt(key, format string, args ...any) {
	f.violations = append(f.violations, f.at+"/"+key+": "+fmt.Sprintf(format, args...))
}

func (f *fields) wrongType(key, want string, raw json.RawMessage) {
	f.faultAt(key, "expected type: %s, found: %s", want, jsonKind(raw))
}

// err returns the refusal, nil where nothing was found.
func (f *fields) err() error {
	if f.violations == nil {
		return nil
	}
	return malformed(f.violations...)
}

// inner reads an object within, if it is there; its violations become this
// one's when read returns.
func (f *fields) inner(key string, known []string, read func(*fields)) {
	raw, there := f.o[key]
	if !there {
		return
	}
	o, ok := f.o.read(raw)
	if !ok {
		f.wrongType(key, "JSONObject", raw)
		return
	}
	in := &fields{o: o, at: f.at + "/" + key}
	in.extraneous(known...)
	read(in)
	f.violations = append(f.violations, in.violations...)
}

// span is what a number or the length of a text may be, both ends included. most
// is not checked where it is 0.
type span struct{ least, most float64 }

func (f *fields) within(key string, n float64, s span) bool {
	switch {
	case n < s.least:
		f.faultAt(key, "%v is not greater or equal to %v", n, s.least)
	case s.most != 0 && n > s.most:
		f.faultAt(key, "%v is not less or equal to %v", n, s.most)
	default:
		return true
	}
	return false
}

func (f *fields) number(key string, s span, to *float64) {
	raw, there := f.o[key]
	if !there {
		return
	}
	n, ok := readNumber(raw)
	switch {
	case !ok:
		f.wrongType(key, "Number", raw)
	case f.within(key, n, s):
		*to = n
	}
}

func (f *fields) integer(key string, s span, to *int) {
	raw, there := f.o[key]
	if !there {
		return
	}
	n, ok := readInt(raw)
	switch {
	case !ok:
		f.wrongType(key, "Integer", raw)
	case f.within(key, float64(n), s):
		*to = n
	}
}

func (f *fields) boolean(key string, to *bool) {
	raw, there := f.o[key]
	if !there {
		return
	}
	if jsonKind(raw) != "Boolean" {
		f.wrongType(key, "Boolean", raw)
		return
	}
	*to = string(raw) == "true"
}

// text reads a string whose length in characters is within s.
func (f *fields) text(key string, s span, to *string) {
	raw, there := f.o[key]
	if !there {
		return
	}
	got, ok := readString(raw)
	switch {
	case !ok:
		f.wrongType(key, "String", raw)
	case f.long(key, got, s):
		*to = got
	}
}

func (f *fields) long(key, text string, s span) bool {
	n := utf8.RuneCountInString(text)
	switch {
	case float64(n) < s.least:
		f.faultAt(key, "expected minLength: %v, actual: %d", s.least, n)
	case s.most != 0 && float64(n) > s.most:
		f.faultAt(key, "expected maxLength: %v, actual: %d", s.most, n)
	default:
		return true
	}
	return false
}

// choice reads a string that is one of some words.
func (f *fields) choice(key string, words []string, to *string) {
	var got string
	before := len(f.violations)
	f.text(key, span{}, &got)
	if _, there := f.o[key]; !there || len(f.violations) > before {
		return
	}
	if !slices.Contains(words, got) {
		f.faultAt(key, "%s is not a valid enum value", got)
		return
	}
	*to = got
}

// list returns the elements of an array with items within s, nil where it is
// absent or at fault.
func (f *fields) list(key string, s span) []json.RawMessage {
	raw, there := f.o[key]
	if !there {
		return nil
	}
	items, ok := readArray(raw)
	switch {
	case !ok:
		f.wrongType(key, "JSONArray", raw)
	case float64(len(items)) < s.least:
		f.faultAt(key, "expected minimum item count: %v, found: %d", s.least, len(items))
	case s.most != 0 && float64(len(items)) > s.most:
		f.faultAt(key, "expected maximum item count: %v, found: %d", s.most, len(items))
	default:
		return items
	}
	return nil
}

// texts reads an array of strings: its length is within items, that of each
// string within s.
func (f *fields) texts(key string, items, s span) []string {
	var out []string
	for i, raw := range f.list(key, items) {
		place := fmt.Sprintf("%s/%d", key, i)
		got, ok := readString(raw)
		switch {
		case !ok:
			f.wrongType(place, "String", raw)
		case f.long(place, got, s):
			out = append(out, got)
		}
	}
	return out
}

// stops reads the strings at which an answer ends, at most so many of them; 0 is
// no bound.
func (f *fields) stops(key string, most int, chat *Chat) {
	chat.Stop = f.texts(key, span{most: float64(most)}, span{least: 1})
}

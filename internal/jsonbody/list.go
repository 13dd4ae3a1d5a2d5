package jsonbody

import (
	"encoding/json"
	"iter"
	"strconv"
)

// List returns the elements of an array with a number of them within s; nil where it
// is absent or at fault.
func (r Reader) List(name string, s Span) []json.RawMessage {
	m := r.member(name)
	if m == nil {
		return nil
	}
	items, ok := Elements(m.Value)
	switch {
	case !ok:
		r.wrongType(name, "JSONArray", m.Value)
	case float64(len(items)) < s.Least || s.Most != 0 && float64(len(items)) > s.Most:
		r.miscounted(name, len(items), s)
	default:
		return items
	}
	return nil
}

// Len returns how many elements an array has, 0 for what is none.
func (r Reader) Len(name string) (n int) {
	m := r.member(name)
	if m == nil || KindOf(m.Value) != "JSONArray" {
		return 0
	}
	for c := begin(m.Value); c.next(); {
		n++
	}
	return n
}

// Texts reads an array of strings: their number is within items, the length of each
// within s. Strings that are at fault are left out.
func (r Reader) Texts(name string, items, s Span) (list []string) {
	for i, raw := range r.List(name, items) {
		if r.full() {
			break
		}
		path := name + "/" + strconv.Itoa(i)
		text, ok := r.texts.read(raw)
		switch {
		case !ok:
			r.wrongType(path, "String", raw)
		case r.long(path, text, s):
			list = append(list, text)
		}
	}
	return list
}

// Each reads an array of objects. Each Reader, and those of what lies within, serves
// until the next one comes.
// Elements that are no objects are noted and passed over.
func (r Reader) Each(name string) iter.Seq2[int, Reader] {
	return func(yield func(int, Reader) bool) { r.each(name, yield) }
}

func (r Reader) each(name string, yield func(int, Reader) bool) {
	m := r.member(name)
	if m == nil {
		return
	}
	if KindOf(m.Value) != "JSONArray" {
		r.wrongType(name, "JSONArray", m.Value)
		return
	}
	from := len(r.members)
	c := begin(m.Value)
	for i := 0; c.next() && !r.full(); i++ {
		if KindOf(c.value) != "JSONObject" {
			r.wrongType(name+"/"+strconv.Itoa(i), "JSONObject", c.value)
			continue
		}
		in := Reader{Object: r.object(c.value), at: r.at + m.at + c.at, dead: r.dead, reading: r.reading}
		more := yield(i, in)
		r.members = r.members[:from] // with what was read within the element
		if !more {
			break
		}
	}
}

// First returns the Reader of the first of an array of objects; ok is false when
// there is none.
func (r Reader) First(name string) (in Reader, ok bool) {
	in = Reader{dead: true, reading: r.reading}
	m := r.member(name)
	if m == nil {
		return in, false
	}
	if KindOf(m.Value) != "JSONArray" {
		r.wrongType(name, "JSONArray", m.Value)
		return in, false
	}
	c := begin(m.Value)
	if !c.next() {
		return in, false
	}
	if KindOf(c.value) != "JSONObject" {
		r.wrongType(name+"/0", "JSONObject", c.value)
		return in, false
	}
	return Reader{Object: r.object(c.value), at: r.at + m.at + c.at, dead: r.dead, reading: r.reading}, true
}

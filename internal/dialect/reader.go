package dialect

import (
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strconv"
)

// place is where a value stands in a body.
type place struct {
	up    *place
	key   string
	index int // where key is empty
}

// String returns the place as Bedrock's schema check writes it, "#/messages/0".
func (p *place) String() string {
	switch {
	case p == nil:
		return "#"
	case p.key == "":
		return p.up.String() + "/" + strconv.Itoa(p.index)
	default:
		return p.up.String() + "/" + p.key
	}
}

// reader reads an object member by member. What is read after the first violation
// has no meaning.
type reader struct {
	object
	at *place
	*reading
}

// reading is what the readers of one body share.
type reading struct {
	// err is the first violation.
	err error
	// spare are objects to read into.
	spare []object
}

// read returns the reader of a body.
func read(o object) reader { return reader{object: o, reading: &reading{}} }

// fail keeps err, unless there is one already.
func (r reader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

// violate keeps the violation of a member; an empty key is the object itself.
func (r reader) violate(key, format string, args ...any) {
	at := r.at
	if key != "" {
		at = &place{up: r.at, key: key}
	}
	r.fail(malformed(fmt.Sprintf("%s: %s", at, fmt.Sprintf(format, args...))))
}

func (r reader) wrongType(key, want string) {
	r.violate(key, "expected type: %s, found: %s", want, jsonKind(r.object[key]))
}

// members refuses members that are not known, and the lack of required ones.
func (r reader) members(known []string, required ...string) {
	for _, key := range required {
		if !r.has(key) {
			r.violate("", "required key [%s] not found", key)
		}
	}
	for _, key := range r.unknown(known...) {
		if !slices.Contains(required, key) {
			r.violate("", "extraneous key [%s] is not permitted", key)
		}
	}
}

// ignores says that members are known, and that one which is there asks for what
// a Chat cannot carry. A lenient reader passes over it.
func (r reader) ignores(keys ...string) {
	for _, key := range keys {
		if _, lenient := r.object[lenientMark]; r.has(key) && !lenient {
			r.fail(unsupported(key))
		}
	}
}

// text reads an optional string.
func (r reader) text(key string) string {
	if !r.has(key) {
		return ""
	}
	s, ok := readString(r.object[key])
	if !ok {
		r.wrongType(key, "String")
	}
	return s
}

// integer reads an optional whole number that is at least low.
func (r reader) integer(key string, low int) int {
	if !r.has(key) {
		return 0
	}
	n, ok := readInt(r.object[key])
	if !ok {
		r.wrongType(key, "Integer")
	} else if n < low {
		r.violate(key, "%d is not greater or equal to %d", n, low)
	}
	return n
}

// number reads an optional number from 0 to high into to, which it makes.
func (r reader) number(key string, high float64, to **float64) {
	if !r.has(key) {
		return
	}
	f, ok := readNumber(r.object[key])
	switch {
	case !ok:
		r.wrongType(key, "Number")
	case f < 0:
		r.violate(key, "%v is not greater or equal to 0", f)
	case f > high:
		r.violate(key, "%v is not less or equal to %v", f, high)
	}
	*to = &f
}

// flag reads an optional boolean.
func (r reader) flag(key string) bool {
	if r.has(key) && jsonKind(r.object[key]) != "Boolean" {
		r.wrongType(key, "Boolean")
	}
	return string(r.object[key]) == "true"
}

// inner reads an optional object; ok is false when it is not there.
func (r reader) inner(key string) (in reader, ok bool) {
	in = reader{at: &place{up: r.at, key: key}, reading: r.reading}
	if !r.has(key) {
		return in, false
	}
	if in.object, ok = r.object.read(r.object[key]); !ok {
		r.wrongType(key, "JSONObject")
	}
	return in, ok
}

// schema reads a JSON object that is kept as it is.
func (r reader) schema(key string) json.RawMessage {
	if !r.has(key) {
		return nil
	}
	if jsonKind(r.object[key]) != "JSONObject" {
		r.wrongType(key, "JSONObject")
	}
	return slices.Clone(r.object[key])
}

// each reads an optional list of objects. Each reader serves until the next one
// comes.
func (r reader) each(key string) iter.Seq2[int, reader] {
	return func(yield func(int, reader) bool) {
		list := r.list(key)
		if len(list) == 0 {
			return
		}
		in := reader{at: &place{up: &place{up: r.at, key: key}}, reading: r.reading, object: r.borrow()}
		defer r.giveBack(in.object)
		for i, raw := range list {
			in.at.index = i
			if !r.readInto(in.object, raw) {
				in.violate("", "expected type: JSONObject, found: %s", jsonKind(raw))
				return
			}
			if !yield(i, in) || r.err != nil {
				return
			}
		}
	}
}

func (r *reading) borrow() object {
	if last := len(r.spare) - 1; last >= 0 {
		o := r.spare[last]
		r.spare = r.spare[:last]
		return o
	}
	return object{}
}

func (r *reading) giveBack(o object) { r.spare = append(r.spare, o) }

// list reads an optional list.
func (r reader) list(key string) []json.RawMessage {
	if !r.has(key) {
		return nil
	}
	a, ok := readArray(r.object[key])
	if !ok {
		r.wrongType(key, "JSONArray")
	}
	return a
}

// texts reads an optional list of strings, none of them empty. Where one may
// stand for a list, single is true.
func (r reader) texts(key string, single bool) []string {
	if single && jsonKind(r.object[key]) == "String" {
		return []string{r.text(key)}
	}
	var out []string
	for i, raw := range r.list(key) {
		s, ok := readString(raw)
		if !ok {
			r.violate(key+"/"+strconv.Itoa(i), "expected type: String, found: %s", jsonKind(raw))
		} else if s == "" {
			r.violate(key+"/"+strconv.Itoa(i), "expected minLength: 1, actual: 0")
		}
		out = append(out, s)
	}
	return out
}

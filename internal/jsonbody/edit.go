package jsonbody

import "bytes"

// Without returns an object's text without the members of a name. Everything else
// stays as it was written, spaces too. The text is not modified; what is no object is
// returned as it is.
func Without(body []byte, name string) []byte {
	o, _ := Parse(body)
	for i := len(o) - 1; i >= 0; i-- {
		if string(o[i].Name) != name {
			continue
		}
		from, to := o.begin(body, i), o[i].end()
		switch {
		case i+1 < len(o):
			to = o.begin(body, i+1)
		case i > 0:
			from = o[i-1].end()
		}
		body = append(body[:from:from], body[to:]...)
		o, _ = Parse(body)
	}
	return body
}

// With is as Without for an object whose members of a name get another value.
func With(body []byte, name, value string) []byte {
	o, _ := Parse(body)
	for i := len(o) - 1; i >= 0; i-- {
		if m := o[i]; string(m.Name) == name {
			body = append(append(body[:m.at:m.at], value...), body[m.end():]...)
		}
	}
	return body
}

// begin is where a member begins in its object's text.
func (o Object) begin(body []byte, i int) int {
	from := 0
	if i > 0 {
		from = o[i-1].end()
	}
	return from + bytes.IndexByte(body[from:], '"')
}

// end is where a member's value ends.
func (m Member) end() int { return m.at + len(m.Value) }

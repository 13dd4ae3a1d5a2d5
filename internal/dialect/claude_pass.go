package dialect

import (
	"bytes"
	"encoding/json"
)

// SamplingFor returns a request in the form of Anthropic's messages as the Claude of
// an id takes it, whose writer had an older one in mind. Of temperature and top_p the
// newer take one: what is the default says nothing and goes, a top_p of 0 asks for the
// likeliest answer, as temperature 0 does, and else the temperature stays. Nothing
// else of the body changes, not even its spaces; it is not modified itself.
func SamplingFor(modelID string, body []byte) []byte {
	if takesBoth(baseID(modelID)) {
		return body
	}
	members, ok := memberSpans(body)
	temperature, warm := numberOf(body, members, "temperature")
	topP, narrow := numberOf(body, members, "top_p")
	switch {
	case !ok || !warm || !narrow:
		return body
	case topP == 0 && temperature != 0:
		return withoutMember(replaceMember(body, "temperature", "0"), "top_p")
	case temperature == claudeTemperature && topP != 0 && topP != claudeTopP:
		return withoutMember(body, "temperature")
	default:
		return withoutMember(body, "top_p")
	}
}

// memberSpan is where a member of an object stands in a body. from is the member's
// first byte, value its value's and to the first byte after it.
type memberSpan struct {
	name            string
	from, value, to int
}

// memberSpans returns those of an object's own members; ok is false for what is none.
func memberSpans(body []byte) (members []memberSpan, ok bool) {
	if !json.Valid(body) {
		return nil, false
	}
	d := json.NewDecoder(bytes.NewReader(body))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil, false
	}
	for d.More() {
		from := int(d.InputOffset())
		from += bytes.IndexByte(body[from:], '"')
		name, err := d.Token()
		if err != nil {
			return nil, false
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, false
		}
		to := int(d.InputOffset())
		text, _ := name.(string)
		members = append(members, memberSpan{name: text, from: from, value: to - len(value), to: to})
	}
	return members, true
}

// numberOf returns a member's number; of two with the name the last counts.
func numberOf(body []byte, members []memberSpan, name string) (n float64, ok bool) {
	for _, m := range members {
		if m.name == name {
			var f *float64
			ok = json.Unmarshal(body[m.value:m.to], &f) == nil && f != nil
			if ok {
				n = *f
			}
		}
	}
	return n, ok
}

// withoutMember returns body without the members of a name and their commas.
func withoutMember(body []byte, name string) []byte {
	members, _ := memberSpans(body)
	for i := len(members) - 1; i >= 0; i-- {
		if members[i].name != name {
			continue
		}
		from, to := members[i].from, members[i].to
		switch {
		case i+1 < len(members):
			to = members[i+1].from
		case i > 0:
			from = members[i-1].to
		}
		body = append(body[:from:from], body[to:]...)
		members, _ = memberSpans(body)
	}
	return body
}

// replaceMember returns body with another value in the members of a name.
func replaceMember(body []byte, name, value string) []byte {
	members, _ := memberSpans(body)
	for i := len(members) - 1; i >= 0; i-- {
		if m := members[i]; m.name == name {
			body = append(append(body[:m.value:m.value], value...), body[m.to:]...)
		}
	}
	return body
}

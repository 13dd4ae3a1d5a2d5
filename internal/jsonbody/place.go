package jsonbody

import (
	"encoding/json"
	"strconv"
)

// placeOf returns where the value that begins at a byte of a body stands, as
// Bedrock's schema check writes it: "#/messages/0", "#" for the body itself. It is
// found when something is wrong with the value, so that a body in which nothing is
// costs nothing.
func placeOf(body json.RawMessage, at int) string {
	place, value := "#", body
	for {
		name, inner, offset := holder(value, at)
		if inner == nil {
			return place
		}
		place += "/" + name
		value, at = inner, at-offset
	}
}

// holder returns the element or member of a value in which the byte lies, nil where
// there is none, and where it begins.
func holder(value json.RawMessage, at int) (name string, inner json.RawMessage, offset int) {
	switch KindOf(value) {
	case "JSONObject":
		o, _ := within(value)
		for _, m := range o {
			if m.at <= at && at < m.at+len(m.Value) {
				return string(m.Name), m.Value, m.at
			}
		}
	case "JSONArray":
		c := begin(value)
		for i := 0; c.next(); i++ {
			if c.at <= at && at < c.at+len(c.value) {
				return strconv.Itoa(i), c.value, c.at
			}
		}
	}
	return "", nil, 0
}

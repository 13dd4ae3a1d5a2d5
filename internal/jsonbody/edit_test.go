package jsonbody

import (
	"encoding/json"
	"reflect"
	"testing"
)

func TestWithoutAndWith(t *testing.T) {
	for _, tc := range []struct{ body, without, with string }{
		{` { "a" : 1 , "b":[2, 3] ,"a":{"a":4}}`, ` { "b":[2, 3]}`, ` { "a" : 0 , "b":[2, 3] ,"a":0}`},
		{`{"a":1}`, `{}`, `{"a":0}`},
		{`{"b":1,"\u0061":2}`, `{"b":1}`, `{"b":1,"\u0061":0}`},
		{`{"b":{"a":1}}`, `{"b":{"a":1}}`, `{"b":{"a":1}}`},
		{`[1]`, `[1]`, `[1]`},
		{`{"a":1`, `{"a":1`, `{"a":1`},
	} {
		body := []byte(tc.body)
		without, with := Without(body, "a"), With(body, "a", "0")
		if string(without) != tc.without || string(with) != tc.with || string(body) != tc.body {
			t.Errorf("%s: %s, %s", tc.body, without, with)
		}
	}
}

// Whatever an object is, the other members are as they were.
func FuzzWithout(f *testing.F) {
	f.Add([]byte(`{"b":[1,{"a":2}],"a":1 , "a":{}, "c":"\"a\":1"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var before, without, with map[string]any
		if json.Unmarshal(body, &before) != nil || before == nil {
			return
		}
		_, had := before["a"]
		if err := json.Unmarshal(Without(body, "a"), &without); err != nil {
			t.Fatalf("%q: %v", body, err)
		}
		if err := json.Unmarshal(With(body, "a", "7"), &with); err != nil || had && with["a"] != 7.0 {
			t.Fatalf("%q: %v, %v", body, with, err)
		}
		delete(before, "a")
		delete(with, "a")
		if !reflect.DeepEqual(without, before) || !reflect.DeepEqual(with, before) {
			t.Errorf("%q: %v, %v", body, without, with)
		}
	})
}

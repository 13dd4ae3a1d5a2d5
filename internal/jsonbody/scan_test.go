package jsonbody

import (
	"bytes"
	"encoding/json"
	"testing"
)

// jsons are texts at the edges of JSON.
var jsons = []string{
	`{}`, `[]`, ` { "a" : [ 1 , -2.5e+7 , true , null , "x\u00e9\ud83d\ude00\n" ] } `, `{"a":{"b":[{"c":"}]"}]}}`,
	`"\ud800"`, `"\ud800\u0041"`, "\"\xff\"", `{"a":1,"a":2}`, `01`, `-`, `1.`, `1e`, `{"a"}`, `[1,]`, `{,}`, `"\x"`, `"\u12"`, "\"\n\"", `tru`, `[`, `{"a":`, ``, ` `, `1 2`,
}

func FuzzScan(f *testing.F) {
	for _, text := range jsons {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if got, want := Valid(text), json.Valid(text); got != want {
			t.Fatalf("%q: valid %v, want %v", text, got, want)
		}
		// Text that is not well formed must at least end.
		gotObject, isObject := within(text)
		gotArray, isArray := Elements(text)
		gotString, isString := Text(text)
		if !json.Valid(text) {
			return
		}
		var o map[string]json.RawMessage
		if want := json.Unmarshal(text, &o) == nil && o != nil; want != isObject || want && !sameMembers(gotObject, o) {
			t.Fatalf("%q: %v, %v; want %q", text, gotObject, isObject, o)
		}
		var a []json.RawMessage
		if want := json.Unmarshal(text, &a) == nil && a != nil; want != isArray || want && !sameValues(gotArray, a) {
			t.Fatalf("%q: %q, %v; want %q", text, gotArray, isArray, a)
		}
		var s string
		if want := json.Unmarshal(text, &s) == nil && KindOf(text) != "Null"; want != isString || want && gotString != s {
			t.Fatalf("%q: %q, %v; want %q", text, gotString, isString, s)
		}
	})
}

func sameMembers(got Object, want map[string]json.RawMessage) bool {
	for key, value := range want {
		if !bytes.Equal(got.Get(key), value) {
			return false
		}
	}
	for _, m := range got {
		if _, ok := want[string(m.Name)]; !ok {
			return false
		}
	}
	return true
}

func sameValues(got, want []json.RawMessage) bool {
	for i := range want {
		if i >= len(got) || !bytes.Equal(got[i], want[i]) {
			return false
		}
	}
	return len(got) == len(want)
}

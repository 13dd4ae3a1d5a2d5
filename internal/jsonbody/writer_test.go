package jsonbody

import (
	"bytes"
	"encoding/json"
	"math"
	"testing"
)

// What is written is what encoding/json writes.
func FuzzWriter(f *testing.F) {
	f.Add("a\"b\\c\n\x01\u2028é\xff<&>", 1.5, []byte(`{"a": [1, "x y" ]}`))
	f.Add("", 1e-9, []byte(`null`))
	f.Add("😀", -1e22, []byte(`{`))
	f.Fuzz(func(t *testing.T, text string, number float64, raw []byte) {
		value := map[string]any{"n": 1, "t": text}
		if !math.IsNaN(number) && !math.IsInf(number, 0) {
			value["n"] = number
		}
		w := NewWriter()
		w.Begin('[')
		w.Text(text)
		w.Number(number)
		w.Begin('{')
		w.Name(text).Integer(7)
		w.Name("b").Boolean(true)
		w.Name("c").Null()
		w.Name("d").Raw(raw)
		w.Name("e").Value(value)
		w.End('}')
		w.End(']')
		got, err := w.Take()
		if bad := math.IsNaN(number) || math.IsInf(number, 0) || !json.Valid(raw); bad != (err != nil) {
			t.Fatalf("%q %v %q: %v", text, number, raw, err)
		}
		if err != nil {
			return
		}
		plain := func(v any) string {
			var b bytes.Buffer
			e := json.NewEncoder(&b)
			e.SetEscapeHTML(false)
			if err := e.Encode(v); err != nil {
				t.Fatal(err)
			}
			return string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
		}
		var short bytes.Buffer
		if err := json.Compact(&short, raw); err != nil {
			t.Fatal(err)
		}
		want := "[" + plain(text) + "," + plain(number) + ",{" + plain(text) + `:7,"b":true,"c":null,"d":` + short.String() + `,"e":` + plain(value) + "}]"
		if string(got) != want {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
	})
}

package ledger_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"airglow/internal/ledger"
	"airglow/internal/model"
)

func recorded() ledger.Recorded {
	return ledger.Recorded{
		Function: "shop.ask", Substituted: true, At: time.Date(2026, 11, 20, 12, 0, 0, 5000, time.UTC),
		Request: model.Request{Service: model.Bedrock, Model: "m", Accept: "application/json", Body: []byte("<naïve> & 🙂")},
		Response: model.Response{
			Body: []byte{0xff, 0, 1}, Provider: "p", Model: "m-2", RequestID: "id", Stop: model.StopLength,
			Usage: model.Usage{Known: true, InputTokens: 3, CacheReadTokens: 4},
		},
	}
}

func TestALineIsReadAsItWasWritten(t *testing.T) {
	want := recorded()
	for _, change := range []func(){
		func() {},
		func() { want.Response.Body = []byte(`{"a":"b"}`) },
		func() { want.Response.Body, want.Request.Body = []byte{}, []byte{0xfe} },
		func() { want.Response.Usage = model.Usage{} },
		func() { want.Request.Service, want.Request.Language = model.Comprehend, "en" },
		func() { want.Request.Form, want.Request.Lenient, want.Request.Parameters = "converse", true, `{"a":1}` },
	} {
		change()
		line, err := ledger.EncodeLine(want)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := ledger.DecodeLine(line); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s\n%+v, %v\nwant %+v", line, got, err, want)
		}
	}
}

func TestALineIsForPeople(t *testing.T) {
	line, err := ledger.EncodeLine(recorded())
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{`{"version":1,"function":"shop.ask","key":"`, `"request":"<naïve> & 🙂"`, `"answer_base64":"/wAB"`} {
		if !strings.Contains(string(line), part) {
			t.Errorf("%s lacks %s", line, part)
		}
	}
}

func TestWhatIsNoLineIsRefused(t *testing.T) {
	const good = `{"version":1,"function":"d.f","service":"Bedrock","model":"m","request":"q","answer":"a"}`
	if _, err := ledger.DecodeLine([]byte(good)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, new, want string }{
		{good, `nonsense`, "not a JSON object"},
		{good, `[1]`, "not a JSON object"},
		{`"version":1`, `"version":2`, "its version is 2, and this airglow reads version 1"},
		{`"version":1,`, ``, "its version is 0"},
		{`"function":"d.f",`, ``, `"function" is missing`},
		{`"model":"m",`, ``, `"model" is missing`},
		{`"Bedrock"`, `"Rock"`, `its service is "Rock"`},
		{`"request":"q",`, ``, `"request" is missing`},
		{`,"answer":"a"`, ``, `"answer" is missing`},
		{`"answer":"a"`, `"answer":"a","answer_base64":"YQ=="`, "both"},
		{`"answer":"a"`, `"answer_base64":"%"`, "base64"},
		{`"answer":"a"`, `"answer":"a","colour":"red"`, `unknown field "colour"`},
		{`"answer":"a"`, `"answer":"a","tokens":{"input":-1}`, "negative"},
		{`"a"}`, `"a"}{}`, "not a JSON object"},
	} {
		text := strings.Replace(good, c.old, c.new, 1)
		if _, err := ledger.DecodeLine([]byte(text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want %q", text, err, c.want)
		}
	}
}

// What is read is written as something that is read as the same.
func FuzzDecodeLine(f *testing.F) {
	line, err := ledger.EncodeLine(recorded())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(line)
	f.Add([]byte(`{"version":1,"function":"d.f","service":"SageMaker","model":"m","request":"","answer":""}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := ledger.DecodeLine(text)
		if err != nil {
			return
		}
		line, err := ledger.EncodeLine(r)
		if err != nil {
			t.Skip(err) // a time outside of the years that JSON has
		}
		again, err := ledger.DecodeLine(line)
		if err != nil || again.Request.Key() != r.Request.Key() || string(again.Response.Body) != string(r.Response.Body) ||
			!again.At.Equal(r.At) || again.Function != r.Function {
			t.Errorf("%+v was written as %s and read as %+v, %v", r, line, again, err)
		}
	})
}

func TestModeNames(t *testing.T) {
	for i, name := range ledger.ModeNames() {
		if got, ok := ledger.ParseMode(strings.ToUpper(name)); !ok || int(got) != i || got.String() != name {
			t.Errorf("%s: %v, %t", name, got, ok)
		}
	}
	if _, ok := ledger.ParseMode("sometimes"); ok {
		t.Error("sometimes is a mode")
	}
}

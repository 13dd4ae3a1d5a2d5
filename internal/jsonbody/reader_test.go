package jsonbody

import (
	"slices"
	"strings"
	"testing"
)

func read(t *testing.T, body string, o Options) Reader {
	t.Helper()
	r, ok := Read([]byte(body), o)
	if !ok {
		t.Fatalf("%s is no object", body)
	}
	return r
}

func TestViolationsNameTheirPlace(t *testing.T) {
	r := read(t, `{"a":{"b":[{"c":1},{"c":"x"}]},"n":7,"l":["",2],"u":null,"w":"no"}`, Options{})
	r.Members([]string{"a", "z"}, "n", "l", "w")
	n := 1
	r.Integer("n", Between(1, 5), &n)
	r.Texts("l", Span{}, From(1))
	word := "yes"
	r.Choice("w", []string{"yes"}, &word)
	a, _ := r.Inner("a")
	a.Members(nil, "b")
	if _, ok := a.Inner("b"); ok {
		t.Error("an array is an object")
	}
	want := []string{
		"#: required key [z] not found", "#: extraneous key [u] is not permitted", "#/n: 7 is not less or equal to 5",
		"#/l/0: expected minLength: 1, actual: 0", "#/l/1: expected type: String, found: Integer",
		"#/w: no is not a valid enum value", "#/a/b: expected type: JSONObject, found: JSONArray",
	}
	if got := r.Violations(); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if n != 1 || word != "yes" {
		t.Errorf("what is at fault was read: %d, %s", n, word)
	}
}

func TestElementsNameTheirPlace(t *testing.T) {
	r := read(t, ` { "a" : { "b\n" : [ {"c":"x"} , {"c": 1 } , {} ] } }`, Options{})
	a, _ := r.Inner("a")
	var said []string
	for _, in := range a.Each("b\n") {
		said = append(said, in.String("c"))
	}
	if got := r.Violations(); len(got) != 1 || got[0] != "#/a/b\n/1/c: expected type: String, found: Integer" {
		t.Errorf("%q", got)
	}
	if !slices.Equal(said, []string{"x", "", ""}) {
		t.Errorf("%q", said)
	}
}

func TestWhatIsNotThereIsNotWrong(t *testing.T) {
	r := read(t, `{"a":null,"b":1,"b":true}`, Options{Lenient: true, Nulls: true})
	r.Members(nil, "c")
	in, ok := r.Inner("a")
	in.Members([]string{"x"})
	in.Violate("nothing")
	var b bool
	r.Boolean("b", &b)
	if ok || !r.Sound() || !b {
		t.Errorf("%v, %q, %v", ok, r.Violations(), b)
	}
	r.Members([]string{"a"})
	if r.Sound() {
		t.Error("a member that is null was found although it counts as absent")
	}
}

// The texts of a body share memory; what is read later must not change what was read
// before.
func TestTextsStand(t *testing.T) {
	long := strings.Repeat(`é\n`, 3000)
	r := read(t, `{"a":"one\t","b":"`+long+`","c":"`+strings.Repeat("x", 5000)+`","d":"\ud83d\ude00"}`, Options{})
	a, b, c, d := r.String("a"), r.String("b"), r.String("c"), r.String("d")
	if a != "one\t" || b != strings.Repeat("é\n", 3000) || c != strings.Repeat("x", 5000) || d != "😀" {
		t.Errorf("%q %d %d %q", a, len(b), len(c), d)
	}
}

func TestViolationsAreBounded(t *testing.T) {
	r := read(t, `{"a":[`+strings.Repeat("1,", 100_000)+`1],"b":[`+strings.Repeat("1,", 100_000)+`1]}`, Options{})
	for range r.Each("a") {
		t.Fatal("a number is an object")
	}
	r.Texts("b", Span{}, Span{})
	if n := len(r.Violations()); n != mostViolations {
		t.Errorf("%d violations", n)
	}
}

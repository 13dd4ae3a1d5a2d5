package csvline_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"slices"
	"strings"
	"testing"

	"airglow/internal/csvline"
)

func fields(texts ...string) []csvline.Field {
	var out []csvline.Field
	for _, text := range texts {
		out = append(out, csvline.Field{Text: text})
	}
	return out
}

func TestEncodeRecord(t *testing.T) {
	null := csvline.Field{Null: true}
	for name, tc := range map[string]struct {
		fields []csvline.Field
		want   string
	}{
		"plain":            {fields("1", "2.5", "a b"), `1,2.5,a b`},
		"comma":            {fields("a,b", "c"), `"a,b",c`},
		"quote":            {fields(`say "hi"`), `"say ""hi"""`},
		"line breaks":      {fields("a\nb", "c\rd"), "\"a\nb\",\"c\rd\""},
		"null":             {[]csvline.Field{{Text: "1"}, null, {Text: "2"}}, `1,,2`},
		"null text unused": {[]csvline.Field{{Text: "x", Null: true}, {Text: "2"}}, `,2`},
		"empty and null":   {[]csvline.Field{{}, null}, `,`},
		"one null":         {[]csvline.Field{null}, `""`},
		"one empty":        {fields(""), `""`},
		"spaces stay":      {fields(" a "), ` a `},
		"utf-8":            {fields("Zürich, 東京"), `"Zürich, 東京"`},
		"none":             {nil, ``},
	} {
		t.Run(name, func(t *testing.T) {
			got := csvline.EncodeRecord(tc.fields)
			if string(got) != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
			if err := csvline.Check(got); err != nil {
				t.Errorf("its own record is refused: %v", err)
			}
		})
	}
}

func TestCheck(t *testing.T) {
	for record, good := range map[string]bool{
		"1,2": true, "": true, "\"a\nb\",c": true, `a"b`: true, "1,2\n": false, "1\n2": false, `"a`: false, `"a""`: false,
	} {
		if err := csvline.Check([]byte(record)); (err == nil) != good {
			t.Errorf("Check(%q) = %v", record, err)
		}
	}
}

func TestSplit(t *testing.T) {
	for name, tc := range map[string]struct {
		answer string
		n      int
		want   []string
		lines  int // of the CountError; -1: ErrOpenQuote
	}{
		"one":                {"0.5", 1, []string{"0.5"}, 0},
		"one ended":          {"0.5\n", 1, []string{"0.5"}, 0},
		"carriage returns":   {"a\r\nb\r\n", 2, []string{"a", "b"}, 0},
		"several values":     {"1,2\n3,4", 2, []string{"1,2", "3,4"}, 0},
		"break in quotes":    {"\"a\nb\"\nc\n", 2, []string{"\"a\nb\"", "c"}, 0},
		"comma then quote":   {"x,\"a\nb\"\nc", 2, []string{"x,\"a\nb\"", "c"}, 0},
		"quote within text":  {"say \"hi\nthere\"", 2, []string{`say "hi`, `there"`}, 0},
		"empty line counts":  {"\n\n", 2, []string{"", ""}, 0},
		"nothing for one":    {"", 1, nil, 0},
		"nothing for none":   {"", 0, nil, 0},
		"too few":            {"a\nb\n", 3, nil, 2},
		"too many":           {"a\nb\nc", 2, nil, 3},
		"a blank line extra": {"a\n\n", 1, nil, 2},
		"open quote":         {"\"a\nb\n", 2, nil, -1},
	} {
		t.Run(name, func(t *testing.T) {
			lines, err := csvline.Split([]byte(tc.answer), tc.n)
			var count *csvline.CountError
			switch {
			case tc.lines == -1:
				if !errors.Is(err, csvline.ErrOpenQuote) {
					t.Fatalf("got %v", err)
				}
			case len(tc.want) != tc.n:
				if !errors.As(err, &count) || count.Lines != tc.lines || count.Records != tc.n {
					t.Fatalf("got %v, want a count of %d lines for %d records", err, tc.lines, tc.n)
				}
			case err != nil:
				t.Fatal(err)
			default:
				var got []string
				for _, line := range lines {
					got = append(got, string(line))
				}
				if !slices.Equal(got, tc.want) {
					t.Errorf("got %q, want %q", got, tc.want)
				}
			}
		})
	}
}

func TestFirstValue(t *testing.T) {
	for line, want := range map[string]string{
		"0.93,0.07": "0.93", "0.5": "0.5", "": "", ",2": "", `"a, b",c`: "a, b", `"say ""hi"""`: `say "hi"`,
		"\"a\nb\",c": "a\nb", `say "hi", there`: `say "hi"`, `"a"tail,c`: "atail", `"open`: "open", `""`: "",
	} {
		first := csvline.FirstField([]byte(line))
		if got := string(csvline.Value(first)); got != want {
			t.Errorf("first value of %q: got %q, want %q", line, got, want)
		}
		if again := csvline.FirstField(first); !bytes.Equal(again, first) {
			t.Errorf("the first field of %q is cut again: %q", first, again)
		}
	}
}

// A record reads back as it was written, by our own decoder and by the
// standard library's.
func FuzzRecord(f *testing.F) {
	f.Add("a", "b")
	f.Add("", "")
	f.Add("a,b", `c"d`)
	f.Add("line\nbreak", `"`)
	f.Fuzz(func(t *testing.T, a, b string) {
		record := csvline.EncodeRecord(fields(a, b))
		if err := csvline.Check(record); err != nil {
			t.Fatalf("%q: %v", record, err)
		}
		if got := csvline.Value(csvline.FirstField(record)); string(got) != a {
			t.Fatalf("first value of %q: %q, want %q", record, got, a)
		}
		lines, err := csvline.Split(csvline.Join([][]byte{record, record}), 2)
		if err != nil || len(lines) != 2 || !bytes.Equal(lines[0], record) {
			t.Fatalf("split of two %q: %q, %v", record, lines, err)
		}
		if strings.Contains(a+b, "\r") {
			return // the standard library reads "\r\n" as "\n"
		}
		got, err := csv.NewReader(bytes.NewReader(record)).Read()
		if err != nil || !slices.Equal(got, []string{a, b}) {
			t.Fatalf("encoding/csv reads %q as %q, %v", record, got, err)
		}
	})
}

// No answer makes Split fail in another way than it documents, and what it
// returns has the promised length.
func FuzzSplit(f *testing.F) {
	f.Add([]byte("a\nb\n"), 2)
	f.Add([]byte("\"a\nb"), 1)
	f.Add([]byte("\"a\"\"\n\r\n,\","), 3)
	f.Fuzz(func(t *testing.T, answer []byte, n int) {
		lines, err := csvline.Split(answer, n)
		var count *csvline.CountError
		if err != nil && !errors.As(err, &count) && !errors.Is(err, csvline.ErrOpenQuote) {
			t.Fatalf("unknown error %v", err)
		}
		if err == nil && len(lines) != n {
			t.Fatalf("%d lines for %d", len(lines), n)
		}
		for _, line := range lines {
			csvline.Value(csvline.FirstField(line))
		}
	})
}

func TestRecords(t *testing.T) {
	for body, want := range map[string]string{
		"": "", "1,2": "1,2", "1\r\n2\n": "1|2", "\"a\nb\",1\n\n3": "\"a\nb\",1||3",
	} {
		records, err := csvline.Records([]byte(body))
		if got := string(bytes.Join(records, []byte("|"))); err != nil || got != want {
			t.Errorf("%q: %q, %v, want %q", body, got, err, want)
		}
	}
	if _, err := csvline.Records([]byte(`1,"a`)); !errors.Is(err, csvline.ErrOpenQuote) {
		t.Errorf("an open quote: %v", err)
	}
}

package dialect_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"airglow/internal/dialect"
	"airglow/internal/model"
	"airglow/internal/neutral"
)

// allForms are the families, and the forms that go by a name.
func allForms(t testing.TB) []dialect.Family {
	t.Helper()
	all := dialect.Families()
	for _, form := range []string{"converse", "anthropic", "openai", "openai-service", "openai-completions"} {
		f, ok := dialect.ByForm(form)
		if !ok {
			t.Fatalf("no form %s", form)
		}
		all = append(all, f)
	}
	return all
}

// mustBe fails the test when an error is none of ours.
func mustBe(t *testing.T, f dialect.Family, err error) {
	t.Helper()
	var e *model.Error
	if err != nil && !errors.As(err, &e) {
		t.Fatalf("%s: %v is no *model.Error", f.Name(), err)
	}
}

func FuzzDecodeForms(f *testing.F) {
	for _, s := range speeches() {
		body, err := s.family(f).EncodeChat(dice{newRand(7)}.chat(s))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, form := range allForms(t) {
			strict, err := form.DecodeChat(body)
			mustBe(t, form, err)
			lenient, lenientErr := form.Lenient().DecodeChat(body)
			mustBe(t, form, lenientErr)
			if err == nil && (lenientErr != nil || show(strict) != show(lenient)) {
				t.Fatalf("%s: leniently %s, %v; strictly %s", form.Name(), show(lenient), lenientErr, show(strict))
			}
			if err != nil {
				continue
			}
			if len(strict.Turns) == 0 || strict.Turns[0].Role != neutral.User || strict.MaxTokens < 0 {
				t.Fatalf("%s: %+v", form.Name(), strict)
			}
			// Whatever was read can be asked of every other family, or is refused.
			for _, other := range allForms(t) {
				_, err := other.EncodeChat(strict)
				mustBe(t, other, err)
			}
		}
	})
}

func FuzzDecodeResult(f *testing.F) {
	for _, s := range speeches() {
		body, err := s.family(f).EncodeResult(dice{newRand(3)}.result(s))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, form := range allForms(t) {
			result, err := form.DecodeResult(body)
			mustBe(t, form, err)
			if err != nil {
				continue
			}
			for _, other := range allForms(t) {
				answer, err := other.EncodeResult(result)
				mustBe(t, other, err)
				if err == nil && !json.Valid(answer) {
					t.Fatalf("%s: %s is no JSON", other.Name(), answer)
				}
			}
		}
	})
}

func FuzzDecodeStream(f *testing.F) {
	for _, s := range speeches() {
		d := dice{newRand(5)}
		r := d.result(s)
		writer, err := s.family(f).StreamEncoder(r)
		if err != nil {
			f.Fatal(err)
		}
		var chunks []string
		for _, p := range d.pieces(r) {
			more, _ := writer.Piece(p)
			for _, chunk := range more {
				chunks = append(chunks, string(chunk))
			}
		}
		more, _ := writer.End(r)
		for _, chunk := range more {
			chunks = append(chunks, string(chunk))
		}
		f.Add(strings.Join(chunks, "\n"))
	}
	f.Fuzz(func(t *testing.T, stream string) {
		for _, form := range allForms(t) {
			reader, err := form.StreamDecoder()
			if err != nil {
				mustBe(t, form, err)
				continue
			}
			var text, reasoning strings.Builder
			for _, chunk := range strings.Split(stream, "\n") {
				pieces, err := reader.Piece([]byte(chunk))
				mustBe(t, form, err)
				for _, p := range pieces {
					text.WriteString(p.Text)
					reasoning.WriteString(p.Reasoning)
				}
			}
			result, err := reader.End()
			mustBe(t, form, err)
			if err == nil && (result.Text != text.String() || result.Reasoning != reasoning.String()) {
				t.Fatalf("%s: the pieces are %q after %q, the whole %q after %q", form.Name(), text.String(), reasoning.String(), result.Text, result.Reasoning)
			}
		}
	})
}

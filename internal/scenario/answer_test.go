package scenario

import (
	"context"
	"reflect"
	"testing"

	"airglow/internal/model"
)

func TestSplitWords(t *testing.T) {
	got, err := splitWords(` a  "b \"c\"\n" d`)
	if want := []string{"a", "b \"c\"\n", "d"}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := splitWords(`"open`); err == nil {
		t.Error("an open quote is taken")
	}
}

func FuzzSplitWords(f *testing.F) {
	f.Add(`a "b c" d`)
	f.Add(`""x`)
	f.Fuzz(func(t *testing.T, line string) {
		words, err := splitWords(line)
		if err == nil && len(words) > len(line) {
			t.Errorf("%q has %q", line, words)
		}
	})
}

func TestModels(t *testing.T) {
	m := newModels()
	for _, line := range []string{
		`m text first`,
		`m when special text "the second"`,
		`m when broken fail NotFound Code "no such model"`,
		`m when once fail-once Throttled Code slow`,
	} {
		if err := m.add(line); err != nil {
			t.Fatal(err)
		}
	}
	ask := func(id, body string) string {
		r, err := m.answer(context.Background(), model.Request{Service: model.Bedrock, Model: id, Body: []byte(body)})
		if err != nil {
			return err.Error()
		}
		return string(r.Body)
	}
	for _, c := range [][3]string{
		{"m", "anything", "first"},
		{"m", "a special one", "the second"},
		{"m", "broken", "Bedrock API returned error: Code: no such model (request id scenario-1)"},
		{"m", "once", "Bedrock API returned error: Code: slow (request id scenario-1)"},
		{"m", "once", "once"},
		{"other", "echo", "echo"},
		{"anthropic.x", `{"messages":[{"content":[{"text":"hi"}]}]}`,
			`{"content":[{"text":"re: hi","type":"text"}],"role":"assistant","stop_reason":"end_turn","type":"message"}`},
	} {
		if got := ask(c[0], c[1]); got != c[2] {
			t.Errorf("%s answers %s to %s", c[0], got, c[1])
		}
	}
	for _, line := range []string{"", "m", "m text", "m sing", "m fail Nothing C m", "m repeat x many"} {
		if err := m.add(line); err == nil {
			t.Errorf("%q is taken", line)
		}
	}
}

func TestHeldCallsAreReleased(t *testing.T) {
	m := newModels()
	if err := m.add("m hold"); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := m.answer(t.Context(), model.Request{Model: "m"})
		done <- err
	}()
	if err := m.waitHeld(t.Context(), "m", 1); err != nil {
		t.Fatal(err)
	}
	m.release("m")
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if _, err := m.answer(t.Context(), model.Request{Model: "m"}); err != nil {
		t.Errorf("after the release: %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := m.waitHeld(ended, "m", 5); err == nil {
		t.Error("waiting for what does not come does not end")
	}
}

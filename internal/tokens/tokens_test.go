package tokens

import (
	"strings"
	"testing"
)

func TestCount(t *testing.T) {
	for text, want := range map[string]int64{
		"": 0, "hello world": 2, "The airglow is a faint light of the upper air.": 13,
		"日本語": 2, "<|endoftext|>": 7, "\xff": 1, "\x7f": 1,
	} {
		if got := Count(text); got != want {
			t.Errorf("%q: %d tokens, want %d", text, got, want)
		}
	}
	if got := Count("hello world", "hello world"); got != 4 {
		t.Errorf("two texts: %d", got)
	}
}

// A text that is not counted whole is counted as what it is like.
func TestCountOfALongText(t *testing.T) {
	line := "The customer wrote that it arrived late.\n"
	short, times := strings.Repeat(line, 100), int64(200)
	got, want := Count(strings.Repeat(short, int(times))), times*Count(short)
	if got < want*99/100 || got > want*101/100 {
		t.Errorf("%d tokens, want %d", got, want)
	}
}

func FuzzCount(f *testing.F) {
	f.Add("a text\n with 7 words, 日本 \xff")
	f.Fuzz(func(t *testing.T, text string) {
		if n := Count(text); n < 0 || n > int64(len(text))*3 || n == 0 && text != "" {
			t.Errorf("%q: %d tokens", text, n)
		}
	})
}

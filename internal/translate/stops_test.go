package translate

import (
	"errors"
	"strings"
	"testing"

	"airglow/internal/neutral"
)

// However an answer is cut into pieces, the same text gets through as of the whole
// answer.
func FuzzWatch(f *testing.F) {
	f.Add("one two STOP three", "STOP", "\n\n", uint8(3))
	f.Add("aaab", "aab", "ab", uint8(1))
	f.Fuzz(func(t *testing.T, text, stop1, stop2 string, size uint8) {
		var stops []string
		for _, s := range []string{stop1, stop2} {
			if s != "" {
				stops = append(stops, s)
			}
		}
		whole := neutral.Result{Text: text}
		cut(&whole, stops)

		var said strings.Builder
		w := &watch{stops: stops, emit: func(p neutral.Piece) error { said.WriteString(p.Text); return nil }}
		var err error
		n := int(size)%7 + 1
		for rest := text; rest != "" && err == nil; rest = rest[min(n, len(rest)):] {
			err = w.piece(neutral.Piece{Text: rest[:min(n, len(rest))]})
		}
		if err == nil {
			err = w.flush()
		}
		if err != nil && !errors.Is(err, errStopped) {
			t.Fatal(err)
		}
		stopped := errors.Is(err, errStopped)
		if stopped != (whole.Stop == neutral.StopSequence) {
			t.Fatalf("%q with %q: stopped %v, of the whole %v", text, stops, stopped, whole.Stop)
		}
		// Of two that overlap, the one that ends first is found first in a stream.
		if !stopped && said.String() != text || len(stops) == 1 && said.String() != whole.Text || w.all.Text != said.String() {
			t.Fatalf("%q with %q: %q, of the whole %q", text, stops, said.String(), whole.Text)
		}
	})
}

package main

import (
	"context"
	"math"
	"testing"

	"airglow/internal/builtin/encoder"
	"airglow/internal/builtin/sentiment"
	"airglow/internal/builtin/weights"
)

// TestTheShippedHeadOnWhatItNeverSaw holds the accuracy that docs/builtin.md
// reports.
func TestTheShippedHeadOnWhatItNeverSaw(t *testing.T) {
	enc, err := encoder.New(weights.Encoder)
	if err != nil {
		t.Fatal(err)
	}
	head, err := sentiment.ParseHead(weights.Sentiment)
	if err != nil {
		t.Fatal(err)
	}
	held, err := reader{enc: enc, heldOnly: true}.examples(context.Background(), ".")
	if err != nil {
		t.Fatal(err)
	}
	right := 0
	for _, e := range held {
		if guess(head, e) == e.class {
			right++
		}
	}
	t.Logf("%d of %d right", right, len(held))
	if len(held) != 142 || right < 128 {
		t.Errorf("%d of %d right, documented are 128 of 142", right, len(held))
	}
}

func TestFitFindsALine(t *testing.T) {
	var rows []row
	for i := range 40 {
		x := float64(i-20) / 20
		class := 0
		if x > 0.25 {
			class = 1
		}
		rows = append(rows, row{[]float64{x}, class})
	}
	l := fit(rows, 2, 1e-5)
	for _, r := range rows {
		p := l.Probabilities(r.features)
		if got := math.Round(p[1]); math.Abs(r.features[0]-0.25) > 0.06 && int(got) != r.class {
			t.Errorf("%v: class 1 with %.2f", r.features, p[1])
		}
	}
}

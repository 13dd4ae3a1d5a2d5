package sentiment

import (
	"encoding/json"
	"math"
	"testing"
)

func TestLabel(t *testing.T) {
	for want, s := range map[string]Scores{
		"MIXED":    {Mixed: 0.4, Positive: 0.3, Negative: 0.2, Neutral: 0.1},
		"POSITIVE": {Mixed: 0.1, Positive: 0.6, Negative: 0.2, Neutral: 0.1},
		"NEGATIVE": {Mixed: 0.1, Positive: 0.2, Negative: 0.5, Neutral: 0.2},
		"NEUTRAL":  {Mixed: 0.1, Positive: 0.2, Negative: 0.2, Neutral: 0.5},
	} {
		if got := s.Label(); got != want {
			t.Errorf("%+v is %s, want %s", s, got, want)
		}
	}
}

func TestScoresHaveComprehendsNames(t *testing.T) {
	b, err := json.Marshal(Scores{Mixed: 0.25, Positive: 0.5, Neutral: 0.125, Negative: 0.125})
	if want := `{"Mixed":0.25,"Positive":0.5,"Neutral":0.125,"Negative":0.125}`; err != nil || string(b) != want {
		t.Errorf("%s, %v", b, err)
	}
}

func TestNegationInTheLexicon(t *testing.T) {
	for text, sign := range map[string]float64{
		"good":                       1,
		"not good":                   -1,
		"not a very good idea":       -1,
		"isn’t good":                 -1,
		"bad":                        -1,
		"not bad":                    1,
		"no problems":                1,
		"the table is made of oak":   0,
		"good food and rude waiters": 0,
	} {
		if got := net(text); got*sign < 0 || sign != 0 && got == 0 || sign == 0 && got != 0 {
			t.Errorf("net(%q) = %v", text, got)
		}
	}
}

func TestSides(t *testing.T) {
	if got := sides("Great food, terrible service."); len(got) != 2 || got[0] != "Great food" || got[1] != "terrible service." {
		t.Errorf("%q", got)
	}
	if got := sides("Great food, lovely service."); len(got) != 1 {
		t.Errorf("%q", got)
	}
}

func TestParseHeadRefusesOtherSizes(t *testing.T) {
	for _, data := range []string{``, `{}`, `[]`, `{"clause":{"weights":[[1]],"bias":[1]},"text":{"weights":[[1]],"bias":[1]}}`} {
		if _, err := ParseHead([]byte(data)); err == nil {
			t.Errorf("%q: no error", data)
		}
	}
}

func TestProbabilities(t *testing.T) {
	l := Linear{Weights: [][]float64{{1000}, {-1000}}, Bias: []float64{0, 0}}
	p := l.Probabilities([]float64{5})
	if p[0] != 1 || p[1] != 0 || math.IsNaN(p[0]) {
		t.Errorf("%v", p)
	}
}

func FuzzParseHead(f *testing.F) {
	f.Add([]byte(`{"clause":{"weights":[[1],[1],[1]],"bias":[1,2,3]},"text":{}}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, data []byte) {
		h, err := ParseHead(data)
		if err == nil && (len(h.Clause.Weights) != clauseClasses || len(h.Text.Bias) != classes) {
			t.Errorf("%q was taken for a head", data)
		}
	})
}

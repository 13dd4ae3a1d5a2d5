package grammar

import (
	"math/bits"
	"testing"
)

func TestWordsIn(t *testing.T) {
	for text, want := range map[string]Words{
		"":                                       {},
		"i":                                      {},
		"UPDATE t SET v = UPPER(v) WHERE id = 4": {},
		"SELECT v FROM t USE INDEX (by_v)":       {Index: true},
		"insert into t values (1) on duplicate KEY update v = Default(v)": {Key: true, Defaults: true},
		"SELECT COUNT(DISTINCT v), sUm(v) FROM t":                         {Distinct: true, Aggregates: true},
		"SELECT AVG(v) FROM AirGlow.calls":                                {Aggregates: true, System: true},
		"SELECT 'a ke', inde, distinc FROM de WHERE su = av AND ai = 1":   {},
	} {
		if got := WordsIn(text); got != want {
			t.Errorf("%s has %+v, want %+v", text, got, want)
		}
	}
}

// TestSoughtWordsBeginApart: WordsIn takes the place of a text for the beginning of
// one word at most.
func TestSoughtWordsBeginApart(t *testing.T) {
	for first := range 256 {
		for second := range 256 {
			if n := bits.OnesCount8(firstBits[first] & secondBits[second]); n > 1 {
				t.Errorf("%d words begin with %q", n, string([]byte{byte(first), byte(second)}))
			}
		}
	}
}

package estimate_test

import (
	"crypto/sha256"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"airglow/internal/estimate"
)

// inputs are sure ones with the given numbers for keys.
func inputs(keys ...int) []estimate.Input {
	var list []estimate.Input
	for _, k := range keys {
		list = append(list, estimate.Input{Key: sha256.Sum256(fmt.Append(nil, k)), Bytes: 400, Most: 100, Sure: true})
	}
	return list
}

func upTo(n int) []int {
	var list []int
	for i := range n {
		list = append(list, i)
	}
	return list
}

func rows(n float64) estimate.Figure { return estimate.About(estimate.Exactly(n)) }

func dear(in, out float64) float64 { return (in + 10*out) / 1e6 }

// question is one of a service that is paid by tokens.
func question(places ...estimate.Place) estimate.Question {
	return estimate.Question{
		Function: "d.f", Model: "m", Places: places, Tokens: true, Cost: dear, Limits: estimate.Limits{AtOnce: 10},
		History: estimate.History{Examples: []estimate.Example{
			{Bytes: 400, InputTokens: 100, OutputTokens: 50, Took: time.Second, Counted: true},
			{Bytes: 400, InputTokens: 100, OutputTokens: 50, Took: time.Second, Counted: true},
			{Bytes: 400, InputTokens: 100, OutputTokens: 50, Took: time.Second, Counted: true},
		}},
	}
}

func TestLines(t *testing.T) {
	some := inputs(1, 1, 2, 3)
	recorded := inputs(1, 2, 3, 4)
	recorded[0].Recorded, recorded[1].Recorded = true, true
	unsure := inputs(1, 2, 3, 4)
	for i := range unsure[:2] {
		unsure[i].Sure, unsure[i].Chance = false, 0.5
	}
	unpriced := question(estimate.Place{Rows: rows(4), Sampled: 4, Inputs: some})
	unpriced.Cost = nil
	fresh := question(estimate.Place{Rows: rows(4), Sampled: 4, Inputs: some})
	fresh.History = estimate.History{}
	quota := question(estimate.Place{Rows: rows(600), Sampled: 600, Inputs: inputs(upTo(600)...)})
	quota.Limits.CallsPerMinute = 60
	for _, c := range []struct {
		name string
		q    estimate.Question
		want string
	}{
		{"all rows seen", question(estimate.Place{Rows: rows(4), Sampled: 4, Inputs: some}),
			"4 rows, 3 distinct inputs, 0 answers recorded, 3 calls, 300 (250 to 360) tokens in, 150 (125 to 180) tokens out, cost $0.0018 ($0.0015 to $0.0022), time 1 s (0.9 s to 1.2 s)"},
		{"a part, all different", question(estimate.Place{Rows: rows(1000), Sampled: 100, Inputs: inputs(upTo(100)...)}),
			"1000 rows, 1000 (100 to 1000) distinct inputs, 0 answers recorded, 1000 (100 to 1000) calls, [...]"},
		{"the same at two places", question(
			estimate.Place{Rows: rows(4), Sampled: 4, Inputs: some}, estimate.Place{Rows: rows(4), Sampled: 4, Inputs: some}),
			"8 rows, 3 distinct inputs, 0 answers recorded, 3 calls, [...]"},
		{"nothing new at another place", question(
			estimate.Place{Rows: rows(4), Sampled: 4, Inputs: some}, estimate.Place{Rows: estimate.About(estimate.Range{Low: 1, Likely: 2, High: 4}), Again: true}),
			"6 (5 to 8) rows, 3 distinct inputs, 0 answers recorded, 3 calls, 300 (250 to 360) tokens in, [...]"},
		{"some recorded", question(estimate.Place{Rows: rows(4), Sampled: 4, Inputs: recorded}),
			"4 rows, 4 distinct inputs, 2 answers recorded, 2 calls, [...]"},
		{"some may not be asked", question(estimate.Place{Rows: rows(4), Sampled: 4, Inputs: unsure, Maybe: 2, Chance: 0.5}),
			"3 (2 to 4) rows, 3 (2 to 4) distinct inputs, 0 answers recorded, 3 (2 to 4) calls, [...](some inputs depend on answers of models, or on what differs each time)"},
		{"fewer rows than were looked at", question(estimate.Place{Rows: estimate.About(estimate.Range{Low: 1, Likely: 2, High: 4}), Sampled: 4, Inputs: inputs(upTo(4)...)}),
			"2 (1 to 4) rows, 2 (0 to 4) distinct inputs, [...]"},
		{"none of the rows came", question(estimate.Place{Rows: estimate.About(estimate.Range{High: 60})}),
			"0 (0 to 60) rows, 0 (0 to 60) distinct inputs, 0 answers recorded, 0 (0 to 60) calls, [...]"},
		{"no row comes", question(estimate.Place{Rows: rows(0)}),
			"0 rows, 0 distinct inputs, 0 answers recorded, 0 calls, [...]time 0 s"},
		{"no price", unpriced, "[...]cost unknown, time 1 s (0.9 s to 1.2 s) (the price of the model is not known, so that the cost is not; CALL airglow.set_price(…) sets it)"},
		{"nothing in the ledger", fresh, "4 rows, 3 distinct inputs, 0 answers recorded, 3 calls, 300 (200 to 600) tokens in, 150 (12 to 300) tokens out, cost $0.0018 ($0.00032 to $0.0036), time unknown " +
			"(the ledger has no call of the function, so that the time is not known)"},
		{"a quota", quota, "[...]time 10 min"},
		{"rows unknown", question(estimate.Place{Sampled: 4, Inputs: some}), "rows unknown, distinct inputs unknown, answers recorded unknown, calls unknown, tokens in unknown, tokens out unknown, cost unknown, time unknown " +
			"(the number of rows cannot be told without running the statement)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := estimate.Of(c.q).String()
			want := "d.f of m: " + c.want
			if strings.HasPrefix(c.want, "[...]") {
				_, got, _ = strings.Cut(got, "cost ")
				got, want = "cost "+got, strings.TrimPrefix(c.want, "[...]")
				if strings.HasPrefix(want, "time") {
					_, got, _ = strings.Cut(got, "time ")
					got = "time " + got
				}
			}
			head, tail, _ := strings.Cut(want, "[...]")
			if !strings.HasPrefix(got, head) || !strings.HasSuffix(got, tail) {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

// The number of different values is within its bounds for nine of ten columns,
// even ones and skewed ones, and likely is near for the even ones.
func TestDistinctIsWithinItsBounds(t *testing.T) {
	const all, seen = 20_000, 1000
	random := rand.New(rand.NewPCG(7, 7))
	within, tried := 0, 0
	for _, values := range []int{5, 100, 1000, 5000, 20_000} {
		for _, skew := range []float64{0, 1.1, 1.5, 2} {
			column := make([]int, all)
			different := map[int]bool{}
			for i := range column {
				switch {
				case skew > 0:
					column[i] = int(rand.NewZipf(random, skew, 1, uint64(values-1)).Uint64())
				case values == all:
					column[i] = i
				default:
					column[i] = random.IntN(values)
				}
				different[column[i]] = true
			}
			random.Shuffle(all, func(i, j int) { column[i], column[j] = column[j], column[i] })
			l := estimate.Of(question(estimate.Place{Rows: rows(all), Sampled: seen, Inputs: inputs(column[:seen]...)}))
			actual := float64(len(different))
			tried++
			if l.Distinct.Low <= actual && actual <= l.Distinct.High {
				within++
			} else {
				t.Logf("%d values, skew %v: %v are not within %v", values, skew, actual, l.Distinct.Range)
			}
			if skew == 0 && math.Abs(l.Distinct.Likely-actual) > actual/4 {
				t.Errorf("%d even values: %v, likely %v", values, actual, l.Distinct.Likely)
			}
		}
	}
	if within*10 < tried*9 {
		t.Errorf("%d of %d are within their bounds", within, tried)
	}
}

// What a part of a table shows of all of it is within the bounds for nine of ten
// conditions, rare ones and common ones, and no part shows that nothing comes.
func TestReckoned(t *testing.T) {
	const all, read = 4000, 256
	random := rand.New(rand.NewPCG(7, 7))
	for _, c := range []struct {
		n                 uint64
		low, likely, high float64
	}{
		{0, 0, 0, 60}, {1, 3, 16, 89}, {2, 9, 31, 114}, {16, 125, 250, 501}, {256, 2000, 4000, 8001},
	} {
		got := estimate.Reckoned(c.n, float64(read)/all)
		if math.Round(got.Low) != c.low || math.Round(got.Likely) != c.likely || math.Round(got.High) != c.high {
			t.Errorf("%d rows: %v, want %v", c.n, got, c)
		}
	}
	for _, passing := range []int{0, 1, 3, 10, 40, 400, 2000, 4000} {
		within := 0
		for range 200 {
			var came uint64
			for i, at := range random.Perm(all) {
				if i < passing && at < read {
					came++
				}
			}
			if r := estimate.Reckoned(came, float64(read)/all); r.Low <= float64(passing) && float64(passing) <= r.High {
				within++
			}
		}
		if within < 180 {
			t.Errorf("%d of 200 are within the bounds of %d rows", within, passing)
		}
	}
}

func TestTotal(t *testing.T) {
	one := estimate.Of(question(estimate.Place{Rows: rows(4), Sampled: 4, Inputs: inputs(1, 2, 3, 4)}))
	sum := estimate.Total([]estimate.Line{one, one})
	if sum.Calls.Likely != 8 || !sum.Cost.Known || sum.Cost.Likely != 2*one.Cost.Likely || sum.Time.Low != one.Time.Low {
		t.Errorf("%+v", sum)
	}
	unknown := estimate.Of(question(estimate.Place{}))
	if sum := estimate.Total([]estimate.Line{one, unknown}); sum.Calls.Known || sum.Cost.Known {
		t.Errorf("%+v", sum)
	}
}

func TestLasting(t *testing.T) {
	for seconds, want := range map[float64]string{0: "0 s", 0.01: "0.1 s", 2.34: "2.4 s", 21.4: "21 s", 600: "10 min", 9000: "2.5 h"} {
		if got := estimate.Lasting(seconds); got != want {
			t.Errorf("%v: %s, want %s", seconds, got, want)
		}
	}
}

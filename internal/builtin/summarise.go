package builtin

import (
	"math"
	"regexp"
	"slices"
	"strings"

	"airglow/internal/builtin/encoder"
	"airglow/internal/builtin/prose"
)

// The weights of a sentence's worth to a summary, set on news and product
// texts of the tests.
const (
	centreWeight     = 0.7
	redundancyWeight = 0.35
	leadWeight       = 0.12
)

// pointer matches sentences that send the reader elsewhere or sell: they say
// nothing of the matter.
var pointer = regexp.MustCompile(`(?i)^(?:to (?:learn|find out|read|get|see)\b.*\b(?:more|started|visit|see|go to|documentation|page|guide)|(?:for|find) (?:more|further|additional|details|a (?:full|complete) list)\b|learn more|read more|visit |see (?:the|our|also)\b|click |check out |sign up|contact |get started|subscribe|about (?:us|the author)|more on |watch |share this)|https?://\S+$`)

// summarise picks the sentences that say most of the text without saying the
// same twice, and cuts the result to the limit.
func (d *document) summarise(in intent) string {
	worth := d.worth()
	want := in.sentences
	if want == 0 {
		want = len(d.sentences)
		if in.limit == (prose.Limit{}) {
			want = min(max((len(d.sentences)+1)/3, 1), 5)
		}
	}
	joint := " "
	if in.bullets {
		joint = "\n"
	}
	var picked []int
	for len(picked) < want {
		next := d.nextPick(worth, picked, func(i int) bool {
			return in.limit.Holds(d.join(insert(picked, i), joint))
		})
		if next < 0 {
			break
		}
		picked = insert(picked, next)
	}
	if best := d.nextPick(worth, nil, func(int) bool { return true }); !worthy(worth, picked, best) {
		// Better the start of a telling sentence than the whole of an idle one.
		return prose.Clip(d.join([]int{best}, joint), in.limit)
	}
	return d.join(picked, joint)
}

// worthy reports whether what fits the limit is nearly as good as the best
// sentence, which may not.
func worthy(worth []float64, picked []int, best int) bool {
	const slack = 0.15
	for _, p := range picked {
		if worth[p] >= worth[best]-slack {
			return true
		}
	}
	return false
}

// worth rates each sentence by how near it is to the text's centre and to its
// start.
func (d *document) worth() []float64 {
	worth := make([]float64, len(d.sentences))
	for i, s := range d.sentences {
		worth[i] = centreWeight*float64(encoder.Dot(d.vectors[i], d.centre)) + leadWeight/math.Sqrt(float64(i+1))
		switch words := prose.Count(s); {
		case pointer.MatchString(s):
			worth[i] -= 0.6
		case words < 4:
			worth[i] -= 0.5
		case strings.HasSuffix(s, "?") || words < 6:
			worth[i] -= 0.2
		}
	}
	return worth
}

// nextPick returns the best sentence not yet picked that fits, -1 for none.
func (d *document) nextPick(worth []float64, picked []int, fits func(int) bool) int {
	best, bestScore := -1, math.Inf(-1)
	for i := range d.sentences {
		if slices.Contains(picked, i) {
			continue
		}
		var same float64
		for _, p := range picked {
			same = max(same, float64(encoder.Dot(d.vectors[i], d.vectors[p])))
		}
		score := worth[i] - redundancyWeight*same
		// A pointer, a fragment or a repetition is worse than a shorter summary.
		if len(picked) > 0 && (worth[i] < 0 || same > 0.95) {
			continue
		}
		if score > bestScore && fits(i) {
			best, bestScore = i, score
		}
	}
	return best
}

// insert returns picked with i, in order.
func insert(picked []int, i int) []int {
	out := append(slices.Clone(picked), i)
	slices.Sort(out)
	return out
}

func (d *document) join(picked []int, joint string) string {
	parts := make([]string, len(picked))
	for i, p := range picked {
		parts[i] = d.sentences[p]
		if joint == "\n" {
			parts[i] = "- " + parts[i]
		}
	}
	return strings.Join(parts, joint)
}

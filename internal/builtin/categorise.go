package builtin

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"airglow/internal/builtin/encoder"
	"airglow/internal/builtin/prose"
)

// maxGroups is how many groups are made when the instruction does not say.
const maxGroups = 6

// group is some of a text's sentences that belong together.
type group struct {
	members []int
	centre  encoder.Vector
}

// categorise puts the text's sentences into groups of like meaning, and gives
// each group's key phrases, its size and its most typical sentence.
func (d *document) categorise(ctx context.Context, enc *encoder.Encoder, in intent) (string, error) {
	members := d.telling()
	want := in.items
	if want == 0 {
		want = min(max(int(math.Round(math.Sqrt(float64(len(members))))), 1), maxGroups)
	}
	groups := d.cluster(members, min(want, len(members)))
	var lines []string
	var used []string
	for i, g := range groups {
		part := d.part(ctx, g.members)
		candidates, err := part.phrases(ctx, enc, 8)
		if err != nil {
			return "", err
		}
		var topic []string
		for _, c := range candidates {
			if len(topic) < 3 && !overlapsAny(c, used) {
				topic, used = append(topic, c), append(used, c)
			}
		}
		lines = append(lines, fmt.Sprintf("%d. %s (%s): %s", i+1, strings.Join(topic, ", "), count(len(g.members), "sentence"), part.typical()))
	}
	return d.fitLines(lines, in.limit), nil
}

func count(n int, of string) string {
	if n == 1 {
		return "1 " + of
	}
	return fmt.Sprintf("%d %ss", n, of)
}

// fitLines keeps whole lines within the limit, and clips the first if even it
// is too long.
func (d *document) fitLines(lines []string, l prose.Limit) string {
	for n := len(lines); n > 0; n-- {
		if text := strings.Join(lines[:n], "\n"); l.Holds(text) {
			return text
		}
	}
	if len(lines) == 0 {
		return ""
	}
	return prose.Clip(lines[0], l)
}

// telling returns the sentences that say something, or all if none does.
func (d *document) telling() []int {
	var out, all []int
	for i, s := range d.sentences {
		all = append(all, i)
		if !pointer.MatchString(s) && prose.Count(s) >= 4 {
			out = append(out, i)
		}
	}
	if len(out) == 0 {
		return all
	}
	return out
}

// part is the document of some sentences alone. Its centre leans to what sets
// them apart from the rest.
func (d *document) part(ctx context.Context, members []int) *document {
	p := &document{}
	for _, m := range members {
		p.sentences = append(p.sentences, d.sentences[m])
		p.vectors = append(p.vectors, d.vectors[m])
	}
	p.centre, p.terms = mean(p.vectors), weighTerms(ctx, p.sentences)
	if len(members) < len(d.sentences) {
		p.centre = mean([]encoder.Vector{p.centre, apartFrom(p.centre, d.centre)})
	}
	return p
}

// typical returns the sentence nearest to the part's centre.
func (d *document) typical() string {
	best := 0
	for i, v := range d.vectors {
		if encoder.Dot(v, d.centre) > encoder.Dot(d.vectors[best], d.centre) {
			best = i
		}
	}
	return d.sentences[best]
}

// How k-means is run: from several starts, each for so many rounds.
const (
	clusterStarts = 24
	clusterRounds = 10
)

// cluster is k-means by cosine over what sets the sentences apart: their
// vectors less the text's centre. The best of several starts is taken; their
// places come from a fixed sequence, so that equal texts give equal groups.
// Larger groups come first.
func (d *document) cluster(members []int, k int) []group {
	apart := make([]encoder.Vector, len(d.vectors))
	for _, m := range members {
		apart[m] = apartFrom(d.vectors[m], d.centre)
	}
	fixed := rand.New(rand.NewPCG(1, 2))
	var best []group
	bestFit := math.Inf(-1)
	for range clusterStarts {
		groups := make([]group, 0, k)
		for _, i := range fixed.Perm(len(members))[:k] {
			groups = append(groups, group{centre: apart[members[i]]})
		}
		var fit float64
		for range clusterRounds {
			fit, groups = regroup(apart, members, groups)
		}
		if fit > bestFit {
			best, bestFit = groups, fit
		}
	}
	slices.SortStableFunc(best, func(a, b group) int { return len(b.members) - len(a.members) })
	return best
}

// apartFrom returns the direction in which v differs from the centre.
func apartFrom(v, centre encoder.Vector) encoder.Vector {
	out, along := make(encoder.Vector, len(v)), encoder.Dot(v, centre)
	for i := range v {
		out[i] = v[i] - along*centre[i]
	}
	return mean([]encoder.Vector{out})
}

// regroup puts each member to the nearest centre and moves the centres to
// their members. It returns the sum of similarities and the groups that have
// members.
func regroup(apart []encoder.Vector, members []int, groups []group) (float64, []group) {
	next := make([]group, len(groups))
	var fit float64
	for _, m := range members {
		nearest, near := 0, float32(-2)
		for i, g := range groups {
			if s := encoder.Dot(apart[m], g.centre); s > near {
				nearest, near = i, s
			}
		}
		fit += float64(near)
		next[nearest].members = append(next[nearest].members, m)
	}
	next = slices.DeleteFunc(next, func(g group) bool { return len(g.members) == 0 })
	for i, g := range next {
		vectors := make([]encoder.Vector, len(g.members))
		for j, m := range g.members {
			vectors[j] = apart[m]
		}
		next[i].centre = mean(vectors)
	}
	return fit, next
}

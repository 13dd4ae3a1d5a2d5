package builtin

import (
	"context"
	"math"
	"slices"
	"strings"
	"unicode"

	"airglow/internal/builtin/encoder"
	"airglow/internal/builtin/prose"
)

const (
	// maxPhraseWords is the longest key phrase.
	maxPhraseWords = 4
	// maxCandidates is how many phrases are compared with the text by meaning;
	// word counts choose them.
	maxCandidates = 48
	// defaultPhrases is how many are given when the instruction does not say.
	defaultPhrases = 5
)

// phrase is a candidate: how it is written first, and how often it occurs.
type phrase struct {
	text  string
	count int
	score float64
}

// phrases returns the text's key phrases, the most telling first.
func (d *document) phrases(ctx context.Context, enc *encoder.Encoder, want int) ([]string, error) {
	candidates := d.candidates(enc)
	texts := make([]string, len(candidates))
	for i, c := range candidates {
		texts[i] = c.text
	}
	vectors, err := enc.Embed(ctx, texts)
	if err != nil {
		return nil, err
	}
	for i := range candidates {
		c := &candidates[i]
		c.score = float64(encoder.Dot(vectors[i], d.centre)) + 0.15*math.Log(float64(c.count)) + 0.05*float64(min(prose.Count(c.text), 3)-1)
	}
	slices.SortStableFunc(candidates, func(a, b phrase) int { return compare(b.score, a.score) })
	var out []string
	for _, c := range candidates {
		if len(out) < want && !overlapsAny(c.text, out) {
			out = append(out, c.text)
		}
	}
	return out, nil
}

// overlapsAny reports whether a phrase shares more than half of its words
// with one already chosen.
func overlapsAny(text string, chosen []string) bool {
	stems := prose.Stems(text)
	for _, c := range chosen {
		other, shared := prose.Stems(c), 0
		for _, s := range stems {
			if slices.Contains(other, s) {
				shared++
			}
		}
		if 2*shared >= min(len(stems), len(other)) {
			return true
		}
	}
	return false
}

// candidates returns runs of words between stop words and punctuation, each
// with its parts, weighed by how often their words occur.
func (d *document) candidates(enc *encoder.Encoder) []phrase {
	found := map[string]*phrase{}
	var order []*phrase
	for _, s := range d.sentences {
		for _, run := range contentRuns(s) {
			for from := range run {
				for to := from + 1; to <= min(from+maxPhraseWords, len(run)); to++ {
					text := phraseText(run[from:to], enc)
					key := strings.Join(prose.Stems(text), " ")
					p := found[key]
					if p == nil {
						p = &phrase{text: text}
						found[key], order = p, append(order, p)
					}
					p.count++
				}
			}
		}
	}
	kept := make([]phrase, 0, len(order))
	for _, p := range order {
		var weight float64
		stems := prose.Stems(p.text)
		for _, s := range stems {
			weight += d.terms.frequency(s)
		}
		p.score = weight/math.Sqrt(float64(len(stems))) + math.Log(float64(p.count))
		if wordy(p.text) {
			kept = append(kept, *p)
		}
	}
	slices.SortStableFunc(kept, func(a, b phrase) int { return compare(b.score, a.score) })
	return kept[:min(len(kept), maxCandidates)]
}

// contentRuns returns the runs of a sentence's words that no stop word, no
// weak word and no punctuation interrupts.
func contentRuns(sentence string) [][]prose.Word {
	var runs [][]prose.Word
	var run []prose.Word
	flush := func() {
		// A participle describes what follows ("ordered messages"); at the end
		// of a run it is the sentence's verb.
		for len(run) > 0 && strings.HasSuffix(run[len(run)-1].Text, "ed") {
			run = run[:len(run)-1]
		}
		if len(run) > 0 {
			runs, run = append(runs, run), nil
		}
	}
	end := 0
	for _, w := range prose.Words(sentence) {
		if strings.TrimSpace(sentence[end:w.Start]) != "" {
			flush()
		}
		end = w.End
		lower := w.Lower()
		if prose.IsStop(lower) || weakWords[prose.Stem(lower)] || strings.HasSuffix(lower, "ly") {
			flush()
			continue
		}
		if unicode.IsDigit(rune(w.Text[0])) && (len(run) == 0 || !isCapital(run[len(run)-1].Text)) {
			// A number belongs to a name ("Notebook 3") or to no phrase.
			flush()
			continue
		}
		run = append(run, w)
	}
	flush()
	return runs
}

// phraseText writes a phrase as it stands, but an everyday word at a
// sentence's start in lower case.
func phraseText(words []prose.Word, enc *encoder.Encoder) string {
	parts := make([]string, len(words))
	for i, w := range words {
		parts[i] = w.Text
		followed := len(words) > i+1 && isCapital(words[i+1].Text)
		if lower := w.Lower(); w.Start == 0 && !followed && w.Text != strings.ToUpper(w.Text) && isEveryday(lower, enc) {
			parts[i] = lower
		}
	}
	return strings.Join(parts, " ")
}

// wordy refuses numbers, single letters and the like.
func wordy(text string) bool {
	letters := 0
	for _, r := range text {
		if unicode.IsLetter(r) {
			letters++
		}
	}
	return letters >= 3 && !unicode.IsDigit(rune(text[0]))
}

// weakWords are verbs that are seldom nouns, and adjectives and nouns of
// reports, as stems: they make no key phrase and end one.
var weakWords = stemSet(`support announce introduce launch add allow enable provide offer help include avail today customer user
	people percent say tell report expect accord great good new latest different able base simple create require need
	run work come show start find thing way lot number part call left right long small large big high low full old young
	january february march april may june july august september october november december bring approve recommend fear
	believe think know want become remain keep hold turn move live begin stop continue grow rise fall lose win meet lead
	follow change improve increase reduce lower raise cut build open close send receive serve pay buy sell spend save
	encrypt restore protect process scale integrate rotate deliver deploy manage handle choose select decide agree refuse
	deny argue claim warn urge ask answer explain describe mention suggest propose discuss consider plan intend hope try
	attempt fail succeed manage achieve reach obtain gain earn produce develop design write read speak talk hear listen
	see watch look feel seem appear happen occur cause affect prevent avoid remove delete replace install configure
	visit learn contact join leave arrive enter pass cross walk drive carry wear eat drink cook own belong contain
	consist involve depend rely apply accept reject sign publish print cover test prove confirm verify check ensure
	guarantee promise combine separate divide share split merge compare match differ exist stay sit stand lie set get
	make take give let put weigh wake pay switch boil log keep second minute hour gram litre
	twelve fifteen eighteen twenty thirty forty fifty ninety hundred thousand million easy quick fast slow better best worse worst important several many popular daily common`)

// stemSet makes a set of the stems of a list's words.
func stemSet(list string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(list) {
		m[prose.Stem(w)] = true
	}
	return m
}

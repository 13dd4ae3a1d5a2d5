package builtin

import (
	"context"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"airglow/internal/builtin/encoder"
	"airglow/internal/builtin/prose"
)

// nameKind is what the names asked for belong to.
type nameKind int

const (
	anyName nameKind = iota
	productName
	organisationName
	personName
	placeName
)

// readKind reads the kind of names an instruction asks for.
func readKind(instruction string) nameKind {
	for _, k := range []struct {
		kind    nameKind
		pattern *regexp.Regexp
	}{
		{productName, pattern(`\b(?:products?|services?|brands?|tools?|features?)\b`)},
		{organisationName, pattern(`\b(?:company|companies|firms?|organi[sz]ations?|vendors?)\b`)},
		{personName, pattern(`\b(?:persons?|people|authors?|speakers?)\b`)},
		{placeName, pattern(`\b(?:places?|city|cities|country|countries|locations?|regions?)\b`)},
	} {
		if k.pattern.MatchString(instruction) {
			return k.kind
		}
	}
	return anyName
}

// name is a run of capitalised words, with what was seen around it.
type name struct {
	text  string
	count int
	// first is the place of its first occurrence, in sentences.
	first int
	// cues is the sum of the evidence for each kind over all occurrences.
	cues  map[nameKind]float64
	score float64
}

// names returns the text's names of a kind, the likeliest first. It returns
// only those whose score is near the best's.
func (d *document) names(ctx context.Context, enc *encoder.Encoder, kind nameKind) ([]string, error) {
	found := merge(d.collectNames(enc))
	texts := make([]string, len(found))
	for i, n := range found {
		texts[i] = n.text
	}
	vectors, err := enc.Embed(ctx, texts)
	if err != nil {
		return nil, err
	}
	for i, n := range found {
		n.score = 0.5*math.Log1p(float64(n.count)) + 0.6/math.Sqrt(float64(n.first+1)) + n.evidence(kind) +
			0.5*float64(encoder.Dot(vectors[i], d.centre))
	}
	slices.SortStableFunc(found, func(a, b *name) int { return compare(b.score, a.score) })
	var out []string
	for _, n := range found {
		// A name that belongs to another kind is no answer, however frequent.
		// A product shows itself less than a person or a place does.
		least := 0.0
		if kind == productName || kind == anyName {
			least = -0.5
		}
		if n.score >= found[0].score-1.3 && (n.evidence(kind) > least || kind == anyName) {
			out = append(out, n.written(kind))
		}
	}
	return out, nil
}

// forms match what stands before a person's name without belonging to it.
var forms = pattern(`^(?:(?:mayor|president|prime|minister|professor|doctor|judge|senator|governor|captain|sir|director|chief|king|queen|prince|princess|saint|councillor|inspector|chancellor)\s+)+`)

// written returns the name as an answer gives it.
func (n *name) written(kind nameKind) string {
	if kind == personName {
		return forms.ReplaceAllString(n.text, "")
	}
	return n.text
}

// evidence returns how much the occurrences speak for the kind and against
// the others, per occurrence.
func (n *name) evidence(kind nameKind) float64 {
	if kind == anyName {
		return 0
	}
	other := 0.0
	for k, cue := range n.cues {
		if k != kind && k != anyName {
			other = max(other, cue)
		}
	}
	return (n.cues[kind] - other) / float64(n.count)
}

// collectNames finds the runs of capitalised words in every sentence.
// Headlines, where everything is capitalised, count only when there is no
// other text.
func (d *document) collectNames(enc *encoder.Encoder) []*name {
	found := map[string]*name{}
	var order []*name
	for _, headlines := range []bool{false, true} {
		for i, sentence := range d.sentences {
			if isHeadline(sentence) != headlines {
				continue
			}
			line := nameLine{sentence, prose.Words(sentence), enc}
			for _, run := range line.runs() {
				text := sentence[run.Start:run.End]
				n := found[text]
				if n == nil {
					n = &name{text: text, first: i, cues: map[nameKind]float64{}}
					found[text], order = n, append(order, n)
				}
				n.count++
				addCues(n, sentence, text)
			}
		}
		if len(order) > 0 {
			break
		}
	}
	return order
}

// isHeadline reports whether most long words of a sentence are capitalised.
func isHeadline(sentence string) bool {
	long, capital := 0, 0
	for _, w := range prose.Words(sentence) {
		if len(w.Text) > 3 {
			long++
			if isCapital(w.Text) {
				capital++
			}
		}
	}
	return long >= 4 && 4*capital >= 3*long
}

// nameLine is a sentence in which names are looked for.
type nameLine struct {
	sentence string
	words    []prose.Word
	enc      *encoder.Encoder
}

// runs returns the places that look like a name: capitalised words, joined by
// nothing, or by "for", "of" and the like between two of them.
func (l nameLine) runs() []prose.Span {
	var runs []prose.Span
	for i := 0; i < len(l.words); i++ {
		if l.starts(i) {
			end := l.end(i)
			runs = append(runs, prose.Span{Start: l.words[i].Start, End: l.words[end-1].End})
			i = end - 1
		}
	}
	return runs
}

// end returns the word behind the name that starts at word i.
func (l nameLine) end(i int) int {
	end := i + 1
	for end < len(l.words) && l.sticks(end) {
		switch w := l.words[end].Text; {
		case continuesName(w):
			end++
		case nameJoints[w] && end+1 < len(l.words) && l.sticks(end+1) && isNameWord(l.words[end+1].Text):
			end += 2
		default:
			return end
		}
	}
	return end
}

var (
	nameJoints = map[string]bool{"for": true, "of": true, "de": true, "van": true, "von": true, "&": true, "la": true, "del": true}
	// notNames are words that are capitalised without naming anything that is
	// asked for: calendar, nationalities, pronouns, headline verbs.
	notNames = lowerSet(`monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
		september october november december jan feb mar apr jun jul aug sep sept oct nov dec english french german spanish italian
		american british european japanese chinese indian asian african i i'm i've i'd mr mrs ms dr prof sir region regions
		announces announced announcing introduces introduced introducing launches launched launching adds supports now today new
		available availability general generally preview beta released releases release expands expanded gets brings update
		updates updated version note please ceo cto cfo coo api apis url faq pdf ok tv`)
)

func lowerSet(list string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(list) {
		m[w] = true
	}
	return m
}

func isCapital(word string) bool {
	r, _ := utf8.DecodeRuneInString(word)
	return unicode.IsUpper(r)
}

// isNameWord reports whether a word looks like part of a name: a capital at
// its start ("Queue") or inside ("iPhone").
func isNameWord(word string) bool {
	if !strings.ContainsFunc(word, unicode.IsUpper) || !strings.ContainsFunc(word, unicode.IsLetter) {
		return false
	}
	return !notNames[strings.ToLower(word)]
}

// continuesName also takes numbers and versions: "Windows 11", "Orbit v2".
func continuesName(word string) bool {
	if isNameWord(word) {
		return true
	}
	r, _ := utf8.DecodeRuneInString(strings.TrimPrefix(word, "v"))
	return unicode.IsDigit(r) && len(word) <= 6
}

// sticks reports whether only a blank stands between word i and the one
// before it.
func (l nameLine) sticks(i int) bool {
	return strings.TrimSpace(l.sentence[l.words[i-1].End:l.words[i].Start]) == ""
}

// starts decides about the first word of a name. At the start of a sentence
// every word is capitalised, so an everyday word must be followed by another
// name word to count.
func (l nameLine) starts(i int) bool {
	w := l.words[i].Text
	lower := strings.ToLower(w)
	if !isNameWord(w) || prose.IsStop(lower) {
		return false
	}
	opens := i == 0 || strings.HasSuffix(strings.TrimRight(l.sentence[:l.words[i].Start], " \"“'("), ":")
	if !opens || strings.ContainsFunc(w[1:], unicode.IsUpper) {
		return true
	}
	followed := i+1 < len(l.words) && l.sticks(i+1) && isNameWord(l.words[i+1].Text)
	return !isEveryday(lower, l.enc) || followed && !openers[lower]
}

// openers are everyday words that stand before a name at a sentence's start
// without belonging to it.
var openers = lowerSet(`customers users developers using with when previously starting both like unlike meanwhile however additionally
	existing all by for if this that these those while since because support learn visit see administrators teams
	engineers researchers scientists critics officials residents president minister mayor chief former`)

// isEveryday reports whether the encoder's vocabulary has the word in lower
// case as one piece: then it is common in English.
func isEveryday(lower string, enc *encoder.Encoder) bool {
	return len(enc.Pieces(lower)) == 1 || len(enc.Pieces(strings.TrimSuffix(lower, "s"))) == 1
}

// cue is a sign of a kind in the words before or behind a name. N stands for
// the name.
type cue struct {
	kind   nameKind
	weight float64
	before *regexp.Regexp
	after  *regexp.Regexp
}

var cues = []cue{
	{kind: productName, weight: 0.6, after: pattern(`^(?:'s)?,? (?:\([^)]*\) )?(?:now|also|already|supports?|lets|offers|includes|provides|allows|enables|helps|gives|makes|introduces|adds|can|is a|is an|is now|is the|will|brings|ships|runs|delivers|stores|automatically|integrates|comes with|has added|gains|gets)\b`)},
	{kind: productName, weight: 0.5, before: pattern(`(?:announc(?:es|ed|ing)|introduc(?:es|ed|ing)|launch(?:es|ed|ing)?|releas(?:es|ed|ing)|availability of|support for|new|use|using|called|named|version of|in|with|upgrade to|features? (?:of|in|for)) (?:the |a |an |its |our )?$`)},
	{kind: productName, weight: 0.4, after: pattern(`^ (?:is |are )?(?:a |an |the )?(?:\w+ ){0,3}(?:service|product|database|tool|app|application|platform|library|framework|device|phone|console|customers|users|clusters?|instances?|version)\b`)},
	{kind: organisationName, weight: 1.2, after: pattern(`^,? (?:inc|ltd|corp|llc|plc|gmbh|co)\b`)},
	{kind: organisationName, weight: 0.7, after: pattern(`^(?:'s|’s|,)? (?:announc|said|says|report|acquir|hired|launched|introduc|plans|employs|sells|bought|unveil|headquarter|executives?|shares|chief|spokes|engineers|revenue|profit)`)},
	{kind: organisationName, weight: 0.5, before: pattern(`(?:company|firm|vendor|maker|startup|start-up|bank|agency|university|supplier|by|employees of|customers? (?:of|such as|like)) $`)},
	{kind: personName, weight: 1.2, before: pattern(`(?:\bmr|\bmrs|\bms|\bdr|\bprof|\bprofessor|\bsir|\bpresident|\bminister|\bmayor|\bjudge|\bdirector|\beditor|\bengineer|\bauthor|\bdoctor|\bcaptain|\bceo|\bcto|\bactor|\bsinger|\bcoach)\.?,? $`)},
	{kind: personName, weight: 0.9, after: pattern(`^,? (?:said|says|told|asked|who\b|whose|wrote|argued|explained|added,|joined|recalled|believes|, \d\d,|was born|resigned|died)`)},
	{kind: personName, weight: 0.6, after: pattern(`^, (?:the |a |an )?(?:\w+ ){0,3}(?:officer|director|manager|engineer|president|professor|analyst|author|founder|chair|head|mayor|minister|spokes\w+)\b`)},
	{kind: personName, weight: 0.8, before: pattern(`\b(?:said|says|told|according to) $`)},
	{kind: personName, weight: 0.6, after: pattern(`^,? (?:met|married|phoned|thanked|invited|greeted|interviewed|lives|lived|works|worked|studied|teaches|taught|plays|played|sang|won|smiled|laughed)\b`)},
	{kind: personName, weight: 0.6, before: pattern(`\b(?:met|married|phoned|thanked|invited|greeted|interviewed) $`)},
	{kind: placeName, weight: 0.9, before: pattern(`\b(?:in|at|from|near|across|around|to|outside|visit(?:ed)?|between|city of|town of|capital(?: of)?|north of|south of|east of|west of) (?:[A-Z][\w-]+(?: [A-Z][\w-]+)*,? and )?(?:the |downtown |northern |southern |eastern |western |central )?$`)},
	{kind: placeName, weight: 0.7, after: pattern(`^,? (?:region|province|county|city|island|river|valley|coast|airport|station)\b|^\)?,? [A-Z]\w+,`)},
}

// companyForm ends the names of companies.
var companyForm = pattern(`\b(?:inc|ltd|corp|corporation|llc|plc|gmbh|co|company|group|holdings|bank|university|institute|ministry|agency|council)\.?$`)

// regions match names of places that product news lists: they are no product
// whatever stands before them.
var regions = pattern(`\b(?:east|west|north|south|europe|asia|pacific|america|africa|us|usa|uk|canada|gov ?cloud|tokyo|london|frankfurt|ireland|ohio|oregon|virginia|mumbai|sydney|seoul|singapore|paris|california|sao paulo|brazil|india|china|japan|germany|france)\b`)

func addCues(n *name, sentence, text string) {
	at := strings.Index(sentence, text)
	before, after := sentence[:at], sentence[at+len(text):]
	for _, c := range cues {
		if c.before != nil && c.before.MatchString(before) || c.after != nil && c.after.MatchString(after) {
			n.cues[c.kind] += c.weight
		}
	}
	if forms.MatchString(text) {
		n.cues[personName] += 1.2
	}
	if companyForm.MatchString(text) {
		n.cues[organisationName] += 1.2
	}
	words := prose.Count(text)
	switch {
	case regions.MatchString(text) && words <= 3:
		n.cues[placeName] += 1.5
	case words == 1 && text == strings.ToUpper(text) && len(text) <= 5:
		// A lone abbreviation is more often a format or protocol than a name.
		n.cues[anyName]++
		n.cues[productName] -= 0.5
	case words >= 2:
		n.cues[productName] += 0.2
	}
}

// merge adds the occurrences of a name's part ("Queue", "Nimbus") to the
// whole ("Nimbus Queue"), when only one whole has it.
func merge(found []*name) []*name {
	var out []*name
	for _, n := range found {
		var wholes []*name
		for _, w := range found {
			if w != n && (strings.HasPrefix(w.text, n.text+" ") || strings.HasSuffix(w.text, " "+n.text)) {
				wholes = append(wholes, w)
			}
		}
		if len(wholes) != 1 {
			out = append(out, n)
			continue
		}
		w := wholes[0]
		w.count, w.first = w.count+n.count, min(w.first, n.first)
		for k, c := range n.cues {
			w.cues[k] += c
		}
	}
	return out
}

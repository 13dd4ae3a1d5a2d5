package builtin

import (
	"regexp"
	"strconv"
	"strings"

	"airglow/internal/builtin/prose"
)

// task is one of the things the built-in model can do with a text.
type task int

const (
	// unclear: the instruction asks for nothing the model can do.
	unclear task = iota
	summarise
	keyPhrases
	names
	answerQuestion
	categorise
	classify
	judgeSentiment
	tellLanguage
	// intoLanguage, compose and chooseOfOne are recognised to be refused by name.
	intoLanguage
	compose
	chooseOfOne
)

// intent is a read instruction.
type intent struct {
	task task
	// limit bounds the whole answer.
	limit prose.Limit
	// sentences bounds a summary, items a list; 0 leaves it to the task.
	sentences, items int
	// bullets asks for one line per sentence or item.
	bullets bool
	// kind is what the names asked for belong to.
	kind nameKind
	// one asks for a single name.
	one bool
	// classes are what to choose from: of a text's kind, of its sentiment, or of
	// the answers to a question.
	classes []class
	// question is the sentence that asks, for answerQuestion.
	question string
	// code asks for a language's code instead of its name.
	code bool
	// refers reports whether the instruction points to a text.
	refers bool
}

func pattern(s string) *regexp.Regexp { return regexp.MustCompile(`(?i)` + s) }

var (
	asksTranslation = pattern(`\btranslat(?:e|ion)\b|\b(?:in|into|to) (?:french|german|spanish|japanese|chinese|italian|portuguese|korean|hindi|arabic)(?: language)?(?:[,.:;!?]|\s*$)`)
	asksWriting     = pattern(`\b(?:write|compose|draft|create|generate|invent)\b[^.]*\b(?:poem|story|stories|essay|song|haiku|joke|code|program|script|function|query|sql|e-?mail|letter|reply|tweet|slogan|headline|title|questions)\b|\b(?:rewrite|paraphrase|correct|fix|proofread|rhyme|improve the)\b`)
	asksSentiment   = pattern(`\bsentiments?\b|\bpositive,? (?:or |and )?negative\b|\btone of\b|\bemotion\b`)
	asksCategories  = pattern(`\bcategori[sz]e\b|\bclassif(?:y|ication)\b|\bgroup\b|\bclusters?\b|\bcategory\b|\bcategories\b|\bwhat kinds? of\b`)
	asksSummary     = pattern(`\bsummar(?:y|i[sz]e|ies|i[sz]ation)\b|\bsum(?:s|med)? up\b|\bshorten\b|\bcondense\b|\babridge\b|\btl;?dr\b|\bgist\b|\b(?:key|main|important|central) (?:points?|ideas?|messages?|takeaways?|facts?)\b|\bboil down\b|\bin short\b|\boutline\b|\btakeaways\b`)
	asksNames       = pattern(`\b(products?|services?|brands?|tools?|features?|company|companies|firms?|organi[sz]ations?|vendors?|person|persons|people|persons'|authors?|speakers?|place|places|city|cities|country|countries|location|locations|region|regions)(?:'s?)?(?: or \w+| and \w+)? names?\b|\bnames? of (?:the |all |all the |any |every |each )?(products?|services?|brands?|tools?|companies|company|firms?|organi[sz]ations?|vendors?|people|persons?|places?|cities|city|countries|country|locations?)\b(?: (?:mentioned|in|that|from|is|are)\b|\W*$)`)
	asksAnyNames    = pattern(`\b(?:extract|list|find|pick|identify|give|return|select|pull|get|show)\b[^.?]*\b(?:names?|named entit(?:y|ies)|entities|proper nouns)\b`)
	asksWhichNames  = pattern(`\b(?:which|what|list|extract|identify|find|name|pull out)(?: all| all the| the| every| any)? (products?|services?|tools?|brands?|companies|company|organi[sz]ations?|people|persons?|places|cities|countries|locations)\b[^.?]*\b(?:mention(?:ed|s)?|named?|appears?|occurs?|talked|discuss(?:ed|es)?|announced?|introduced|launched)\b`)
	asksKeyPhrases  = pattern(`\bkey ?-?(?:phrases?|words?|terms?|concepts?|topics?)\b|\bkeywords?\b|\b(?:main|important|relevant|top) (?:phrases|terms|words|topics|themes|concepts|tags)\b|\b\d+ (?:phrases|terms|topics|themes|concepts|tags)\b|\btopics?\b|\btags?\b|\bthemes?\b`)
	asksBullets     = pattern(`\bbullets?\b|\bbullet points?\b|\bone per line\b|\b(?:each|separate) lines?\b`)
	asksOne         = pattern(`\bnames\b|\bnames? of (?:the |all |all the |any |every )?(?:products|services|companies|people|places|cities|countries)|\bentities\b|\ball\b|\bproducts\b|\bservices\b|\bcompanies\b|\bpeople\b|\bplaces\b|\bcities\b|\bcountries\b|\bnouns\b|\borgani[sz]ations\b`)
)

// readIntent decides what an instruction asks for.
func readIntent(instruction string) intent {
	in := intent{task: readTask(instruction), refers: refersToText.MatchString(instruction) || refersBack.MatchString(instruction)}
	in.limit, in.sentences, in.items = readLimits(instruction)
	in.bullets = asksBullets.MatchString(instruction)
	switch in.task {
	case names:
		in.kind, in.one = readKind(instruction), !asksOne.MatchString(instruction)
	case categorise:
		in.classes = readLabels(instruction)
		switch {
		case len(in.classes) > 1:
			in.task = classify
		case namesOneClass(instruction):
			in.task = chooseOfOne
		}
	case unclear:
		if in.classes = readLabels(instruction); len(in.classes) > 1 && asksOneOf.MatchString(instruction) {
			in.task = classify
		}
	case answerQuestion:
		if in.classes = readAlternatives(instruction); len(in.classes) > 1 {
			in.task = classify
		}
		in.question = readQuestion(instruction)
	case judgeSentiment:
		in.classes = readFeelings(instruction)
	case tellLanguage:
		in.code = asksCode.MatchString(instruction)
	}
	return in
}

// asksFact is a question that a text answers with a name, a date or a number, and
// that no likeness to one answer or another decides.
var asksFact = pattern(`^\W*(?:` + polite + `)*(?:by |to |with |from |of |for )?(?:who|whom|whose|when|where|why|how (?:many|much|old|long|far|fast|large|big|high|tall|often))\b`)

// intent is readIntent for a prompt, whose classes may have been listed apart.
func (p prompt) intent() intent {
	in := readIntent(p.instruction)
	switch {
	case p.oneClass && (in.task == categorise || in.task == unclear || in.task == answerQuestion && asksClasses.MatchString(in.question)):
		in.task = chooseOfOne
	case len(p.classes) == 0 || in.task == intoLanguage || in.task == compose || in.task == summarise || in.task == tellLanguage:
	case in.task == answerQuestion && asksFact.MatchString(in.question):
		in.classes = p.classes
	case areFeelings(p.classes):
		in.task, in.classes = judgeSentiment, p.classes
	default:
		in.task, in.classes = classify, p.classes
	}
	return in
}

// readTask tries the tasks from the most particular wording to the least.
func readTask(s string) task {
	for _, t := range []struct {
		pattern *regexp.Regexp
		task    task
	}{
		{asksLanguage, tellLanguage}, {asksTranslation, intoLanguage}, {asksSummary, summarise}, {asksWriting, compose},
		{asksSentiment, judgeSentiment}, {asksNames, names}, {asksCategories, categorise},
		{asksWhichNames, names}, {asksAnyNames, names}, {asksKeyPhrases, keyPhrases},
	} {
		if t.pattern.MatchString(s) && !(t.task == keyPhrases && isQuestion(s) && !asksForList(s)) {
			return t.task
		}
	}
	if readQuestion(s) != "" {
		return answerQuestion
	}
	return unclear
}

// asksForList keeps "What are the main topics?" a request for key phrases and
// "Who gave the keyword speech?" a question.
func asksForList(s string) bool {
	return pattern(`\b(?:what|which) (?:are|is) the\b|\bextract\b|\blist\b|\bgive\b|\bfind\b`).MatchString(s)
}

var (
	sizes       = `(\d[\d,]*|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|forty|fifty|hundred|single|a single)`
	runeLimit   = pattern(`(less than |fewer than |under |below )?` + sizes + `[ -](?:characters?|chars?|letters?)\b`)
	wordLimit   = pattern(`(less than |fewer than |under |below )?` + sizes + `[ -]words?\b`)
	lineLimit   = pattern(`(less than |fewer than |under |below )?` + sizes + `[ -](?:short |brief |concise |simple |complete )?(?:sentences?|lines?|bullets?|bullet points?|points)\b`)
	itemLimit   = pattern(`(less than |fewer than |under )?(?:top |the )?` + sizes + `[ -](?:most )?(?:\w+ )?(?:key ?-?phrases?|keywords?|key terms|topics?|tags?|themes?|names?|products?|terms|phrases|concepts|categories|groups|people|places|companies)\b`)
	topLimit    = pattern(`()\btop ` + sizes + `\b`)
	numberWords = map[string]int{
		"one": 1, "single": 1, "a single": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
		"nine": 9, "ten": 10, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "hundred": 100,
	}
)

// readLimits reads "in 200 characters or less", "under 20 words", "in two
// sentences", "five key phrases". A limit of characters or words is kept
// strictly, "about" or not.
func readLimits(s string) (limit prose.Limit, sentences, items int) {
	limit = prose.Limit{Runes: readSize(runeLimit, s), Words: readSize(wordLimit, s)}
	sentences = readSize(lineLimit, s)
	if items = readSize(itemLimit, s); items == 0 {
		items = readSize(topLimit, s)
	}
	return limit, sentences, items
}

// readSize returns the number a pattern finds: its second group, one less
// when its first says "less than". No number is 0; "less than one" is 1.
func readSize(p *regexp.Regexp, s string) int {
	m := p.FindStringSubmatch(s)
	if m == nil {
		return 0
	}
	n, ok := numberWords[strings.ToLower(m[2])]
	if !ok {
		var err error
		if n, err = strconv.Atoi(strings.ReplaceAll(m[2], ",", "")); err != nil {
			return 0
		}
	}
	if m[1] != "" {
		n--
	}
	return max(n, 1)
}

var (
	// lookingAt is the part of a question that says where to look, not what for.
	lookingAt = pattern(`^\W*(?:` + polite + `)*(?:(?:answer|reply)(?: the)?(?: following)?(?: question)?s?\s*)?(?:based (?:only |solely )?on|according to|given|from|using|with|in|considering|looking at|read)\s[^,:?]*?(?:texts?|contents?|descriptions?|articles?|passages?|paragraphs?|documents?|reviews?|reports?|stor(?:y|ies)|news|notes?|transcripts?|context|information|excerpts?|(?:below|above|following)[,:])(?: below| above)?\s*[,:.]?\s*`)
	telling   = pattern(`^\W*(?:` + polite + `)*(?:and )?(?:(?:say|tell me|tell|state|find out|find|answer|explain|give me|give|determine|identify)\s+)+`)
)

// readQuestion returns the sentence that asks, without the words around it;
// "" when none asks.
func readQuestion(s string) string {
	best := ""
	for _, sentence := range prose.Sentences(s) {
		_, sentence, _ = cutLabel(sentence)
		if _, tail, ok := cutColon(sentence); ok && isQuestion(tail) {
			sentence = tail
		}
		inner := lookingAt.ReplaceAllString(sentence, "")
		if told := telling.ReplaceAllString(inner, ""); questionWords.MatchString(told) || pattern(`^the `).MatchString(told) && told != inner {
			inner = told
		}
		switch {
		case isQuestion(inner) || questionWords.MatchString(inner):
			best = inner
		case best == "" && inner != "" && telling.MatchString(lookingAt.ReplaceAllString(sentence, "")) && pattern(`^the `).MatchString(inner):
			best = inner
		case best == "" && strings.HasSuffix(inner, "?"):
			best = inner
		}
	}
	return strings.TrimSpace(best)
}

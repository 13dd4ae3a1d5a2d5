package builtin

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"airglow/internal/builtin/prose"
)

// class is one that a text may be put into.
type class struct {
	// label is what the prompt calls it and the answer is.
	label string
	// about is what the prompt says of it, if anything.
	about string
}

// The bounds of what is taken for a list of classes.
const (
	mostLabels     = 100
	mostLabelWords = 6
	// edge is how much of the beginning and the end of a prompt is looked at: in
	// between is the text.
	edge = 4000
)

var (
	// asksClasses is what a prompt with a list of classes asks for.
	asksClasses = pattern(`\bcategori[sz]e\b|\bclassif(?:y|ier|ication)\b|\b(?:category|categories|class|classes|labels?|topics?|intents?|options?)\b|\b(?:choose|pick|select|assign|decide|determine|sort|tag|route)\b|\bwhich of\b`)
	// asksOneOf asks for one of a list of answers without a word on what they are.
	asksOneOf = pattern(`\b(?:reply|answer|respond)\b[^.?!:\n]*\bone of\b`)
	// verdict is an answer to a question rather than a class of texts.
	verdict = pattern(`^(?:yes|no|true|false|maybe|unknown|unclear|not sure)$`)
	// announcesList is what stands before a list of classes. The list begins behind
	// its colon, or is an array in brackets.
	announcesList = pattern(`(?:\b(?:(?:possible|allowed|available|valid|given|candidate|following|these|the) )*(?:categories|classes|labels|options|choices|topics|intents|tags)(?: are)?|\b(?:(?:as|into|to|in|with|from|choose|pick|select|is|be) )?(?:exactly |only )?one of(?: the| these)?(?: following)?(?: categories| classes| labels| options| topics| intents)?)\s*(?:[:=]\s*|\s(?:[\[{]))`)
	openArray     = pattern(`\b(?:as|into|one of|either|among|from|labels?|classes|categories|options|choices)\s*[:=]?\s*\[`)
	openTags      = pattern(`<(labels|classes|categories|options|choices|topics|intents)>`)
	bullet        = regexp.MustCompile(`^\s*(?:[-*•]|\(?\d{1,2}[.):]|\(?[A-Za-z][.)])\s+(.+?)\s*$`)
	described     = regexp.MustCompile(`^(.+?)\s*(?::|\s[-–—])\s+(.+)$`)
	listEnds      = pattern(`[.?!](?:\s|$)|\n|:\s|\s(?:text|input|review|message|content|document|article|comment|ticket|email|description)\s*:`)
	between       = pattern(`\s*(?:[,;/|]\s*(?:or |and )?|\bor\b|\band\b)\s*`)
)

// takeLabels finds a list of classes in a prompt that asks for one, and returns the
// prompt without it.
func takeLabels(message string) (rest string, classes []class) {
	head, tail := edges(message)
	asked := asksAtEdge(message, asksClasses)
	if !asked && !asksAtEdge(message, asksOneOf) {
		return message, nil
	}
	f, ok := findList(message[:head])
	if !ok {
		f, ok = findList(message[tail:])
		f.start, f.end = f.start+tail, f.end+tail
	}
	if !ok || !asked && areVerdicts(f.classes) {
		return message, nil
	}
	return message[:f.start] + f.instead + message[f.end:], f.classes
}

// asksAtEdge reports whether a prompt asks at its beginning or its end.
func asksAtEdge(message string, asks *regexp.Regexp) bool {
	head, tail := edges(message)
	return asks.MatchString(message[:head]) || asks.MatchString(message[tail:])
}

// areVerdicts reports whether the list is of answers to a question, which are no
// classes that a text is near to.
func areVerdicts(classes []class) bool {
	return !slices.ContainsFunc(classes, func(c class) bool { return !verdict.MatchString(c.label) })
}

// edges returns where the beginning of a message ends and its end begins.
func edges(message string) (head, tail int) {
	if len(message) <= 2*edge {
		return len(message), len(message)
	}
	for head = edge; !utf8.RuneStart(message[head]); head++ {
	}
	for tail = len(message) - edge; !utf8.RuneStart(message[tail]) && tail > head; tail-- {
	}
	return head, tail
}

// findList tries the forms of lists from the most particular to the least.
func findList(part string) (found, bool) {
	for _, find := range []func(string) (found, bool){findTagged, findArray, findLines, findEnumeration} {
		if f, ok := find(part); ok && len(f.classes) > 1 && len(f.classes) <= mostLabels {
			return f, true
		}
	}
	return found{}, false
}

var (
	// headsList is an announcement that can be of nothing but classes to choose from.
	headsList = pattern(`\bone of\b|^(?:(?:the|possible|allowed|available|valid|candidate) )*(?:categories|classes|labels|options|choices|intents)\b`)
	// asksAs is a prompt for one class; notClass is what may stand there instead.
	asksAs   = pattern(`\b(?:classify|categori[sz]e|label|tag)\b[^.?\n:]*?\bas (?:an? |the |either )?(\w[^.?\n:]*)`)
	notClass = pattern(`\b(?:lists?|bullets?|points?|tables?|json|text|sentences?|words?|groups?|categor(?:y|ies)|class(?:es)?|labels?|kinds?|types?|topics?|follows?|you|your|appropriate|needed|well|possible|best|accurately|briefly)\b`)
)

// mostOfOne is how many words the only class of a prompt has at most; more are
// another part of the sentence.
const mostOfOne = 3

// namesOneClass reports whether an instruction is like "Classify this text as
// sports", which leaves nothing to choose.
func namesOneClass(instruction string) bool {
	m := asksAs.FindStringSubmatch(instruction)
	return m != nil && prose.Count(m[1]) <= mostOfOne && !notClass.MatchString(m[1]) && len(enumerated(m[1])) == 1
}

// listsOneClass reports whether a prompt that asks for a class has a list with one
// only.
func listsOneClass(message string) bool {
	if !asksAtEdge(message, asksClasses) && !asksAtEdge(message, asksOneOf) {
		return false
	}
	head, _ := edges(message)
	for _, find := range []func(string) (found, bool){findTagged, findArray} {
		if f, ok := find(message[:head]); ok && len(f.classes) == 1 {
			return true
		}
	}
	at := announcesList.FindStringIndex(message[:head])
	if at == nil || !headsList.MatchString(message[at[0]:at[1]]) {
		return false
	}
	f, ok := findEnumeration(message[:head])
	return ok && len(f.classes) == 1 && !isAsking(f.classes[0].label)
}

// found is a list of classes from start to end of a prompt.
type found struct {
	start, end int
	classes    []class
	// instead keeps the sentence whole that the list was part of.
	instead string
}

// findTagged reads <labels>a, b</labels>.
func findTagged(message string) (found, bool) {
	at := openTags.FindStringSubmatchIndex(message)
	if at == nil {
		return found{}, false
	}
	closing := "</" + message[at[2]:at[3]] + ">"
	inner, _, ok := strings.Cut(message[at[1]:], closing)
	classes := readLines(inner)
	if len(classes) < 2 {
		classes = enumerated(inner)
	}
	return found{at[0], at[1] + len(inner) + len(closing), classes, " "}, ok
}

// findArray reads labels in JSON, or in brackets without quotes.
func findArray(message string) (found, bool) {
	at := openArray.FindStringIndex(message)
	if at == nil {
		return found{}, false
	}
	start := at[1] - 1
	length := strings.IndexByte(message[start:], ']') + 1
	if length == 0 {
		return found{}, false
	}
	f := found{start: start, end: start + length, instead: "the classes"}
	if heading := announcement(message, at[0]); heading >= 0 {
		f.start, f.instead = heading, ""
	}
	var labels []string
	if json.Unmarshal([]byte(message[start:f.end]), &labels) != nil {
		f.classes = enumerated(message[start+1 : f.end-1])
		return f, true
	}
	for _, l := range labels {
		f.classes = append(f.classes, class{label: l})
	}
	return f, !slices.Contains(labels, "")
}

// findLines reads one class a line, marked by bullets or numbers.
func findLines(message string) (found, bool) {
	at := announcesList.FindStringIndex(message)
	if at == nil {
		return found{}, false
	}
	body := message[at[1]:]
	start := len(message) - len(strings.TrimLeft(body, " \t\r\n"))
	end := start
	for line := range strings.Lines(message[start:]) {
		if !bullet.MatchString(strings.TrimRight(line, "\r\n")) {
			break
		}
		end += len(line)
	}
	classes := readLines(message[start:end])
	if len(classes) > 0 && mayBeText(message, at) && readsAsText(classes, message[end:]) {
		return found{}, false
	}
	if heading := announcement(message, at[0]); heading >= 0 {
		start = heading
	}
	return found{start, end, classes, "\n"}, end > start
}

var (
	// heading is what a list of classes stands under when it is no part of a sentence.
	heading = pattern(`^(?:(?:the|possible|allowed|available|valid|given|candidate|following|these) )*(?:categories|classes|labels|options|choices|topics|intents|tags)\b`)
	opens   = regexp.MustCompile(`(?:^|[.!?:>]\s*|\n\s*)(?:The |the |Possible |possible |Allowed |Available |Valid |Given )?$`)
)

// announcement returns where the heading of a list begins that is at a place of a
// message, -1 where what is there is part of a sentence.
func announcement(message string, at int) int {
	if !heading.MatchString(message[at:]) || !opens.MatchString(message[:at]) {
		return -1
	}
	return at
}

// readLines reads lines with bullets, each a class and perhaps what it is about.
func readLines(text string) (classes []class) {
	for line := range strings.Lines(text) {
		m := bullet.FindStringSubmatch(strings.TrimRight(line, "\r\n"))
		if m == nil {
			continue
		}
		c := class{label: m[1]}
		if d := described.FindStringSubmatch(m[1]); d != nil {
			c = class{label: d[1], about: d[2]}
		}
		if c.label = bare(c.label); c.label == "" || prose.Count(c.label) > mostLabelWords {
			return nil
		}
		classes = append(classes, c)
	}
	return classes
}

// findEnumeration reads "one of: a, b or c" up to the end of its sentence or line.
func findEnumeration(message string) (found, bool) {
	at := announcesList.FindStringIndex(message)
	if at == nil {
		return found{}, false
	}
	length := len(message) - at[1]
	if end := listEnds.FindStringIndex(message[at[1]:]); end != nil {
		length = end[0]
	}
	f := found{at[0], at[1] + length, enumerated(message[at[1] : at[1]+length]), strings.TrimRight(message[at[0]:at[1]], " :=\n")}
	if len(f.classes) > 0 && mayBeText(message, at) && readsAsText(f.classes, message[f.end:]) {
		return found{}, false
	}
	if heading := announcement(message, at[0]); heading >= 0 {
		f.start, f.instead = heading, ""
		f.end += len(message[f.end:]) - len(strings.TrimLeft(message[f.end:], ".;"))
	}
	return f, true
}

// enumerated reads "a, b or c"; nil where that is no list of labels.
func enumerated(list string) (classes []class) {
	for _, l := range between.Split(list, -1) {
		if l = bare(l); prose.Count(l) == 0 || prose.Count(l) > mostLabelWords {
			return nil
		}
		classes = append(classes, class{label: l})
	}
	return classes
}

// bare takes quotes and other marks off a label.
func bare(label string) string { return strings.Trim(label, " :.\t\r\n\"'`“”‘’*()[]{}") }

var (
	labelList = pattern(`\b(?:as|into|one of|either|between|among|labels?|classes|categories)\b(?: one of| the following| these| either| being)*(?: categories| labels| classes| groups)?[:\s(]+([^.?\n]+)`)
	// asksKind is "Which category fits the text: a, b or c?", asksWhether "Is this
	// review about a, b or c?".
	asksKind    = pattern(`\b(?:category|class|label|topic|group|intent|tag|department|team|kind|type)\b[^:?\n]*:\s*([^?\n:]+ or [^?\n:]+)\?`)
	asksWhether = pattern(`\b(?:is|was|does) (?:this|that|the)(?: following| above| below| given)? (?:text|review|message|e-?mail|comment|ticket|sentence|article|post|tweet|feedback|description|document)(?: below| above)?(?: (?:talk|speak|complain|deal))?(?: (?:mainly|mostly))?(?: (?:about|with|of|on))?:? ([^?\n]+ or [^?\n]+)\?`)
	article     = pattern(`^(?:an? |the )`)
)

// readLabels reads the classes of "classify as A, B or C".
func readLabels(s string) []class {
	if m := asksKind.FindStringSubmatch(s); m != nil {
		return enumerated(m[1])
	}
	if m := labelList.FindStringSubmatch(s); m != nil {
		return enumerated(m[1])
	}
	return nil
}

// readAlternatives reads the classes of "Is this text about A, B or C?".
func readAlternatives(s string) []class {
	m := asksWhether.FindStringSubmatch(s)
	if m == nil {
		return nil
	}
	classes := enumerated(m[1])
	for i := range classes {
		classes[i].label = article.ReplaceAllString(classes[i].label, "")
	}
	return classes
}

var feelings = pattern(`\b(?:positive|negative|neutral|mixed)\b`)

// readFeelings returns the words for sentiments of an instruction, as it writes
// them, if it names two or more.
func readFeelings(s string) (classes []class) {
	seen := map[string]bool{}
	for _, word := range feelings.FindAllString(s, -1) {
		if lower := strings.ToLower(word); !seen[lower] {
			seen[lower] = true
			classes = append(classes, class{label: word})
		}
	}
	if len(classes) < 2 {
		return nil
	}
	return classes
}

// areFeelings reports whether all classes are sentiments.
func areFeelings(classes []class) bool {
	for _, c := range classes {
		if feelings.FindString(c.label) != c.label || c.label == "" {
			return false
		}
	}
	return len(classes) > 0
}

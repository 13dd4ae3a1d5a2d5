package builtin

import (
	"regexp"
	"strings"

	"airglow/internal/builtin/prose"
	"airglow/internal/neutral"
)

// prompt is a chat taken apart: what is asked, and the text to ask it of.
type prompt struct {
	// instruction is the asking part, in one line.
	instruction string
	// text is the material; empty when the chat brings none.
	text string
	// classes are those that the chat lists to choose from.
	classes []class
	// oneClass is true where what should be such a list has one class only.
	oneClass bool
}

// readPrompt finds instruction and text in a chat. The last turn of the user
// counts; the system prompt and earlier turns supply whatever it lacks.
func readPrompt(chat neutral.Chat) prompt {
	last := chat.Turns[len(chat.Turns)-1]
	for i := len(chat.Turns) - 1; i >= 0 && last.Role != neutral.User; i-- {
		last = chat.Turns[i]
	}
	p := splitPrompt(last.Text())
	before := []string{chat.System}
	for _, turn := range chat.Turns[:len(chat.Turns)-1] {
		if turn.Role == neutral.User {
			before = append(before, turn.Text())
		}
	}
	for _, earlier := range before {
		q := splitPrompt(earlier)
		if len(p.classes) == 0 {
			p.classes = q.classes
			p.oneClass = len(q.classes) == 0 && (p.oneClass || q.oneClass)
		}
		switch {
		case p.instruction == "":
			p.instruction = q.instruction
		case p.text == "" && prose.Count(q.text) >= shortText:
			p.text = q.text
		}
	}
	return p
}

// shortText is the number of words from which on something that is not
// marked as text can be one.
const shortText = 8

// splitPrompt takes one message apart. Marks come first: tags and fences
// around the text. Without them the instruction is the run of asking
// sentences at the start, or else at the end.
func splitPrompt(message string) prompt {
	message = trailingCue.ReplaceAllString(strings.TrimSpace(message), "")
	rest, classes := takeLabels(message)
	p := splitText(rest)
	p.classes = classes
	p.oneClass = len(classes) == 0 && listsOneClass(message)
	return p
}

// splitText takes a message apart whose list of classes is taken out.
func splitText(message string) prompt {
	message = strings.TrimSpace(message)
	if p, ok := splitTags(message); ok {
		return p
	}
	if p, ok := splitFence(message); ok {
		return p
	}
	spans := prose.Split(message)
	start, instruction := leadingInstruction(message, spans)
	end, question := trailingInstruction(message[start:], instruction)
	instruction = strings.TrimSpace(instruction + " " + question)
	return prompt{instruction: tidy(instruction), text: tidyText(message[start : start+end])}
}

var (
	// trailingCue is what prompts end with to make a model begin to write.
	trailingCue = regexp.MustCompile(`(?i)\n\s*(?:summary|answer|output|response|result|a|assistant)\s*:\s*$`)
	// openQuestion is the lone mark that templates put behind the text.
	openQuestion = regexp.MustCompile(`\s+\?\s*$`)
	openTag      = regexp.MustCompile(`<([A-Za-z][\w-]*)(?:\s[^<>]*)?>`)
	askingTag    = regexp.MustCompile(`(?i)^(?:question|query|instructions?|task|request)$`)
)

func tidy(s string) string { return strings.Join(strings.Fields(s), " ") }

// tidyText removes the mark that templates leave at the end and quotes around
// the whole.
func tidyText(s string) string {
	s = strings.TrimSpace(openQuestion.ReplaceAllString(s, ""))
	s = strings.TrimSpace(strings.TrimPrefix(s, "?"))
	for _, q := range [][2]string{{`"`, `"`}, {"'", "'"}, {"“", "”"}} {
		inner, ok := strings.CutPrefix(s, q[0])
		if inner, found := strings.CutSuffix(inner, q[1]); ok && found && !strings.Contains(inner, q[0]) {
			s = strings.TrimSpace(inner)
		}
	}
	return s
}

const maxTags = 64

// splitTags reads <tag>text</tag>. The contents of several tags are several
// texts; a tag that names a question holds the instruction.
func splitTags(message string) (prompt, bool) {
	var outside, inside []string
	rest := message
	// A message with more tags than this is marked-up text; looking for the
	// end of each would take long.
	for range maxTags {
		at := openTag.FindStringSubmatchIndex(rest)
		if at == nil {
			break
		}
		name := rest[at[2]:at[3]]
		content, after, ok := strings.Cut(rest[at[1]:], "</"+name+">")
		if !ok {
			outside, rest = append(outside, rest[:at[1]]), rest[at[1]:]
			continue
		}
		outside = append(outside, rest[:at[0]])
		if askingTag.MatchString(name) {
			outside = append(outside, content)
		} else {
			inside = append(inside, strings.TrimSpace(content))
		}
		rest = after
	}
	p := prompt{instruction: tidy(strings.Join(append(outside, rest), " ")), text: strings.Join(inside, "\n\n")}
	return p, p.text != "" && isAsking(p.instruction)
}

// splitFence reads text between lines of ``` or """ or ---.
func splitFence(message string) (prompt, bool) {
	for _, mark := range []string{"```", `"""`, "'''", "\n---\n", "\n###\n"} {
		before, rest, ok := strings.Cut(message, mark)
		if !ok {
			continue
		}
		text, after, _ := strings.Cut(rest, mark)
		p := prompt{instruction: tidy(before + " " + after), text: strings.TrimSpace(text)}
		if p.text != "" && isAsking(p.instruction) {
			return p, true
		}
	}
	return prompt{}, false
}

// leadingInstruction returns where the text starts behind the asking
// sentences at the start of a message, and those sentences.
func leadingInstruction(message string, spans []prose.Span) (start int, instruction string) {
	var taken []string
	own := ownParagraph(message)
	for i, s := range spans {
		sentence := message[s.Start:s.End]
		if head, rest, ok := cutLabel(sentence); ok {
			// "Question: …" is asked, "Text: …" starts the text.
			if !textLabel.MatchString(head) {
				taken, start = append(taken, rest), s.End
				continue
			}
			return s.End - len(rest), strings.Join(taken, " ")
		}
		if head, rest, ok := cutColon(sentence); ok && (i == 0 || isFollowing(head)) {
			// "Answer in four words: how much …?" has its question there.
			if taken = append(taken, head); i+1 < len(spans) && isQuestion(rest) && announcesQuestion.MatchString(head) {
				taken, start = append(taken, rest), s.End
				continue
			}
			return behindLabel(message, s.End-len(rest)), strings.Join(taken, " ")
		}
		asks := i > 0 && isFollowing(sentence)
		switch {
		case i == 0, s.End <= own:
			asks = asks || isAsking(sentence) || refersToText.MatchString(sentence)
		case i == 1 && isQuestion(sentence):
			asks = announcesQuestion.MatchString(taken[0]) && !isQuestion(taken[0])
		}
		if !asks {
			break
		}
		taken, start = append(taken, sentence), s.End
	}
	return start, strings.Join(taken, " ")
}

// behindLabel returns where the text begins that may have a label before it.
func behindLabel(message string, start int) int {
	if name, text, ok := cutLabel(message[start:]); ok && textLabel.MatchString(name) {
		return len(message) - len(text)
	}
	return start
}

// ownParagraph returns the end of the first paragraph when another follows it
// and it is short enough to be an instruction; else 0.
func ownParagraph(message string) int {
	const longest = 400
	end := strings.Index(message, "\n\n")
	if end < 0 || end > longest {
		return 0
	}
	return end
}

// trailingInstruction returns where the text ends before the asking sentences
// at the end of a message. With an instruction found before, only a labelled
// question, or a question that instruction announces, is taken.
func trailingInstruction(text, before string) (end int, instruction string) {
	spans := prose.Split(text)
	end = len(text)
	var taken []string
	for i := len(spans) - 1; i > 0 || i == 0 && before != ""; i-- {
		s := spans[i]
		sentence := text[s.Start:s.End]
		label, rest, labelled := cutLabel(sentence)
		if labelled = labelled && !textLabel.MatchString(label); labelled {
			sentence = rest
		}
		ownLine := i > 0 && strings.Contains(text[spans[i-1].End:s.Start], "\n")
		asks := labelled || refersBack.MatchString(sentence) && (isAsking(sentence) || isQuestion(sentence))
		if before == "" {
			asks = asks || ownLine && (isAsking(sentence) || isQuestion(sentence)) || isFollowing(sentence)
		} else {
			asks = asks || announcesQuestion.MatchString(before) && !strings.Contains(before, "?") && ownLine && isQuestion(sentence)
		}
		if !asks || strings.TrimSpace(sentence) == "?" {
			break
		}
		taken, end = append([]string{sentence}, taken...), s.Start
		if labelled {
			break
		}
	}
	return end, strings.Join(taken, " ")
}

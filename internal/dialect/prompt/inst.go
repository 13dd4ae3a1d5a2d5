package prompt

import (
	"strings"

	"airglow/internal/neutral"
)

// The markers of Llama 2, which Mistral's first models share but for the system
// prompt: <s>[INST] question [/INST] answer</s>[INST] …
const (
	instOpen  = "[INST]"
	instClose = "[/INST]"
	textBegin = "<s>"
	textEnd   = "</s>"
	sysOpen   = "<<SYS>>"
	sysClose  = "<</SYS>>"
)

// llama2 is Meta's template of Llama 2 chat, mistralInst Mistral's of the models
// that take prompts. Either reads both.
func llama2() template      { return template{read: readInst, write: writeLlama2} }
func mistralInst() template { return template{read: readInst, write: writeMistral} }

// instMarkers are those above and the others of Mistral's tokenizer.
func instMarkers() []string {
	return []string{
		instOpen, instClose, sysOpen, sysClose, textBegin, textEnd,
		"[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]", "[TOOL_CALLS]", "[TOOL_RESULTS]", "[/TOOL_RESULTS]",
		"[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]",
	}
}

func readInst(prompt string) (s script, ok bool) {
	rest := strings.TrimSpace(prompt)
	begun := false
	for _, marker := range []string{textBegin, instOpen, sysOpen} {
		begun = begun || strings.HasPrefix(rest, marker)
	}
	if !begun {
		return s, false
	}
	if !strings.Contains(rest, instOpen) {
		s.asked(rest)
		return s, true
	}
	for first := true; rest != ""; first = false {
		said, asked, _ := strings.Cut(rest, instOpen)
		if first {
			s.asked(said) // before the first [INST]: what people write of the system there
		} else {
			s.say(neutral.Assistant, unmarked(said))
		}
		asked, rest, _ = strings.Cut(asked, instClose)
		s.asked(asked)
	}
	return s, true
}

// asked adds a text of the user, which may have the system prompt in it.
func (s *script) asked(text string) {
	before, rest, ok := strings.Cut(text, sysOpen)
	if ok {
		var system string
		system, rest, _ = strings.Cut(rest, sysClose)
		s.tell(unmarked(system))
	}
	s.say(neutral.User, unmarked(before+rest))
}

// unmarked takes off the marks that have no say in who speaks.
func unmarked(text string) string {
	return without(text, textEnd, textBegin, instOpen, instClose, sysOpen, sysClose)
}

func writeLlama2(system string, turns []neutral.Turn) string {
	if system != "" {
		system = sysOpen + "\n" + blunt(system, instMarkers()...) + "\n" + sysClose + "\n\n"
	}
	return writeInst(system, turns)
}

// writeMistral has the system prompt before the first question: these models
// were not trained on a mark for it.
func writeMistral(system string, turns []neutral.Turn) string {
	if system != "" {
		system = blunt(system, instMarkers()...) + "\n\n"
	}
	return writeInst(system, turns)
}

func writeInst(system string, turns []neutral.Turn) string {
	var b strings.Builder
	b.WriteString(textBegin)
	for i, t := range turns {
		text := blunt(t.Text(), instMarkers()...)
		switch {
		case t.Role == neutral.User:
			b.WriteString(instOpen + " " + system + text + " " + instClose)
			system = ""
		case i == len(turns)-1:
			b.WriteString(" " + text)
		default:
			b.WriteString(" " + text + textEnd)
		}
	}
	return b.String()
}

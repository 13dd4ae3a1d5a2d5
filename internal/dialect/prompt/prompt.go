package prompt

import (
	"strings"

	"airglow/internal/dialect/form"
	"airglow/internal/jsonbody"
	"airglow/internal/neutral"
)

// Member is where the families of prompts have the prompt.
const Member = "prompt"

// template is a way to write turns into one text, as a model was trained on it.
type template struct {
	// read takes the template off a prompt; ok is false where the prompt has not
	// begun with it. Texts come out without the spaces around them.
	read func(prompt string) (s script, ok bool)
	// write puts turns into the template, and opens the assistant's for the answer.
	// A text cannot open a turn of its own: see blunt.
	write func(system string, turns []neutral.Turn) string
}

// Read reads the member of a body that has the prompt into a chat, by the
// first of the templates that it begins with. A prompt without one of them is one
// turn of the user, whatever else stands in it: so data within a prompt cannot
// turn it into a dialogue. (Anthropic's template may have a system prompt first, and
// begins at its first mark.) A prompt that is to be sent as it stands is one turn, too.
func Read(f jsonbody.Reader, a form.Asked, chat *neutral.Chat, templates ...template) {
	prompt := f.Text(Member, jsonbody.From(1))
	if prompt == "" {
		return
	}
	s := plain(prompt)
	if a.Raw {
		chat.Raw, templates = true, nil
	}
	for _, t := range templates {
		if found, ok := t.read(prompt); ok {
			s = found
			break
		}
	}
	if !s.fill(chat) {
		f.ViolateAt(Member, "expected minLength: 1, actual: 0")
	}
}

// blunt breaks the markers of a template within a text that somebody else wrote,
// by a space before the last character of each. A marker in a text would else
// end the turn and open another: who writes the text could speak as the system
// or as the assistant. A space is enough, as neither the model's tokenizer nor a
// reader here takes the broken marker for one, and the text still says what it
// said.
func blunt(text string, markers ...string) string {
	for _, m := range markers {
		if strings.Contains(text, m) {
			cut := len(m) - 1
			for m[cut]&0xC0 == 0x80 { // within a character
				cut--
			}
			text = strings.ReplaceAll(text, m, m[:cut]+" "+m[cut:])
		}
	}
	return text
}

// without returns a text without some marks. They mostly stand at its end, where
// nothing has to be copied for that.
func without(text string, marks ...string) string {
	text = strings.TrimSpace(text)
	for _, m := range marks {
		text = strings.TrimSuffix(text, m)
		if strings.Contains(text, m) {
			text = strings.ReplaceAll(text, m, "")
		}
	}
	return text
}

// single is the prompt of a chat in a family without a dialogue. The system
// prompt comes first, apart by a blank line, as these models have no other place
// for it.
func single(c neutral.Chat) string {
	return together(c.System, c.Turns[0].Text())
}

func together(system, text string) string {
	if system == "" {
		return text
	}
	return system + "\n\n" + text
}

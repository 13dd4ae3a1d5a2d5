package prompt

import (
	"fmt"
	"strings"

	"airglow/internal/dialect/form"
	"airglow/internal/neutral"
)

// script is a prompt that a template was taken off: what it tells the model, and
// who said what.
type script struct {
	system []string
	turns  []neutral.Turn
}

// say adds what somebody says. Twice the same speaker is one turn of several
// parts; who says nothing has no turn.
func (s *script) say(role neutral.Role, text string) {
	text = strings.TrimSpace(text)
	n := len(s.turns)
	switch {
	case text == "":
	case n > 0 && s.turns[n-1].Role == role:
		s.turns[n-1].Parts = append(s.turns[n-1].Parts, neutral.Part{Text: text})
	default:
		s.turns = append(s.turns, neutral.Turn{Role: role, Parts: []neutral.Part{{Text: text}}})
	}
}

// tell adds to what the model is told.
func (s *script) tell(text string) {
	if text = strings.TrimSpace(text); text != "" {
		s.system = append(s.system, text)
	}
}

// fill puts the script into a chat. A chat starts with a user, so where the
// prompt has none before the assistant, what the model is told is the user's; a
// prompt of an assistant alone is a text to go on with, and so a user's as well.
// Templates without any text in them give no turn and ok is false.
func (s *script) fill(chat *neutral.Chat) (ok bool) {
	if len(s.turns) == 0 || s.turns[0].Role != neutral.User {
		s.turns = s.withUser()
	}
	chat.System, chat.Turns = strings.Join(s.system, "\n\n"), s.turns
	return len(s.turns) > 0
}

func (s *script) withUser() []neutral.Turn {
	var all script
	for _, text := range s.system {
		all.say(neutral.User, text)
	}
	for i, t := range s.turns {
		if i == 0 && s.system == nil {
			t.Role = neutral.User
		}
		for _, p := range t.Parts {
			all.say(t.Role, p.Text)
		}
	}
	s.system = nil
	return all.turns
}

// plain is a prompt without a template: one turn of the user, as it stands.
func plain(prompt string) script {
	return script{turns: []neutral.Turn{{Role: neutral.User, Parts: []neutral.Part{{Text: prompt}}}}}
}

// reach is what the requests of a family can say beyond a single text, and its
// bounds. A member that is zero says that the family has no word for it.
type reach struct {
	family string
	// dialogue: more than one turn. prefill: the beginning of the answer.
	dialogue, prefill bool
	// tokens is the most that MaxTokens may be, temperature the most that
	// Temperature may be, topK the most that TopK may be.
	tokens      int
	temperature float64
	topK        int
	// stops is how many strings may end the answer; below 0 is no bound.
	stops int
}

func (r reach) cannotSay(what string) error { return form.CannotSay(r.family, what) }

// fit returns the chat with its settings as the family can say them, or why it
// cannot be said.
//
// What changes nothing is bent: a limit of tokens above what the model can give
// is the model's limit; one candidate (TopK 1) and a nucleus of size 0, which not
// every model takes, are temperature 0, the likeliest token. A TopK that the family
// cannot say, or only as less, is left out or lowered: it cuts off what is hardly
// ever drawn, and who draws at random cannot miss it. Seed is a wish by its own
// definition, and Reasoning a bound, which a model that does not think keeps.
func (r reach) fit(c neutral.Chat) (neutral.Chat, error) {
	if err := r.settings(c); err != nil {
		return c, err
	}
	if err := r.turns(c.Turns); err != nil {
		return c, err
	}
	if c.MaxTokens > r.tokens {
		c.MaxTokens = r.tokens
	}
	if c.TopP != nil && *c.TopP == 0 {
		c.Temperature, c.TopP = new(0.0), nil
	}
	if c.TopK > r.topK {
		if c.TopK == 1 {
			c.Temperature = new(0.0)
		}
		c.TopK = r.topK
	}
	return c, nil
}

func (r reach) settings(c neutral.Chat) error {
	switch {
	case len(c.Tools) > 0:
		return r.cannotSay("tools")
	case len(c.Schema) > 0:
		return r.cannotSay("a JSON schema for the answer")
	case c.Temperature != nil && *c.Temperature > r.temperature:
		return r.cannotSay(fmt.Sprintf("a temperature above %v", r.temperature))
	case r.stops == 0 && len(c.Stop) > 0:
		return r.cannotSay("strings that end the answer")
	case r.stops > 0 && len(c.Stop) > r.stops:
		return r.cannotSay(fmt.Sprintf("more than %d strings that end the answer", r.stops))
	default:
		return nil
	}
}

func (r reach) turns(turns []neutral.Turn) error {
	for _, t := range turns {
		for _, p := range t.Parts {
			switch {
			case p.Image != nil:
				return r.cannotSay("pictures")
			case p.ToolUse != nil, p.ToolResult != nil:
				return r.cannotSay("tools")
			}
		}
	}
	last := len(turns) - 1
	switch {
	case turns[last].Role == neutral.Assistant && !r.prefill:
		return r.cannotSay("the beginning of the answer")
	case last > 0 && !r.dialogue:
		return r.cannotSay("more than one turn")
	default:
		return nil
	}
}

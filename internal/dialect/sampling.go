package dialect

import (
	"slices"
	"strconv"

	"airglow/internal/neutral"
)

// sampling is how an answer's words are chosen, and how many they may be. Members
// are as those of Chat.
type sampling struct {
	maxTokens         int
	temperature, topP *float64
	topK              int
}

// chat returns a chat with these settings. Its numbers are its own, because families
// live as long as the program.
func (s sampling) chat() neutral.Chat {
	return neutral.Chat{MaxTokens: s.maxTokens, Temperature: copied(s.temperature), TopP: copied(s.topP)}
}

func copied(f *float64) *float64 {
	if f == nil {
		return nil
	}
	return new(*f)
}

// sampling returns that of a chat as a request should say it: a nucleus of size 0
// is the likeliest answer, which some servers take in the form of a temperature
// only, and what equals the defaults of the family is left out.
func samplingOf(c neutral.Chat, defaults sampling) sampling {
	s := sampling{c.MaxTokens, c.Temperature, c.TopP, c.TopK}
	if s.topP != nil && *s.topP == 0 {
		s.temperature, s.topP = new(0.0), nil
	}
	if equal(s.temperature, defaults.temperature) {
		s.temperature = nil
	}
	if equal(s.topP, defaults.topP) {
		s.topP = nil
	}
	if s.maxTokens == defaults.maxTokens {
		s.maxTokens = 0
	}
	return s
}

// withoutTopK is for families that have no such limit: a choice among one is the
// likeliest answer, and any other limit is left out.
func (s sampling) withoutTopK() sampling {
	if s.topK == 1 {
		s.temperature, s.topP = new(0.0), nil
	}
	s.topK = 0
	return s
}

func equal(a, b *float64) bool { return a != nil && b != nil && *a == *b }

// The tokens that an effort in words stands for where a family wants a number.
const (
	lowEffort    = 1024
	mediumEffort = 4096
	highEffort   = 16384
)

// effortTokens returns Chat.Reasoning as a number of tokens, 0 where it asks for
// no thinking or leaves it to the model.
func effortTokens(reasoning string) int {
	switch reasoning {
	case "minimal", "low":
		return lowEffort
	case "medium":
		return mediumEffort
	case "high", "max", "xhigh":
		return highEffort
	}
	n, _ := strconv.Atoi(reasoning)
	return n
}

// effortWord returns Chat.Reasoning as a word. Low, medium and high are known to
// all families; of the words beyond them a family has those that are named.
func effortWord(reasoning string, known ...string) string {
	n, err := strconv.Atoi(reasoning)
	switch {
	case slices.Contains(known, reasoning):
		return reasoning
	case reasoning == "minimal", err == nil && n <= lowEffort:
		return "low"
	case err == nil && n <= mediumEffort:
		return "medium"
	case reasoning == "xhigh", reasoning == "max", err == nil:
		return "high"
	}
	return reasoning
}

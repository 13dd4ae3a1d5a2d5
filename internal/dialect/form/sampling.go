package form

import (
	"slices"
	"strconv"

	"airglow/internal/jsonbody"
	"airglow/internal/neutral"
)

// Sampling is how an answer's words are chosen, and how many they may be. Members
// are as those of neutral.Chat.
type Sampling struct {
	MaxTokens         int
	Temperature, TopP *float64
	TopK              int
}

// Chat returns a chat with these settings. Its numbers are its own, because families
// live as long as the program.
func (s Sampling) Chat() neutral.Chat {
	return neutral.Chat{MaxTokens: s.MaxTokens, Temperature: copied(s.Temperature), TopP: copied(s.TopP)}
}

func copied(f *float64) *float64 {
	if f == nil {
		return nil
	}
	return new(*f)
}

// SamplingOf returns that of a chat as a request should say it: a nucleus of size 0
// is the likeliest answer, which some servers take in the form of a temperature
// only, and what equals the defaults of the family is left out.
func SamplingOf(c neutral.Chat, defaults Sampling) Sampling {
	s := Sampling{c.MaxTokens, c.Temperature, c.TopP, c.TopK}
	if s.TopP != nil && *s.TopP == 0 {
		s.Temperature, s.TopP = new(0.0), nil
	}
	if equal(s.Temperature, defaults.Temperature) {
		s.Temperature = nil
	}
	if equal(s.TopP, defaults.TopP) {
		s.TopP = nil
	}
	if s.MaxTokens == defaults.MaxTokens {
		s.MaxTokens = 0
	}
	return s
}

// WithoutTopK is for families that have no such limit: a choice among one is the
// likeliest answer, and any other limit is left out.
func (s Sampling) WithoutTopK() Sampling {
	if s.TopK == 1 {
		s.Temperature, s.TopP = new(0.0), nil
	}
	s.TopK = 0
	return s
}

func equal(a, b *float64) bool { return a != nil && b != nil && *a == *b }

// The tokens that an effort in words stands for where a family wants a number.
const (
	lowEffort    = 1024
	mediumEffort = 4096
	HighEffort   = 16384
)

// EffortTokens returns Chat.Reasoning as a number of tokens, 0 where it asks for
// no thinking or leaves it to the model.
func EffortTokens(reasoning string) int {
	switch reasoning {
	case "minimal", "low":
		return lowEffort
	case "medium":
		return mediumEffort
	case "high", "max", "xhigh":
		return HighEffort
	}
	n, _ := strconv.Atoi(reasoning)
	return n
}

// EffortWord returns Chat.Reasoning as a word. Low, medium and high are known to
// all families; of the words beyond them a family has those that are named.
func EffortWord(reasoning string, known ...string) string {
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

// ReadStops reads the strings at which an answer ends, at most so many of them; 0 is
// no bound.
func ReadStops(f jsonbody.Reader, name string, most float64) []string {
	return f.Texts(name, jsonbody.UpTo(most), jsonbody.From(1))
}

package ledger

import (
	"time"

	"airglow/internal/model"
)

// Called is who was called by what: a function, and the provider's model.
type Called struct{ Function, Provider, Model string }

// History is what is known of the calls of a Called that got an answer.
type History struct {
	// Calls is how many there were, and Tokens what those of them used that told.
	Calls  int64
	Tokens model.Usage
	// Examples are some of the last of them, the newest first.
	Examples []Example
}

// AnswerBytes is the mean size of the answers of the examples; false where none is
// kept.
func (h *History) AnswerBytes() (mean int, ok bool) {
	sum, n := 0, 0
	for _, e := range h.Examples {
		if e.Answer > 0 {
			sum, n = sum+e.Answer, n+1
		}
	}
	if n == 0 {
		return 0, false
	}
	return sum / n, true
}

// Example is one of those calls.
type Example struct {
	// Bytes is the size of the request's body, Answer that of its answer; 0 where
	// bodies are not kept.
	Bytes, Answer int
	Usage         model.Usage
	// Took is the call's share of the time that its attempt took.
	Took time.Duration
}

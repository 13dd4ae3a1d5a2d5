package form

// Thoughts takes apart the reasoning that models write as <think>…</think> before
// what they say, where their server leaves it in the text. The zero value is no
// reader; NewThoughts returns one.
type Thoughts struct{ tags Tags }

// NewThoughts returns a reader of one answer.
func NewThoughts() *Thoughts {
	return &Thoughts{Tags{Open: "<think>", Close: "</think>", Trim: true}}
}

// Feed returns what the next stretch of text adds to the reasoning and to what is
// said.
func (t *Thoughts) Feed(stretch string) (reasoning, text string) { return t.tags.Feed(stretch) }

// End returns what was held back, as it might have been the beginning of a tag.
func (t *Thoughts) End() (reasoning, text string) { return t.tags.End() }

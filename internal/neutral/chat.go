// Package neutral has the form in which a request to a model and its answer stand
// between two bodies: that of the model whose SQL it is, and that of whoever answers. It
// has chats ([Chat], [Result], and [Piece] for answers that come piece by piece) and
// embeddings ([Embed], [Vectors]). Package dialect reads and writes the bodies.
package neutral

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"airglow/internal/model"
)

// Chat is a request in neutral form. The family's documented defaults stand
// where the body was silent, so that a stand-in behaves as the family would.
type Chat struct {
	// System is the system prompt; its parts are separated by blank lines.
	System string
	// Turns alternate between User and Assistant and start with User. There
	// is at least one.
	Turns []Turn
	// MaxTokens bounds the answer, in tokens of the answering model; 0 leaves it to
	// the model.
	MaxTokens int
	// Temperature is 0 to 1, of some families to 2; 0 asks for the likeliest
	// answer. Like TopP it is nil where neither the body nor the family's
	// documentation says anything.
	Temperature *float64
	// TopP is the nucleus size, 0 to 1.
	TopP *float64
	// TopK limits sampling to the likeliest tokens; 0 is no limit.
	TopK int
	// TopKDefault is true where TopK is what the family's documentation says and the
	// body says nothing. Many servers refuse the member.
	TopKDefault bool
	// Stop holds strings at which the answer ends, none of them empty. The
	// string itself is not part of the answer.
	Stop []string
	// Seed makes sampling repeatable where the model can; nil is none.
	Seed *int64
	// Tools are what the model may ask to be run, Choice how free it is in that.
	Tools  []Tool
	Choice ToolChoice
	// Reasoning is how much the model may think before it answers, as the family
	// words it: "low", "medium", "high", or a number of tokens; empty leaves it to
	// the model, "none" forbids it.
	Reasoning string
	// Schema is a JSON schema that the answer's text must follow; empty is none.
	Schema json.RawMessage
	// Raw is true when the text of the one turn is a prompt in the template of the
	// model that is asked, to be gone on from as it stands.
	Raw bool `json:",omitempty"`
}

// Tool is something that a model may ask to be run.
type Tool struct {
	Name, Description string
	// Schema is the JSON schema of its input.
	Schema json.RawMessage
}

// ToolChoice says whether the model has to ask for a tool: "auto" (or empty),
// "any", "none", or the name of the one tool behind "tool:".
type ToolChoice string

// Role says who speaks in a Turn.
type Role string

// The two speakers of a chat.
const (
	User      Role = "user"
	Assistant Role = "assistant"
)

// Turn is what one speaker says at a time.
type Turn struct {
	Role  Role
	Parts []Part
}

// Part is a piece of a turn: exactly one of its members is set, or none for an
// empty text.
type Part struct {
	Text string
	// Thought is what the assistant thought before it said the rest of its turn.
	// Families without a word for it leave it out.
	Thought *Thought
	// Image is a picture; ToolUse is the assistant's wish to run a tool, and
	// ToolResult the user's word of what it gave.
	Image      *Image
	ToolUse    *ToolUse
	ToolResult *ToolResult
}

// Thought is a model's reasoning, as it goes back to the model with its turn.
type Thought struct {
	Text string
	// Signature is the service's proof of the text.
	Signature string
	// Sealed stands in place of both where the service shows no text.
	Sealed string
}

// Image is a picture in a turn.
type Image struct {
	// Format is png, jpeg, gif or webp.
	Format string
	Data   []byte
}

// ToolUse is a model's wish to run a tool.
type ToolUse struct {
	ID, Name string
	// Input is a JSON object.
	Input json.RawMessage
}

// ToolResult is what a tool gave.
type ToolResult struct {
	// ID is that of the ToolUse.
	ID string
	// Text is the result; a JSON result is its text.
	Text string
	// Failed is true when the tool failed, and Text says how.
	Failed bool
}

// Text returns the texts of the turn, separated by blank lines.
func (t Turn) Text() string {
	if len(t.Parts) == 1 {
		return t.Parts[0].Text // set in a text alone
	}
	var texts []string
	for _, p := range t.Parts {
		if p.IsText() {
			texts = append(texts, p.Text)
		}
	}
	return strings.Join(texts, "\n\n")
}

// HasMore reports whether the turn has more than texts.
func (t Turn) HasMore() bool {
	return slices.ContainsFunc(t.Parts, func(p Part) bool { return !p.IsText() })
}

// Says reports whether anything is said in the turn.
func (t Turn) Says() bool {
	return slices.ContainsFunc(t.Parts, func(p Part) bool { return !p.IsText() || p.Text != "" })
}

// IsText reports whether the part is a text, which may be empty.
func (p Part) IsText() bool {
	return p.Thought == nil && p.Image == nil && p.ToolUse == nil && p.ToolResult == nil
}

// Add appends what a speaker says, to the last turn if it is that speaker's.
func (c *Chat) Add(role Role, parts ...Part) {
	if last := len(c.Turns) - 1; last >= 0 && c.Turns[last].Role == role {
		c.Turns[last].Parts = append(c.Turns[last].Parts, parts...)
		return
	}
	c.Turns = append(c.Turns, Turn{Role: role, Parts: parts})
}

// RoomFor returns no turns, with room for those of a list of messages: about as many as
// have a role, at most some dozens. To count the messages would be to read the list
// once more.
func RoomFor(messages json.RawMessage) []Turn {
	const most = 64
	return make([]Turn, 0, min(bytes.Count(messages, []byte(`"role"`)), most))
}

// AddSystem appends to the system prompt.
func (c *Chat) AddSystem(text string) {
	if c.System != "" && text != "" {
		c.System += "\n\n"
	}
	c.System += text
}

// HasImages reports whether a turn has a picture.
func (c Chat) HasImages() bool { return c.any(func(p Part) bool { return p.Image != nil }) }

// RunsTools reports whether a turn has the use of a tool or its result.
func (c Chat) RunsTools() bool {
	return c.any(func(p Part) bool { return p.ToolUse != nil || p.ToolResult != nil })
}

func (c Chat) any(is func(Part) bool) bool {
	return slices.ContainsFunc(c.Turns, func(t Turn) bool { return slices.ContainsFunc(t.Parts, is) })
}

// Only returns the tool that the choice names, if it names one.
func (c ToolChoice) Only() (name string, ok bool) { return strings.CutPrefix(string(c), "tool:") }

// StopReason says why an answer ended.
type StopReason int

// The reasons for an answer to end.
const (
	// StopEnd: the model had no more to say.
	StopEnd StopReason = iota
	// StopLength: the answer reached Chat.MaxTokens.
	StopLength
	// StopSequence: the answer came to one of Chat.Stop.
	StopSequence
	// StopFiltered: the service kept the answer back, or a part of it.
	StopFiltered
	// StopRefused: the model would not answer.
	StopRefused
	// StopTool: the model waits for the tools in Result.ToolUses.
	StopTool
)

// Result is an answer in neutral form.
type Result struct {
	// ID identifies the answer where the family has a place for it; see [ID].
	ID string
	// Model is the name of the model that answered, where the family has a
	// place for it.
	Model string
	// Text is the whole answer. Reasoning is what the model thought before it, and
	// Signature the service's proof of that; both are mostly empty.
	Text                 string
	Reasoning, Signature string
	// ToolUses are the tools it asks for after the text.
	ToolUses []ToolUse
	// Stop says why the answer ended; Sequence is the string that ended it
	// when Stop is StopSequence.
	Stop     StopReason
	Sequence string
	// Usage is left out of the body when it is not known.
	Usage model.Usage
}

// Piece is a part of an answer that is given while the model writes it. At most
// one of its members is set.
type Piece struct {
	Text, Reasoning string
	// Signature comes once, after the reasoning, where Result.Signature is to.
	Signature string
	// Tool begins, with Input empty, or continues the input of a tool's use.
	Tool *ToolPiece
}

// ToolPiece is a part of a tool's use.
type ToolPiece struct {
	// Index counts the answer's tool uses from 0. ID and Name come with the first
	// piece of each.
	Index    int
	ID, Name string
	// Input is the next stretch of the input's JSON text.
	Input string
}

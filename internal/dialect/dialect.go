// Package dialect knows the request and response bodies of the model families
// behind Bedrock's InvokeModel, and turns them into one neutral chat form and
// back.
//
// SQL written for Aurora sends a model's native JSON and picks its answer out
// of the model's native JSON. Whoever answers in such a model's place decodes
// the body into a [Chat], produces a [Result], and encodes it as the family
// would have:
//
//	family, ok := dialect.ForModel("anthropic.claude-3-haiku-20240307-v1:0")
//	chat, err := family.Decode(body)
//	…
//	body, err := family.Encode(result)
//
// This file has the neutral form and the [Family]; each family is one more
// file (claude.go, titan.go) and one line in [Families]. schema.go reads JSON
// as strictly as Bedrock does and words its refusals as Bedrock does.
package dialect

import (
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
	// MaxTokens bounds the answer, in tokens of the answering model; at least 1.
	MaxTokens int
	// Temperature is 0 to 1; 0 asks for the likeliest answer.
	Temperature float64
	// TopP is the nucleus size, 0 to 1.
	TopP float64
	// TopK limits sampling to the likeliest tokens; 0 is no limit.
	TopK int
	// Stop holds strings at which the answer ends, none of them empty. The
	// string itself is not part of the answer.
	Stop []string
}

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

// Part is a piece of a turn. Text is all that the neutral form carries today;
// bodies with images or tools are refused as unsupported.
type Part struct {
	Text string
}

// Text returns the turn's parts, separated by blank lines.
func (t Turn) Text() string {
	texts := make([]string, len(t.Parts))
	for i, p := range t.Parts {
		texts[i] = p.Text
	}
	return strings.Join(texts, "\n\n")
}

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
	// StopFiltered: the model or its service refused to say more.
	StopFiltered
)

// Result is an answer in neutral form.
type Result struct {
	// ID identifies the answer where the family has a place for it; see [ID].
	ID string
	// Model is the name of the model that answered, where the family has a
	// place for it.
	Model string
	// Text is the whole answer.
	Text string
	// Stop says why the answer ended; Sequence is the string that ended it
	// when Stop is StopSequence.
	Stop     StopReason
	Sequence string
	// Usage is left out of the body when it is not known.
	Usage model.Usage
}

// Family is one form of request and response bodies. Its zero value is no
// family; values come from [ForModel], [ForBody] and [Families].
type Family struct {
	name    string
	pattern string
	prefix  string
	// owns reports whether an object can only be a request of this family.
	owns   func(object) bool
	decode func(object) (Chat, error)
	encode func(Result) ([]byte, error)
}

// Families returns every family this package speaks.
func Families() []Family {
	return []Family{claude(), titanText()}
}

// Name returns the family's name for people, such as "Anthropic messages".
func (f Family) Name() string { return f.name }

// Pattern returns the model ids of the family for people, such as
// "anthropic.claude*".
func (f Family) Pattern() string { return f.pattern }

// Decode reads a native request body. An error is a *model.Error: Invalid, in
// Bedrock's own words, when Bedrock would refuse the body, and Unsupported
// when the body holds what a Chat cannot carry.
func (f Family) Decode(body []byte) (Chat, error) {
	o, err := parseObject(body)
	if err != nil {
		return Chat{}, err
	}
	return f.decode(o)
}

// Encode writes the native response body.
func (f Family) Encode(r Result) ([]byte, error) { return f.encode(r) }

// ForModel returns the family of a Bedrock model id, which may carry a
// region prefix ("us.anthropic.claude-…") or be the ARN of a foundation model
// or of a system-defined inference profile. Ids that do not tell their model,
// such as the ARN of a provisioned model, belong to no family.
func ForModel(id string) (Family, bool) {
	base := baseID(id)
	for _, f := range Families() {
		if strings.HasPrefix(base, f.prefix) {
			return f, true
		}
	}
	return Family{}, false
}

// ForBody returns the family whose request the body must be, for models whose
// id does not tell.
func ForBody(body []byte) (Family, bool) {
	o, err := parseObject(body)
	if err != nil {
		return Family{}, false
	}
	for _, f := range Families() {
		if f.owns(o) {
			return f, true
		}
	}
	return Family{}, false
}

// baseID strips what Bedrock allows around a foundation model's id: the ARN
// before it and the prefix of a cross-region inference profile.
func baseID(id string) string {
	if strings.HasPrefix(id, "arn:") {
		id = id[strings.LastIndexByte(id, '/')+1:]
	}
	for _, region := range []string{"us", "us-gov", "eu", "apac", "global", "jp", "au", "ca"} {
		if rest, ok := strings.CutPrefix(id, region+"."); ok {
			return rest
		}
	}
	return id
}

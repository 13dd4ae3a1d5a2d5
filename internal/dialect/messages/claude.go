package messages

import (
	"strings"

	"airglow/internal/dialect/form"
	"airglow/internal/jsonbody"
	"airglow/internal/neutral"
)

// The defaults that Anthropic documents for its messages on Bedrock.
const (
	claudeVersion     = "bedrock-2023-05-31"
	claudeTemperature = 1
	claudeTopP        = 0.999
	claudeMostStops   = 8191
	claudeMostTopK    = 500
)

// claudeForm is the form of Anthropic's messages.
type claudeForm struct {
	// wire is true for Anthropic's own API, whose requests name the model and
	// have the version in a header instead.
	wire bool
}

// claude is the family of Anthropic's messages.
func claude() form.Spec {
	f := claudeForm{}.family()
	f.Name, f.Pattern, f.Prefixes = "Anthropic messages", "anthropic.claude*", []string{"anthropic.claude"}
	f.Owns = func(o jsonbody.Object) bool { return o.Has("anthropic_version") }
	return f
}

// claudeWire is Anthropic's own Messages API, and that of the servers like it.
func claudeWire() form.Spec {
	f := claudeForm{wire: true}.family()
	f.Name, f.Form = "Anthropic Messages API", "anthropic"
	return f
}

func (d claudeForm) family() form.Spec {
	return form.Spec{Chat: &form.ChatForm{
		Decode: d.decode, Request: d.request, Encode: d.encode, Result: d.result,
		Writer:      func(head neutral.Result) neutral.StreamEncoder { return &claudeWriter{form: d, head: head} },
		Reader:      func() neutral.StreamDecoder { return new(claudeReader) },
		Reads:       jsonbody.Options{Nulls: true, Words: jsonbody.Anthropic},
		Defaults:    claudeDefaults(),
		OnlyIfAsked: true,
	}}
}

func claudeDefaults() form.Sampling {
	return form.Sampling{Temperature: new(float64(claudeTemperature)), TopP: new(claudeTopP)}
}

// claudeMembers are the members of a request to Bedrock, claudeWireMembers those of
// one to Anthropic's own API.
var (
	claudeMembers     = append([]string{"anthropic_version", "anthropic_beta"}, claudeCommon...)
	claudeWireMembers = append([]string{"model", "stream"}, claudeCommon...)
	claudeCommon      = []string{
		"max_tokens", "messages", "system", "metadata", "temperature", "top_p", "top_k", "stop_sequences",
		"tools", "tool_choice", "thinking", "output_config", "service_tier",
	}
)

func (d claudeForm) decode(_ form.Asked, r jsonbody.Reader) (neutral.Chat, error) {
	required, known := []string{"anthropic_version", "max_tokens", "messages"}, claudeMembers
	if d.wire {
		required, known = required[1:], claudeWireMembers
	}
	if missing := claudeMissing(r, required); missing != nil {
		return neutral.Chat{}, form.Malformed(missing...)
	}
	r.Members(nil, known...)
	chat := claudeDefaults().Chat()
	for _, read := range []func(jsonbody.Reader, *neutral.Chat){
		claudeSampling, claudeStops, claudeThinking, claudeSystem, claudeTools, claudeMessages, d.version,
	} {
		if !r.Sound() {
			break
		}
		read(r, &chat)
	}
	return chat, claudeRefusal(r)
}

// claudeMissing returns a violation for each required member that is not there. They
// are the one thing of these bodies that Bedrock itself refuses, in its own words.
func claudeMissing(r jsonbody.Reader, required []string) (violations []string) {
	for _, name := range required {
		if r.Get(name) == nil {
			violations = append(violations, "#: required key ["+name+"] not found")
		}
	}
	return violations
}

// claudeRefusal says what is wrong with a request first, nil where nothing is.
func claudeRefusal(r jsonbody.Reader) error {
	if v := r.Violations(); v != nil {
		return form.Invalid("%s", v[0])
	}
	return r.Failure()
}

func (d claudeForm) version(r jsonbody.Reader, _ *neutral.Chat) {
	if d.wire {
		return
	}
	r.Required("anthropic_version")
	if version := r.String("anthropic_version"); version != claudeVersion {
		r.Fail(form.Invalid("Invalid API version: %s", version))
	}
}

func claudeSampling(r jsonbody.Reader, chat *neutral.Chat) {
	r.Required("max_tokens")
	r.Integer("max_tokens", jsonbody.From(1), &chat.MaxTokens)
	r.Number("temperature", jsonbody.Between(0, 1), &chat.Temperature)
	r.Number("top_p", jsonbody.Between(0, 1), &chat.TopP)
	r.Integer("top_k", jsonbody.Between(0, claudeMostTopK), &chat.TopK)
}

func claudeStops(r jsonbody.Reader, chat *neutral.Chat) {
	chat.Stop = r.Texts("stop_sequences", jsonbody.UpTo(claudeMostStops), jsonbody.Span{})
	for _, stop := range chat.Stop {
		if strings.TrimSpace(stop) == "" {
			r.Fail(form.Invalid("stop_sequences: each stop sequence must contain non-whitespace"))
		}
	}
}

func claudeSystem(r jsonbody.Reader, chat *neutral.Chat) {
	if !r.Has("system") {
		return
	}
	turn := neutral.Turn{Parts: claudeContent(r, "system")}
	if turn.HasMore() {
		r.Fail(form.Invalid("system: Input should be a valid string or a list of text blocks"))
	}
	chat.System = turn.Text()
}

func claudeMessages(r jsonbody.Reader, chat *neutral.Chat) {
	chat.Turns = neutral.RoomFor(r.Get("messages"))
	for i, m := range r.Each("messages") {
		if !r.Sound() {
			break // as the first fault is the one that is told
		}
		turn := claudeMessage(m)
		switch {
		case i == 0 && turn.Role != neutral.User:
			r.Fail(form.Invalid(`messages: first message must use the "user" role`))
		case i > 0 && turn.Role == chat.Turns[i-1].Role:
			r.Fail(form.Invalid(`messages: roles must alternate between "user" and "assistant", but found multiple %q roles in a row`, turn.Role))
		}
		chat.Turns = append(chat.Turns, turn)
	}
	if r.Sound() && len(chat.Turns) == 0 {
		r.Fail(form.Invalid("messages: at least one message is required"))
	}
	for i, turn := range chat.Turns {
		last := i == len(chat.Turns)-1
		if !turn.Says() && !(last && turn.Role == neutral.Assistant) {
			r.Fail(form.Invalid("messages.%d: all messages must have non-empty content except for the optional final assistant message", i))
		}
	}
}

package dialect

import (
	"slices"
	"strings"
)

// The defaults that Anthropic documents for its messages on Bedrock.
const (
	claudeVersion     = "bedrock-2023-05-31"
	claudeTemperature = 1
	claudeTopP        = 0.999
	claudeMaxStops    = 8191
)

// claudeForm is the form of Anthropic's messages.
type claudeForm struct {
	// wire is true for Anthropic's own API, whose requests name the model and
	// have the version in a header instead.
	wire bool
}

// claude is the family of Anthropic's messages.
func claude() Family {
	f := claudeForm{}.family()
	f.name, f.pattern, f.prefixes = "Anthropic messages", "anthropic.claude*", []string{"anthropic.claude"}
	f.owns = func(o object) bool { return o.has("anthropic_version") }
	return f
}

// claudeWire is Anthropic's own Messages API, and that of the servers like it.
func claudeWire() Family {
	f := claudeForm{wire: true}.family()
	f.name, f.form = "Anthropic Messages API", "anthropic"
	return f
}

func (d claudeForm) family() Family {
	return Family{chat: &chatForm{
		decode: d.decode, request: d.request, encode: d.encode, result: d.result,
		writer:      func(head Result) StreamEncoder { return &claudeWriter{form: d, head: head} },
		reader:      func() StreamDecoder { return new(claudeReader) },
		defaults:    claudeDefaults(),
		onlyIfAsked: true,
	}}
}

func claudeDefaults() sampling {
	return sampling{temperature: new(float64(claudeTemperature)), topP: new(claudeTopP)}
}

// claudeMembers are the members of a request.
var claudeMembers = []string{
	"max_tokens", "messages", "system", "metadata", "temperature", "top_p", "top_k", "stop_sequences",
	"tools", "tool_choice", "thinking", "output_config", "service_tier",
}

func (d claudeForm) decode(_ string, o object) (Chat, error) {
	required, known := []string{"max_tokens", "messages"}, []string{"model", "stream"}
	if !d.wire {
		required, known = append([]string{"anthropic_version"}, required...), []string{"anthropic_version", "anthropic_beta"}
	}
	if missing := o.missing(required...); missing != nil {
		return Chat{}, malformed(missing...)
	}
	if extra := o.unknown(append(known, claudeMembers...)...); extra != nil {
		return Chat{}, invalid("%s: Extra inputs are not permitted", extra[0])
	}
	chat := claudeDefaults().chat()
	steps := []func(object, *Chat) error{claudeSampling, claudeStops, claudeThinking, claudeSystem, claudeTools, claudeMessages}
	if !d.wire {
		steps = append(steps, claudeAPIVersion)
	}
	for _, read := range steps {
		if err := read(o, &chat); err != nil {
			return Chat{}, err
		}
	}
	return chat, nil
}

func claudeAPIVersion(o object, _ *Chat) error {
	version, ok := readString(o["anthropic_version"])
	if !ok {
		return invalid("anthropic_version: Input should be a valid string")
	}
	if version != claudeVersion {
		return invalid("Invalid API version: %s", version)
	}
	return nil
}

func claudeSampling(o object, chat *Chat) error {
	n, ok := readInt(o["max_tokens"])
	if !ok {
		return invalid("max_tokens: Input should be a valid integer")
	}
	if n < 1 {
		return invalid("max_tokens: must be greater than or equal to 1")
	}
	chat.MaxTokens = n
	if err := claudeFraction(o, "temperature", chat.Temperature); err != nil {
		return err
	}
	if err := claudeFraction(o, "top_p", chat.TopP); err != nil {
		return err
	}
	if !o.has("top_k") {
		return nil
	}
	if chat.TopK, ok = readInt(o["top_k"]); !ok {
		return invalid("top_k: Input should be a valid integer")
	}
	if chat.TopK < 0 || chat.TopK > 500 {
		return invalid("top_k: range: 0..500")
	}
	return nil
}

// claudeFraction reads an optional number from 0 to 1 into to.
func claudeFraction(o object, key string, to *float64) error {
	if !o.has(key) {
		return nil
	}
	f, ok := readNumber(o[key])
	if !ok {
		return invalid("%s: Input should be a valid number", key)
	}
	if f < 0 || f > 1 {
		return invalid("%s: range: 0..1", key)
	}
	*to = f
	return nil
}

func claudeStops(o object, chat *Chat) error {
	if !o.has("stop_sequences") {
		return nil
	}
	stops, ok := readArray(o["stop_sequences"])
	if !ok {
		return invalid("stop_sequences: Input should be a valid list")
	}
	if len(stops) > claudeMaxStops {
		return invalid("stop_sequences: List should have at most %d items after validation, not %d", claudeMaxStops, len(stops))
	}
	for i, raw := range stops {
		s, ok := readString(raw)
		if !ok {
			return invalid("stop_sequences.%d: Input should be a valid string", i)
		}
		if strings.TrimSpace(s) == "" {
			return invalid("stop_sequences: each stop sequence must contain non-whitespace")
		}
		chat.Stop = append(chat.Stop, s)
	}
	return nil
}

func claudeSystem(o object, chat *Chat) error {
	if !o.has("system") {
		return nil
	}
	parts, err := o.claudeContent("system", o["system"])
	turn := Turn{Parts: parts}
	if err == nil && slices.ContainsFunc(parts, func(p Part) bool { return !p.isText() }) {
		return invalid("system: Input should be a valid string or a list of text blocks")
	}
	chat.System = turn.Text()
	return err
}

func claudeMessages(o object, chat *Chat) error {
	messages, ok := readArray(o["messages"])
	if !ok {
		return invalid("messages: Input should be a valid list")
	}
	if len(messages) == 0 {
		return invalid("messages: at least one message is required")
	}
	message := object{}
	for i, raw := range messages {
		turn, err := o.claudeMessage(i, message, raw)
		if err != nil {
			return err
		}
		if i == 0 && turn.Role != User {
			return invalid(`messages: first message must use the "user" role`)
		}
		if i > 0 && turn.Role == chat.Turns[i-1].Role {
			return invalid(`messages: roles must alternate between "user" and "assistant", but found multiple %q roles in a row`, turn.Role)
		}
		last := i == len(messages)-1
		if turn.Text() == "" && !slices.ContainsFunc(turn.Parts, func(p Part) bool { return !p.isText() }) && !(last && turn.Role == Assistant) {
			return invalid("messages.%d: all messages must have non-empty content except for the optional final assistant message", i)
		}
		chat.Turns = append(chat.Turns, turn)
	}
	return nil
}

package dialect

import (
	"encoding/json"
	"fmt"
	"strings"
)

// The defaults that Anthropic documents for its messages on Bedrock.
const (
	claudeVersion     = "bedrock-2023-05-31"
	claudeTemperature = 1
	claudeTopP        = 0.999
	claudeMaxStops    = 8191
)

// claude is the family of Anthropic's messages.
func claude() Family {
	return Family{
		name:     "Anthropic messages",
		pattern:  "anthropic.claude*",
		prefixes: []string{"anthropic.claude"},
		owns:     func(o object) bool { return o.has("anthropic_version") || o.has("messages") },
		chat:     &chatForm{decode: decodeClaude, encode: encodeClaude},
	}
}

func decodeClaude(_ string, o object) (Chat, error) {
	if missing := o.missing("anthropic_version", "max_tokens", "messages"); missing != nil {
		return Chat{}, malformed(missing...)
	}
	extra := o.unknown("anthropic_version", "anthropic_beta", "max_tokens", "messages", "system", "metadata",
		"temperature", "top_p", "top_k", "stop_sequences", "tools", "tool_choice", "thinking")
	if extra != nil {
		return Chat{}, invalid("%s: Extra inputs are not permitted", extra[0])
	}
	chat := Chat{Temperature: new(float64(claudeTemperature)), TopP: new(claudeTopP)}
	for _, read := range []func(object, *Chat) error{
		claudeFeatures, claudeAPIVersion, claudeSampling, claudeStops, claudeSystem, claudeMessages,
	} {
		if err := read(o, &chat); err != nil {
			return Chat{}, err
		}
	}
	return chat, nil
}

// claudeFeatures refuses what would change the answer's form in ways the
// neutral result cannot express.
func claudeFeatures(o object, _ *Chat) error {
	if tools, ok := readArray(o["tools"]); o.has("tools") && (!ok || len(tools) > 0) {
		return unsupported("tools")
	}
	if thinking, ok := readObject(o["thinking"]); ok {
		if kind, _ := readString(thinking["type"]); kind != "disabled" {
			return unsupported("extended thinking")
		}
	}
	return nil
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
	parts, err := claudeContent("system", o["system"])
	chat.System = Turn{Parts: parts}.Text()
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
	for i, raw := range messages {
		turn, err := claudeMessage(i, raw)
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
		if turn.Text() == "" && !(last && turn.Role == Assistant) {
			return invalid("messages.%d: all messages must have non-empty content except for the optional final assistant message", i)
		}
		chat.Turns = append(chat.Turns, turn)
	}
	return nil
}

func claudeMessage(i int, raw json.RawMessage) (Turn, error) {
	at := fmt.Sprintf("messages.%d", i)
	m, ok := readObject(raw)
	if !ok {
		return Turn{}, invalid("%s: Input should be a valid dictionary or object to extract fields from", at)
	}
	for _, key := range []string{"role", "content"} {
		if _, ok := m[key]; !ok {
			return Turn{}, invalid("%s.%s: Field required", at, key)
		}
	}
	if extra := m.unknown("role", "content"); extra != nil {
		return Turn{}, invalid("%s.%s: Extra inputs are not permitted", at, extra[0])
	}
	role, _ := readString(m["role"])
	if role != string(User) && role != string(Assistant) {
		return Turn{}, invalid("%s.role: Input should be 'user' or 'assistant'", at)
	}
	parts, err := claudeContent(at+".content", m["content"])
	return Turn{Role: Role(role), Parts: parts}, err
}

// claudeContent reads what may be a string or a list of content blocks.
func claudeContent(at string, raw json.RawMessage) ([]Part, error) {
	if s, ok := readString(raw); ok {
		return []Part{{Text: s}}, nil
	}
	blocks, ok := readArray(raw)
	if !ok {
		return nil, invalid("%s: Input should be a valid string or a valid list", at)
	}
	parts := make([]Part, 0, len(blocks))
	for i, raw := range blocks {
		text, err := claudeBlock(fmt.Sprintf("%s.%d", at, i), raw)
		if err != nil {
			return nil, err
		}
		parts = append(parts, Part{Text: text})
	}
	return parts, nil
}

func claudeBlock(at string, raw json.RawMessage) (string, error) {
	block, ok := readObject(raw)
	if !ok {
		return "", invalid("%s: Input should be a valid dictionary or object to extract fields from", at)
	}
	kind, ok := readString(block["type"])
	switch {
	case !ok:
		return "", invalid("%s.type: Field required", at)
	case kind == "text":
	case kind == "image" || kind == "document" || kind == "tool_use" || kind == "tool_result" ||
		kind == "thinking" || kind == "redacted_thinking" || kind == "search_result":
		return "", unsupported("content of type " + kind)
	default:
		return "", invalid("%s: Input tag '%s' found using 'type' does not match any of the expected tags", at, kind)
	}
	text, ok := readString(block["text"])
	if _, there := block["text"]; !there {
		return "", invalid("%s.text: Field required", at)
	}
	if !ok {
		return "", invalid("%s.text: Input should be a valid string", at)
	}
	if text == "" {
		return "", invalid("messages: text content blocks must be non-empty")
	}
	return text, nil
}

// claudeAnswer is the response body; the order of its members is the
// service's.
type claudeAnswer struct {
	ID           string        `json:"id"`
	Type         string        `json:"type"`
	Role         Role          `json:"role"`
	Model        string        `json:"model"`
	Content      []claudeText  `json:"content"`
	StopReason   string        `json:"stop_reason"`
	StopSequence *string       `json:"stop_sequence"`
	Usage        *claudeTokens `json:"usage,omitempty"`
}

type claudeText struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

type claudeTokens struct {
	Input  int64 `json:"input_tokens"`
	Output int64 `json:"output_tokens"`
}

func encodeClaude(r Result) ([]byte, error) {
	a := claudeAnswer{
		ID: "msg_bdrk_" + r.ID, Type: "message", Role: Assistant, Model: r.Model,
		Content: []claudeText{},
	}
	// An answer without text has no content block, as with a real refusal.
	if r.Text != "" {
		a.Content = append(a.Content, claudeText{Type: "text", Text: r.Text})
	}
	switch r.Stop {
	case StopLength:
		a.StopReason = "max_tokens"
	case StopSequence:
		a.StopReason, a.StopSequence = "stop_sequence", &r.Sequence
	case StopFiltered, StopRefused:
		a.StopReason = "refusal"
	default:
		a.StopReason = "end_turn"
	}
	if r.Usage.Known {
		a.Usage = &claudeTokens{Input: r.Usage.InputTokens, Output: r.Usage.OutputTokens}
	}
	return encodeJSON(a)
}

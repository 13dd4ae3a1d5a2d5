package dialect

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

func (o object) claudeMessage(i int, m object, raw json.RawMessage) (Turn, error) {
	at := "messages." + strconv.Itoa(i)
	if !o.readInto(m, raw) {
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
	parts, err := m.claudeContent(at+".content", m["content"])
	return Turn{Role: Role(role), Parts: parts}, err
}

// claudeContent reads what may be a string or a list of content blocks.
func (o object) claudeContent(at string, raw json.RawMessage) ([]Part, error) {
	if s, ok := readString(raw); ok {
		return []Part{{Text: s}}, nil
	}
	blocks, ok := readArray(raw)
	if !ok {
		return nil, invalid("%s: Input should be a valid string or a valid list", at)
	}
	parts := make([]Part, 0, len(blocks))
	block := object{}
	for i, raw := range blocks {
		part, err := o.claudeBlock(at+"."+strconv.Itoa(i), block, raw)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	return parts, nil
}

// claudeBlocks are the content blocks that a Chat carries.
func claudeBlocks(kind string) func(at string, block object) (Part, error) {
	switch kind {
	case "text":
		return claudeText
	case "image":
		return claudeImage
	case "tool_use":
		return claudeToolUse
	case "tool_result":
		return claudeToolResult
	case "thinking", "redacted_thinking":
		return claudeThought
	}
	return nil
}

func (o object) claudeBlock(at string, block object, raw json.RawMessage) (Part, error) {
	if !o.readInto(block, raw) {
		return Part{}, invalid("%s: Input should be a valid dictionary or object to extract fields from", at)
	}
	kind, ok := readString(block["type"])
	if !ok {
		return Part{}, invalid("%s.type: Field required", at)
	}
	if read := claudeBlocks(kind); read != nil {
		return read(at, block)
	}
	switch kind {
	case "document", "search_result", "server_tool_use", "web_search_tool_result", "container_upload":
		return Part{}, unsupported("content of type " + kind)
	}
	return Part{}, invalid("%s: Input tag '%s' found using 'type' does not match any of the expected tags", at, kind)
}

// claudeString reads a required string of a block.
func claudeString(at string, block object, key string) (string, error) {
	if _, there := block[key]; !there {
		return "", invalid("%s.%s: Field required", at, key)
	}
	s, ok := readString(block[key])
	if !ok {
		return "", invalid("%s.%s: Input should be a valid string", at, key)
	}
	return s, nil
}

// claudeOnly refuses members of a block that are not known. Where a prompt's cache
// begins does not change the answer.
func claudeOnly(at string, block object, known ...string) error {
	if extra := block.unknown(append(known, "type", "cache_control")...); extra != nil {
		return invalid("%s.%s: Extra inputs are not permitted", at, extra[0])
	}
	return nil
}

func claudeText(at string, block object) (Part, error) {
	text, err := claudeString(at, block, "text")
	if err == nil && text == "" {
		err = invalid("messages: text content blocks must be non-empty")
	}
	if err == nil {
		err = claudeOnly(at, block, "text", "citations")
	}
	return Part{Text: text}, err
}

func claudeImage(at string, block object) (Part, error) {
	if err := claudeOnly(at, block, "source"); err != nil {
		return Part{}, err
	}
	source, ok := block.read(block["source"])
	if !ok {
		return Part{}, invalid("%s.source: Field required", at)
	}
	at += ".source"
	kind, err := claudeString(at, source, "type")
	if err != nil {
		return Part{}, err
	}
	if kind != "base64" {
		return Part{}, unsupported("an image that is not in the request")
	}
	media, err := claudeString(at, source, "media_type")
	if err != nil {
		return Part{}, err
	}
	format, ok := strings.CutPrefix(media, "image/")
	if !ok || !slices.Contains(imageFormats, format) {
		return Part{}, invalid("%s.media_type: Input should be 'image/jpeg', 'image/png', 'image/gif' or 'image/webp'", at)
	}
	text, err := claudeString(at, source, "data")
	if err != nil {
		return Part{}, err
	}
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(data) == 0 {
		return Part{}, invalid("%s.data: Input should be a valid base64 string", at)
	}
	return Part{Image: &Image{Format: format, Data: data}}, nil
}

func claudeToolUse(at string, block object) (Part, error) {
	id, err := claudeString(at, block, "id")
	if err != nil {
		return Part{}, err
	}
	name, err := claudeString(at, block, "name")
	if err != nil {
		return Part{}, err
	}
	if jsonKind(block["input"]) != "JSONObject" {
		return Part{}, invalid("%s.input: Input should be a valid dictionary", at)
	}
	return Part{ToolUse: &ToolUse{ID: id, Name: name, Input: slices.Clone(block["input"])}}, claudeOnly(at, block, "id", "name", "input")
}

func claudeToolResult(at string, block object) (Part, error) {
	id, err := claudeString(at, block, "tool_use_id")
	if err != nil {
		return Part{}, err
	}
	result := ToolResult{ID: id, Failed: string(block["is_error"]) == "true"}
	if block.has("content") {
		parts, err := block.claudeContent(at+".content", block["content"])
		if err != nil {
			return Part{}, err
		}
		turn := Turn{Parts: parts}
		if slices.ContainsFunc(parts, func(p Part) bool { return !p.isText() }) {
			return Part{}, unsupported("a tool's result that is not text")
		}
		result.Text = turn.Text()
	}
	return Part{ToolResult: &result}, claudeOnly(at, block, "tool_use_id", "content", "is_error")
}

func claudeThought(at string, block object) (Part, error) {
	if string(block["type"]) == `"redacted_thinking"` {
		data, err := claudeString(at, block, "data")
		return Part{Thought: &Thought{Sealed: data}}, err
	}
	text, err := claudeString(at, block, "thinking")
	if err != nil {
		return Part{}, err
	}
	signature, err := claudeString(at, block, "signature")
	return Part{Thought: &Thought{Text: text, Signature: signature}}, err
}

package dialect

import (
	"encoding/base64"
	"slices"
	"strings"

	"airglow/internal/jsonbody"
)

func claudeMessage(m jsonbody.Reader) Turn {
	m.Members([]string{"role", "content"})
	role := Role(m.String("role"))
	if role != User && role != Assistant {
		m.ViolateAt("role", "Input should be 'user' or 'assistant'")
	}
	return Turn{Role: role, Parts: claudeContent(m, "content")}
}

// claudeContent reads what may be a string or a list of content blocks.
func claudeContent(r jsonbody.Reader, name string) []Part {
	raw := r.Get(name)
	if text, ok := r.Quoted(raw); ok {
		return []Part{{Text: text}}
	}
	if jsonbody.KindOf(raw) != "JSONArray" {
		r.ViolateAt(name, "Input should be a valid string or a valid list")
		return nil
	}
	var parts []Part
	for _, block := range r.Each(name) {
		parts = append(parts, claudeBlock(block))
	}
	return parts
}

func claudeBlock(b jsonbody.Reader) Part {
	b.Required("type")
	switch kind := b.String("type"); kind {
	case "text":
		return claudeText(b)
	case "image":
		return claudeImage(b)
	case "tool_use":
		return claudeToolUse(b)
	case "tool_result":
		return claudeToolResult(b)
	case "thinking", "redacted_thinking":
		return claudeThought(b, kind)
	case "document", "search_result", "server_tool_use", "web_search_tool_result", "container_upload":
		b.Fail(unsupported("content of type " + kind))
	default:
		b.Violate("Input tag '%s' found using 'type' does not match any of the expected tags", kind)
	}
	return Part{}
}

// claudeText reads a block of text. Where a prompt's cache begins does not change the
// answer.
func claudeText(b jsonbody.Reader) Part {
	b.Required("text")
	text := b.String("text")
	if text == "" {
		b.Fail(invalid("messages: text content blocks must be non-empty"))
	}
	b.Members(nil, "type", "text", "citations", "cache_control")
	return Part{Text: text}
}

func claudeImage(b jsonbody.Reader) Part {
	b.Members([]string{"source"}, "type", "cache_control")
	source, _ := b.Inner("source")
	source.Required("type")
	if kind := source.String("type"); kind != "base64" && source.Sound() {
		source.Fail(unsupported("an image that is not in the request"))
		return Part{}
	}
	source.Required("media_type", "data")
	format, ok := strings.CutPrefix(source.String("media_type"), "image/")
	if !ok || !slices.Contains(imageFormats, format) {
		source.ViolateAt("media_type", "Input should be 'image/jpeg', 'image/png', 'image/gif' or 'image/webp'")
	}
	data, err := base64.StdEncoding.DecodeString(source.String("data"))
	if err != nil || len(data) == 0 {
		source.ViolateAt("data", "Input should be a valid base64 string")
	}
	return Part{Image: &Image{Format: format, Data: data}}
}

func claudeToolUse(b jsonbody.Reader) Part {
	b.Required("id", "name")
	if jsonbody.KindOf(b.Get("input")) != "JSONObject" {
		b.ViolateAt("input", "Input should be a valid dictionary")
	}
	b.Members(nil, "type", "id", "name", "input", "cache_control")
	return Part{ToolUse: &ToolUse{ID: b.String("id"), Name: b.String("name"), Input: slices.Clone(b.Get("input"))}}
}

func claudeToolResult(b jsonbody.Reader) Part {
	b.Members([]string{"tool_use_id"}, "type", "content", "is_error", "cache_control")
	result := ToolResult{ID: b.String("tool_use_id"), Failed: string(b.Get("is_error")) == "true"}
	if b.Has("content") {
		turn := Turn{Parts: claudeContent(b, "content")}
		if turn.hasMore() {
			b.Fail(unsupported("a tool's result that is not text"))
		}
		result.Text = turn.Text()
	}
	return Part{ToolResult: &result}
}

func claudeThought(b jsonbody.Reader, kind string) Part {
	if kind == "redacted_thinking" {
		b.Required("data")
		return Part{Thought: &Thought{Sealed: b.String("data")}}
	}
	b.Required("thinking", "signature")
	return Part{Thought: &Thought{Text: b.String("thinking"), Signature: b.String("signature")}}
}

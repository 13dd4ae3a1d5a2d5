package messages

import (
	"encoding/base64"
	"slices"
	"strings"

	"airglow/internal/dialect/form"
	"airglow/internal/jsonbody"
	"airglow/internal/neutral"
)

func claudeMessage(m jsonbody.Reader) neutral.Turn {
	m.Members([]string{"role", "content"})
	role := neutral.Role(m.String("role"))
	if role != neutral.User && role != neutral.Assistant {
		m.ViolateAt("role", "Input should be 'user' or 'assistant'")
	}
	return neutral.Turn{Role: role, Parts: claudeContent(m, "content")}
}

// claudeContent reads what may be a string or a list of content blocks.
func claudeContent(r jsonbody.Reader, name string) []neutral.Part {
	raw := r.Get(name)
	if text, ok := r.Quoted(raw); ok {
		return []neutral.Part{{Text: text}}
	}
	if jsonbody.KindOf(raw) != "JSONArray" {
		r.ViolateAt(name, "Input should be a valid string or a valid list")
		return nil
	}
	var parts []neutral.Part
	for _, block := range r.Each(name) {
		parts = append(parts, claudeBlock(block))
	}
	return parts
}

func claudeBlock(b jsonbody.Reader) neutral.Part {
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
		b.Fail(form.Unsupported("content of type " + kind))
	default:
		b.Violate("Input tag '%s' found using 'type' does not match any of the expected tags", kind)
	}
	return neutral.Part{}
}

// claudeText reads a block of text. Where a prompt's cache begins does not change the
// answer.
func claudeText(b jsonbody.Reader) neutral.Part {
	b.Required("text")
	text := b.String("text")
	if text == "" {
		b.Fail(form.Invalid("messages: text content blocks must be non-empty"))
	}
	b.Members(nil, "type", "text", "citations", "cache_control")
	return neutral.Part{Text: text}
}

func claudeImage(b jsonbody.Reader) neutral.Part {
	b.Members([]string{"source"}, "type", "cache_control")
	source, _ := b.Inner("source")
	source.Required("type")
	if kind := source.String("type"); kind != "base64" && source.Sound() {
		source.Fail(form.Unsupported("an image that is not in the request"))
		return neutral.Part{}
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
	return neutral.Part{Image: &neutral.Image{Format: format, Data: data}}
}

func claudeToolUse(b jsonbody.Reader) neutral.Part {
	b.Required("id", "name")
	if jsonbody.KindOf(b.Get("input")) != "JSONObject" {
		b.ViolateAt("input", "Input should be a valid dictionary")
	}
	b.Members(nil, "type", "id", "name", "input", "cache_control")
	return neutral.Part{ToolUse: &neutral.ToolUse{ID: b.String("id"), Name: b.String("name"), Input: slices.Clone(b.Get("input"))}}
}

func claudeToolResult(b jsonbody.Reader) neutral.Part {
	b.Members([]string{"tool_use_id"}, "type", "content", "is_error", "cache_control")
	result := neutral.ToolResult{ID: b.String("tool_use_id"), Failed: string(b.Get("is_error")) == "true"}
	if b.Has("content") {
		turn := neutral.Turn{Parts: claudeContent(b, "content")}
		if turn.HasMore() {
			b.Fail(form.Unsupported("a tool's result that is not text"))
		}
		result.Text = turn.Text()
	}
	return neutral.Part{ToolResult: &result}
}

func claudeThought(b jsonbody.Reader, kind string) neutral.Part {
	if kind == "redacted_thinking" {
		b.Required("data")
		return neutral.Part{Thought: &neutral.Thought{Sealed: b.String("data")}}
	}
	b.Required("thinking", "signature")
	return neutral.Part{Thought: &neutral.Thought{Text: b.String("thinking"), Signature: b.String("signature")}}
}

package dialect

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
)

// decode reads a request.
func (d openAI) decode(modelID string, o object) (Chat, error) {
	r := read(o)
	r.members(d.known, "messages")
	chat := d.defaults.chat()
	for _, key := range []string{"max_tokens", "max_completion_tokens"} {
		if r.has(key) {
			chat.MaxTokens = r.integer(key, 1)
		}
	}
	r.number("temperature", d.hottest, &chat.Temperature)
	r.number("top_p", 1, &chat.TopP)
	chat.TopK = r.integer("top_k", 0)
	chat.Stop = r.texts("stop", true)
	if r.has("seed") {
		chat.Seed = new(int64(r.integer("seed", -1<<62)))
	}
	chat.Reasoning = r.text("reasoning_effort")
	d.decodeLimits(modelID, r)
	chat.Schema = decodeFormat(r)
	d.decodeTools(r, &chat)
	d.decodeMessages(r, &chat)
	return chat, r.err
}

// decodeLimits refuses what InvokeModel does not take and what would make other
// answers than a Result can be.
func (d openAI) decodeLimits(modelID string, r reader) {
	if name := r.text("model"); name != "" && modelID != "" && baseID(name) != modelID && !d.named {
		r.violate("model", "%s is not the model that is invoked", name)
	}
	if r.flag("stream") {
		r.violate("stream", "true is not permitted; a stream is another operation")
	}
	if r.has("n") && r.integer("n", 1) > 1 {
		r.ignores("n")
	}
	for _, key := range []string{"frequency_penalty", "presence_penalty"} {
		if f, ok := readNumber(r.object[key]); !ok || f != 0 {
			r.ignores(key)
		}
	}
	if r.flag("logprobs") {
		r.ignores("logprobs")
	}
	r.ignores("logit_bias", "top_logprobs")
}

// decodeFormat reads the schema of the answer.
func decodeFormat(r reader) json.RawMessage {
	format, ok := r.inner("response_format")
	if !ok {
		return nil
	}
	switch kind := format.text("type"); kind {
	case "text", "":
		return nil
	case "json_object":
		return json.RawMessage(anyObject)
	case "json_schema":
		in, ok := format.inner("json_schema")
		if !ok || !in.has("schema") {
			in.violate("", "required key [schema] not found")
		}
		return in.schema("schema")
	default:
		format.violate("type", "%s is not a valid enum value", kind)
		return nil
	}
}

// anyObject is the schema that takes any JSON object.
const anyObject = `{"type":"object"}`

func (d openAI) decodeTools(r reader, chat *Chat) {
	for _, tool := range r.each("tools") {
		f, ok := tool.inner("function")
		if !ok {
			tool.violate("", "required key [function] not found")
			return
		}
		f.members([]string{"description", "parameters", "strict"}, "name")
		chat.Tools = append(chat.Tools, Tool{Name: f.text("name"), Description: f.text("description"), Schema: f.schema("parameters")})
	}
	if !r.has("tool_choice") {
		return
	}
	if jsonKind(r.object["tool_choice"]) == "JSONObject" {
		choice, _ := r.inner("tool_choice")
		f, _ := choice.inner("function")
		f.members(nil, "name")
		chat.Choice = "tool:" + ToolChoice(f.text("name"))
		return
	}
	switch word := r.text("tool_choice"); word {
	case "auto", "none", "any":
		chat.Choice = ToolChoice(word)
	case "required":
		chat.Choice = "any"
	default:
		r.violate("tool_choice", "%s is not a valid enum value", word)
	}
}

func (d openAI) decodeMessages(r reader, chat *Chat) {
	for _, m := range r.each("messages") {
		m.members([]string{"content", "name", "tool_calls", "tool_call_id", "reasoning_content", "reasoning", "refusal", "prefix"}, "role")
		switch role := m.text("role"); role {
		case "system", "developer":
			chat.addSystem(Turn{Parts: d.decodeContent(m)}.Text())
		case "user":
			chat.add(User, d.decodeContent(m)...)
		case "assistant":
			chat.add(Assistant, d.decodeAssistant(m)...)
		case "tool":
			chat.add(User, Part{ToolResult: &ToolResult{ID: m.text("tool_call_id"), Text: Turn{Parts: d.decodeContent(m)}.Text()}})
		default:
			m.violate("role", "%s is not a valid enum value", role)
		}
	}
	if len(chat.Turns) == 0 || chat.Turns[0].Role != User {
		r.violate("messages", "the first message that is not the system's must be the user's")
	}
}

func (d openAI) decodeAssistant(m reader) []Part {
	var parts []Part
	if thought := m.text("reasoning_content") + m.text("reasoning"); thought != "" {
		parts = append(parts, Part{Thought: &Thought{Text: thought}})
	}
	if said, _ := readString(m.object["content"]); said != "" || jsonKind(m.object["content"]) == "JSONArray" {
		parts = append(parts, d.decodeContent(m)...)
	}
	for _, call := range m.each("tool_calls") {
		f, ok := call.inner("function")
		if !ok {
			call.violate("", "required key [function] not found")
			break
		}
		input, ok := toolInput(f.text("arguments"))
		if !ok {
			f.violate("arguments", "expected type: JSONObject")
		}
		parts = append(parts, Part{ToolUse: &ToolUse{ID: call.text("id"), Name: f.text("name"), Input: input}})
	}
	if parts == nil {
		parts = []Part{{}}
	}
	return parts
}

// toolInput reads a tool's input that is written as a string.
func toolInput(arguments string) (json.RawMessage, bool) {
	if strings.TrimSpace(arguments) == "" {
		return json.RawMessage("{}"), true
	}
	raw := json.RawMessage(arguments)
	return raw, valid(raw) && jsonKind(raw) == "JSONObject"
}

// decodeContent reads what may be a string or a list of parts.
func (d openAI) decodeContent(m reader) []Part {
	if !m.has("content") || jsonKind(m.object["content"]) == "String" {
		return []Part{{Text: m.text("content")}}
	}
	var parts []Part
	for _, p := range m.each("content") {
		switch kind := p.text("type"); kind {
		case "text":
			parts = append(parts, Part{Text: p.text("text")})
		case "image_url":
			parts = append(parts, Part{Image: d.decodeImage(p)})
		case "refusal":
			parts = append(parts, Part{Text: p.text("refusal")})
		default:
			p.fail(unsupported("content of type " + kind))
		}
	}
	if parts == nil {
		m.violate("content", "expected minimum item count: 1, found: 0")
	}
	return parts
}

// decodeImage reads a picture, whose URL may stand alone or in an object.
func (d openAI) decodeImage(p reader) *Image {
	if !d.images {
		p.fail(unsupported("an image"))
	}
	url := ""
	if jsonKind(p.object["image_url"]) == "String" {
		url = p.text("image_url")
	} else if in, ok := p.inner("image_url"); ok {
		url = in.text("url")
	}
	head, data, ok := strings.Cut(url, ";base64,")
	kind, isImage := strings.CutPrefix(head, "data:image/")
	if !ok || !isImage {
		p.fail(unsupported("an image that is not in the request"))
		return nil
	}
	return decodeImage(p, kind, data)
}

// imageFormats are those of Image.
var imageFormats = []string{"png", "jpeg", "gif", "webp"}

// decodeImage reads a picture of a format from base64.
func decodeImage(r reader, format, data string) *Image {
	if format == "jpg" {
		format = "jpeg"
	}
	if !slices.Contains(imageFormats, format) {
		r.violate("", "%s is not a format of images; they are %s", format, strings.Join(imageFormats, ", "))
	}
	b, err := base64.StdEncoding.DecodeString(data)
	if err != nil || len(b) == 0 {
		r.violate("", "the image is no base64")
	}
	return &Image{Format: format, Data: b}
}

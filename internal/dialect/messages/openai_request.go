package messages

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	"airglow/internal/dialect/form"
	"airglow/internal/dialect/prompt"
	"airglow/internal/jsonbody"
	"airglow/internal/neutral"
)

// decode reads a request.
func (d openAI) decode(a form.Asked, r jsonbody.Reader) (neutral.Chat, error) {
	prompted := d.prompts && r.Has(prompt.Member) && !r.Has("messages")
	if prompted {
		r.Members([]string{prompt.Member}, d.known...)
	} else {
		r.Members([]string{"messages"}, d.known...)
	}
	chat := d.defaults.Chat()
	r.Integer("max_tokens", jsonbody.Between(1, d.mostTokens), &chat.MaxTokens)
	r.Integer("max_completion_tokens", jsonbody.Between(1, d.mostTokens), &chat.MaxTokens)
	r.Number("temperature", jsonbody.Between(0, d.hottest), &chat.Temperature)
	r.Number("top_p", jsonbody.Between(0, 1), &chat.TopP)
	r.Integer("top_k", jsonbody.From(0), &chat.TopK)
	if jsonbody.KindOf(r.Get("stop")) == "String" {
		chat.Stop = []string{r.String("stop")}
	} else {
		chat.Stop = form.ReadStops(r, "stop", 0)
	}
	readSeed(r, &chat)
	chat.Reasoning = r.String("reasoning_effort")
	d.decodeLimits(a.Model, r)
	chat.Schema = decodeFormat(r)
	d.decodeTools(r, &chat)
	if prompted {
		prompt.Read(r, a, &chat)
	} else {
		d.decodeMessages(r, &chat)
	}
	return chat, form.Refusal(r)
}

// readSeed reads a seed, which may be any whole number.
func readSeed(r jsonbody.Reader, chat *neutral.Chat) {
	if seed, ok := jsonbody.Integer(r.Get("seed")); ok {
		chat.Seed = new(int64(seed))
	} else if r.Has("seed") {
		r.ViolateAt("seed", "expected type: Integer, found: %s", jsonbody.KindOf(r.Get("seed")))
	}
}

// decodeLimits refuses what InvokeModel does not take and what would make other
// answers than a Result can be.
func (d openAI) decodeLimits(modelID string, r jsonbody.Reader) {
	if name := r.String("model"); name != "" && modelID != "" && form.BaseID(name) != modelID && !d.named {
		r.ViolateAt("model", "%s is not the model that is invoked", name)
	}
	var stream, likelihoods bool
	if r.Boolean("stream", &stream); stream {
		r.ViolateAt("stream", "true is not permitted; a stream is another operation")
	}
	answers := 1
	if r.Integer("n", jsonbody.Between(1, d.mostAnswers), &answers); answers > 1 {
		ignores(r, "n")
	}
	for _, key := range []string{"frequency_penalty", "presence_penalty"} {
		if f, ok := jsonbody.Number(r.Get(key)); !ok || f != 0 {
			ignores(r, key)
		}
	}
	if r.Boolean("logprobs", &likelihoods); likelihoods {
		ignores(r, "logprobs")
	}
	ignores(r, "logit_bias", "top_logprobs")
}

// ignores says that members are known, and that one which is there asks for what a
// Chat cannot carry. A lenient reader passes over it.
func ignores(r jsonbody.Reader, names ...string) {
	for _, name := range names {
		if r.Has(name) && !r.Lenient {
			r.Fail(form.Unsupported(name))
		}
	}
}

// decodeFormat reads the schema of the answer.
func decodeFormat(r jsonbody.Reader) json.RawMessage {
	format, ok := r.Inner("response_format")
	if !ok {
		return nil
	}
	switch kind := format.String("type"); kind {
	case "text", "":
		return nil
	case "json_object":
		return json.RawMessage(anyObject)
	case "json_schema":
		format.Required("json_schema")
		in, _ := format.Inner("json_schema")
		in.Required("schema")
		return in.Copy("schema")
	default:
		format.ViolateAt("type", "%s is not a valid enum value", kind)
		return nil
	}
}

// anyObject is the schema that takes any JSON object.
const anyObject = `{"type":"object"}`

func (d openAI) decodeTools(r jsonbody.Reader, chat *neutral.Chat) {
	for _, tool := range r.Each("tools") {
		tool.Required("function")
		f, _ := tool.Inner("function")
		f.Members([]string{"name"}, "description", "parameters", "strict")
		chat.Tools = append(chat.Tools, neutral.Tool{Name: f.String("name"), Description: f.String("description"), Schema: f.Copy("parameters")})
	}
	if !r.Has("tool_choice") {
		return
	}
	if jsonbody.KindOf(r.Get("tool_choice")) == "JSONObject" {
		choice, _ := r.Inner("tool_choice")
		choice.Required("function")
		f, _ := choice.Inner("function")
		f.Members([]string{"name"})
		chat.Choice = "tool:" + neutral.ToolChoice(f.String("name"))
		return
	}
	switch word := r.String("tool_choice"); word {
	case "auto", "none", "any":
		chat.Choice = neutral.ToolChoice(word)
	case "required":
		chat.Choice = "any"
	default:
		r.ViolateAt("tool_choice", "%s is not a valid enum value", word)
	}
}

func (d openAI) decodeMessages(r jsonbody.Reader, chat *neutral.Chat) {
	chat.Turns = neutral.RoomFor(r.Get("messages"))
	for _, m := range r.Each("messages") {
		m.Members([]string{"role"}, "content", "name", "tool_calls", "tool_call_id", "reasoning_content", "reasoning", "refusal", "prefix")
		switch role := m.String("role"); role {
		case "system", "developer":
			chat.AddSystem(neutral.Turn{Parts: d.decodeContent(m)}.Text())
		case "user":
			chat.Add(neutral.User, d.decodeContent(m)...)
		case "assistant":
			chat.Add(neutral.Assistant, d.decodeAssistant(m)...)
		case "tool":
			chat.Add(neutral.User, neutral.Part{ToolResult: &neutral.ToolResult{ID: m.String("tool_call_id"), Text: neutral.Turn{Parts: d.decodeContent(m)}.Text()}})
		default:
			if m.Has("role") {
				m.ViolateAt("role", "%s is not a valid enum value", role)
			}
		}
	}
	if r.Sound() && (len(chat.Turns) == 0 || chat.Turns[0].Role != neutral.User) {
		r.ViolateAt("messages", "the first message that is not the system's must be the user's")
	}
}

func (d openAI) decodeAssistant(m jsonbody.Reader) []neutral.Part {
	var parts []neutral.Part
	if thought := m.String("reasoning_content") + m.String("reasoning"); thought != "" {
		parts = append(parts, neutral.Part{Thought: &neutral.Thought{Text: thought}})
	}
	if content := m.Get("content"); m.Has("content") && string(content) != `""` {
		parts = append(parts, d.decodeContent(m)...)
	}
	for _, call := range m.Each("tool_calls") {
		call.Required("function")
		f, _ := call.Inner("function")
		input, ok := form.ToolInput(f.String("arguments"))
		if !ok {
			f.ViolateAt("arguments", "expected type: JSONObject")
		}
		parts = append(parts, neutral.Part{ToolUse: &neutral.ToolUse{ID: call.String("id"), Name: f.String("name"), Input: input}})
	}
	if parts == nil {
		parts = []neutral.Part{{}}
	}
	return parts
}

// decodeContent reads what may be a string or a list of parts.
func (d openAI) decodeContent(m jsonbody.Reader) []neutral.Part {
	if !m.Has("content") {
		return []neutral.Part{{}}
	}
	if text, ok := m.Quoted(m.Get("content")); ok {
		return []neutral.Part{{Text: text}}
	}
	var parts []neutral.Part
	for _, p := range m.Each("content") {
		switch kind := p.String("type"); kind {
		case "text":
			parts = append(parts, neutral.Part{Text: p.String("text")})
		case "image_url":
			parts = append(parts, neutral.Part{Image: d.decodeImage(p)})
		case "refusal":
			parts = append(parts, neutral.Part{Text: p.String("refusal")})
		default:
			p.Fail(form.Unsupported("content of type " + kind))
		}
	}
	if m.Sound() && len(parts) == 0 {
		m.ViolateAt("content", "expected minimum item count: 1, found: 0")
	}
	return parts
}

// decodeImage reads a picture, whose URL may stand alone or in an object.
func (d openAI) decodeImage(p jsonbody.Reader) *neutral.Image {
	if !d.images {
		p.Fail(form.Unsupported("an image"))
	}
	url, ok := p.Quoted(p.Get("image_url"))
	if !ok {
		in, _ := p.Inner("image_url")
		url = in.String("url")
	}
	head, data, ok := strings.Cut(url, ";base64,")
	kind, isImage := strings.CutPrefix(head, "data:image/")
	if !ok || !isImage {
		p.Fail(form.Unsupported("an image that is not in the request"))
		return nil
	}
	return decodeImage(p, kind, data)
}

// imageFormats are those of Image.
var imageFormats = []string{"png", "jpeg", "gif", "webp"}

// decodeImage reads a picture of a format from base64.
func decodeImage(r jsonbody.Reader, format, data string) *neutral.Image {
	if format == "jpg" {
		format = "jpeg"
	}
	if !slices.Contains(imageFormats, format) {
		r.Violate("%s is not a format of images; they are %s", format, strings.Join(imageFormats, ", "))
	}
	b, err := base64.StdEncoding.DecodeString(data)
	if err != nil || len(b) == 0 {
		r.Violate("the image is no base64")
	}
	return &neutral.Image{Format: format, Data: b}
}

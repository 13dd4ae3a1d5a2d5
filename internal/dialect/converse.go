package dialect

import (
	"bytes"
	"encoding/json"
	"strings"
)

// converse is the form of Bedrock's Converse, which Amazon's Nova models have as
// their native one with few differences.
type converse struct {
	// nova is true for the native form of Nova.
	nova bool
	// defaults are the documented ones of the model.
	defaults sampling
}

// The defaults that Amazon documents for Nova.
const (
	novaTemperature = 0.7
	novaTopP        = 0.9
)

func nova() Family {
	f := converse{nova: true, defaults: sampling{temperature: new(novaTemperature), topP: new(novaTopP)}}.family()
	f.name, f.pattern = "Amazon Nova", "amazon.nova-micro*, amazon.nova-lite*, amazon.nova-pro*, amazon.nova-premier*, amazon.nova-2*"
	f.prefixes = []string{"amazon.nova-micro", "amazon.nova-lite", "amazon.nova-pro", "amazon.nova-premier", "amazon.nova-2-lite", "amazon.nova-2-pro"}
	f.owns = func(o object) bool {
		return o.has("messages") && (o.has("schemaVersion") || o.has("inferenceConfig") || jsonKind(o["system"]) == "JSONArray")
	}
	f.chat.onlyIfAsked = true
	return f
}

// converseForm is the family of Converse. Where it is asked of a model, what the
// body does not say is as with the model's native one.
func converseForm(native Family) Family {
	form := converse{}
	if native.chat != nil {
		form.defaults = native.documented()
	}
	f := form.family()
	f.name, f.form = "Bedrock Converse", "converse"
	f.chat.onlyIfAsked = native.chat != nil && native.chat.onlyIfAsked
	return f
}

// documented returns the family's defaults: what a chat has that was read from a
// request which says nothing about it.
func (f Family) documented() sampling {
	if f.chat.defaults != (sampling{}) {
		return f.chat.defaults
	}
	silent := Chat{Turns: []Turn{{Role: User, Parts: []Part{{Text: "?"}}}}}
	body, err := f.EncodeChat(silent)
	if err != nil {
		return sampling{} // nobody can ask the family, so its defaults matter to nobody
	}
	c, err := f.DecodeChat(body)
	if err != nil {
		return sampling{}
	}
	return sampling{c.MaxTokens, c.Temperature, c.TopP, c.TopK}
}

func (d converse) family() Family {
	return Family{chat: &chatForm{
		decode: d.decode, request: d.request, encode: d.encode, result: d.result,
		writer:   func(head Result) StreamEncoder { return &converseWriter{form: d, head: head} },
		reader:   func() StreamDecoder { return &converseReader{} },
		defaults: d.defaults,
	}}
}

// The members of a request besides messages. Those of Converse that say how Bedrock
// is to run the model do not change the answer.
var (
	novaMembers     = []string{"schemaVersion", "system", "inferenceConfig", "toolConfig", "reasoningConfig"}
	converseMembers = []string{
		"system", "inferenceConfig", "toolConfig", "outputConfig", "additionalModelRequestFields", "additionalModelResponseFieldPaths",
		"guardrailConfig", "performanceConfig", "serviceTier", "requestMetadata", "promptVariables",
	}
)

func (d converse) decode(_ string, o object) (Chat, error) {
	r := read(o)
	chat := d.defaults.chat()
	if d.nova {
		r.members(novaMembers, "messages")
	} else {
		r.members(converseMembers, "messages")
		r.ignores("guardrailConfig", "promptVariables")
	}
	d.decodeInference(r, &chat)
	for _, s := range r.each("system") {
		if s.has("text") {
			chat.addSystem(s.text("text"))
		} else if !s.has("cachePoint") {
			s.fail(unsupported("a system prompt that is not text"))
		}
	}
	decodeToolConfig(r, &chat)
	decodeReasoning(r, &chat)
	if fields, ok := r.inner("additionalModelRequestFields"); ok {
		decodeFields(fields, &chat)
	}
	if schema := decodeOutput(r); schema != nil {
		chat.Schema = schema
	}
	d.decodeMessages(r, &chat)
	return chat, r.err
}

func (d converse) decodeInference(r reader, chat *Chat) {
	config, ok := r.inner("inferenceConfig")
	if !ok {
		return
	}
	known := []string{"maxTokens", "temperature", "topP", "stopSequences"}
	if d.nova {
		known = append(known, "topK", "max_new_tokens")
	}
	config.members(known)
	for _, key := range []string{"max_new_tokens", "maxTokens"} {
		if config.has(key) {
			chat.MaxTokens = config.integer(key, 1)
		}
	}
	config.number("temperature", 1, &chat.Temperature)
	config.number("topP", 1, &chat.TopP)
	chat.TopK = config.integer("topK", 0)
	chat.Stop = config.texts("stopSequences", false)
}

// decodeFields reads what is for the model itself, as far as it has a neutral
// word.
func decodeFields(r reader, chat *Chat) {
	for _, key := range []string{"top_k", "topK", "k"} {
		if r.has(key) {
			chat.TopK = r.integer(key, 0)
		}
	}
	if config, ok := r.inner("inferenceConfig"); ok {
		config.members([]string{"topK"})
		chat.TopK = config.integer("topK", 0)
	}
	if r.has("seed") {
		chat.Seed = new(int64(r.integer("seed", -1<<62)))
	}
	if r.has("reasoning_effort") {
		chat.Reasoning = r.text("reasoning_effort")
	}
	decodeReasoning(r, chat)
	if r.has("reasoning_config") {
		r.object["thinking"] = r.object["reasoning_config"]
	}
	if r.has("thinking") || r.has("output_config") {
		asked := Chat{MaxTokens: chat.MaxTokens, Temperature: new(float64(claudeTemperature))}
		if asked.MaxTokens == 0 {
			asked.MaxTokens = 1 << 30 // the model's most
		}
		if err := claudeThinking(r.object, &asked); err != nil {
			r.fail(err)
		}
		chat.Reasoning, chat.Schema = asked.Reasoning, asked.Schema
	}
	known := []string{"top_k", "topK", "k", "inferenceConfig", "seed", "reasoning_effort", "reasoningConfig", "reasoning_config", "thinking", "output_config", "anthropic_beta"}
	if extra := r.unknown(known...); extra != nil {
		r.fail(unsupported("the field " + extra[0] + " in additionalModelRequestFields"))
	}
}

// decodeReasoning reads Nova's word for thinking.
func decodeReasoning(r reader, chat *Chat) {
	config, ok := r.inner("reasoningConfig")
	if !ok {
		return
	}
	config.members([]string{"maxReasoningEffort"}, "type")
	switch kind := config.text("type"); kind {
	case "disabled":
		chat.Reasoning = "none"
	case "enabled":
		chat.Reasoning = config.text("maxReasoningEffort")
		if chat.Reasoning == "" {
			chat.Reasoning = "medium"
		}
	default:
		config.violate("type", "%s is not a valid enum value", kind)
	}
}

func decodeToolConfig(r reader, chat *Chat) {
	config, ok := r.inner("toolConfig")
	if !ok {
		return
	}
	config.members([]string{"toolChoice"}, "tools")
	for _, tool := range config.each("tools") {
		if tool.has("cachePoint") {
			continue
		}
		spec, ok := tool.inner("toolSpec")
		if !ok {
			tool.fail(unsupported("a tool that is not a toolSpec"))
			return
		}
		spec.members([]string{"description", "strict"}, "name", "inputSchema")
		schema, _ := spec.inner("inputSchema")
		schema.members(nil, "json")
		chat.Tools = append(chat.Tools, Tool{Name: spec.text("name"), Description: spec.text("description"), Schema: schema.schema("json")})
	}
	choice, ok := config.inner("toolChoice")
	if !ok {
		return
	}
	one, isOne := choice.inner("tool")
	switch {
	case isOne:
		one.members(nil, "name")
		chat.Choice = "tool:" + ToolChoice(one.text("name"))
	case choice.has("any"):
		chat.Choice = "any"
	case choice.has("auto"):
		chat.Choice = "auto"
	default:
		choice.violate("", "required key [auto] not found")
	}
}

// decodeOutput reads the schema of the answer, which stands in a string.
func decodeOutput(r reader) json.RawMessage {
	config, ok := r.inner("outputConfig")
	if !ok {
		return nil
	}
	config.members([]string{"textFormat"})
	format, _ := config.inner("textFormat")
	structure, _ := format.inner("structure")
	schema, ok := structure.inner("jsonSchema")
	if !ok {
		return nil
	}
	schema.members([]string{"name", "description"}, "schema")
	text, ok := toolInput(schema.text("schema"))
	if !ok {
		schema.violate("schema", "expected a JSON object in the string")
	}
	return text
}

func (d converse) decodeMessages(r reader, chat *Chat) {
	for i, m := range r.each("messages") {
		m.members(nil, "role", "content")
		role := Role(m.text("role"))
		if role != User && role != Assistant {
			m.violate("role", "%s is not a valid enum value", role)
		}
		if i > 0 && role == chat.Turns[i-1].Role {
			m.fail(invalid("A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again."))
		}
		turn := Turn{Role: role, Parts: []Part{}}
		for _, block := range m.each("content") {
			if part, ok := decodeBlock(block); ok {
				turn.Parts = append(turn.Parts, part)
			}
		}
		if len(turn.Parts) == 0 {
			m.violate("content", "expected minimum item count: 1, found: 0")
		}
		chat.Turns = append(chat.Turns, turn)
	}
	if len(chat.Turns) == 0 {
		r.violate("messages", "expected minimum item count: 1, found: 0")
	} else if chat.Turns[0].Role != User {
		r.fail(invalid("A conversation must start with a user message. Try again with a conversation that starts with a user message."))
	}
}

// decodeBlock reads a block of content; ok is false where it says nothing.
func decodeBlock(b reader) (part Part, ok bool) {
	switch {
	case b.has("text"):
		return Part{Text: b.text("text")}, true
	case b.has("image"):
		in, _ := b.inner("image")
		in.members(nil, "format", "source")
		source, _ := in.inner("source")
		if source.has("s3Location") {
			b.fail(unsupported("an image that is not in the request"))
		}
		return Part{Image: decodeImage(in, in.text("format"), source.text("bytes"))}, true
	case b.has("toolUse"):
		in, _ := b.inner("toolUse")
		in.members([]string{"type"}, "toolUseId", "name", "input")
		return Part{ToolUse: &ToolUse{ID: in.text("toolUseId"), Name: in.text("name"), Input: in.schema("input")}}, true
	case b.has("toolResult"):
		return Part{ToolResult: decodeToolResult(b)}, true
	case b.has("reasoningContent"):
		return Part{Thought: decodeThought(b)}, true
	case b.has("cachePoint"):
		return Part{}, false
	}
	b.fail(unsupported("a block of content that is no text, image, tool's use or result"))
	return Part{}, false
}

func decodeToolResult(b reader) *ToolResult {
	in, _ := b.inner("toolResult")
	in.members([]string{"status", "type"}, "toolUseId", "content")
	result := &ToolResult{ID: in.text("toolUseId"), Failed: in.text("status") == "error"}
	var texts []string
	for _, c := range in.each("content") {
		switch {
		case c.has("text"):
			texts = append(texts, c.text("text"))
		case c.has("json"):
			texts = append(texts, compact(c.object["json"]))
		default:
			c.fail(unsupported("a tool's result that is not text"))
		}
	}
	result.Text = strings.Join(texts, "\n\n")
	return result
}

// compact returns JSON text without its space.
func compact(raw json.RawMessage) string {
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return string(raw)
	}
	return b.String()
}

func decodeThought(b reader) *Thought {
	in, _ := b.inner("reasoningContent")
	if in.has("redactedContent") {
		return &Thought{Sealed: in.text("redactedContent")}
	}
	text, _ := in.inner("reasoningText")
	text.members([]string{"signature"}, "text")
	return &Thought{Text: text.text("text"), Signature: text.text("signature")}
}

// isNova and the like tell whose words the fields for the model itself need.
func isNova(id string) bool { return strings.HasPrefix(id, "amazon.nova") }

func isClaude(id string) bool { return strings.HasPrefix(id, "anthropic.claude") }

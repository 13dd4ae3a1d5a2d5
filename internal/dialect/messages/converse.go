package messages

import (
	"encoding/json"
	"strings"

	"airglow/internal/dialect/form"
	"airglow/internal/jsonbody"
	"airglow/internal/neutral"
)

// converse is the form of Bedrock's Converse, which Amazon's Nova models have as
// their native one with few differences.
type converse struct {
	// nova is true for the native form of Nova.
	nova bool
	// defaults are the documented ones of the model.
	defaults form.Sampling
}

// The defaults that Amazon documents for Nova, and the most that its topK may be.
const (
	novaTopKLimit   = 128
	novaTemperature = 0.7
	novaTopP        = 0.9
)

func nova() form.Spec {
	f := converse{nova: true, defaults: form.Sampling{Temperature: new(novaTemperature), TopP: new(novaTopP)}}.family()
	f.Name, f.Pattern = "Amazon Nova", "amazon.nova-micro*, amazon.nova-lite*, amazon.nova-pro*, amazon.nova-premier*, amazon.nova-2*"
	f.Prefixes = []string{"amazon.nova-micro", "amazon.nova-lite", "amazon.nova-pro", "amazon.nova-premier", "amazon.nova-2-lite", "amazon.nova-2-pro"}
	f.Owns = func(o jsonbody.Object) bool {
		return o.Has("messages") && (o.Has("schemaVersion") || o.Has("inferenceConfig") || jsonbody.KindOf(o.Get("system")) == "JSONArray")
	}
	f.Chat.OnlyIfAsked = true
	return f
}

// Converse is the form of Converse, for a model with these defaults whose answers
// have its reasoning only if it is asked for, or not.
func Converse(defaults form.Sampling, onlyIfAsked bool) form.Spec {
	f := converse{defaults: defaults}.family()
	f.Name, f.Form = "Bedrock Converse", "converse"
	f.Chat.OnlyIfAsked = onlyIfAsked
	return f
}

func (d converse) family() form.Spec {
	return form.Spec{Chat: &form.ChatForm{
		Decode: d.decode, Request: d.request, Encode: d.encode, Result: d.result,
		Writer:   func(head neutral.Result) neutral.StreamEncoder { return &converseWriter{form: d, head: head} },
		Reader:   func() neutral.StreamDecoder { return &converseReader{} },
		Reads:    jsonbody.Options{Nulls: true},
		Defaults: d.defaults,
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

func (d converse) decode(_ form.Asked, r jsonbody.Reader) (neutral.Chat, error) {
	chat := d.defaults.Chat()
	if d.nova {
		r.Members([]string{"messages"}, novaMembers...)
	} else {
		r.Members([]string{"messages"}, converseMembers...)
		ignores(r, "guardrailConfig", "promptVariables")
	}
	d.decodeInference(r, &chat)
	for _, s := range r.Each("system") {
		if s.Has("text") {
			chat.AddSystem(s.String("text"))
		} else if !s.Has("cachePoint") {
			s.Fail(form.Unsupported("a system prompt that is not text"))
		}
	}
	decodeToolConfig(r, &chat)
	decodeReasoning(r, &chat)
	if fields, ok := r.Inner("additionalModelRequestFields"); ok {
		decodeFields(fields, &chat)
	}
	if schema := decodeOutput(r); schema != nil {
		chat.Schema = schema
	}
	d.decodeMessages(r, &chat)
	return chat, form.Refusal(r)
}

func (d converse) decodeInference(r jsonbody.Reader, chat *neutral.Chat) {
	config, ok := r.Inner("inferenceConfig")
	if !ok {
		return
	}
	known := []string{"maxTokens", "temperature", "topP", "stopSequences"}
	if d.nova {
		known = append(known, "topK", "max_new_tokens")
	}
	config.Members(nil, known...)
	for _, key := range []string{"max_new_tokens", "maxTokens"} {
		config.Integer(key, jsonbody.From(1), &chat.MaxTokens)
	}
	config.Number("temperature", jsonbody.Between(0, 1), &chat.Temperature)
	config.Number("topP", jsonbody.Between(0, 1), &chat.TopP)
	config.Integer("topK", jsonbody.Between(0, novaTopKLimit), &chat.TopK)
	chat.Stop = form.ReadStops(config, "stopSequences", 0)
}

// decodeFields reads what is for the model itself, as far as it has a neutral
// word.
func decodeFields(r jsonbody.Reader, chat *neutral.Chat) {
	for _, key := range []string{"top_k", "topK", "k"} {
		r.Integer(key, jsonbody.From(0), &chat.TopK)
	}
	if config, ok := r.Inner("inferenceConfig"); ok {
		config.Members(nil, "topK")
		config.Integer("topK", jsonbody.Between(0, novaTopKLimit), &chat.TopK)
	}
	readSeed(r, chat)
	if r.Has("reasoning_effort") {
		chat.Reasoning = r.String("reasoning_effort")
	}
	decodeReasoning(r, chat)
	if r.Has("thinking") || r.Has("output_config") || r.Has("reasoning_config") {
		asked := neutral.Chat{MaxTokens: chat.MaxTokens, Temperature: new(float64(claudeTemperature))}
		if asked.MaxTokens == 0 {
			asked.MaxTokens = 1 << 30 // the model's most
		}
		name := "thinking"
		if r.Has("reasoning_config") {
			name = "reasoning_config" // as Converse's own documentation has it
		}
		claudeThoughts(r, name, &asked)
		chat.Reasoning, chat.Schema = asked.Reasoning, asked.Schema
	}
	known := []string{"top_k", "topK", "k", "inferenceConfig", "seed", "reasoning_effort", "reasoningConfig", "reasoning_config", "thinking", "output_config", "anthropic_beta"}
	if extra := r.Names(known...); extra != nil {
		r.Fail(form.Unsupported("the field " + extra[0] + " in additionalModelRequestFields"))
	}
}

// decodeReasoning reads Nova's word for thinking.
func decodeReasoning(r jsonbody.Reader, chat *neutral.Chat) {
	config, ok := r.Inner("reasoningConfig")
	if !ok {
		return
	}
	config.Members([]string{"type"}, "maxReasoningEffort")
	switch kind := config.String("type"); kind {
	case "disabled":
		chat.Reasoning = "none"
	case "enabled":
		chat.Reasoning = config.String("maxReasoningEffort")
		if chat.Reasoning == "" {
			chat.Reasoning = "medium"
		}
	default:
		config.ViolateAt("type", "%s is not a valid enum value", kind)
	}
}

func decodeToolConfig(r jsonbody.Reader, chat *neutral.Chat) {
	config, ok := r.Inner("toolConfig")
	if !ok {
		return
	}
	config.Members([]string{"tools"}, "toolChoice")
	for _, tool := range config.Each("tools") {
		if tool.Has("cachePoint") {
			continue
		}
		spec, ok := tool.Inner("toolSpec")
		if !ok {
			tool.Fail(form.Unsupported("a tool that is not a toolSpec"))
			return
		}
		spec.Members([]string{"name", "inputSchema"}, "description", "strict")
		schema, _ := spec.Inner("inputSchema")
		schema.Members([]string{"json"})
		chat.Tools = append(chat.Tools, neutral.Tool{Name: spec.String("name"), Description: spec.String("description"), Schema: schema.Copy("json")})
	}
	choice, ok := config.Inner("toolChoice")
	if !ok {
		return
	}
	one, isOne := choice.Inner("tool")
	switch {
	case isOne:
		one.Members([]string{"name"})
		chat.Choice = "tool:" + neutral.ToolChoice(one.String("name"))
	case choice.Has("any"):
		chat.Choice = "any"
	case choice.Has("auto"):
		chat.Choice = "auto"
	default:
		choice.Required("auto")
	}
}

// decodeOutput reads the schema of the answer, which stands in a string.
func decodeOutput(r jsonbody.Reader) json.RawMessage {
	config, ok := r.Inner("outputConfig")
	if !ok {
		return nil
	}
	config.Members(nil, "textFormat")
	format, _ := config.Inner("textFormat")
	structure, _ := format.Inner("structure")
	schema, ok := structure.Inner("jsonSchema")
	if !ok {
		return nil
	}
	schema.Members([]string{"schema"}, "name", "description")
	text, ok := form.ToolInput(schema.String("schema"))
	if !ok {
		schema.ViolateAt("schema", "expected a JSON object in the string")
	}
	return text
}

func (d converse) decodeMessages(r jsonbody.Reader, chat *neutral.Chat) {
	chat.Turns = neutral.RoomFor(r.Get("messages"))
	for i, m := range r.Each("messages") {
		if !r.Sound() {
			break // what follows a fault may be no fault
		}
		m.Members([]string{"role", "content"})
		role := neutral.Role(m.String("role"))
		if m.Has("role") && role != neutral.User && role != neutral.Assistant {
			m.ViolateAt("role", "%s is not a valid enum value", role)
		}
		if i > 0 && role == chat.Turns[i-1].Role {
			m.Fail(form.Invalid("A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again."))
		}
		turn := neutral.Turn{Role: role, Parts: []neutral.Part{}}
		for _, block := range m.Each("content") {
			if part, ok := decodeBlock(block); ok {
				turn.Parts = append(turn.Parts, part)
			}
		}
		if m.Sound() && len(turn.Parts) == 0 {
			m.ViolateAt("content", "expected minimum item count: 1, found: 0")
		}
		chat.Turns = append(chat.Turns, turn)
	}
	switch {
	case !r.Sound():
	case len(chat.Turns) == 0:
		r.ViolateAt("messages", "expected minimum item count: 1, found: 0")
	case chat.Turns[0].Role != neutral.User:
		r.Fail(form.Invalid("A conversation must start with a user message. Try again with a conversation that starts with a user message."))
	}
}

// decodeBlock reads a block of content; ok is false where it says nothing.
func decodeBlock(b jsonbody.Reader) (part neutral.Part, ok bool) {
	switch {
	case b.Has("text"):
		return neutral.Part{Text: b.String("text")}, true
	case b.Has("image"):
		in, _ := b.Inner("image")
		in.Members([]string{"format", "source"})
		source, _ := in.Inner("source")
		if source.Has("s3Location") {
			b.Fail(form.Unsupported("an image that is not in the request"))
		}
		return neutral.Part{Image: decodeImage(in, in.String("format"), source.String("bytes"))}, true
	case b.Has("toolUse"):
		in, _ := b.Inner("toolUse")
		in.Members([]string{"toolUseId", "name", "input"}, "type")
		return neutral.Part{ToolUse: &neutral.ToolUse{ID: in.String("toolUseId"), Name: in.String("name"), Input: in.Copy("input")}}, true
	case b.Has("toolResult"):
		return neutral.Part{ToolResult: decodeToolResult(b)}, true
	case b.Has("reasoningContent"):
		return neutral.Part{Thought: decodeThought(b)}, true
	case b.Has("cachePoint"):
		return neutral.Part{}, false
	}
	b.Fail(form.Unsupported("a block of content that is no text, image, tool's use or result"))
	return neutral.Part{}, false
}

func decodeToolResult(b jsonbody.Reader) *neutral.ToolResult {
	in, _ := b.Inner("toolResult")
	in.Members([]string{"toolUseId", "content"}, "status", "type")
	result := &neutral.ToolResult{ID: in.String("toolUseId"), Failed: in.String("status") == "error"}
	var texts []string
	for _, c := range in.Each("content") {
		switch {
		case c.Has("text"):
			texts = append(texts, c.String("text"))
		case c.Has("json"):
			texts = append(texts, compact(c.Get("json")))
		default:
			c.Fail(form.Unsupported("a tool's result that is not text"))
		}
	}
	result.Text = strings.Join(texts, "\n\n")
	return result
}

// compact returns JSON text without its space.
func compact(raw json.RawMessage) string {
	w := jsonbody.NewWriter()
	w.Raw(raw)
	text, _ := w.Take() // it is well formed, as all of the body is
	return string(text)
}

func decodeThought(b jsonbody.Reader) *neutral.Thought {
	in, _ := b.Inner("reasoningContent")
	if in.Has("redactedContent") {
		return &neutral.Thought{Sealed: in.String("redactedContent")}
	}
	text, _ := in.Inner("reasoningText")
	text.Members([]string{"text"}, "signature")
	return &neutral.Thought{Text: text.String("text"), Signature: text.String("signature")}
}

// isNova and the like tell whose words the fields for the model itself need.
func isNova(id string) bool { return strings.HasPrefix(id, "amazon.nova") }

func isClaude(id string) bool { return strings.HasPrefix(id, "anthropic.claude") }

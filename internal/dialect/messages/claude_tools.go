package messages

import (
	"slices"
	"strconv"

	"airglow/internal/dialect/form"
	"airglow/internal/jsonbody"
	"airglow/internal/neutral"
)

// claudeTools reads the tools and how free the model is in using them.
func claudeTools(r jsonbody.Reader, chat *neutral.Chat) {
	for _, tool := range r.Each("tools") {
		claudeTool(tool, chat)
	}
	if r.Has("tools") {
		claudeChoice(r, chat)
	}
}

func claudeTool(tool jsonbody.Reader, chat *neutral.Chat) {
	if kind, ok := tool.Quoted(tool.Get("type")); ok && kind != "custom" {
		tool.Fail(form.Unsupported("the tool " + kind))
		return
	}
	tool.Required("name")
	if jsonbody.KindOf(tool.Get("input_schema")) != "JSONObject" {
		tool.ViolateAt("input_schema", "Field required")
	}
	tool.Members(nil, "type", "cache_control", "name", "description", "input_schema", "strict")
	description, _ := tool.Quoted(tool.Get("description"))
	chat.Tools = append(chat.Tools, neutral.Tool{Name: tool.String("name"), Description: description, Schema: slices.Clone(tool.Get("input_schema"))})
}

func claudeChoice(r jsonbody.Reader, chat *neutral.Chat) {
	choice, ok := r.Inner("tool_choice")
	if !ok {
		return
	}
	switch kind, _ := choice.Quoted(choice.Get("type")); kind {
	case "auto", "any", "none":
		chat.Choice = neutral.ToolChoice(kind)
	case "tool":
		if !choice.Has("name") {
			choice.ViolateAt("tool/name", "Field required")
		}
		chat.Choice = "tool:" + neutral.ToolChoice(choice.String("name"))
	default:
		choice.Violate("Input tag '%s' found using 'type' does not match any of the expected tags: 'auto', 'any', 'tool', 'none'", kind)
	}
}

// claudeLeastThinking is the smallest budget, in tokens.
const claudeLeastThinking = 1024

// claudeThinking reads how much the model may think, and the answer's schema.
func claudeThinking(r jsonbody.Reader, chat *neutral.Chat) { claudeThoughts(r, "thinking", chat) }

// claudeThoughts is claudeThinking for a member of another name.
func claudeThoughts(r jsonbody.Reader, name string, chat *neutral.Chat) {
	effort := claudeOutput(r, chat)
	thinking, ok := r.Inner(name)
	if !ok {
		return
	}
	switch kind, _ := thinking.Quoted(thinking.Get("type")); kind {
	case "disabled":
		chat.Reasoning = "none"
		return
	case "adaptive":
		chat.Reasoning = effort
	case "enabled":
		chat.Reasoning = claudeBudget(thinking, chat.MaxTokens)
	default:
		r.Fail(form.Invalid("thinking: Input tag '%s' found using 'type' does not match any of the expected tags: 'adaptive', 'disabled', 'enabled'", kind))
	}
	if *chat.Temperature != claudeTemperature {
		r.Fail(form.Invalid("`temperature` may only be set to 1 when thinking is enabled"))
	}
}

// claudeBudget reads how many tokens of an answer may be thoughts.
func claudeBudget(thinking jsonbody.Reader, most int) string {
	budget, ok := jsonbody.Integer(thinking.Get("budget_tokens"))
	switch {
	case !ok || budget < claudeLeastThinking:
		thinking.Fail(form.Invalid("thinking.enabled.budget_tokens: Input should be greater than or equal to %d", claudeLeastThinking))
	case budget >= most:
		thinking.Fail(form.Invalid("`max_tokens` must be greater than `thinking.budget_tokens`"))
	}
	return strconv.Itoa(budget)
}

// claudeOutput reads what is asked of the answer, and returns the effort.
func claudeOutput(r jsonbody.Reader, chat *neutral.Chat) (effort string) {
	config, ok := r.Inner("output_config")
	if !ok {
		return "high" // as Anthropic documents it
	}
	if effort, ok = config.Quoted(config.Get("effort")); !ok {
		effort = "high"
	}
	config.Members(nil, "effort", "format")
	if !config.Has("format") {
		return effort
	}
	format, _ := config.Inner("format")
	if kind, _ := format.Quoted(format.Get("type")); kind != "json_schema" || jsonbody.KindOf(format.Get("schema")) != "JSONObject" {
		r.Fail(form.Invalid("output_config.format: Input should have the type 'json_schema' and a schema"))
	}
	chat.Schema = slices.Clone(format.Get("schema"))
	return effort
}

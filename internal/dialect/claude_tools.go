package dialect

import (
	"fmt"
	"slices"
	"strconv"
)

// claudeTools reads the tools and how free the model is in using them.
func claudeTools(o object, chat *Chat) error {
	if !o.has("tools") {
		return nil
	}
	tools, ok := readArray(o["tools"])
	if !ok {
		return invalid("tools: Input should be a valid list")
	}
	for i, raw := range tools {
		at := fmt.Sprintf("tools.%d", i)
		tool, ok := o.read(raw)
		if !ok {
			return invalid("%s: Input should be a valid dictionary or object to extract fields from", at)
		}
		if err := claudeTool(at, tool, chat); err != nil {
			return err
		}
	}
	return claudeChoice(o, chat)
}

func claudeTool(at string, tool object, chat *Chat) error {
	if kind, ok := readString(tool["type"]); ok && kind != "custom" {
		return unsupported("the tool " + kind)
	}
	name, err := claudeString(at, tool, "name")
	if err != nil {
		return err
	}
	if jsonKind(tool["input_schema"]) != "JSONObject" {
		return invalid("%s.input_schema: Field required", at)
	}
	if err := claudeOnly(at, tool, "name", "description", "input_schema", "strict"); err != nil {
		return err
	}
	description, _ := readString(tool["description"])
	chat.Tools = append(chat.Tools, Tool{Name: name, Description: description, Schema: slices.Clone(tool["input_schema"])})
	return nil
}

func claudeChoice(o object, chat *Chat) error {
	if !o.has("tool_choice") {
		return nil
	}
	choice, ok := o.read(o["tool_choice"])
	if !ok {
		return invalid("tool_choice: Input should be a valid dictionary or object to extract fields from")
	}
	switch kind, _ := readString(choice["type"]); kind {
	case "auto", "any", "none":
		chat.Choice = ToolChoice(kind)
	case "tool":
		name, err := claudeString("tool_choice.tool", choice, "name")
		chat.Choice = "tool:" + ToolChoice(name)
		return err
	default:
		return invalid("tool_choice: Input tag '%s' found using 'type' does not match any of the expected tags: 'auto', 'any', 'tool', 'none'", kind)
	}
	return nil
}

// claudeLeastThinking is the smallest budget, in tokens.
const claudeLeastThinking = 1024

// claudeThinking reads how much the model may think, and the answer's schema.
func claudeThinking(o object, chat *Chat) error {
	effort, err := claudeOutput(o, chat)
	if err != nil || !o.has("thinking") {
		return err
	}
	thinking, ok := o.read(o["thinking"])
	if !ok {
		return invalid("thinking: Input should be a valid dictionary or object to extract fields from")
	}
	switch kind, _ := readString(thinking["type"]); kind {
	case "disabled":
		chat.Reasoning = "none"
		return nil
	case "adaptive":
		chat.Reasoning = effort
	case "enabled":
		budget, ok := readInt(thinking["budget_tokens"])
		if !ok || budget < claudeLeastThinking {
			return invalid("thinking.enabled.budget_tokens: Input should be greater than or equal to %d", claudeLeastThinking)
		}
		if budget >= chat.MaxTokens {
			return invalid("`max_tokens` must be greater than `thinking.budget_tokens`")
		}
		chat.Reasoning = strconv.Itoa(budget)
	default:
		return invalid("thinking: Input tag '%s' found using 'type' does not match any of the expected tags: 'adaptive', 'disabled', 'enabled'", kind)
	}
	if *chat.Temperature != claudeTemperature {
		return invalid("`temperature` may only be set to 1 when thinking is enabled")
	}
	return nil
}

// claudeOutput reads what is asked of the answer, and returns the effort.
func claudeOutput(o object, chat *Chat) (effort string, err error) {
	if !o.has("output_config") {
		return "high", nil // as Anthropic documents it
	}
	config, ok := o.read(o["output_config"])
	if !ok {
		return "", invalid("output_config: Input should be a valid dictionary or object to extract fields from")
	}
	if effort, ok = readString(config["effort"]); !ok {
		effort = "high"
	}
	if !config.has("format") {
		return effort, claudeOnly("output_config", config, "effort", "format")
	}
	format, _ := config.read(config["format"])
	if kind, _ := readString(format["type"]); kind != "json_schema" || jsonKind(format["schema"]) != "JSONObject" {
		return "", invalid("output_config.format: Input should have the type 'json_schema' and a schema")
	}
	chat.Schema = slices.Clone(format["schema"])
	return effort, claudeOnly("output_config", config, "effort", "format")
}

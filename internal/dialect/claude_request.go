package dialect

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// claudeFallbackTokens bounds an answer whose chat leaves it to the model, because
// the form requires a number. Every model of the family takes it.
const claudeFallbackTokens = 4096

// claudeRequest is a request; the order of its members is the documentation's.
type claudeRequest struct {
	Version     string          `json:"anthropic_version,omitempty"`
	Model       string          `json:"model,omitempty"`
	MaxTokens   int             `json:"max_tokens"`
	System      string          `json:"system,omitempty"`
	Messages    []claudeTurn    `json:"messages"`
	Temperature *float64        `json:"temperature,omitempty"`
	TopP        *float64        `json:"top_p,omitempty"`
	TopK        int             `json:"top_k,omitempty"`
	Stop        []string        `json:"stop_sequences,omitempty"`
	Tools       []claudeToolDef `json:"tools,omitempty"`
	Choice      *claudeTyped    `json:"tool_choice,omitempty"`
	Thinking    *claudeTyped    `json:"thinking,omitempty"`
	Output      *claudeOutputs  `json:"output_config,omitempty"`
}

// claudeTurn is a message. Content is a list of claudePart or an empty string.
type claudeTurn struct {
	Role    Role `json:"role"`
	Content any  `json:"content"`
}

// claudePart is a content block of any type.
type claudePart struct {
	Type      string          `json:"type"`
	Text      string          `json:"text,omitempty"`
	Source    *claudeSource   `json:"source,omitempty"`
	ID        string          `json:"id,omitempty"`
	Name      string          `json:"name,omitempty"`
	Input     json.RawMessage `json:"input,omitempty"`
	ToolUseID string          `json:"tool_use_id,omitempty"`
	Content   string          `json:"content,omitempty"`
	IsError   bool            `json:"is_error,omitempty"`
	Thinking  *string         `json:"thinking,omitempty"`
	Signature string          `json:"signature,omitempty"`
	Data      string          `json:"data,omitempty"`
}

type claudeSource struct {
	Type      string `json:"type"`
	MediaType string `json:"media_type"`
	Data      string `json:"data"`
}

type claudeToolDef struct {
	Name        string          `json:"name"`
	Description string          `json:"description,omitempty"`
	Schema      json.RawMessage `json:"input_schema"`
}

// claudeTyped is an object that its type tells apart.
type claudeTyped struct {
	Type   string `json:"type"`
	Name   string `json:"name,omitempty"`
	Budget int    `json:"budget_tokens,omitempty"`
}

type claudeOutputs struct {
	Effort string        `json:"effort,omitempty"`
	Format *claudeFormat `json:"format,omitempty"`
}

type claudeFormat struct {
	Type   string          `json:"type"`
	Schema json.RawMessage `json:"schema"`
}

// claudeModel returns a model's name without the vendor that Bedrock's ids have.
func claudeModel(id string) string { return strings.TrimPrefix(id, "anthropic.") }

// among reports whether a Claude's name begins with one of the prefixes.
func among(name string, prefixes ...string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(name, p) })
}

// takesBoth reports whether a model takes temperature and top_p together. The
// Claudes since Opus 4.1 do not; other models behind the same API do.
func takesBoth(id string) bool {
	name := claudeModel(id)
	return !strings.HasPrefix(name, "claude-") ||
		among(name, "claude-3", "claude-sonnet-4-2", "claude-opus-4-2", "claude-v2", "claude-instant")
}

// weighsEffort reports whether a model takes its thinking as an effort instead of
// a number of tokens, as the Claudes since Opus 4.6 do.
func weighsEffort(id string) bool {
	name := claudeModel(id)
	return strings.HasPrefix(name, "claude-") &&
		!among(name, "claude-3", "claude-sonnet-4-2", "claude-sonnet-4-5", "claude-opus-4-2", "claude-opus-4-1", "claude-opus-4-5", "claude-haiku-4-5", "claude-v2", "claude-instant")
}

// request writes a request.
func (d claudeForm) request(modelID string, c Chat) ([]byte, error) {
	s := c.sampling(claudeDefaults())
	body := claudeRequest{
		MaxTokens: s.maxTokens, System: c.System,
		Temperature: s.temperature, TopP: s.topP, TopK: s.topK, Stop: c.Stop,
	}
	if d.wire {
		body.Model = modelID
	} else {
		body.Version = claudeVersion
	}
	if body.MaxTokens == 0 {
		body.MaxTokens = claudeFallbackTokens
	}
	if s.temperature != nil && !takesBoth(modelID) {
		body.TopP = nil
	}
	if len(c.Schema) > 0 {
		body.Output = &claudeOutputs{Format: &claudeFormat{Type: "json_schema", Schema: c.Schema}}
	}
	body.think(modelID, c.Reasoning)
	body.Tools, body.Choice = claudeToolDefs(c)
	for _, turn := range c.Turns {
		body.Messages = append(body.Messages, claudeTurnOf(turn))
	}
	return encodeJSON(body)
}

// think asks for thinking. While it thinks a model samples as it likes.
func (b *claudeRequest) think(modelID, reasoning string) {
	budget := effortTokens(reasoning)
	switch {
	case reasoning == "none":
		b.Thinking = &claudeTyped{Type: "disabled"}
		return
	case budget == 0:
		return
	case weighsEffort(modelID):
		b.Thinking = &claudeTyped{Type: "adaptive"}
		if b.Output == nil {
			b.Output = &claudeOutputs{}
		}
		b.Output.Effort = effortWord(reasoning, "max")
	case b.MaxTokens <= claudeLeastThinking:
		return // there is no room for the least of it
	default:
		b.Thinking = &claudeTyped{Type: "enabled", Budget: min(max(budget, claudeLeastThinking), b.MaxTokens-1)}
	}
	b.Temperature, b.TopK = nil, 0
	if b.TopP != nil && *b.TopP < 0.95 {
		b.TopP = nil
	}
}

func claudeToolDefs(c Chat) (tools []claudeToolDef, choice *claudeTyped) {
	for _, t := range c.Tools {
		def := claudeToolDef(t)
		if len(def.Schema) == 0 {
			def.Schema = json.RawMessage(anyObject)
		}
		tools = append(tools, def)
	}
	if name, one := c.Choice.only(); one {
		return tools, &claudeTyped{Type: "tool", Name: name}
	}
	if c.Choice != "" && tools != nil {
		choice = &claudeTyped{Type: string(c.Choice)}
	}
	return tools, choice
}

// claudeTurnOf writes a turn. The results of tools have to come first, and texts
// that are empty are not permitted except as the whole of a turn.
func claudeTurnOf(turn Turn) claudeTurn {
	var results, parts []claudePart
	for i, p := range turn.Parts {
		switch {
		case p.ToolResult != nil:
			r := p.ToolResult
			results = append(results, claudePart{Type: "tool_result", ToolUseID: r.ID, Content: r.Text, IsError: r.Failed})
		case p.ToolUse != nil:
			parts = append(parts, claudePart{Type: "tool_use", ID: toolID("toolu_"+strconv.Itoa(i), p.ToolUse.ID, i), Name: p.ToolUse.Name, Input: p.ToolUse.Input})
		case p.Image != nil:
			parts = append(parts, claudePart{Type: "image", Source: &claudeSource{
				"base64", "image/" + p.Image.Format, base64.StdEncoding.EncodeToString(p.Image.Data)}})
		case p.Thought != nil && p.Thought.Sealed != "":
			parts = append(parts, claudePart{Type: "redacted_thinking", Data: p.Thought.Sealed})
		case p.Thought != nil && p.Thought.Signature != "":
			parts = append(parts, claudePart{Type: "thinking", Thinking: &p.Thought.Text, Signature: p.Thought.Signature})
		case p.isText() && p.Text != "":
			parts = append(parts, claudePart{Type: "text", Text: p.Text})
		}
	}
	if parts = append(results, parts...); len(parts) > 0 {
		return claudeTurn{turn.Role, parts}
	}
	return claudeTurn{turn.Role, ""}
}

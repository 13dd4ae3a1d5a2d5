package dialect

import (
	"encoding/base64"
	"encoding/json"
	"slices"
)

// openAIRequest is a request; the order of its members is the documentation's.
type openAIRequest struct {
	Model               string          `json:"model,omitempty"`
	Messages            []openAIMessage `json:"messages"`
	MaxTokens           int             `json:"max_tokens,omitempty"`
	MaxCompletionTokens int             `json:"max_completion_tokens,omitempty"`
	Temperature         *float64        `json:"temperature,omitempty"`
	TopP                *float64        `json:"top_p,omitempty"`
	Stop                []string        `json:"stop,omitempty"`
	Seed                *int64          `json:"seed,omitempty"`
	Tools               []openAITool    `json:"tools,omitempty"`
	ToolChoice          any             `json:"tool_choice,omitempty"`
	Format              *openAIFormat   `json:"response_format,omitempty"`
	Effort              string          `json:"reasoning_effort,omitempty"`
}

// openAIMessage is a message of a request or an answer, and a piece of one in a
// stream. Content is a string, a list of openAIPart or nil.
type openAIMessage struct {
	Role       string       `json:"role,omitempty"`
	Content    any          `json:"content"`
	Reasoning  string       `json:"reasoning_content,omitempty"`
	ToolCalls  []openAICall `json:"tool_calls,omitempty"`
	ToolCallID string       `json:"tool_call_id,omitempty"`
}

type openAIPart struct {
	Type  string     `json:"type"`
	Text  *string    `json:"text,omitempty"`
	Image *openAIURL `json:"image_url,omitempty"`
}

type openAIURL struct {
	URL string `json:"url"`
}

// openAICall is the use of a tool; Index is there in streams alone.
type openAICall struct {
	Index    *int           `json:"index,omitempty"`
	ID       string         `json:"id,omitempty"`
	Type     string         `json:"type,omitempty"`
	Function openAIFunction `json:"function"`
}

type openAIFunction struct {
	Name      string `json:"name,omitempty"`
	Arguments string `json:"arguments"`
}

type openAITool struct {
	Type     string `json:"type"`
	Function struct {
		Name        string          `json:"name"`
		Description string          `json:"description,omitempty"`
		Parameters  json.RawMessage `json:"parameters,omitempty"`
	} `json:"function"`
}

type openAIFormat struct {
	Type   string        `json:"type"`
	Schema *openAISchema `json:"json_schema,omitempty"`
}

type openAISchema struct {
	Name   string          `json:"name"`
	Schema json.RawMessage `json:"schema"`
}

// request writes a request.
func (d openAI) request(modelID string, c Chat) ([]byte, error) {
	if err := d.refuse(c); err != nil {
		return nil, err
	}
	s := c.sampling(d.defaults).withoutTopK()
	body := openAIRequest{Temperature: s.temperature, TopP: s.topP, Stop: c.Stop, Format: encodeFormat(c.Schema)}
	if d.named {
		body.Model = modelID
	}
	if d.maxTokens == "max_tokens" {
		body.MaxTokens = s.maxTokens
	} else {
		body.MaxCompletionTokens = s.maxTokens
	}
	if d.knows("seed") {
		body.Seed = c.Seed
	}
	if d.knows("reasoning_effort") {
		body.Effort = d.effort(c.Reasoning)
	}
	body.Tools, body.ToolChoice = d.encodeTools(c)
	if c.System != "" {
		body.Messages = append(body.Messages, openAIMessage{Role: "system", Content: c.System})
	}
	for _, turn := range c.Turns {
		body.Messages = append(body.Messages, d.encodeTurn(turn)...)
	}
	return encodeJSON(body)
}

// effort returns how much the model is to think. The least of gpt-oss is "low".
func (d openAI) effort(reasoning string) string {
	switch {
	case d.reasoning != inTags:
		return effortWord(reasoning, "minimal", "xhigh")
	case reasoning == "none":
		return "low"
	default:
		return effortWord(reasoning)
	}
}

func (d openAI) knows(member string) bool { return slices.Contains(d.known, member) }

// refuse refuses a chat that the form has no words for.
func (d openAI) refuse(c Chat) error {
	switch {
	case !d.images && c.hasImages():
		return unsupported("an image")
	case !d.tools && (len(c.Tools) > 0 || c.runsTools()):
		return unsupported("tools")
	case len(c.Schema) > 0 && !d.knows("response_format"):
		return unsupported("a JSON schema for the answer")
	}
	if _, one := c.Choice.only(); one && d.ends == "stop_reason" && len(c.Tools) != 1 {
		return unsupported("the choice of one tool among several")
	}
	return nil
}

func (d openAI) encodeTools(c Chat) (tools []openAITool, choice any) {
	for _, tool := range c.Tools {
		t := openAITool{Type: "function"}
		t.Function.Name, t.Function.Description, t.Function.Parameters = tool.Name, tool.Description, tool.Schema
		tools = append(tools, t)
	}
	// Mistral has the word "any", and none for one tool.
	isMistral := d.ends == "stop_reason"
	name, one := c.Choice.only()
	switch {
	case c.Choice == "":
	case one && !isMistral:
		choice = map[string]any{"type": "function", "function": map[string]string{"name": name}}
	case one || c.Choice == "any":
		choice = "required"
		if isMistral {
			choice = "any"
		}
	default:
		choice = string(c.Choice)
	}
	return tools, choice
}

func encodeFormat(schema json.RawMessage) *openAIFormat {
	switch string(schema) {
	case "":
		return nil
	case anyObject:
		return &openAIFormat{Type: "json_object"}
	default:
		return &openAIFormat{Type: "json_schema", Schema: &openAISchema{Name: "answer", Schema: schema}}
	}
}

// encodeTurn writes a turn as messages: one for each result of a tool, and one for
// the rest. What the assistant thought is left out, because many servers refuse it.
func (d openAI) encodeTurn(turn Turn) (messages []openAIMessage) {
	m := openAIMessage{Role: string(turn.Role), Content: d.encodeContent(turn)}
	for i, p := range turn.Parts {
		switch {
		case p.ToolResult != nil:
			messages = append(messages, openAIMessage{Role: "tool", ToolCallID: p.ToolResult.ID, Content: p.ToolResult.Text})
		case p.ToolUse != nil:
			m.ToolCalls = append(m.ToolCalls, openAICall{ID: toolID("call_", p.ToolUse.ID, i), Type: "function",
				Function: openAIFunction{Name: p.ToolUse.Name, Arguments: string(toolObject(p.ToolUse.Input))}})
		}
	}
	if m.Content == nil && m.ToolCalls == nil && messages != nil {
		return messages
	}
	return append(messages, m)
}

// encodeContent writes a turn's texts and pictures. Texts alone are one string,
// which every server takes; nil is nothing said.
func (d openAI) encodeContent(turn Turn) any {
	var parts []openAIPart
	images := false
	for _, p := range turn.Parts {
		switch {
		case p.Image != nil:
			url := "data:image/" + p.Image.Format + ";base64," + base64.StdEncoding.EncodeToString(p.Image.Data)
			parts, images = append(parts, openAIPart{Type: "image_url", Image: &openAIURL{url}}), true
		case p.isText():
			parts = append(parts, openAIPart{Type: "text", Text: &p.Text})
		}
	}
	switch {
	case images:
		return parts
	case parts == nil:
		return nil
	default:
		return turn.Text()
	}
}

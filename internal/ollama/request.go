package ollama

import (
	"encoding/json"
	"fmt"
	"maps"
	"strconv"

	"airglow/internal/dialect"
	"airglow/internal/model"
	"airglow/internal/translate"
)

// message is a turn, or a part of one, as Ollama has it.
type message struct {
	Role      string     `json:"role"`
	Content   string     `json:"content"`
	Thinking  string     `json:"thinking,omitempty"`
	Images    [][]byte   `json:"images,omitempty"`
	ToolCalls []toolCall `json:"tool_calls,omitempty"`
	ToolName  string     `json:"tool_name,omitempty"`
}

// toolCall is the use of a tool; its arguments are an object, not a text.
type toolCall struct {
	ID       string `json:"id,omitempty"`
	Function struct {
		Name      string          `json:"name"`
		Arguments json.RawMessage `json:"arguments"`
	} `json:"function"`
}

// members is the object of a request that begins with a route's parameters.
func members(parameters map[string]json.RawMessage) map[string]any {
	request := make(map[string]any, len(parameters)+8)
	for name, value := range parameters {
		request[name] = value
	}
	return request
}

func (b *Backend) keepAlive(request map[string]any) {
	if _, set := request["keep_alive"]; !set && b.options.KeepAlive > 0 {
		request["keep_alive"] = b.options.KeepAlive.String()
	}
}

// chatBody writes a chat. What the chat sets goes over the route's parameters, and
// they go over what the provider's table says.
func (b *Backend) chatBody(chat translate.Chat) ([]byte, error) {
	request := members(chat.Parameters)
	options, err := b.chatOptions(chat)
	if err != nil {
		return nil, err
	}
	request["model"], request["options"] = chat.Model, options
	request["messages"] = messages(chat.Chat)
	request["stream"] = chat.Emit != nil
	// Neither the prompt nor, while the answer grows, its beginning is dropped
	// without a word.
	request["truncate"], request["shift"] = false, false
	b.keepAlive(request)
	if think, says := thinking(chat.Reasoning); says {
		request["think"] = think
	}
	if chat.Schema != nil {
		request["format"] = chat.Schema
	}
	if len(chat.Tools) > 0 && chat.Choice != "none" {
		request["tools"] = tools(chat.Tools)
	}
	return json.Marshal(request)
}

// chatOptions are the settings of the model's run. Ollama's own defaults of top_k
// and repeat_penalty are no family's.
func (b *Backend) chatOptions(chat translate.Chat) (map[string]any, error) {
	options := map[string]any{"num_ctx": b.options.ContextSize, "top_k": 0, "repeat_penalty": 1.0}
	if raw, ok := chat.Parameters["options"]; ok {
		var more map[string]any
		if err := json.Unmarshal(raw, &more); err != nil {
			return nil, &model.Error{Kind: model.NotConfigured, Service: model.Bedrock, Err: err,
				Message: fmt.Sprintf("the parameter options of model %s in the model map is no object", chat.Model)}
		}
		maps.Copy(options, more)
	}
	if chat.MaxTokens > 0 {
		options["num_predict"] = chat.MaxTokens
	}
	if chat.Temperature != nil {
		options["temperature"] = *chat.Temperature
	}
	if chat.TopP != nil {
		options["top_p"] = *chat.TopP
	}
	if chat.TopK > 0 {
		options["top_k"] = chat.TopK
	}
	if chat.Seed != nil {
		options["seed"] = *chat.Seed
	}
	if len(chat.Stop) > 0 {
		options["stop"] = chat.Stop
	}
	return options, nil
}

// thinking is Ollama's word for how much a model may think; says is false where
// the model decides.
func thinking(reasoning string) (think any, says bool) {
	switch reasoning {
	case "":
		return nil, false
	case "none":
		return false, true
	}
	if _, err := strconv.Atoi(reasoning); err == nil {
		return true, true // Ollama takes no number of tokens
	}
	return reasoning, true
}

func messages(chat dialect.Chat) []message {
	var list []message
	if chat.System != "" {
		list = append(list, message{Role: "system", Content: chat.System})
	}
	names := map[string]string{}
	for _, turn := range chat.Turns {
		list = append(list, turnMessages(turn, names)...)
	}
	return list
}

// turnMessages writes a turn: what tools gave first, each by itself, and then what
// was said. names are those of the tools by the ids of their uses so far.
func turnMessages(turn dialect.Turn, names map[string]string) []message {
	var list []message
	said := message{Role: string(turn.Role), Content: turn.Text()}
	for _, part := range turn.Parts {
		switch {
		case part.ToolResult != nil:
			list = append(list, message{Role: "tool", Content: part.ToolResult.Text, ToolName: names[part.ToolResult.ID]})
		case part.Thought != nil:
			said.Thinking += part.Thought.Text
		case part.ToolUse != nil:
			names[part.ToolUse.ID] = part.ToolUse.Name
			call := toolCall{ID: part.ToolUse.ID}
			call.Function.Name, call.Function.Arguments = part.ToolUse.Name, part.ToolUse.Input
			said.ToolCalls = append(said.ToolCalls, call)
		case part.Image != nil:
			said.Images = append(said.Images, part.Image.Data)
		}
	}
	if said.Content != "" || said.Images != nil || said.ToolCalls != nil || list == nil {
		list = append(list, said)
	}
	return list
}

// tool is the description of a tool.
type tool struct {
	Type     string `json:"type"`
	Function struct {
		Name        string          `json:"name"`
		Description string          `json:"description,omitempty"`
		Parameters  json.RawMessage `json:"parameters,omitempty"`
	} `json:"function"`
}

func tools(list []dialect.Tool) []tool {
	var written []tool
	for _, t := range list {
		w := tool{Type: "function"}
		w.Function.Name, w.Function.Description, w.Function.Parameters = t.Name, t.Description, t.Schema
		written = append(written, w)
	}
	return written
}

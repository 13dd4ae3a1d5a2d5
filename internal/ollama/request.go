package ollama

import (
	"encoding/json"
	"fmt"
	"strconv"

	"airglow/internal/jsonbody"
	"airglow/internal/model"
	"airglow/internal/neutral"
	"airglow/internal/translate"
)

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

// ChatBody writes a chat. What the chat sets goes over the route's parameters, and
// they go over what the provider's table says.
func (b *Backend) ChatBody(chat translate.Chat) ([]byte, error) {
	w := jsonbody.NewWriter()
	w.Begin('{')
	w.Name("model").Text(chat.Model)
	if chat.Raw {
		w.Name("prompt").Text(chat.Turns[0].Text())
		w.Name("raw").Boolean(true)
	} else {
		writeMessages(w, chat.Chat)
	}
	w.Name("stream").Boolean(chat.Emit != nil)
	// Neither the prompt nor, while the answer grows, its beginning is dropped
	// without a word.
	w.Name("truncate").Boolean(false)
	w.Name("shift").Boolean(false)
	if err := b.writeOptions(w, chat); err != nil {
		return nil, err
	}
	if think, says := thinking(chat.Reasoning); says {
		w.Name("think").Value(think)
	}
	if chat.Schema != nil {
		w.Name("format").Raw(chat.Schema)
	}
	if len(chat.Tools) > 0 && chat.Choice != "none" {
		w.Name("tools").Value(tools(chat.Tools))
	}
	if _, set := chat.Parameters["keep_alive"]; !set && b.options.KeepAlive > 0 {
		w.Name("keep_alive").Text(b.options.KeepAlive.String())
	}
	w.Others(chat.Parameters)
	w.End('}')
	return w.Take()
}

// writeOptions writes the settings of the model's run. Ollama's own defaults of top_k
// and repeat_penalty are no family's.
func (b *Backend) writeOptions(w *jsonbody.Writer, chat translate.Chat) error {
	var own map[string]json.RawMessage
	if raw, ok := chat.Parameters["options"]; ok {
		if err := json.Unmarshal(raw, &own); err != nil {
			return &model.Error{Kind: model.NotConfigured, Service: model.Bedrock, Err: err,
				Message: fmt.Sprintf("the parameter options of model %s in the model map is no object", chat.Model)}
		}
	}
	w.Name("options").Begin('{')
	writeSampling(w, chat.Chat)
	usual := func(name string, n int) {
		if _, set := own[name]; !set {
			w.Name(name).Integer(int64(n))
		}
	}
	usual("num_ctx", b.options.ContextSize)
	usual("repeat_penalty", 1)
	if chat.TopK == 0 {
		usual("top_k", 0)
	}
	w.Others(own)
	w.End('}')
	return nil
}

func writeSampling(w *jsonbody.Writer, chat neutral.Chat) {
	if chat.MaxTokens > 0 {
		w.Name("num_predict").Integer(int64(chat.MaxTokens))
	}
	if chat.Temperature != nil {
		w.Name("temperature").Number(*chat.Temperature)
	}
	if chat.TopP != nil {
		w.Name("top_p").Number(*chat.TopP)
	}
	if chat.TopK > 0 {
		w.Name("top_k").Integer(int64(chat.TopK))
	}
	if chat.Seed != nil {
		w.Name("seed").Integer(*chat.Seed)
	}
	if len(chat.Stop) > 0 {
		w.Name("stop").Begin('[')
		for _, stop := range chat.Stop {
			w.Text(stop)
		}
		w.End(']')
	}
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

func writeMessages(w *jsonbody.Writer, chat neutral.Chat) {
	w.Name("messages").Begin('[')
	if chat.System != "" {
		w.Begin('{')
		w.Name("role").Text("system")
		w.Name("content").Text(chat.System)
		w.End('}')
	}
	names := map[string]string{}
	for _, turn := range chat.Turns {
		writeTurn(w, turn, names)
	}
	w.End(']')
}

// writeTurn writes a turn: what tools gave first, each by itself, and then what was
// said. names are those of the tools by the ids of their uses so far.
func writeTurn(w *jsonbody.Writer, turn neutral.Turn, names map[string]string) {
	var s said
	results := false
	for _, part := range turn.Parts {
		switch {
		case part.ToolResult != nil:
			results = true
			w.Begin('{')
			w.Name("role").Text("tool")
			w.Name("content").Text(part.ToolResult.Text)
			if name := names[part.ToolResult.ID]; name != "" {
				w.Name("tool_name").Text(name)
			}
			w.End('}')
		case part.Thought != nil:
			s.thinking += part.Thought.Text
		case part.ToolUse != nil:
			names[part.ToolUse.ID] = part.ToolUse.Name
			call := toolCall{ID: part.ToolUse.ID}
			call.Function.Name, call.Function.Arguments = part.ToolUse.Name, part.ToolUse.Input
			s.calls = append(s.calls, call)
		case part.Image != nil:
			s.images = append(s.images, part.Image.Data)
		}
	}
	s.role, s.text = string(turn.Role), turn.Text()
	if s.text != "" || s.images != nil || s.calls != nil || !results {
		s.write(w)
	}
}

// said is what a turn has beside the results of tools.
type said struct {
	role, text, thinking string
	images               [][]byte
	calls                []toolCall
}

func (s said) write(w *jsonbody.Writer) {
	w.Begin('{')
	w.Name("role").Text(s.role)
	w.Name("content").Text(s.text)
	if s.thinking != "" {
		w.Name("thinking").Text(s.thinking)
	}
	if s.images != nil {
		w.Name("images").Begin('[')
		for _, image := range s.images {
			w.Base64("", image)
		}
		w.End(']')
	}
	if s.calls != nil {
		w.Name("tool_calls").Value(s.calls)
	}
	w.End('}')
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

func tools(list []neutral.Tool) []tool {
	var written []tool
	for _, t := range list {
		w := tool{Type: "function"}
		w.Function.Name, w.Function.Description, w.Function.Parameters = t.Name, t.Description, t.Schema
		written = append(written, w)
	}
	return written
}

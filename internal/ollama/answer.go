package ollama

import (
	"bytes"
	"encoding/json"
	"fmt"

	"airglow/internal/dialect"
	"airglow/internal/model"
	"airglow/internal/outbound"
)

// reply is an answer of /api/chat, or one line of its stream.
type reply struct {
	Message struct {
		Content   string     `json:"content"`
		Thinking  string     `json:"thinking"`
		ToolCalls []toolCall `json:"tool_calls"`
	} `json:"message"`
	Done       bool   `json:"done"`
	DoneReason string `json:"done_reason"`
	// The counts are missing where the server did not count.
	PromptTokens *int64 `json:"prompt_eval_count"`
	AnswerTokens *int64 `json:"eval_count"`
}

// answer gathers a chat's answer from its lines, of which there is one where no
// stream was asked for.
type answer struct {
	client *outbound.Client
	emit   func(dialect.Piece) error
	result dialect.Result
	done   bool
	// thoughts are in the text of models that Ollama does not know to think.
	thoughts *dialect.Thoughts
}

func (a *answer) line(text []byte) error {
	switch {
	case !outbound.IsFailure(text):
	case a.emit == nil:
		return a.client.SaidWhole(text)
	default:
		return a.client.Said(text)
	}
	var r reply
	if err := json.Unmarshal(text, &r); err != nil {
		return a.client.BadAnswer("it is not the JSON of a chat's answer")
	}
	if a.done {
		return a.client.BadAnswer("it goes on after its end")
	}
	if err := a.add(r); err != nil {
		return err
	}
	if r.Done {
		a.done = true
		return a.finish(r)
	}
	return nil
}

// whole reads an answer that is no stream.
func (a *answer) whole(text []byte) (dialect.Result, error) {
	if err := a.line(bytes.TrimSpace(text)); err != nil {
		return dialect.Result{}, err
	}
	return a.end()
}

// add takes what a line says.
func (a *answer) add(r reply) error {
	thought, text := a.thoughts.Feed(r.Message.Content)
	if r.Done {
		more, rest := a.thoughts.End()
		thought, text = thought+more, text+rest
	}
	thought = r.Message.Thinking + thought
	a.result.Reasoning += thought
	a.result.Text += text
	pieces := []dialect.Piece{{Reasoning: thought}, {Text: text}}
	for _, call := range r.Message.ToolCalls {
		if call.Function.Name == "" || !isObject(call.Function.Arguments) {
			return a.client.BadAnswer("it runs a tool without a name or without arguments that are an object")
		}
		index := len(a.result.ToolUses)
		use := dialect.ToolUse{ID: call.ID, Name: call.Function.Name, Input: call.Function.Arguments}
		a.result.ToolUses = append(a.result.ToolUses, use)
		pieces = append(pieces,
			dialect.Piece{Tool: &dialect.ToolPiece{Index: index, ID: use.ID, Name: use.Name}},
			dialect.Piece{Tool: &dialect.ToolPiece{Index: index, Input: string(use.Input)}})
	}
	for _, p := range pieces {
		if a.emit == nil || p == (dialect.Piece{}) {
			continue
		}
		if err := a.emit(p); err != nil {
			return err
		}
	}
	return nil
}

func isObject(raw json.RawMessage) bool { return len(raw) > 0 && raw[0] == '{' }

// finish takes what the last line says of the whole.
func (a *answer) finish(r reply) error {
	switch r.DoneReason {
	case "", "stop":
		a.result.Stop = dialect.StopEnd
	case "length":
		a.result.Stop = dialect.StopLength
	case "load", "unload":
		return &model.Error{Kind: model.NotReady, Service: model.Bedrock, Code: "ModelNotReadyException",
			Message: fmt.Sprintf("the server at %s has loaded or unloaded the model and not answered", a.client.Host())}
	default:
		return a.client.BadAnswer("it ended for a reason that is not known: " + r.DoneReason)
	}
	if len(a.result.ToolUses) > 0 {
		a.result.Stop = dialect.StopTool
	}
	if r.PromptTokens != nil && r.AnswerTokens != nil && *r.PromptTokens >= 0 && *r.AnswerTokens >= 0 {
		a.result.Usage = model.Usage{InputTokens: *r.PromptTokens, OutputTokens: *r.AnswerTokens, Known: true}
	}
	return nil
}

// end returns the whole answer.
func (a *answer) end() (dialect.Result, error) {
	if !a.done {
		return dialect.Result{}, a.client.BadAnswer("it has no end")
	}
	return a.result, nil
}

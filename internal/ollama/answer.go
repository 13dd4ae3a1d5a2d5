package ollama

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"airglow/internal/dialect/form"
	"airglow/internal/jsonbody"
	"airglow/internal/model"
	"airglow/internal/neutral"
	"airglow/internal/outbound"
)

// reply is an answer of /api/chat or /api/generate, or one line of its stream.
type reply struct {
	content, thinking string
	calls             []toolCall
	done              bool
	reason            string
	// The counts are below zero where the server did not count.
	promptTokens, answerTokens int
}

// readReply returns false for what is not of that form.
func readReply(text []byte) (reply, bool) {
	r, ok := jsonbody.Read(text, jsonbody.Options{Lenient: true, Nulls: true})
	if !ok {
		return reply{}, false
	}
	defer r.Close()
	message, _ := r.Inner("message")
	answer := reply{
		content: message.String("content") + r.String("response"), thinking: message.String("thinking"), reason: r.String("done_reason"),
		promptTokens: -1, answerTokens: -1,
	}
	r.Boolean("done", &answer.done)
	r.Integer("prompt_eval_count", jsonbody.Span{Least: math.MinInt32}, &answer.promptTokens)
	r.Integer("eval_count", jsonbody.Span{Least: math.MinInt32}, &answer.answerTokens)
	for _, call := range message.Each("tool_calls") {
		function, _ := call.Inner("function")
		c := toolCall{ID: call.String("id")}
		c.Function.Name, c.Function.Arguments = function.String("name"), slices.Clone(function.Get("arguments"))
		answer.calls = append(answer.calls, c)
	}
	return answer, r.Sound()
}

// answer gathers a chat's answer from its lines, of which there is one where no
// stream was asked for.
type answer struct {
	client *outbound.Client
	emit   func(neutral.Piece) error
	result neutral.Result
	done   bool
	// thoughts are in the text of models that Ollama does not know to think; nil where
	// they are left there.
	thoughts *form.Thoughts
}

func (a *answer) line(text []byte) error {
	switch {
	case !outbound.IsFailure(text):
	case a.emit == nil:
		return a.client.SaidWhole(text)
	default:
		return a.client.Said(text)
	}
	r, ok := readReply(text)
	if !ok {
		return a.client.Unreadable(text, "it is not the JSON of a chat's answer")
	}
	if a.done {
		return a.client.BadAnswer("it goes on after its end")
	}
	if err := a.add(r); err != nil {
		return err
	}
	if r.done {
		a.done = true
		return a.finish(r)
	}
	return nil
}

// whole reads an answer that is no stream.
func (a *answer) whole(text []byte) (neutral.Result, error) {
	if err := a.line(bytes.TrimSpace(text)); err != nil {
		return neutral.Result{}, err
	}
	return a.end()
}

// add takes what a line says.
func (a *answer) add(r reply) error {
	thought, text := "", r.content
	if a.thoughts != nil {
		thought, text = a.thoughts.Feed(text)
	}
	if a.thoughts != nil && r.done {
		more, rest := a.thoughts.End()
		thought, text = thought+more, text+rest
	}
	thought = r.thinking + thought
	a.result.Reasoning += thought
	a.result.Text += text
	if err := a.tell(neutral.Piece{Reasoning: thought}, neutral.Piece{Text: text}); err != nil {
		return err
	}
	for _, call := range r.calls {
		if call.Function.Name == "" || !isObject(call.Function.Arguments) {
			return a.client.BadAnswer("it runs a tool without a name or without arguments that are an object")
		}
		index := len(a.result.ToolUses)
		use := neutral.ToolUse{ID: call.ID, Name: call.Function.Name, Input: call.Function.Arguments}
		a.result.ToolUses = append(a.result.ToolUses, use)
		err := a.tell(neutral.Piece{Tool: &neutral.ToolPiece{Index: index, ID: use.ID, Name: use.Name}},
			neutral.Piece{Tool: &neutral.ToolPiece{Index: index, Input: string(use.Input)}})
		if err != nil {
			return err
		}
	}
	return nil
}

// tell passes on pieces that say something, if they are wanted.
func (a *answer) tell(pieces ...neutral.Piece) error {
	for _, p := range pieces {
		if a.emit == nil || p == (neutral.Piece{}) {
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
	switch r.reason {
	case "", "stop":
		a.result.Stop = neutral.StopEnd
	case "length":
		a.result.Stop = neutral.StopLength
	case "load", "unload":
		return &model.Error{Kind: model.NotReady, Service: model.Bedrock, Code: "ModelNotReadyException",
			Message: fmt.Sprintf("the server at %s has loaded or unloaded the model and not answered", a.client.Host())}
	default:
		return a.client.BadAnswer("it ended for a reason that is not known: " + r.reason)
	}
	if len(a.result.ToolUses) > 0 {
		a.result.Stop = neutral.StopTool
	}
	if r.promptTokens >= 0 && r.answerTokens >= 0 {
		a.result.Usage = model.Usage{InputTokens: int64(r.promptTokens), OutputTokens: int64(r.answerTokens), Known: true}
	}
	return nil
}

// end returns the whole answer.
func (a *answer) end() (neutral.Result, error) {
	if !a.done {
		return neutral.Result{}, a.client.BadAnswer("it has no end")
	}
	return a.result, nil
}

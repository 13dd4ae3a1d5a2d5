package anthropic

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"airglow/internal/dialect"
	"airglow/internal/dialect/messages"
	"airglow/internal/jsonbody"
	"airglow/internal/model"
	"airglow/internal/outbound"
	"airglow/internal/translate"
)

// Speaks implements translate.Native: the bodies of Claude on Bedrock and of the
// API itself differ in three members alone.
func (b *Backend) Speaks(family dialect.Family) bool {
	claude, _ := dialect.ForModel("anthropic.claude-3")
	return family.Name() == claude.Name() || family.Name() == b.form.Name()
}

// Pass implements translate.Native.
func (b *Backend) Pass(ctx context.Context, body translate.Body) (json.RawMessage, error) {
	request, err := b.Request(body)
	if err != nil {
		return nil, err
	}
	if body.Emit != nil {
		return b.passStream(ctx, request, body.Emit)
	}
	whole, err := b.post(ctx, request)
	if err == nil && !json.Valid(whole) {
		return nil, b.client.Unreadable(whole, "")
	}
	return whole, err
}

// passStream passes the events of an answer on, and puts them together to the whole.
func (b *Backend) passStream(ctx context.Context, request outbound.Request, emit func([]byte) error) (json.RawMessage, error) {
	reader, err := b.form.StreamDecoder()
	if err != nil {
		return nil, err
	}
	err = b.events(ctx, request, func(data []byte) error {
		if isPing(data) {
			return nil // Bedrock sends none
		}
		if _, err := reader.Piece(data); err != nil {
			return b.unreadable(err)
		}
		return emit(slices.Clone(data))
	})
	if err != nil {
		return nil, err
	}
	result, err := reader.End()
	if err != nil {
		return nil, b.unreadable(err)
	}
	return b.form.EncodeResult(result)
}

func isPing(data []byte) bool {
	var event struct {
		Type string `json:"type"`
	}
	return len(data) < 100 && json.Unmarshal(data, &event) == nil && event.Type == "ping"
}

// Request makes of a body what the API takes: the model is named in it, the version
// and the betas are headers.
func (b *Backend) Request(body translate.Body) (outbound.Request, error) {
	o, ok := jsonbody.Parse(body.JSON)
	if !ok {
		return outbound.Request{}, invalid("Malformed input request, please reformat your input and try again.")
	}
	var betas []string
	if raw := o.Get("anthropic_beta"); raw != nil && json.Unmarshal(raw, &betas) != nil {
		return outbound.Request{}, invalid("anthropic_beta: Input should be a valid list")
	}
	written, err := written(o, body)
	if err != nil {
		return outbound.Request{}, fmt.Errorf("write a request: %w", err)
	}
	if body.Model != body.Named {
		written = messages.SamplingFor(body.Model, written)
	}
	return outbound.Request{Path: messagesPath, Body: written, Header: version(betas)}, nil
}

func written(o jsonbody.Object, body translate.Body) ([]byte, error) {
	w := jsonbody.NewWriter()
	w.Begin('{')
	w.Name("model").Text(body.Model)
	likeliest := greedy(o)
	for _, m := range o.Distinct() {
		switch string(m.Name) {
		case "model", "stream", "anthropic_version", "anthropic_beta":
			continue
		case "temperature", "top_p":
			if likeliest {
				continue
			}
		}
		w.Member(m)
	}
	if likeliest {
		w.Name("temperature").Integer(0)
	}
	if body.Emit != nil {
		w.Name("stream").Boolean(true)
	}
	w.Others(body.Parameters)
	w.End('}')
	return w.Take()
}

// greedy reports whether a request asks for the likeliest answer. Newer models refuse
// temperature and top_p together, so that it is asked for by the first alone.
func greedy(o jsonbody.Object) bool {
	for _, name := range []string{"temperature", "top_p"} {
		if f, ok := jsonbody.Number(o.Get(name)); ok && f == 0 {
			return true
		}
	}
	return false
}

func invalid(message string) error {
	return &model.Error{Kind: model.Invalid, Service: model.Bedrock, Code: "ValidationException", Message: message}
}

// CountBody implements translate.Native.
func (b *Backend) CountBody(ctx context.Context, body translate.Body) (int64, error) {
	body.Emit = nil
	request, err := b.Request(body)
	if err != nil {
		return 0, err
	}
	return b.count(ctx, request.Body, request.Header)
}

// counted are the members that the counting of tokens takes.
var counted = []string{"model", "messages", "system", "tools", "tool_choice", "thinking"}

// count asks how many tokens a request has. A server without that says so with a
// failure of kind Unsupported.
func (b *Backend) count(ctx context.Context, body []byte, header map[string][]string) (int64, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil {
		return 0, fmt.Errorf("read a request: %w", err)
	}
	for name := range members {
		if !slices.Contains(counted, name) {
			delete(members, name)
		}
	}
	short, err := json.Marshal(members)
	if err != nil {
		return 0, fmt.Errorf("write a request: %w", err)
	}
	whole, err := b.client.Post(ctx, outbound.Request{Path: messagesPath + "/count_tokens", Body: short, Header: header})
	if model.KindOf(err) == model.NotFound && err != nil {
		return 0, &model.Error{Kind: model.Unsupported, Service: model.Bedrock, Err: err,
			Message: fmt.Sprintf("the server of provider %s (%s) counts no tokens before it answers", b.name, b.client.Host())}
	}
	if err != nil {
		return 0, err
	}
	var answer struct {
		Tokens *int64 `json:"input_tokens"`
	}
	if json.Unmarshal(whole, &answer) != nil || answer.Tokens == nil || *answer.Tokens < 0 {
		return 0, b.client.BadAnswer("it has no count of tokens")
	}
	return *answer.Tokens, nil
}

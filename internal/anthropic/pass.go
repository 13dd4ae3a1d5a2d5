package anthropic

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"airglow/internal/dialect"
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
	request, err := b.request(body)
	if err != nil {
		return nil, err
	}
	if body.Emit == nil {
		return b.post(ctx, request)
	}
	return b.passStream(ctx, request, body.Emit)
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

// request makes of a body what the API takes: the model is named in it, the version
// and the betas are headers.
func (b *Backend) request(body translate.Body) (outbound.Request, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body.JSON, &members); err != nil || members == nil {
		return outbound.Request{}, invalid("Malformed input request, please reformat your input and try again.")
	}
	var betas []string
	if raw, ok := members["anthropic_beta"]; ok && json.Unmarshal(raw, &betas) != nil {
		return outbound.Request{}, invalid("anthropic_beta: Input should be a valid list")
	}
	delete(members, "anthropic_version")
	delete(members, "anthropic_beta")
	delete(members, "stream")
	greedy(members)
	more := map[string]any{"model": body.Model}
	if body.Emit != nil {
		more["stream"] = true
	}
	stripped, err := json.Marshal(members)
	if err == nil {
		stripped, err = translate.Merge(stripped, body.Parameters, more)
	}
	if err != nil {
		return outbound.Request{}, fmt.Errorf("write a request: %w", err)
	}
	return outbound.Request{Path: messagesPath, Body: stripped, Header: version(betas)}, nil
}

// greedy makes a request for the likeliest answer one that newer models take, which
// refuse temperature and top_p together.
func greedy(members map[string]json.RawMessage) {
	zero := func(key string) bool {
		var f *float64
		return json.Unmarshal(members[key], &f) == nil && f != nil && *f == 0
	}
	if zero("temperature") || zero("top_p") {
		members["temperature"] = json.RawMessage("0")
		delete(members, "top_p")
	}
}

func invalid(message string) error {
	return &model.Error{Kind: model.Invalid, Service: model.Bedrock, Code: "ValidationException", Message: message}
}

// CountBody implements translate.Native.
func (b *Backend) CountBody(ctx context.Context, body translate.Body) (int64, error) {
	body.Emit = nil
	request, err := b.request(body)
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

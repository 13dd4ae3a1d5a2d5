package bedrockapi

import (
	"encoding/json"
	"fmt"

	"airglow/internal/dialect"
	"airglow/internal/model"
)

// converse is Converse.
func (s *Server) converse(x *exchange) error {
	request, err := s.converseRequest(x, x.body)
	if err != nil {
		return err
	}
	answer, err := s.opts.Runner.Call(x.ctx, s.call(x, request))
	if err != nil {
		return err
	}
	body, err := x.timed(answer.Response.Body)
	if err != nil {
		return err
	}
	x.describe(answer.Response)
	return x.send(jsonType, body)
}

// converseRequest is the request of a body of Converse's. A model of embeddings has
// none, whatever stands behind it in the map.
func (s *Server) converseRequest(x *exchange, body []byte) (model.Request, error) {
	request := model.Request{Service: model.Bedrock, Model: s.models.asked(x.subject), Form: conversation, Body: body}
	if family, ok := dialect.ForModel(request.Model); ok && family.Embeds() {
		return request, invalid("The model %s gives embeddings and holds no conversation: use InvokeModel.", request.Model)
	}
	return request, nil
}

// timed puts into an object how long the exchange has taken, which whoever
// answers a call does not know.
func (x *exchange) timed(body []byte) ([]byte, error) {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(body, &object); err != nil || object == nil {
		return nil, &model.Error{Kind: model.BadAnswer, Service: model.Bedrock, Err: err,
			Message: fmt.Sprintf("the answer of model %q is no JSON object of Converse", x.subject)}
	}
	object["metrics"] = fmt.Appendf(nil, `{"latencyMs":%d}`, x.took().Milliseconds())
	return json.Marshal(object)
}

// converseStream is ConverseStream.
func (s *Server) converseStream(x *exchange) error {
	request, err := s.converseRequest(x, x.body)
	if err != nil {
		return err
	}
	events := &conversationEvents{stream: newStream(x, "")}
	return s.stream(events.stream, request, events)
}

// conversationEvents are the events of ConverseStream: a piece is one, under its
// name.
type conversationEvents struct {
	stream *stream
	// told is true once the event with the usage has gone.
	told bool
}

// piece implements events.
func (c *conversationEvents) piece(piece []byte) error {
	var named map[string]json.RawMessage
	if err := json.Unmarshal(piece, &named); err != nil || len(named) != 1 {
		return &model.Error{Kind: model.BadAnswer, Service: model.Bedrock, Err: err,
			Message: fmt.Sprintf("a piece of the answer of model %q is no event of ConverseStream", c.stream.x.subject)}
	}
	for name, payload := range named {
		if name != "metadata" {
			return c.stream.event(name, payload)
		}
		c.told = true
		timed, err := c.stream.x.timed(payload)
		if err != nil {
			return err
		}
		return c.stream.event(name, timed)
	}
	return nil
}

// end implements events.
func (c *conversationEvents) end(r model.Response) error {
	if c.told {
		return nil
	}
	usage := map[string]int64{"inputTokens": r.Usage.InputTokens, "outputTokens": r.Usage.OutputTokens,
		"totalTokens": r.Usage.InputTokens + r.Usage.OutputTokens}
	payload, err := json.Marshal(map[string]any{"usage": usage, "metrics": map[string]int64{"latencyMs": c.stream.x.took().Milliseconds()}})
	if err != nil {
		return err
	}
	return c.stream.event("metadata", payload)
}

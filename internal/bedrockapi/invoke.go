package bedrockapi

import (
	"encoding/base64"
	"encoding/json"
	"mime"
	"strconv"
	"time"

	"airglow/internal/model"
)

// conversation is the form of Converse's bodies; package dialect knows it.
const conversation = "converse"

// invokeModel is InvokeModel.
func (s *Server) invokeModel(x *exchange) error {
	request, err := s.modelRequest(x)
	if err != nil {
		return err
	}
	answer, err := s.opts.Runner.Call(x.ctx, s.call(x, request))
	if err != nil {
		return err
	}
	x.describe(answer.Response)
	return x.send(jsonType, answer.Response.Body)
}

// modelRequest is the request of an exchange with a model's own body.
func (s *Server) modelRequest(x *exchange) (model.Request, error) {
	if guardrail := x.r.Header.Get("X-Amzn-Bedrock-GuardrailIdentifier"); guardrail != "" {
		return model.Request{}, invalid("Guardrails are not supported by this endpoint: leave out guardrailIdentifier.")
	}
	return model.Request{
		Service: model.Bedrock, Model: s.models.asked(x.subject), Body: x.body,
		ContentType: mediaType(x.r.Header.Get("Content-Type")), Accept: mediaType(x.accept()),
	}, nil
}

// accept is what the client wants: a stream's form is another header.
func (x *exchange) accept() string {
	if wanted := x.r.Header.Get("X-Amzn-Bedrock-Accept"); wanted != "" {
		return wanted
	}
	return x.r.Header.Get("Accept")
}

// mediaType is a media type that says something: clients send none, or the one
// of any bytes, where they were told nothing.
func mediaType(text string) string {
	media, _, err := mime.ParseMediaType(text)
	if err != nil || media == "application/octet-stream" || media == "*/*" || media == jsonType {
		return ""
	}
	return text
}

// describe puts what is known of an answer into the header, as Bedrock does, and
// who gave it.
func (x *exchange) describe(r model.Response) {
	header := x.w.Header()
	header.Set("X-Amzn-Bedrock-Invocation-Latency", strconv.FormatInt(x.took().Milliseconds(), 10))
	x.by(r.Provider, r.Model)
	if !r.Usage.Known {
		return
	}
	if r.Usage.Estimated {
		header.Set("X-Airglow-Usage", "estimated")
	}
	for name, count := range map[string]int64{
		"Input": r.Usage.InputTokens, "Output": r.Usage.OutputTokens,
		"Cache-Read-Input": r.Usage.CacheReadTokens, "Cache-Write-Input": r.Usage.CacheWriteTokens,
	} {
		header.Set("X-Amzn-Bedrock-"+name+"-Token-Count", strconv.FormatInt(count, 10))
	}
}

// by puts into the header who answers.
func (x *exchange) by(provider, model string) {
	x.w.Header().Set("X-Airglow-Provider", provider)
	x.w.Header().Set("X-Airglow-Model", model)
}

// took is how long the exchange has taken so far.
func (x *exchange) took() time.Duration { return time.Since(x.begun) }

// countTokens is CountTokens.
func (s *Server) countTokens(x *exchange) error {
	request, err := s.countRequest(x)
	if err != nil {
		return err
	}
	tokens, exact, err := s.opts.Runner.CountTokens(x.ctx, s.call(x, request))
	if err != nil {
		return err
	}
	if !exact {
		x.w.Header().Set("X-Airglow-Token-Count", "estimate")
	}
	return x.sendJSON(map[string]int64{"inputTokens": tokens})
}

// countRequest is the request whose tokens are to be counted.
func (s *Server) countRequest(x *exchange) (model.Request, error) {
	var sent struct {
		Input struct {
			InvokeModel *struct {
				Body string `json:"body"`
			} `json:"invokeModel"`
			Converse json.RawMessage `json:"converse"`
		} `json:"input"`
	}
	if err := json.Unmarshal(x.body, &sent); err != nil {
		return model.Request{}, invalid("The body is no JSON object of the form of CountTokens.")
	}
	request := model.Request{Service: model.Bedrock, Model: s.models.asked(x.subject)}
	switch native, converse := sent.Input.InvokeModel, sent.Input.Converse; {
	case (native == nil) == (converse == nil):
		return request, invalid("input must have one member: invokeModel or converse.")
	case converse != nil:
		return s.converseRequest(x, converse)
	default:
		body, err := base64.StdEncoding.DecodeString(native.Body)
		if err != nil {
			return request, invalid("input.invokeModel.body must be base64.")
		}
		request.Body = body
	}
	return request, nil
}

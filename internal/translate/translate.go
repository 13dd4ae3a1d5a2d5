// Package translate lets a model server that knows chats and embeddings stand in
// for the models of Bedrock: it reads a request in the body of the family that
// the SQL names (package dialect), puts the neutral form to a [Backend], and
// writes the answer as the family would have.
//
// A Backend (backend.go) is all that a provider of its own has to be; [New] makes
// a model.Provider of it. translate.go is the call, stream.go the same piece by
// piece, batch.go several requests for embeddings at once, count.go the counting
// of tokens, probe.go the trying of a server. What servers do differently is evened out here: the settings of
// sampling (sampling.go), stop strings (stops.go) and the length of vectors
// (vectors.go).
package translate

import (
	"context"
	"encoding/json"
	"fmt"

	"airglow/internal/dialect"
	"airglow/internal/model"
	"airglow/internal/neutral"
	"airglow/internal/tokens"
)

// Provider answers requests in the bodies of Bedrock's families from a Backend.
type Provider struct{ backend Backend }

var (
	_ model.Checker        = (*Provider)(nil)
	_ model.BatchProvider  = (*Provider)(nil)
	_ model.StreamProvider = (*Provider)(nil)
	_ model.TokenCounter   = (*Provider)(nil)
	_ model.Prober         = (*Provider)(nil)
	_ model.Able           = (*Provider)(nil)
)

// New returns the provider of a backend.
func New(backend Backend) *Provider { return &Provider{backend: backend} }

// Name implements model.Provider.
func (p *Provider) Name() string { return p.backend.Name() }

// question is a request as far as it was read. One of native, chat and embed is
// what it asks.
type question struct {
	req    model.Request
	name   string // the provider's
	family dialect.Family
	// native is true where the server speaks the family itself.
	native     bool
	chat       Chat
	embed      Embed
	matryoshka bool
}

// read makes a question of a request, or says why it is none.
func (p *Provider) read(req model.Request, q *question) error {
	q.req, q.name = req, p.Name()
	parameters, err := p.prepare(q)
	if err != nil {
		return err
	}
	switch native, ok := p.backend.(Native); {
	case ok && native.Speaks(q.family):
		q.native = true
		q.chat.Model, q.chat.Parameters = req.TargetModel(), parameters
		err = checkObject(req)
	case q.family.Embeds():
		q.embed = Embed{Model: req.TargetModel(), Parameters: parameters}
		q.embed.Embed, err = q.family.DecodeEmbed(req.Body)
	default:
		q.chat = Chat{Model: req.TargetModel(), Parameters: parameters}
		q.chat.Chat, err = q.family.DecodeChat(req.Body)
		settle(&q.chat.Chat)
		if _, completes := p.backend.(Completer); err == nil && q.chat.Raw && !completes {
			err = p.cannotComplete()
		}
	}
	if err != nil {
		return err
	}
	return p.mayAsk(q)
}

// prepare finds the family of a request and the parameters of its route.
func (p *Provider) prepare(q *question) (parameters map[string]json.RawMessage, err error) {
	req := q.req
	if req.Service != model.Bedrock {
		return nil, &model.Error{Kind: model.Unsupported, Service: req.Service,
			Message: fmt.Sprintf("the provider %s answers Bedrock functions only, not %s ones; correct the model map", p.Name(), req.Service)}
	}
	var ok bool
	if q.family, ok = dialect.ForRequest(req); !ok {
		return nil, refusal(fmt.Sprintf("the provider %s cannot stand in for model %q: the request bodies that are known are those of %s", p.Name(), req.Model, dialect.Known()))
	}
	s, parameters, err := readSettings(req.Parameters)
	if err != nil {
		return nil, wrongSettings(req.Model, err)
	}
	if q.matryoshka = s.matryoshka; s.raw {
		q.family = q.family.Raw()
	}
	return parameters, nil
}

// cannotComplete is the refusal of a prompt as it stands. It is never sent as what a
// user says: the server would put it into a template once more.
func (p *Provider) cannotComplete() error {
	return refusal(fmt.Sprintf("provider %s cannot be sent a prompt as it stands: leave prompt-mode out of the rule in the model map, or let it lead to a provider of kind openai or ollama", p.Name()))
}

// chat has the backend answer a chat.
func (p *Provider) chat(ctx context.Context, chat Chat) (neutral.Result, error) {
	if completer, ok := p.backend.(Completer); ok && chat.Raw {
		return completer.Complete(ctx, chat)
	}
	return p.backend.Chat(ctx, chat)
}

// checkObject refuses what is no JSON object; more is for the server to check.
func checkObject(req model.Request) error {
	if o := firstByte(req.Body); o != '{' || !json.Valid(req.Body) {
		return &model.Error{Kind: model.Invalid, Service: model.Bedrock, Code: "ValidationException",
			Message: "Malformed input request, please reformat your input and try again."}
	}
	return nil
}

func firstByte(body []byte) byte {
	for _, b := range body {
		if b != ' ' && b != '\n' && b != '\r' && b != '\t' {
			return b
		}
	}
	return 0
}

// mayAsk asks the backend whether it would refuse a question.
func (p *Provider) mayAsk(q *question) error {
	checker, ok := p.backend.(Checker)
	switch {
	case !ok, q.native:
		return nil
	case q.family.Embeds():
		return checker.CheckEmbed(q.embed)
	default:
		return checker.CheckChat(q.chat)
	}
}

// Check implements model.Checker.
func (p *Provider) Check(req model.Request) error {
	return p.read(req, new(question))
}

// Invoke implements model.Provider.
func (p *Provider) Invoke(ctx context.Context, req model.Request) (model.Response, error) {
	if err := ctx.Err(); err != nil {
		return model.Response{}, fmt.Errorf("call provider %s: %w", p.Name(), err)
	}
	q := new(question)
	if err := p.read(req, q); err != nil {
		return model.Response{}, err
	}
	switch {
	case q.native:
		return p.pass(ctx, q, nil)
	case q.family.Embeds():
		return p.embed(ctx, q)
	}
	result, err := p.chat(ctx, q.chat)
	if err != nil {
		return model.Response{}, err
	}
	cut(&result, q.chat.Stop)
	q.count(&result) // with the reasoning, which was written as well
	q.withhold(&result)
	return q.answer(result)
}

// pass has a server answer that speaks the family itself; emit may be nil.
func (p *Provider) pass(ctx context.Context, q *question, emit func([]byte) error) (model.Response, error) {
	request := q.body()
	request.Emit = emit
	body, err := p.backend.(Native).Pass(ctx, request)
	if err != nil {
		return model.Response{}, err
	}
	result, err := q.family.DecodeResult(body)
	if err != nil {
		return model.Response{}, q.badAnswer(model.Message(err))
	}
	if isSilent(result) && !q.endsWithAssistant() {
		return model.Response{}, q.badAnswer("it is empty")
	}
	q.count(&result)
	return q.response(body, result), nil
}

// isSilent reports whether an answer says nothing though nothing kept it from it.
func isSilent(r neutral.Result) bool {
	return r.Text == "" && len(r.ToolUses) == 0 && r.Stop == neutral.StopEnd
}

// endsWithAssistant reports whether the last turn is the assistant's, which may have
// nothing to add to it.
func (q *question) endsWithAssistant() bool {
	if !q.native {
		return len(q.chat.Turns) > 0 && q.chat.Turns[len(q.chat.Turns)-1].Role == neutral.Assistant
	}
	var body struct {
		Messages []struct {
			Role neutral.Role `json:"role"`
		} `json:"messages"`
	}
	err := json.Unmarshal(q.req.Body, &body)
	return err == nil && len(body.Messages) > 0 && body.Messages[len(body.Messages)-1].Role == neutral.Assistant
}

func (q *question) body() Body {
	return Body{JSON: q.req.Body, Model: q.chat.Model, Parameters: q.chat.Parameters, Named: q.req.Model}
}

// answer writes a result as the family would have.
func (q *question) answer(result neutral.Result) (model.Response, error) {
	if err := q.complete(&result); err != nil {
		return model.Response{}, err
	}
	body, err := q.family.EncodeResult(result)
	if err != nil {
		return model.Response{}, q.unwritable(err)
	}
	return q.response(body, result), nil
}

// withhold takes the reasoning out of a result where the family shows none.
func (q *question) withhold(result *neutral.Result) {
	if !q.family.ShowsReasoning(q.chat.Chat) {
		result.Reasoning, result.Signature = "", ""
	}
}

// complete gives a result its names. One that says nothing, though nothing keeps
// it from it, is no answer.
func (q *question) complete(result *neutral.Result) error {
	if isSilent(*result) && !q.endsWithAssistant() {
		return q.badAnswer("it is empty")
	}
	q.count(result)
	result.ID = neutral.ID(q.req.Key(), q.chat.Model)
	if result.Model == "" {
		result.Model = q.chat.Model
	}
	return nil
}

func (q *question) response(body []byte, result neutral.Result) model.Response {
	return model.Response{
		Body: body, Provider: q.name, Model: q.req.TargetModel(), Usage: result.Usage, Stop: stopOf(result.Stop),
	}
}

func stopOf(reason neutral.StopReason) model.Stop {
	switch reason {
	case neutral.StopLength:
		return model.StopLength
	case neutral.StopFiltered:
		return model.StopFiltered
	case neutral.StopRefused:
		return model.StopRefused
	}
	return model.StopNone
}

func (p *Provider) embed(ctx context.Context, q *question) (model.Response, error) {
	vectors, err := p.backend.Embed(ctx, q.embed)
	if err != nil {
		return model.Response{}, err
	}
	return q.vectors(vectors)
}

// vectors writes the answer to a request for embeddings.
func (q *question) vectors(v neutral.Vectors) (model.Response, error) {
	if err := q.fit(&v, q.embed.Embed); err != nil {
		return model.Response{}, err
	}
	v.ID = neutral.ID(q.req.Key(), q.embed.Model)
	if !v.Usage.Known || v.Usage.InputTokens < 0 {
		v.Usage = model.Usage{InputTokens: tokens.Count(q.embed.Texts...), Known: true, Estimated: true}
	}
	body, err := q.family.EncodeVectors(v)
	if err != nil {
		return model.Response{}, q.unwritable(err)
	}
	return q.response(body, neutral.Result{Usage: v.Usage}), nil
}

// badAnswer is the error of an answer that cannot be used.
func (q *question) badAnswer(reason string) error {
	return &model.Error{Kind: model.BadAnswer, Service: model.Bedrock, Code: "ModelErrorException",
		Message: fmt.Sprintf("the answer of model %s of provider %s cannot be used: %s", q.req.TargetModel(), q.name, reason)}
}

// unwritable is the error of an answer that has no form in the family.
func (q *question) unwritable(err error) error {
	if model.KindOf(err) != model.Internal {
		return err
	}
	return &model.Error{Kind: model.BadAnswer, Service: model.Bedrock, Code: "ModelErrorException", Err: err,
		Message: fmt.Sprintf("the answer of model %s of provider %s could not be written as %s", q.req.TargetModel(), q.name, q.family.Name())}
}

// Package dialect knows the request and response bodies of the model families
// behind Bedrock's InvokeModel, and turns them into one neutral form and back.
//
// SQL written for Aurora sends a model's native JSON and picks its answer out
// of the model's native JSON. Whoever answers in such a model's place decodes
// the body into a [neutral.Chat], produces a [neutral.Result], and encodes it as the
// family would have:
//
//	family, ok := dialect.ForModel("anthropic.claude-3-haiku-20240307-v1:0")
//	chat, err := family.DecodeChat(body)
//	…
//	body, err := family.EncodeResult(result)
//
// The other direction serves where a request in one family's body is answered by
// a model of another: EncodeChat writes the native request, DecodeResult reads
// the native answer. Answers that come piece by piece are written by a
// [neutral.StreamEncoder] and read by a [neutral.StreamDecoder]. Families of embeddings
// do the same with [neutral.Embed] and [neutral.Vectors].
//
// Who talks to a server of the OpenAI or the Anthropic kind takes that form by its
// name:
//
//	wire, ok := dialect.ByForm("openai")
//	body, err := wire.WithModel("qwen3:4b").EncodeChat(chat)
//	…
//	result, err := wire.DecodeResult(answer)
//
// Package neutral has the neutral form, this one the [Family] and who is one. The
// families' bodies are in the packages below: prompt, messages and embedding, and form
// has what they share. A new family is a file there and a line in its Families.
package dialect

import (
	"fmt"
	"slices"
	"strings"

	"airglow/internal/dialect/embedding"
	"airglow/internal/dialect/form"
	"airglow/internal/dialect/messages"
	"airglow/internal/dialect/prompt"
	"airglow/internal/jsonbody"
	"airglow/internal/model"
	"airglow/internal/neutral"
)

// Family is one form of request and response bodies, of chats or of embeddings.
// Its zero value is no family; values come from [ForModel], [ForBody],
// [ForRequest] and [Families].
type Family struct {
	spec form.Spec
	// model is the id that the family was asked for, without what Bedrock allows
	// around it; empty where the body told the family.
	model string
	// lenient is true when unknown members are let pass.
	lenient bool
	// raw is true when prompts are to be sent as they stand.
	raw bool
}

// known are the families of [Families]. Nothing changes them.
var known = families()

// Families returns every family this package speaks whose bodies a model's id
// tells.
func Families() []Family { return slices.Clone(known) }

// families lists them. Where two could have a body, the one that can tell stands first:
// Titan's embeddings before its texts, whose bodies begin alike.
func families() (list []Family) {
	for _, s := range slices.Concat(prompt.Families(), messages.Families(), embedding.Families(), []form.Spec{prompt.Titan()}) {
		list = append(list, Family{spec: s})
	}
	return list
}

// forms are the families that go by a name instead of a model's id.
func forms() (list []Family) {
	for _, s := range append(messages.Wires(), messages.Converse(form.Sampling{}, false), prompt.Completions()) {
		list = append(list, Family{spec: s})
	}
	return list
}

// converseOf is the family of Converse where it is asked of a model: what the body does
// not say is as with the model's native one.
func converseOf(native Family) Family {
	if native.spec.Chat == nil {
		return Family{spec: messages.Converse(form.Sampling{}, false)}
	}
	return Family{spec: messages.Converse(native.documented(), native.spec.Chat.OnlyIfAsked)}
}

// documented returns the family's defaults: what a chat has that was read from a
// request which says nothing about it.
func (f Family) documented() form.Sampling {
	if f.spec.Chat.Defaults != (form.Sampling{}) {
		return f.spec.Chat.Defaults
	}
	silent := neutral.Chat{Turns: []neutral.Turn{{Role: neutral.User, Parts: []neutral.Part{{Text: "?"}}}}}
	body, err := f.EncodeChat(silent)
	if err != nil {
		return form.Sampling{} // nobody can ask the family, so its defaults matter to nobody
	}
	c, err := f.DecodeChat(body)
	if err != nil {
		return form.Sampling{}
	}
	return form.Sampling{MaxTokens: c.MaxTokens, Temperature: c.Temperature, TopP: c.TopP, TopK: c.TopK}
}

// Name returns the family's name for people, such as "Anthropic messages".
func (f Family) Name() string { return f.spec.Name }

// Pattern returns the model ids of the family for people, such as
// "anthropic.claude*".
func (f Family) Pattern() string { return f.spec.Pattern }

// Embeds reports whether the family is one of embeddings, otherwise of chats.
func (f Family) Embeds() bool { return f.spec.Embed != nil }

// Lenient returns the family as it reads where something else than its models
// answers: members of a request that the family does not know are passed over
// instead of refused.
func (f Family) Lenient() Family {
	f.lenient = true
	return f
}

// Raw returns the family as it reads where a prompt is sent as it stands, to a model
// that was trained on its template, instead of being read into turns. Families of
// messages are read as ever. See [neutral.Chat].Raw.
func (f Family) Raw() Family {
	f.raw = true
	return f
}

// request begins to read a request's body.
func (f Family) request(body []byte, o jsonbody.Options) (jsonbody.Reader, error) {
	o.Lenient = f.lenient
	r, ok := jsonbody.Read(body, o)
	if !ok {
		return r, form.Malformed()
	}
	return r, nil
}

// written returns what was written, unless it could not be.
func written(w *jsonbody.Writer, err error) ([]byte, error) {
	text, unwritable := w.Take()
	if err == nil {
		err = unwritable
	}
	if err != nil {
		return nil, err
	}
	return text, nil
}

// DecodeChat reads a native request body. An error is a *model.Error: Invalid,
// in Bedrock's own words, when Bedrock would refuse the body, and Unsupported
// when the body holds what a Chat cannot carry.
func (f Family) DecodeChat(body []byte) (neutral.Chat, error) {
	if f.spec.Chat == nil || f.spec.Chat.Decode == nil {
		return neutral.Chat{}, form.Unsupported("a body of " + f.spec.Name + " as a chat")
	}
	r, err := f.request(body, f.spec.Chat.Reads)
	if err != nil {
		return neutral.Chat{}, err
	}
	defer r.Close()
	chat, err := f.spec.Chat.Decode(form.Asked{Model: f.model, Raw: f.raw}, r)
	if err != nil {
		return neutral.Chat{}, err
	}
	return chat, nil
}

// EncodeChat writes the native request body for a chat. What the family has no
// word for and what would change the answer is Unsupported.
func (f Family) EncodeChat(c neutral.Chat) ([]byte, error) {
	return f.EncodeChatWith(c, func(*jsonbody.Writer) {})
}

// EncodeChatWith is EncodeChat for requests with more members than the chat has. They
// are written by more; those of the chat's that are there already are not to be
// written again.
func (f Family) EncodeChatWith(c neutral.Chat, more func(w *jsonbody.Writer)) ([]byte, error) {
	if f.spec.Chat == nil || f.spec.Chat.Request == nil {
		return nil, form.Unsupported("a chat in the form of " + f.spec.Name)
	}
	if c.Raw && !f.spec.Chat.Raw {
		return nil, form.CannotSay(f.spec.Name, "a prompt in the template of another model")
	}
	w := jsonbody.NewWriter()
	err := f.spec.Chat.Request(w, f.model, c)
	if err == nil {
		w.Reopen()
		more(w)
		w.End('}')
	}
	return written(w, err)
}

// ShowsReasoning reports whether the answer to a chat, in the family's form, has
// the model's reasoning in it. Where not, the reasoning is to be taken out of the
// Result, and out of its pieces, before they are encoded.
func (f Family) ShowsReasoning(c neutral.Chat) bool {
	return f.spec.Chat != nil && (!f.spec.Chat.OnlyIfAsked || c.Reasoning != "" && c.Reasoning != "none")
}

// EncodeResult writes the native response body.
func (f Family) EncodeResult(r neutral.Result) ([]byte, error) {
	if f.spec.Chat == nil {
		return nil, form.Unsupported("a chat's answer in the form of " + f.spec.Name)
	}
	w := jsonbody.NewWriter()
	return written(w, f.spec.Chat.Encode(w, r))
}

// DecodeResult reads a native response body. An error is a *model.Error of kind
// BadAnswer.
func (f Family) DecodeResult(body []byte) (neutral.Result, error) {
	if f.spec.Chat == nil || f.spec.Chat.Result == nil {
		return neutral.Result{}, form.Unsupported("an answer of " + f.spec.Name + " in another form")
	}
	r, err := form.ReadAnswer(body)
	if err != nil {
		return neutral.Result{}, err
	}
	defer r.Close()
	return f.spec.Chat.Result(r)
}

// DecodeEmbed reads a native request body for embeddings, with errors as
// DecodeChat has them.
func (f Family) DecodeEmbed(body []byte) (neutral.Embed, error) {
	if f.spec.Embed == nil {
		return neutral.Embed{}, form.Unsupported("a body of " + f.spec.Name + " for embeddings")
	}
	r, err := f.request(body, jsonbody.Options{})
	if err != nil {
		return neutral.Embed{}, err
	}
	defer r.Close()
	return f.spec.Embed.Decode(f.model, r)
}

// EncodeEmbed writes the native request body for embeddings.
func (f Family) EncodeEmbed(e neutral.Embed) ([]byte, error) {
	if f.spec.Embed == nil {
		return nil, form.Unsupported("embeddings in the form of " + f.spec.Name)
	}
	w := jsonbody.NewWriter()
	return written(w, f.spec.Embed.Request(w, f.model, e))
}

// EncodeVectors writes the native response body of embeddings.
func (f Family) EncodeVectors(v neutral.Vectors) ([]byte, error) {
	if f.spec.Embed == nil {
		return nil, form.Unsupported("embeddings in the form of " + f.spec.Name)
	}
	w := jsonbody.NewWriter()
	return written(w, f.spec.Embed.Encode(w, v))
}

// DecodeVectors reads a native response body of embeddings. An error is a
// *model.Error of kind BadAnswer.
func (f Family) DecodeVectors(body []byte) (neutral.Vectors, error) {
	if f.spec.Embed == nil {
		return neutral.Vectors{}, form.Unsupported("an answer of " + f.spec.Name + " as embeddings")
	}
	r, err := form.ReadAnswer(body)
	if err != nil {
		return neutral.Vectors{}, err
	}
	defer r.Close()
	return f.spec.Embed.Result(r)
}

// StreamEncoder returns a writer of one answer. Of head, ID, Model and the
// input tokens of Usage, if they are known, are used. An error is a *model.Error
// of kind Unsupported.
func (f Family) StreamEncoder(head neutral.Result) (neutral.StreamEncoder, error) {
	if f.spec.Chat == nil || f.spec.Chat.Writer == nil {
		return nil, form.Unsupported("a stream in the form of " + f.spec.Name)
	}
	return f.spec.Chat.Writer(head), nil
}

// StreamDecoder returns a reader of one answer, with errors as StreamEncoder's.
func (f Family) StreamDecoder() (neutral.StreamDecoder, error) {
	if f.spec.Chat == nil || f.spec.Chat.Reader == nil {
		return nil, form.Unsupported("a stream of " + f.spec.Name + " in another form")
	}
	return f.spec.Chat.Reader(), nil
}

// ForModel returns the family of a Bedrock model id, which may carry a
// region prefix ("us.anthropic.claude-…") or be the ARN of a foundation model
// or of a system-defined inference profile. Ids that do not tell their model,
// such as the ARN of a provisioned model, belong to no family. What a vendor that
// nobody here knows calls a chat is OpenAI-like.
func ForModel(id string) (Family, bool) {
	f, _ := candidates(id)
	return f, f.spec.Name != ""
}

// candidates returns the families that may have a model's requests: the one whose
// prefix tells most of the id, and the next. Either may be none.
func candidates(id string) (first, second Family) {
	base := form.BaseID(id)
	told, less := 0, 0
	for _, f := range known {
		switch n := f.tells(base); {
		case n > told:
			second, less = first, told
			first, told = f, n
		case n > less:
			second, less = f, n
		}
	}
	if told == 0 && looksLikeChat(base) {
		first = Family{spec: messages.Unknown()}
	}
	first.model, second.model = base, base
	return first, second
}

// tells returns how much of an id the longest of the family's prefixes is.
func (f Family) tells(base string) int {
	longest := 0
	for _, prefix := range f.spec.Prefixes {
		if len(prefix) > longest && strings.HasPrefix(base, prefix) {
			longest = len(prefix)
		}
	}
	return longest
}

// whose returns the family of a body that one of two may have: the first, unless
// the body lacks what the first's requests have.
func whose(body []byte, first, second Family) Family {
	if second.spec.Name == "" || first.spec.Asks == "" {
		return first
	}
	o, ok := jsonbody.Parse(body)
	if !ok || o.Has(first.spec.Asks) || second.spec.Asks != "" && !o.Has(second.spec.Asks) {
		return first
	}
	return second
}

// ByForm returns the family of a form that a model's id does not tell:
// "converse" is that of Bedrock's Converse, "anthropic" that of Anthropic's own
// Messages API, "openai" that of chat completions, and "openai-service" the same as
// OpenAI's own service and those like it have it, which name the limit of an answer
// max_completion_tokens. "openai-completions" is that of OpenAI's completions, which
// take prompts as they stand (Chat.Raw) and nothing else. The requests of all but the first have the model's name in
// them; see WithModel.
func ByForm(form string) (Family, bool) {
	for _, f := range forms() {
		if f.spec.Form == form {
			return f, true
		}
	}
	return Family{}, false
}

// WithModel returns the family for one model: of the forms "anthropic" and
// "openai" the server's name of it, of others an id that may be as ForModel has it.
func (f Family) WithModel(id string) Family {
	switch native, ok := ForModel(id); {
	case f.spec.Form != "" && f.spec.Form != "converse":
		f.model = id
		return f
	case ok && f.spec.Form == "converse":
		lenient := f.lenient
		f = converseOf(native)
		f.lenient = lenient
	}
	f.model = form.BaseID(id)
	return f
}

// ForBody returns the family whose request the body must be, for models whose
// id does not tell.
func ForBody(body []byte) (Family, bool) {
	o, ok := jsonbody.Parse(body)
	if !ok {
		return Family{}, false
	}
	for _, f := range known {
		if f.spec.Owns != nil && f.spec.Owns(o) {
			return f, true
		}
	}
	return Family{}, false
}

// ForRequest returns the family of a request's body: that of its Form, of its
// Model, or, where the model's id does not tell, of the body itself. It is lenient
// where the request is.
func ForRequest(req model.Request) (Family, bool) {
	f, ok := familyOf(req)
	f.lenient = req.Lenient
	return f, ok
}

func familyOf(req model.Request) (Family, bool) {
	if req.Form != "" {
		f, ok := ByForm(req.Form)
		return f.WithModel(req.Model), ok
	}
	if first, second := candidates(req.Model); first.spec.Name != "" {
		return whose(req.Body, first, second), true
	}
	if namesVendor(req.Model) {
		return Family{}, false // a family that nobody here speaks
	}
	return ForBody(req.Body)
}

// Known lists the families and their model ids for an error's text.
func Known() string {
	var names []string
	for _, f := range known {
		names = append(names, fmt.Sprintf("%s (%s)", f.spec.Name, f.spec.Pattern))
	}
	return strings.Join(names, ", ")
}

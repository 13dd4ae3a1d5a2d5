// Package dialect knows the request and response bodies of the model families
// behind Bedrock's InvokeModel, and turns them into one neutral form and back.
//
// SQL written for Aurora sends a model's native JSON and picks its answer out
// of the model's native JSON. Whoever answers in such a model's place decodes
// the body into a [Chat], produces a [Result], and encodes it as the family
// would have:
//
//	family, ok := dialect.ForModel("anthropic.claude-3-haiku-20240307-v1:0")
//	chat, err := family.DecodeChat(body)
//	…
//	body, err := family.EncodeResult(result)
//
// The other direction serves where a request in one family's body is answered by
// a model of another: EncodeChat writes the native request, DecodeResult reads
// the native answer. Answers that come piece by piece are written by a
// [StreamEncoder] and read by a [StreamDecoder]. Families of embeddings do the same
// with [Embed] and [Vectors].
//
// Who talks to a server of the OpenAI or the Anthropic kind takes that form by its
// name:
//
//	wire, ok := dialect.ByForm("openai")
//	body, err := wire.WithModel("qwen3:4b").EncodeChat(chat)
//	…
//	result, err := wire.DecodeResult(answer)
//
// chat.go and embed.go have the neutral forms, this file the [Family]; each
// family is one more file or a few (claude.go, converse.go, openai.go, titan.go) and
// one line in families. Bodies are read and written by package jsonbody; refusal.go
// and answer.go say what is wrong with one, as Bedrock does, and write.go has what
// many bodies are written with. The families that take prompts share prompt.go
// (templates), turns.go (what is read from them, and what they can be asked) and
// completion.go (their answers); those of embeddings vector.go.
package dialect

import (
	"fmt"
	"slices"
	"strings"

	"airglow/internal/jsonbody"
	"airglow/internal/model"
)

// Family is one form of request and response bodies, of chats or of embeddings.
// Its zero value is no family; values come from [ForModel], [ForBody],
// [ForRequest] and [Families].
type Family struct {
	name    string
	pattern string
	// prefixes are those of the model ids, without the region's; the longest one
	// of all families decides.
	prefixes []string
	// asks is the member that each of its requests has, where other families' requests
	// may name the same models; a body without it is not of this family.
	asks string
	// owns reports whether an object can only be a request of this family.
	owns func(jsonbody.Object) bool
	// form is its name in [ByForm], if it has one.
	form string
	// One of the two is set.
	chat  *chatForm
	embed *embedForm
	// model is the id that the family was asked for, without what Bedrock allows
	// around it; empty where the body told the family.
	model string
	// lenient is true when unknown members are let pass.
	lenient bool
	// raw is true when prompts are to be sent as they stand.
	raw bool
}

// chatForm is how a family writes chats. A member that is nil is not there, and
// its use fails as unsupported.
type chatForm struct {
	// decode and request are the native request, encode and result the native
	// answer. The model is an id as Family.model.
	decode  decodeChat
	request encodeChat
	encode  func(w *jsonbody.Writer, r Result) error
	result  func(jsonbody.Reader) (Result, error)
	// writer and reader are its stream.
	writer func(head Result) StreamEncoder
	reader func() StreamDecoder
	// defaults are the documented ones, where they are needed apart from decode.
	defaults sampling
	// reads is how requests are read.
	reads jsonbody.Options
	// raw is true of a form that takes prompts as they stand, and nothing else.
	raw bool
	// onlyIfAsked is true when answers have the model's reasoning only if the
	// request asks for it.
	onlyIfAsked bool
}

// asked is what a family was asked for: as Family has the fields.
type asked struct {
	model string
	raw   bool
}

type (
	decodeChat func(a asked, r jsonbody.Reader) (Chat, error)
	encodeChat func(w *jsonbody.Writer, model string, c Chat) error
)

// embedForm is the same for embeddings.
type embedForm struct {
	decode  func(model string, r jsonbody.Reader) (Embed, error)
	request func(w *jsonbody.Writer, model string, e Embed) error
	encode  func(w *jsonbody.Writer, v Vectors) error
	result  func(jsonbody.Reader) (Vectors, error)
}

// known are the families of [Families]. Nothing changes them.
var known = families()

// Families returns every family this package speaks whose bodies a model's id
// tells.
func Families() []Family { return slices.Clone(known) }

func families() []Family {
	return slices.Concat(promptFamilies(), []Family{
		claude(),
		nova(),
	}, openAILike(), embedFamilies())
}

// promptFamilies take a prompt, in a template of theirs, or one text and what was
// said before. Where two could have a body, the one that can tell stands first.
func promptFamilies() []Family {
	return []Family{
		llama(), mistralText(), anthropicText(), deepseekR1(), jurassic2(), command(), commandR(),
	}
}

// embedFamilies embed texts. Titan's embeddings stand before its texts, whose
// bodies begin alike.
func embedFamilies() []Family {
	return []Family{titanEmbed(), titanEmbedV1(), titanText(), cohereEmbed(), cohereEmbedV4(), ownEmbed(), ownEmbedTexts()}
}

// forms are the families that go by a name instead of a model's id.
func forms() []Family {
	return []Family{converseForm(Family{}), claudeWire(), openAIWire("openai", "max_tokens"), openAIWire("openai-service", "max_completion_tokens"), openAICompletions()}
}

// Name returns the family's name for people, such as "Anthropic messages".
func (f Family) Name() string { return f.name }

// Pattern returns the model ids of the family for people, such as
// "anthropic.claude*".
func (f Family) Pattern() string { return f.pattern }

// Embeds reports whether the family is one of embeddings, otherwise of chats.
func (f Family) Embeds() bool { return f.embed != nil }

// Lenient returns the family as it reads where something else than its models
// answers: members of a request that the family does not know are passed over
// instead of refused.
func (f Family) Lenient() Family {
	f.lenient = true
	return f
}

// Raw returns the family as it reads where a prompt is sent as it stands, to a model
// that was trained on its template, instead of being read into turns. Families of
// messages are read as ever. See [Chat].Raw.
func (f Family) Raw() Family {
	f.raw = true
	return f
}

// request begins to read a request's body.
func (f Family) request(body []byte, o jsonbody.Options) (jsonbody.Reader, error) {
	o.Lenient = f.lenient
	r, ok := jsonbody.Read(body, o)
	if !ok {
		return r, malformed()
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
func (f Family) DecodeChat(body []byte) (Chat, error) {
	if f.chat == nil || f.chat.decode == nil {
		return Chat{}, unsupported("a body of " + f.name + " as a chat")
	}
	r, err := f.request(body, f.chat.reads)
	if err != nil {
		return Chat{}, err
	}
	defer r.Close()
	chat, err := f.chat.decode(asked{f.model, f.raw}, r)
	if err != nil {
		return Chat{}, err
	}
	return chat, nil
}

// EncodeChat writes the native request body for a chat. What the family has no
// word for and what would change the answer is Unsupported.
func (f Family) EncodeChat(c Chat) ([]byte, error) {
	return f.EncodeChatWith(c, func(*jsonbody.Writer) {})
}

// EncodeChatWith is EncodeChat for requests with more members than the chat has. They
// are written by more; those of the chat's that are there already are not to be
// written again.
func (f Family) EncodeChatWith(c Chat, more func(w *jsonbody.Writer)) ([]byte, error) {
	if f.chat == nil || f.chat.request == nil {
		return nil, unsupported("a chat in the form of " + f.name)
	}
	if c.Raw && !f.chat.raw {
		return nil, cannotSay(f.name, "a prompt in the template of another model")
	}
	w := jsonbody.NewWriter()
	err := f.chat.request(w, f.model, c)
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
func (f Family) ShowsReasoning(c Chat) bool {
	return f.chat != nil && (!f.chat.onlyIfAsked || c.Reasoning != "" && c.Reasoning != "none")
}

// EncodeResult writes the native response body.
func (f Family) EncodeResult(r Result) ([]byte, error) {
	if f.chat == nil {
		return nil, unsupported("a chat's answer in the form of " + f.name)
	}
	w := jsonbody.NewWriter()
	return written(w, f.chat.encode(w, r))
}

// DecodeResult reads a native response body. An error is a *model.Error of kind
// BadAnswer.
func (f Family) DecodeResult(body []byte) (Result, error) {
	if f.chat == nil || f.chat.result == nil {
		return Result{}, unsupported("an answer of " + f.name + " in another form")
	}
	r, err := readAnswer(body)
	if err != nil {
		return Result{}, err
	}
	defer r.Close()
	return f.chat.result(r)
}

// DecodeEmbed reads a native request body for embeddings, with errors as
// DecodeChat has them.
func (f Family) DecodeEmbed(body []byte) (Embed, error) {
	if f.embed == nil {
		return Embed{}, unsupported("a body of " + f.name + " for embeddings")
	}
	r, err := f.request(body, jsonbody.Options{})
	if err != nil {
		return Embed{}, err
	}
	defer r.Close()
	return f.embed.decode(f.model, r)
}

// EncodeEmbed writes the native request body for embeddings.
func (f Family) EncodeEmbed(e Embed) ([]byte, error) {
	if f.embed == nil {
		return nil, unsupported("embeddings in the form of " + f.name)
	}
	w := jsonbody.NewWriter()
	return written(w, f.embed.request(w, f.model, e))
}

// EncodeVectors writes the native response body of embeddings.
func (f Family) EncodeVectors(v Vectors) ([]byte, error) {
	if f.embed == nil {
		return nil, unsupported("embeddings in the form of " + f.name)
	}
	w := jsonbody.NewWriter()
	return written(w, f.embed.encode(w, v))
}

// DecodeVectors reads a native response body of embeddings. An error is a
// *model.Error of kind BadAnswer.
func (f Family) DecodeVectors(body []byte) (Vectors, error) {
	if f.embed == nil {
		return Vectors{}, unsupported("an answer of " + f.name + " as embeddings")
	}
	r, err := readAnswer(body)
	if err != nil {
		return Vectors{}, err
	}
	defer r.Close()
	return f.embed.result(r)
}

// ForModel returns the family of a Bedrock model id, which may carry a
// region prefix ("us.anthropic.claude-…") or be the ARN of a foundation model
// or of a system-defined inference profile. Ids that do not tell their model,
// such as the ARN of a provisioned model, belong to no family. What a vendor that
// nobody here knows calls a chat is OpenAI-like.
func ForModel(id string) (Family, bool) {
	f, _ := candidates(id)
	return f, f.name != ""
}

// candidates returns the families that may have a model's requests: the one whose
// prefix tells most of the id, and the next. Either may be none.
func candidates(id string) (first, second Family) {
	base := baseID(id)
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
		first = openAIFallback()
	}
	first.model, second.model = base, base
	return first, second
}

// tells returns how much of an id the longest of the family's prefixes is.
func (f Family) tells(base string) int {
	longest := 0
	for _, prefix := range f.prefixes {
		if len(prefix) > longest && strings.HasPrefix(base, prefix) {
			longest = len(prefix)
		}
	}
	return longest
}

// whose returns the family of a body that one of two may have: the first, unless
// the body lacks what the first's requests have.
func whose(body []byte, first, second Family) Family {
	if second.name == "" || first.asks == "" {
		return first
	}
	o, ok := jsonbody.Parse(body)
	if !ok || o.Has(first.asks) || second.asks != "" && !o.Has(second.asks) {
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
		if f.form == form {
			return f, true
		}
	}
	return Family{}, false
}

// WithModel returns the family for one model: of the forms "anthropic" and
// "openai" the server's name of it, of others an id that may be as ForModel has it.
func (f Family) WithModel(id string) Family {
	switch native, ok := ForModel(id); {
	case f.form != "" && f.form != "converse":
		f.model = id
		return f
	case ok && f.form == "converse":
		lenient := f.lenient
		f = converseForm(native)
		f.lenient = lenient
	}
	f.model = baseID(id)
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
		if f.owns != nil && f.owns(o) {
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
	if first, second := candidates(req.Model); first.name != "" {
		return whose(req.Body, first, second), true
	}
	if namesVendor(req.Model) {
		return Family{}, false // a family that nobody here speaks
	}
	return ForBody(req.Body)
}

// namesVendor reports whether an id is one of Bedrock's, "vendor.model…", which
// tells the family.
func namesVendor(id string) bool {
	vendor, name, ok := strings.Cut(id, ".")
	return ok && vendor != "" && strings.Trim(vendor, "abcdefghijklmnopqrstuvwxyz0123456789-") == "" &&
		name != "" && name[0] >= 'a' && name[0] <= 'z'
}

// Known lists the families and their model ids for an error's text.
func Known() string {
	var names []string
	for _, f := range known {
		names = append(names, fmt.Sprintf("%s (%s)", f.name, f.pattern))
	}
	return strings.Join(names, ", ")
}

// baseID strips what Bedrock allows around a foundation model's id: the ARN
// before it and the prefix of a cross-region inference profile.
func baseID(id string) string {
	if strings.HasPrefix(id, "arn:") {
		id = id[strings.LastIndexByte(id, '/')+1:]
	}
	for _, region := range []string{"us", "us-gov", "eu", "apac", "global", "jp", "au", "ca"} {
		if rest, ok := strings.CutPrefix(id, region+"."); ok {
			return rest
		}
	}
	return id
}

package modelserver

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"airglow/internal/model"
	"airglow/internal/model/modeltest"
)

// Provider is what a provider of a model server is.
type Provider interface {
	model.Checker
	model.StreamProvider
	model.TokenCounter
	model.Prober
}

// Suite is what every provider of model servers is tried with.
type Suite struct {
	// New returns a provider of a server whose requests may take so long, and whose
	// key is Key.
	New func(t *testing.T, server *Server, timeout time.Duration) Provider
	// Broken is a piece of a stream that no provider can read, and Failing one that
	// tells a failure in place of an answer's part.
	Broken, Failing string
	// NoRaw is true of providers whose servers take no prompts as they stand.
	NoRaw bool
}

// Key is the key of a suite's providers. It may never be seen.
const Key = "sk-key-of-the-suite"

// Claude is a request in the body of Claude on Bedrock, to be answered by the
// server's model "small".
func Claude(prompt string) model.Request {
	body, err := json.Marshal(object{"anthropic_version": "bedrock-2023-05-31", "max_tokens": 100, "temperature": 0,
		"messages": []object{{"role": "user", "content": []object{{"type": "text", "text": prompt}}}}})
	if err != nil {
		panic(err)
	}
	return model.Request{Service: model.Bedrock, Model: "anthropic.claude-3-haiku-20240307-v1:0", Target: "small", Body: body}
}

// Titan is the same in the body of Titan text.
func Titan(prompt string) model.Request {
	body, err := json.Marshal(object{"inputText": prompt, "textGenerationConfig": object{"maxTokenCount": 100, "temperature": 0, "topP": 0}})
	if err != nil {
		panic(err)
	}
	return model.Request{Service: model.Bedrock, Model: "amazon.titan-text-express-v1", Target: "small", Body: body}
}

// Run runs the suite.
func (s Suite) Run(t *testing.T) {
	t.Run("Contract", func(t *testing.T) { modeltest.Run(t, s.subject) })
	t.Run("Stream", func(t *testing.T) { modeltest.RunStream(t, s.streamSubject) })
	t.Run("Paths", s.paths)
	t.Run("Failures", s.failures)
	t.Run("StreamFailures", s.streamFailures)
	t.Run("Timeout", s.timeout)
	t.Run("NoUsage", s.noUsage)
	t.Run("Raw", s.raw)
	t.Run("Probe", s.probe)
}

const long = time.Minute

// scripted answers by the prompt.
func scripted(started chan<- struct{}) func(Question) Reply {
	return func(q Question) Reply {
		switch q.Prompt {
		case "bad":
			return Reply{Status: http.StatusBadRequest, Raw: `{"error":{"message":"no"}}`}
		case "slow":
			return Reply{Wait: make(chan struct{}), Started: started}
		case "half":
			return Reply{Text: "one two", Breaks: true}
		}
		return Reply{Text: "you said " + q.Prompt}
	}
}

func (s Suite) subject(t *testing.T) modeltest.Subject {
	server, started := Start(t), make(chan struct{}, 1)
	server.Answer(scripted(started))
	return modeltest.Subject{Provider: s.New(t, server, long), Good: Claude("hello"), Bad: Claude("bad"), Slow: Claude("slow"), Started: started}
}

func (s Suite) streamSubject(t *testing.T) modeltest.StreamSubject {
	server, started := Start(t), make(chan struct{}, 1)
	server.Answer(scripted(started))
	return modeltest.StreamSubject{Provider: s.New(t, server, long), Started: started,
		Good: Claude("hello there"), Bad: Claude("bad"), Half: Claude("half"), Slow: Claude("slow")}
}

// paths: SQL finds its answer where the family has it, whoever answers.
func (s Suite) paths(t *testing.T) {
	server := Start(t)
	provider := s.New(t, server, long)
	for name, tc := range map[string]struct {
		req  model.Request
		text func([]byte) string
		stop string
	}{
		"Claude": {Claude("hello"), claudeText, `"stop_reason":"end_turn"`},
		"Titan":  {Titan("hello"), titanText, `"completionReason":"FINISH"`},
	} {
		got, err := provider.Invoke(t.Context(), tc.req)
		if err != nil || tc.text(got.Body) != "HELLO" || !strings.Contains(string(got.Body), tc.stop) {
			t.Errorf("%s: %s, %v", name, got.Body, err)
		}
		if want := (model.Usage{InputTokens: 5, OutputTokens: 5, Known: true}); got.Usage != want || got.Model != "small" {
			t.Errorf("%s: usage %+v, model %q", name, got.Usage, got.Model)
		}
		if n, exact, err := provider.CountTokens(t.Context(), tc.req); err != nil || n < 1 || exact && n != 5 {
			t.Errorf("%s: %d tokens, exact %v, %v", name, n, exact, err)
		}
	}
	server.Answer(func(Question) Reply { return Reply{Text: "cut", Length: true} })
	got, err := provider.Invoke(t.Context(), Claude("x"))
	if err != nil || got.Stop != model.StopLength || !strings.Contains(string(got.Body), `"stop_reason":"max_tokens"`) {
		t.Errorf("cut off: %s, %q, %v", got.Body, got.Stop, err)
	}
	for _, q := range server.Questions() {
		if q.Model != "small" {
			t.Errorf("%s was asked for model %q", q.Path, q.Model)
		}
	}
}

func claudeText(body []byte) string {
	var answer struct {
		Content []struct {
			Text string `json:"text"`
		} `json:"content"`
	}
	if json.Unmarshal(body, &answer) != nil || len(answer.Content) == 0 {
		return ""
	}
	return answer.Content[0].Text
}

func titanText(body []byte) string {
	var answer struct {
		Results []struct {
			Text string `json:"outputText"`
		} `json:"results"`
	}
	if json.Unmarshal(body, &answer) != nil || len(answer.Results) == 0 {
		return ""
	}
	return answer.Results[0].Text
}

// badAnswer is an answer that is none, and the error that is made of it.
type badAnswer struct {
	reply Reply
	kind  model.Kind
	code  string
	text  string
}

const proxyPage = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>" + Key + "</body></html>"

// badAnswers are what a server may send with a status of success, and what no
// provider may take for an answer, to a chat or to texts to embed.
func badAnswers() map[string]badAnswer {
	bad := func(reply Reply, text string) badAnswer {
		return badAnswer{reply, model.BadAnswer, "ModelErrorException", text}
	}
	said := func(raw string) badAnswer {
		return badAnswer{Reply{Raw: raw}, model.ModelFailed, "ModelErrorException", "boom"}
	}
	return map[string]badAnswer{
		"a failure":                 said(`{"error":"boom"}`),
		"a failure with a type":     said(`{"error":{"message":"boom","type":"invalid_request_error"}}`),
		"a failure as Anthropic's":  said(`{"type":"error","error":{"type":"invalid_request_error","message":"boom"}}`),
		"a failure within a JSON":   said(`{"error":"{\"error\":{\"message\":\"boom\"}}"}`),
		"garbage":                   bad(Reply{Raw: "<html>"}, "it is text/html and not JSON: a page of HTML without a word; see whether url is right"),
		"text":                      bad(Reply{Raw: "It works!"}, "it is no JSON, but “It works!”; see whether url is right"),
		"other JSON":                bad(Reply{Raw: `{"result":"ok"}`}, "cannot be used"),
		"an array":                  bad(Reply{Raw: `[]`}, "cannot be used"),
		"null":                      bad(Reply{Raw: `null`}, "cannot be used"),
		"an empty object":           bad(Reply{Raw: `{}`}, "cannot be used"),
		"an empty body":             bad(Reply{Raw: " "}, "cannot be used"),
		"truncated":                 bad(Reply{Raw: `{"id":"1","type":"message","role":"assistant","message":{"content":"on`}, "cannot be used"),
		"a page with a JSON's type": bad(Reply{Raw: "<html>", Header: http.Header{"Content-Type": {"application/json"}}}, "cannot be used"),
		"a proxy's page":            bad(Reply{Raw: proxyPage}, "it is text/html and not JSON: a page of HTML, “502 Bad Gateway”; see whether url is right"),
		"the same as JSON":          bad(Reply{Raw: proxyPage, Header: http.Header{"Content-Type": {"application/json"}}}, "it is no JSON, but a page of HTML, “502 Bad Gateway”; see whether url is right"),
		"numbers that are none":     bad(Reply{Raw: `{"data":[{"index":0,"embedding":[NaN]}],"embeddings":[[NaN]],"message":{"content":NaN}}`}, "[NaN]}]"),
		"a JSON with a page's type": bad(Reply{Text: "fine", Dimensions: 256, Header: http.Header{"Content-Type": {"text/html; charset=utf-8"}}}, "it is text/html"),
	}
}

// failures: whatever a server does wrong has its kind, its code and a reason.
func (s Suite) failures(t *testing.T) {
	status := func(code int, text string) Reply {
		return Reply{Status: code, Raw: `{"error":{"message":"` + text + `"}}`, Header: http.Header{"Retry-After": {"7"}}}
	}
	badAnswers := badAnswers()
	for name, tc := range map[string]badAnswer{
		"throttled":     {status(http.StatusTooManyRequests, "slow down"), model.Throttled, "ThrottlingException", "slow down"},
		"loading":       {status(http.StatusServiceUnavailable, "Loading model"), model.NotReady, "ModelNotReadyException", "Loading model"},
		"down":          {status(http.StatusInternalServerError, "out of memory"), model.Unavailable, "ServiceUnavailableException", "out of memory"},
		"too long":      {status(http.StatusBadRequest, "exceeds the available context size"), model.Invalid, "ValidationException", "Input is too long for requested model."},
		"unknown model": {status(http.StatusNotFound, "model small not found"), model.NotFound, "ResourceNotFoundException", "target"},
		"wrong key":     {status(http.StatusUnauthorized, "no such key "+Key), model.NoCredentials, "UnrecognizedClientException", "key-env"},
		"half":          {Reply{Text: "one two three", Breaks: true}, model.Unavailable, "ServiceUnavailableException", "middle of its answer"},
		"reset":         {Reply{Header: http.Header{"Connection": {"close"}}, Raw: "{", Breaks: true}, model.Unavailable, "ServiceUnavailableException", "middle of its answer"},
	} {
		badAnswers[name] = tc
	}
	for name, tc := range badAnswers {
		t.Run(name, func(t *testing.T) {
			server := Start(t)
			server.Answer(func(Question) Reply { return tc.reply })
			for _, req := range []model.Request{Claude("hello"), Titan("hello")} {
				_, err := s.New(t, server, long).Invoke(t.Context(), req)
				checkFailure(t, err, tc.kind, tc.code, tc.text)
				if tc.kind == model.Throttled && model.RetryAfter(err) != 7*time.Second {
					t.Errorf("to be tried again after %s", model.RetryAfter(err))
				}
			}
		})
	}
}

// checkFailure checks an error; a code that is empty may be any.
func checkFailure(t *testing.T, err error, kind model.Kind, code, text string) {
	t.Helper()
	var failure *model.Error
	if !errors.As(err, &failure) {
		t.Fatalf("%v is no *model.Error", err)
	}
	if failure.Kind != kind || code != "" && failure.Code != code || !strings.Contains(failure.Message, text) {
		t.Errorf("%s, %s: %v; want %s, %s, %q", failure.Kind, failure.Code, err, kind, code, text)
	}
	if strings.Contains(err.Error(), Key) {
		t.Errorf("the key is in %v", err)
	}
}

// streamFailures: a stream that goes wrong is never a whole answer.
func (s Suite) streamFailures(t *testing.T) {
	for name, tc := range map[string]struct {
		reply Reply
		kind  model.Kind
		code  string
		text  string
	}{
		"breaks":  {Reply{Text: "one two", Breaks: true}, model.Unavailable, "ServiceUnavailableException", ""},
		"no end":  {Reply{Text: "one two", Ends: true}, model.BadAnswer, "ModelErrorException", ""},
		"garbage": {Reply{Raw: s.Broken}, model.BadAnswer, "ModelErrorException", ""},
		"failing": {Reply{Raw: s.Failing}, model.ModelFailed, "ModelStreamErrorException", ""},
		"whole":   {Reply{Raw: `{"error":{"message":"boom"}}`}, model.ModelFailed, "", ""},
		"page":    {Reply{Raw: "<html>"}, model.BadAnswer, "ModelErrorException", ""},
		"a page":  {Reply{Raw: proxyPage, Header: http.Header{"Content-Type": {"text/event-stream"}}}, model.BadAnswer, "ModelErrorException", "it is no JSON, but a page of HTML, “502 Bad Gateway”; see whether url is right"},
		"nothing": {Reply{Raw: "\n"}, model.BadAnswer, "ModelErrorException", ""},
		"loading": {Reply{Status: http.StatusServiceUnavailable, Raw: `{"error":"loading model"}`}, model.NotReady, "ModelNotReadyException", ""},
	} {
		t.Run(name, func(t *testing.T) {
			server := Start(t)
			server.Answer(func(Question) Reply { return tc.reply })
			for _, req := range []model.Request{Claude("hello"), Titan("hello")} {
				_, err := s.New(t, server, long).InvokeStream(t.Context(), req, func([]byte) error { return nil })
				checkFailure(t, err, tc.kind, tc.code, tc.text)
			}
		})
	}
}

// timeout: a provider's own time limit is no end of the caller's context.
func (s Suite) timeout(t *testing.T) {
	server := Start(t)
	server.Answer(func(Question) Reply { return Reply{Wait: make(chan struct{})} })
	_, err := s.New(t, server, 30*time.Millisecond).Invoke(t.Context(), Claude("hello"))
	checkFailure(t, err, model.ModelTimeout, "ModelTimeoutException", "timeout")
	if errors.Is(err, context.DeadlineExceeded) {
		t.Error("it counts as the caller's")
	}
}

// raw: a prompt in a template is sent as it stands where the route says so, and
// refused where the server has no way for it.
func (s Suite) raw(t *testing.T) {
	server := Start(t)
	server.Answer(func(Question) Reply { return Reply{Text: "<think>a faint light"} })
	const prompt = "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nWhat?<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n"
	req := model.Request{Service: model.Bedrock, Model: "meta.llama3-8b-instruct-v1:0", Target: "small",
		Parameters: `{"prompt_mode":"raw"}`, Body: []byte(`{"prompt":` + strconv.Quote(prompt) + `,"max_gen_len":7}`)}
	p := s.New(t, server, long)
	got, err := p.Invoke(t.Context(), req)
	if s.NoRaw {
		if model.KindOf(err) != model.Unsupported || err == nil || !strings.Contains(err.Error(), "prompt-mode") || len(server.Questions()) > 0 {
			t.Errorf("%s, %v", got.Body, err)
		}
		return
	}
	if err != nil || !strings.Contains(string(got.Body), `"generation":"<think>a faint light"`) || got.Usage.Estimated {
		t.Errorf("%s, %v", got.Body, err)
	}
	var said string
	streamed, err := p.InvokeStream(t.Context(), req, func(piece []byte) error {
		var chunk struct{ Generation string }
		err := json.Unmarshal(piece, &chunk)
		said += chunk.Generation
		return err
	})
	if err != nil || said != "<think>a faint light" || string(streamed.Body) != string(got.Body) {
		t.Errorf("%q, %s, %v", said, streamed.Body, err)
	}
	for _, q := range server.Questions() {
		if q.Prompt != prompt || strings.Contains(q.Path, "chat") || strings.Contains(string(q.Body), "prompt_mode") {
			t.Errorf("the server was asked %s: %s", q.Path, q.Body)
		}
	}
}

// noUsage: what the server does not count is counted here, and said to be.
func (s Suite) noUsage(t *testing.T) {
	server := Start(t)
	server.Answer(func(Question) Reply { return Reply{Text: "x", NoUsage: true} })
	got, err := s.New(t, server, long).Invoke(t.Context(), Claude("hello"))
	if u := got.Usage; err != nil || !u.Estimated || !u.Known || u.InputTokens < 1 || u.OutputTokens < 1 {
		t.Errorf("%+v, %v", got.Usage, err)
	}
}

// Embed is a request for the embeddings of a text, in the body of Titan's.
func Embed(text string) model.Request {
	body, err := json.Marshal(object{"inputText": text, "dimensions": 256})
	if err != nil {
		panic(err)
	}
	return model.Request{Service: model.Bedrock, Model: "amazon.titan-embed-text-v2:0", Target: "small", Body: body}
}

// RunEmbeddings is what every provider of embeddings is tried with.
func (s Suite) RunEmbeddings(t *testing.T) {
	embeds := func(t *testing.T) (model.BatchProvider, *Server) {
		server := Start(t)
		server.Answer(func(q Question) Reply {
			if strings.Contains(strings.Join(q.Texts, " "), "bad") {
				return Reply{Status: http.StatusBadRequest, Raw: `{"error":{"message":"no"}}`}
			}
			return Reply{Dimensions: 256}
		})
		return s.New(t, server, long).(model.BatchProvider), server
	}
	t.Run("Contract", func(t *testing.T) {
		modeltest.Run(t, func(t *testing.T) modeltest.Subject {
			p, _ := embeds(t)
			return modeltest.Subject{Provider: p, Good: Embed("hello"), Bad: Embed("bad")}
		})
	})
	t.Run("Batch", func(t *testing.T) {
		modeltest.RunBatch(t, func(t *testing.T) modeltest.BatchSubject {
			p, _ := embeds(t)
			refused := Embed("x")
			refused.Body = []byte(`{}`)
			return modeltest.BatchSubject{Provider: p, Good: []model.Request{Embed("a"), Embed("bcd"), Embed("ef")}, Refused: refused,
				Bad: []model.Request{Embed("a"), Embed("bad")}}
		})
	})
	t.Run("OneRequest", func(t *testing.T) {
		p, server := embeds(t)
		results, err := p.InvokeBatch(t.Context(), []model.Request{Embed("a"), Embed("b")})
		if q := server.Questions(); err != nil || len(results) != 2 || len(q) != 1 || strings.Join(q[0].Texts, "|") != "a|b" || q[0].Model != "small" {
			t.Errorf("%+v, %v", q, err)
		}
	})
	t.Run("Failures", s.badVectors)
}

// badVectors: what is no vector of the right length is none.
func (s Suite) badVectors(t *testing.T) {
	badAnswers := badAnswers()
	for name, tc := range map[string]badAnswer{
		"another length": {Reply{Dimensions: 384}, model.Invalid, "ValidationException", "384 numbers"},
		"zero":           {Reply{Vectors: [][]float64{make([]float64, 256)}}, model.BadAnswer, "ModelErrorException", "zero"},
		"none":           {Reply{Vectors: [][]float64{}}, model.BadAnswer, "ModelErrorException", "embedding"},
		"too many":       {Reply{Vectors: [][]float64{{1}, {2}}}, model.BadAnswer, "ModelErrorException", ""},
		"too long a text": {Reply{Status: http.StatusBadRequest, Raw: `{"error":"the input length exceeds the context length"}`},
			model.Invalid, "ValidationException", "Input is too long for requested model."},
	} {
		badAnswers[name] = tc
	}
	for name, tc := range badAnswers {
		server := Start(t)
		server.Answer(func(Question) Reply { return tc.reply })
		_, err := s.New(t, server, long).Invoke(t.Context(), Embed("hello"))
		t.Run(name, func(t *testing.T) { checkFailure(t, err, tc.kind, tc.code, tc.text) })
	}
}

package bedrockapi_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	brtypes "github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"airglow/internal/bedrockapi"
	"airglow/internal/model"
)

// telling streams the pieces, then fails with err if that is not nil.
func telling(err error, pieces ...string) *streamer {
	return &streamer{stream: func(_ context.Context, _ model.Request, emit func([]byte) error) (model.Response, error) {
		for _, piece := range pieces {
			if err := emit([]byte(piece)); err != nil {
				return model.Response{}, err
			}
		}
		return model.Response{Body: []byte("{}"), Usage: model.Usage{Known: true, InputTokens: 3, OutputTokens: 5}}, err
	}}
}

// readStream invokes a model and returns the chunks, and how the stream ended.
func readStream(k *kit, id, body string) (chunks []string, err error) {
	out, err := k.runtime().InvokeModelWithResponseStream(context.Background(), &bedrockruntime.InvokeModelWithResponseStreamInput{
		ModelId: aws.String(id), Body: []byte(body)})
	if err != nil {
		return nil, err
	}
	defer func() { _ = out.GetStream().Close() }()
	for event := range out.GetStream().Events() {
		if chunk, ok := event.(*brtypes.ResponseStreamMemberChunk); ok {
			chunks = append(chunks, string(chunk.Value.Bytes))
		}
	}
	return chunks, out.GetStream().Err()
}

const streaming = "streams.model-v1"

// TestInvokeModelStream: a piece is a chunk, and the one that ends the answer has
// its figures.
func TestInvokeModelStream(t *testing.T) {
	k := start(t, telling(nil, `{"generation":"a","stop_reason":null}`, `{"generation":"b","stop_reason":"stop"}`), nil)
	chunks, err := readStream(k, streaming, `{}`)
	if err != nil || len(chunks) != 2 || chunks[0] != `{"generation":"a","stop_reason":null}` {
		t.Fatalf("got %v, %v", chunks, err)
	}
	var last struct {
		Generation string
		Metrics    struct {
			InputTokenCount, OutputTokenCount int64
			InvocationLatency                 *int64
			FirstByteLatency                  *int64
		} `json:"amazon-bedrock-invocationMetrics"`
	}
	if err := json.Unmarshal([]byte(chunks[1]), &last); err != nil || last.Generation != "b" ||
		last.Metrics.InputTokenCount != 3 || last.Metrics.OutputTokenCount != 5 || last.Metrics.FirstByteLatency == nil {
		t.Errorf("the last chunk is %s, %v", chunks[1], err)
	}
}

// TestThePiecesComeAtOnce: a client has a piece before the next is written.
func TestThePiecesComeAtOnce(t *testing.T) {
	next := make(chan struct{})
	stream := &streamer{stream: func(ctx context.Context, _ model.Request, emit func([]byte) error) (model.Response, error) {
		for _, piece := range []string{`{"n":1}`, `{"n":2}`} {
			if err := emit([]byte(piece)); err != nil {
				return model.Response{}, err
			}
			select {
			case <-next:
			case <-ctx.Done():
				return model.Response{}, ctx.Err()
			}
		}
		return model.Response{}, nil
	}}
	k := start(t, stream, nil)
	out, err := k.runtime().InvokeModelWithResponseStream(t.Context(), &bedrockruntime.InvokeModelWithResponseStreamInput{
		ModelId: aws.String(streaming), Body: []byte(`{}`)})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		receive(t, out.GetStream().Events())
		next <- struct{}{}
	}
	if event, more := <-out.GetStream().Events(); more {
		t.Errorf("one more: %v", event)
	}
	if err := out.GetStream().Err(); err != nil {
		t.Error(err)
	}
}

// TestAStreamBreaksOff with an exception of its own, and nothing is tried again;
// a failure before the first piece is an answer as any other.
func TestAStreamBreaksOff(t *testing.T) {
	for name, c := range map[string]struct {
		kind  model.Kind
		wants string
	}{
		"throttled": {model.Throttled, "ThrottlingException"}, "timeout": {model.ModelTimeout, "ModelTimeoutException"},
		"down": {model.Unavailable, "ServiceUnavailableException"}, "failed": {model.ModelFailed, "ModelStreamErrorException"},
		"denied": {model.Denied, "ModelStreamErrorException"},
	} {
		t.Run(name, func(t *testing.T) {
			failure := &model.Error{Kind: c.kind, Service: model.Bedrock, Message: "gone away"}
			chunks, err := readStream(start(t, telling(failure, `{"n":1}`), nil), streaming, `{}`)
			var api smithy.APIError
			if len(chunks) != 1 || !errors.As(err, &api) || api.ErrorCode() != c.wants || !strings.Contains(api.ErrorMessage(), "gone away") {
				t.Errorf("got %v, %v, want %s", chunks, err, c.wants)
			}
		})
	}
	_, err := readStream(start(t, telling(&model.Error{Kind: model.Denied, Message: "no"}), nil), streaming, `{}`)
	wantCode(t, err, "AccessDeniedException", 403)
}

// TestAStreamSaysWho gives it, in its header, and how long it took, in its last piece:
// also where that has the counts already.
func TestAStreamSaysWho(t *testing.T) {
	for last, want := range map[string]string{
		`{"type":"message_stop","amazon-bedrock-invocationMetrics":{"inputTokenCount":5,"outputTokenCount":2}}`: `{"type":"message_stop","amazon-bedrock-invocationMetrics":{"invocationLatency":N,"firstByteLatency":N,"inputTokenCount":5,"outputTokenCount":2}}`,
		`{"type":"message_stop","amazon-bedrock-invocationMetrics":{}}`:                                         `{"type":"message_stop","amazon-bedrock-invocationMetrics":{"invocationLatency":N,"firstByteLatency":N}}`,
		`{"type":"message_stop"}`: `{"type":"message_stop","amazon-bedrock-invocationMetrics":{"inputTokenCount":3,"outputTokenCount":5,"invocationLatency":N,"firstByteLatency":N}}`,
		`{"type":"message_stop","amazon-bedrock-invocationMetrics":{"invocationLatency":1,"firstByteLatency":1}}`: `{"type":"message_stop","amazon-bedrock-invocationMetrics":{"invocationLatency":N,"firstByteLatency":N}}`,
	} {
		k := start(t, telling(nil, `{"n":1}`, last), nil)
		out, err := k.runtime().InvokeModelWithResponseStream(t.Context(), &bedrockruntime.InvokeModelWithResponseStreamInput{ModelId: aws.String(streaming), Body: []byte(`{}`)})
		if err != nil {
			t.Fatal(err)
		}
		var got string
		for event := range out.GetStream().Events() {
			if chunk, ok := event.(*brtypes.ResponseStreamMemberChunk); ok {
				got = string(chunk.Value.Bytes)
			}
		}
		if got = regexp.MustCompile(`Latency":\d+`).ReplaceAllString(got, `Latency":N`); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		header := awsmiddleware.GetRawResponse(out.ResultMetadata).(*smithyhttp.Response).Header
		if header.Get("X-Airglow-Provider") != "scripted" || header.Get("X-Airglow-Model") != streaming {
			t.Errorf("the header is %v", header)
		}
	}
}

// TestAnAnswerThatComesWhole is a stream all the same.
func TestAnAnswerThatComesWhole(t *testing.T) {
	k := start(t, nil, nil)
	k.provider.answer = func(context.Context, model.Request) (model.Response, error) {
		return model.Response{Body: []byte(`{"unknown":"form"}`)}, nil
	}
	chunks, err := readStream(k, "qwen3", `{}`)
	if err != nil || len(chunks) != 1 || chunks[0] != `{"unknown":"form"}` {
		t.Errorf("got %v, %v", chunks, err)
	}
}

func conversation(text string) []brtypes.Message {
	return []brtypes.Message{{Role: brtypes.ConversationRoleUser, Content: []brtypes.ContentBlock{&brtypes.ContentBlockMemberText{Value: text}}}}
}

const conversed = `{"output":{"message":{"role":"assistant","content":[{"text":"hi"}]}},"stopReason":"end_turn","usage":{"inputTokens":3,"outputTokens":5,"totalTokens":8}}`

// TestConverse sends the body on in its own form.
func TestConverse(t *testing.T) {
	k := start(t, nil, nil)
	k.provider.answer = func(context.Context, model.Request) (model.Response, error) {
		return model.Response{Body: []byte(conversed)}, nil
	}
	out, err := k.runtime().Converse(t.Context(), &bedrockruntime.ConverseInput{ModelId: aws.String(haiku), Messages: conversation("hello")})
	if err != nil {
		t.Fatal(err)
	}
	message := out.Output.(*brtypes.ConverseOutputMemberMessage).Value
	if message.Content[0].(*brtypes.ContentBlockMemberText).Value != "hi" || *out.Usage.TotalTokens != 8 || out.Metrics.LatencyMs == nil {
		t.Errorf("answered %+v", out)
	}
	if asked := k.provider.last(t); asked.Form != "converse" || !strings.Contains(string(asked.Body), `"text":"hello"`) {
		t.Errorf("asked %+v", asked)
	}
	k.provider.answer = func(context.Context, model.Request) (model.Response, error) {
		return model.Response{Body: []byte(`[]`)}, nil
	}
	_, err = k.runtime().Converse(t.Context(), &bedrockruntime.ConverseInput{ModelId: aws.String(haiku), Messages: conversation("hello")})
	wantCode(t, err, "ModelErrorException", 424)
}

// TestConverseStream: a piece is an event; the figures come last, whether the
// answerer gave them or not.
func TestConverseStream(t *testing.T) {
	begin := []string{`{"messageStart":{"role":"assistant"}}`, `{"contentBlockDelta":{"contentBlockIndex":0,"delta":{"text":"hi"}}}`,
		`{"contentBlockStop":{"contentBlockIndex":0}}`, `{"messageStop":{"stopReason":"end_turn"}}`}
	for name, pieces := range map[string][]string{
		"with figures":    append(begin[:4:4], `{"metadata":{"usage":{"inputTokens":3,"outputTokens":5,"totalTokens":8}}}`),
		"without figures": begin,
	} {
		t.Run(name, func(t *testing.T) {
			k := start(t, telling(nil, pieces...), nil)
			out, err := k.runtime().ConverseStream(t.Context(), &bedrockruntime.ConverseStreamInput{ModelId: aws.String(streaming), Messages: conversation("hello")})
			if err != nil {
				t.Fatal(err)
			}
			var kinds []string
			for event := range out.GetStream().Events() {
				switch e := event.(type) {
				case *brtypes.ConverseStreamOutputMemberMessageStart:
					kinds = append(kinds, "start "+string(e.Value.Role))
				case *brtypes.ConverseStreamOutputMemberContentBlockDelta:
					kinds = append(kinds, e.Value.Delta.(*brtypes.ContentBlockDeltaMemberText).Value)
				case *brtypes.ConverseStreamOutputMemberContentBlockStop:
					kinds = append(kinds, "block")
				case *brtypes.ConverseStreamOutputMemberMessageStop:
					kinds = append(kinds, string(e.Value.StopReason))
				case *brtypes.ConverseStreamOutputMemberMetadata:
					if *e.Value.Usage.TotalTokens != 8 || e.Value.Metrics.LatencyMs == nil {
						t.Errorf("figures %+v", e.Value)
					}
					kinds = append(kinds, "figures")
				}
			}
			if got := strings.Join(kinds, "|"); got != "start assistant|hi|block|end_turn|figures" || out.GetStream().Err() != nil {
				t.Errorf("got %s, %v", got, out.GetStream().Err())
			}
		})
	}
}

// TestEmbeddingsDoNotConverse: a model of embeddings is refused before anybody is
// asked, by its id and by its ARN.
func TestEmbeddingsDoNotConverse(t *testing.T) {
	k := start(t, nil, nil)
	const embeds = "amazon.titan-embed-text-v2:0"
	for _, id := range []string{embeds, "arn:aws:bedrock:us-east-1::foundation-model/" + embeds} {
		_, once := k.runtime().Converse(t.Context(), &bedrockruntime.ConverseInput{ModelId: aws.String(id), Messages: conversation("hello")})
		_, stream := k.runtime().ConverseStream(t.Context(), &bedrockruntime.ConverseStreamInput{ModelId: aws.String(id), Messages: conversation("hello")})
		_, count := k.runtime().CountTokens(t.Context(), &bedrockruntime.CountTokensInput{ModelId: aws.String(id),
			Input: &brtypes.CountTokensInputMemberConverse{Value: brtypes.ConverseTokensRequest{Messages: conversation("hello")}}})
		for _, err := range []error{once, stream, count} {
			wantCode(t, err, "ValidationException", 400)
			if !strings.Contains(err.Error(), "gives embeddings") || !strings.Contains(err.Error(), "use InvokeModel") {
				t.Errorf("refused with %v", err)
			}
		}
	}
	if n := k.provider.calls(); n != 0 {
		t.Errorf("%d calls were made", n)
	}
	if _, err := invoke(k, embeds, `{"inputText":"x"}`); err != nil {
		t.Errorf("InvokeModel: %v", err)
	}
}

// TestDrain: a stop lets a stream end by itself, and cancels it with an exception
// when its time is up.
func TestDrain(t *testing.T) {
	for name, c := range map[string]struct {
		drain time.Duration
		wants string
	}{"time enough": {time.Minute, ""}, "no time": {time.Millisecond, "ServiceUnavailableException"}} {
		for _, scheme := range []string{"HTTP/1.1", "h2c"} {
			t.Run(name+" "+scheme, func(t *testing.T) {
				goOn := make(chan struct{})
				stream := &streamer{stream: func(ctx context.Context, _ model.Request, emit func([]byte) error) (model.Response, error) {
					if err := emit([]byte(`{"n":1}`)); err != nil {
						return model.Response{}, err
					}
					select {
					case <-goOn:
					case <-ctx.Done():
						return model.Response{}, ctx.Err()
					}
					return model.Response{}, emit([]byte(`{"n":2}`))
				}}
				k := start(t, stream, func(o *bedrockapi.Options) { o.DrainTimeout = c.drain })
				if scheme == "h2c" {
					k.client = h2c()
				}
				out, err := k.runtime().InvokeModelWithResponseStream(t.Context(), &bedrockruntime.InvokeModelWithResponseStreamInput{
					ModelId: aws.String(streaming), Body: []byte(`{}`)})
				if err != nil {
					t.Fatal(err)
				}
				receive(t, out.GetStream().Events())
				k.stop()
				if c.wants == "" {
					close(goOn)
					receive(t, out.GetStream().Events())
				}
				for range out.GetStream().Events() {
				}
				err = out.GetStream().Err()
				var api smithy.APIError
				if code := errors.As(err, &api); c.wants == "" && err != nil || c.wants != "" && (!code || api.ErrorCode() != c.wants) {
					t.Errorf("ended with %v, want %q", err, c.wants)
				}
			})
		}
	}
}

// h2c is a client that speaks HTTP/2 without TLS and nothing else.
func h2c() *http.Client {
	var p http.Protocols
	p.SetUnencryptedHTTP2(true)
	return &http.Client{Transport: whole{&http.Transport{Protocols: &p}}}
}

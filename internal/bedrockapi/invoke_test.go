package bedrockapi_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	brtypes "github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"airglow/internal/model"
)

const haiku = "anthropic.claude-3-haiku-20240307-v1:0"

func invoke(k *kit, id, body string) (*bedrockruntime.InvokeModelOutput, error) {
	return k.runtime().InvokeModel(context.Background(), &bedrockruntime.InvokeModelInput{ModelId: aws.String(id), Body: []byte(body)})
}

// wantCode fails the test unless err is the service's error of a code and a
// status.
func wantCode(t *testing.T, err error, code string, status int) {
	t.Helper()
	var failure smithy.APIError
	if !errors.As(err, &failure) || failure.ErrorCode() != code {
		t.Fatalf("failed with %v, want %s", err, code)
	}
	var response *awsResponseError
	if errors.As(err, &response) && response.HTTPStatusCode() != status {
		t.Errorf("status %d, want %d", response.HTTPStatusCode(), status)
	}
}

type awsResponseError = smithyhttp.ResponseError

// TestInvokeModel: the body goes to the model's answerer as it is, by whatever
// name the client has for the model, over HTTP/1.1 and over TLS with HTTP/2.
func TestInvokeModel(t *testing.T) {
	for name, k := range map[string]*kit{"HTTP/1.1": start(t, nil, nil), "HTTP/2.0": startTLS(t, nil)} {
		for _, id := range []string{haiku, "arn:aws:bedrock:us-east-1::foundation-model/" + haiku} {
			out, err := invoke(k, id, `{"a":"ü 🙂"}`)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if string(out.Body) != `{"a":"ü 🙂"}` || *out.ContentType != "application/json" {
				t.Errorf("%s: answered %s as %s", name, out.Body, *out.ContentType)
			}
			if got := k.provider.last(t); got.Model != haiku || got.Target != "qwen3:4b" || got.Service != model.Bedrock || got.ContentType != "" {
				t.Errorf("%s: asked %+v", name, got)
			}
			response := awsmiddleware.GetRawResponse(out.ResultMetadata).(*smithyhttp.Response)
			if response.Proto != name {
				t.Errorf("spoke %s, want %s", response.Proto, name)
			}
			for header, want := range map[string]string{
				"X-Amzn-Bedrock-Input-Token-Count": "3", "X-Amzn-Bedrock-Output-Token-Count": "5",
				"X-Amzn-Bedrock-Cache-Read-Input-Token-Count": "2", "X-Airglow-Provider": "scripted", "X-Airglow-Model": "qwen3:4b",
			} {
				if got := response.Header.Get(header); got != want {
					t.Errorf("%s: %s is %q, want %q", name, header, got, want)
				}
			}
			if id, ok := awsmiddleware.GetRequestIDMetadata(out.ResultMetadata); !ok || len(id) != 36 {
				t.Errorf("%s: request id %q", name, id)
			}
		}
	}
}

// TestFailures: each kind of failure has Bedrock's code, with the words of
// whoever failed.
func TestFailures(t *testing.T) {
	k := start(t, nil, nil)
	for kind, want := range map[model.Kind]struct {
		code   string
		status int
	}{
		model.Denied: {"AccessDeniedException", 403}, model.NotFound: {"ResourceNotFoundException", 404},
		model.Invalid: {"ValidationException", 400}, model.Unsupported: {"ValidationException", 400},
		model.Quota: {"ServiceQuotaExceededException", 400}, model.ModelFailed: {"ModelErrorException", 424},
		model.BadAnswer: {"ModelErrorException", 424}, model.ModelTimeout: {"ModelTimeoutException", 408},
		model.Internal: {"InternalServerException", 500}, model.OverBudget: {"ServiceQuotaExceededException", 400},
	} {
		k.provider.answer = func(context.Context, model.Request) (model.Response, error) {
			return model.Response{}, &model.Error{Kind: kind, Service: model.Bedrock, Message: "out of context"}
		}
		_, err := invoke(k, haiku, `{}`)
		wantCode(t, err, want.code, want.status)
		if !strings.Contains(err.Error(), "out of context") {
			t.Errorf("%v: the words are lost in %v", kind, err)
		}
	}
	_, err := invoke(k, "no.such-model", `{}`)
	wantCode(t, err, "ResourceNotFoundException", 404)
	_, err = invoke(k, haiku, `{`)
	wantCode(t, err, "ValidationException", 400)
	_, err = k.runtime().InvokeModel(t.Context(), &bedrockruntime.InvokeModelInput{
		ModelId: aws.String(haiku), Body: []byte(`{}`), GuardrailIdentifier: aws.String("g"), GuardrailVersion: aws.String("1")})
	wantCode(t, err, "ValidationException", 400)
	_, err = k.runtime().ApplyGuardrail(t.Context(), &bedrockruntime.ApplyGuardrailInput{
		GuardrailIdentifier: aws.String("g"), GuardrailVersion: aws.String("1"), Source: brtypes.GuardrailContentSourceInput,
		Content: []brtypes.GuardrailContentBlock{}})
	wantCode(t, err, "UnknownOperationException", 404)
}

// TestThrottlingIsPassedOn when the call's time is up, with the wait.
func TestThrottlingIsPassedOn(t *testing.T) {
	k := start(t, nil, nil)
	k.provider.answer = func(context.Context, model.Request) (model.Response, error) {
		return model.Response{}, &model.Error{Kind: model.Throttled, Service: model.Bedrock, Message: "slow down", RetryAfter: time.Hour}
	}
	_, err := invoke(k, haiku, `{}`)
	wantCode(t, err, "ThrottlingException", 429)
	var response *awsResponseError
	if !errors.As(err, &response) || response.Response.Header.Get("X-Amz-Retry-After") != "3600000" {
		t.Errorf("no wait is named in %v", err)
	}
}

// TestCountTokens in a model's own body and in Converse's, where the answerer
// can.
func TestCountTokens(t *testing.T) {
	k := start(t, nil, nil)
	count := func(id string, input brtypes.CountTokensInput) (*bedrockruntime.CountTokensOutput, error) {
		return k.runtime().CountTokens(t.Context(), &bedrockruntime.CountTokensInput{ModelId: aws.String(id), Input: input})
	}
	native := &brtypes.CountTokensInputMemberInvokeModel{Value: brtypes.InvokeModelTokensRequest{Body: []byte(`{"a":1}`)}}
	out, err := count("streams.model-v1", native)
	if err != nil || *out.InputTokens != 7 {
		t.Errorf("counted %+v, %v", out, err)
	}
	converse := &brtypes.CountTokensInputMemberConverse{Value: brtypes.ConverseTokensRequest{Messages: []brtypes.Message{
		{Role: brtypes.ConversationRoleUser, Content: []brtypes.ContentBlock{&brtypes.ContentBlockMemberText{Value: "x"}}}}}}
	if out, err = count("streams.model-v1", converse); err != nil || *out.InputTokens < 7 {
		t.Errorf("counted %+v, %v", out, err)
	}
	_, err = count(haiku, native)
	wantCode(t, err, "ValidationException", 400)
	if !strings.Contains(err.Error(), "the provider scripted, which answers for model \""+haiku+"\", cannot count tokens") {
		t.Errorf("failed with %v", err)
	}
}

// TestTheClientsEndIsTheCallsEnd: whoever hangs up, or gives up, takes the call
// with it.
func TestTheClientsEndIsTheCallsEnd(t *testing.T) {
	k := start(t, nil, nil)
	begun, ended := make(chan struct{}), make(chan struct{})
	k.provider.answer = func(ctx context.Context, _ model.Request) (model.Response, error) {
		close(begun)
		<-ctx.Done()
		close(ended)
		return model.Response{}, ctx.Err()
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-begun
		cancel()
	}()
	_, err := k.runtime().InvokeModel(ctx, &bedrockruntime.InvokeModelInput{ModelId: aws.String(haiku), Body: []byte(`{}`)})
	if err == nil {
		t.Error("answered")
	}
	receive(t, ended)
}

func receive[T any](t *testing.T, from <-chan T) (got T) {
	t.Helper()
	select {
	case got = <-from:
	case <-time.After(10 * time.Second):
		t.Fatal("nothing came")
	}
	return got
}

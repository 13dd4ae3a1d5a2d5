package bedrockapi_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/comprehend"
	cptypes "github.com/aws/aws-sdk-go-v2/service/comprehend/types"
	"github.com/aws/aws-sdk-go-v2/service/sagemakerruntime"

	"airglow/internal/model"
)

// TestInvokeEndpoint: a CSV body is a call for each record, and a line of the
// answer for each.
func TestInvokeEndpoint(t *testing.T) {
	k := start(t, nil, nil)
	k.provider.answer = func(_ context.Context, req model.Request) (model.Response, error) {
		if strings.Contains(string(req.Body), "bad") {
			return model.Response{}, &model.Error{Kind: model.ModelFailed, Service: model.SageMaker, Message: "cannot read it"}
		}
		return model.Response{Body: fmt.Append(nil, len(req.Body))}, nil
	}
	ask := func(endpoint, contentType, body string) (string, error) {
		in := &sagemakerruntime.InvokeEndpointInput{EndpointName: aws.String(endpoint), Body: []byte(body)}
		if contentType != "" {
			in.ContentType = aws.String(contentType)
		}
		out, err := k.sagemaker().InvokeEndpoint(t.Context(), in)
		if err != nil {
			return "", err
		}
		if *out.InvokedProductionVariant != "AllTraffic" {
			t.Errorf("variant %s", *out.InvokedProductionVariant)
		}
		return string(out.Body), nil
	}
	for body, want := range map[string]string{"1,2": "3\n", "1,2\r\n1,\"a\nb\"\n1,2": "3\n7\n3\n"} {
		if got, err := ask("churn", "text/csv", body); err != nil || got != want {
			t.Errorf("%q: %q, %v", body, got, err)
		}
	}
	if got, err := ask("churn", "application/json", `{"a":1}`); err != nil || got != "7" || k.provider.last(t).ContentType != "application/json" {
		t.Errorf("JSON: %q, %v", got, err)
	}
	_, err := ask("churn", "text/csv", "bad")
	wantCode(t, err, "ModelError", 424)
	if !strings.Contains(err.Error(), "cannot read it") {
		t.Errorf("the words are lost in %v", err)
	}
	for _, body := range []string{"", `1,"a`} {
		_, err = ask("churn", "text/csv", body)
		wantCode(t, err, "ValidationError", 400)
	}
	_, err = ask("nobody", "text/csv", "1")
	wantCode(t, err, "ValidationError", 400)
	k.access.lacks[model.SageMaker] = true
	_, err = ask("churn", "text/csv", "1")
	wantCode(t, err, "AccessDeniedException", 403)
}

// judge answers for Comprehend: what a text says is its sentiment.
func judge(_ context.Context, req model.Request) (model.Response, error) {
	if string(req.Body) == "unreadable" {
		return model.Response{}, &model.Error{Kind: model.Unavailable, Service: model.Comprehend, Message: "busy"}
	}
	return model.Response{Body: fmt.Appendf(nil, `{"Sentiment":%q,"SentimentScore":{"Positive":0.5,"Negative":0.25,"Neutral":0.25,"Mixed":0}}`, req.Body)}, nil
}

func TestDetectSentiment(t *testing.T) {
	k := start(t, nil, nil)
	k.provider.answer = judge
	ask := func(text, language string) (*comprehend.DetectSentimentOutput, error) {
		return k.comprehend().DetectSentiment(t.Context(), &comprehend.DetectSentimentInput{Text: aws.String(text), LanguageCode: cptypes.LanguageCode(language)})
	}
	out, err := ask("POSITIVE", "de")
	if err != nil || out.Sentiment != cptypes.SentimentTypePositive || *out.SentimentScore.Positive != 0.5 || k.provider.last(t).Language != "de" {
		t.Errorf("got %+v, %v", out, err)
	}
	_, err = ask("x", "tlh")
	wantCode(t, err, "UnsupportedLanguageException", 400)
	_, err = ask(strings.Repeat("ü", 2501), "en")
	wantCode(t, err, "TextSizeLimitExceededException", 400)
	_, err = ask("", "en")
	wantCode(t, err, "InvalidRequestException", 400)
	k.access.lacks[model.Comprehend] = true
	_, err = ask("POSITIVE", "en")
	wantCode(t, err, "AccessDeniedException", 403)
}

func TestBatchDetectSentiment(t *testing.T) {
	k := start(t, nil, nil)
	// A text that cannot be judged now is tried again until its time is up.
	k.provider.answer = func(ctx context.Context, req model.Request) (model.Response, error) {
		r, err := judge(ctx, req)
		if err != nil {
			err = &model.Error{Kind: model.Invalid, Service: model.Comprehend, Message: "not a text"}
		}
		return r, err
	}
	ask := func(texts ...string) (*comprehend.BatchDetectSentimentOutput, error) {
		return k.comprehend().BatchDetectSentiment(t.Context(), &comprehend.BatchDetectSentimentInput{TextList: append([]string{}, texts...), LanguageCode: "en"})
	}
	out, err := ask("NEGATIVE", strings.Repeat("x", 5001), "unreadable", "MIXED", "NEGATIVE")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range out.ResultList {
		got = append(got, fmt.Sprint(*r.Index, r.Sentiment))
	}
	for _, e := range out.ErrorList {
		got = append(got, fmt.Sprint(*e.Index, *e.ErrorCode))
	}
	if text := strings.Join(got, " "); text != "0NEGATIVE 3MIXED 4NEGATIVE 1TextSizeLimitExceededException 2InvalidRequestException" {
		t.Errorf("got %s", text)
	}
	if n := k.provider.calls(); n != 3 {
		t.Errorf("%d calls; equal texts are one, and one that is too long is none", n)
	}
	_, err = ask(make([]string, 26)...)
	wantCode(t, err, "BatchSizeLimitExceededException", 400)
	_, err = ask()
	wantCode(t, err, "InvalidRequestException", 400)
}

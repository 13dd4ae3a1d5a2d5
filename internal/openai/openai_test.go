package openai_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"airglow/internal/model"
	"airglow/internal/modelserver"
	"airglow/internal/openai"
	"airglow/internal/outbound"
	"airglow/internal/translate"
)

type secret string

func (s secret) Reveal() string { return string(s) }

func client(t *testing.T, url string, timeout time.Duration) *outbound.Client {
	t.Helper()
	c, err := outbound.New(outbound.Options{Provider: "local", URL: url, Key: secret(modelserver.Key), KeySetting: `key-env = "KEY"`, Timeout: timeout})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func provider(t *testing.T, server *modelserver.Server, timeout time.Duration) modelserver.Provider {
	t.Helper()
	return translate.New(openai.New("local", client(t, server.URL()+"/v1", timeout)))
}

func TestSuite(t *testing.T) {
	modelserver.Suite{
		New:     provider,
		Broken:  "data: {broken\n\n",
		Failing: "data: {\"error\":{\"message\":\"the model has crashed\"}}\n\n",
	}.Run(t)
}

// A failure with a status of success is the model's, of a stream only where one was
// asked for.
func TestFailureWithSuccess(t *testing.T) {
	server := modelserver.Start(t)
	server.Answer(func(modelserver.Question) modelserver.Reply {
		return modelserver.Reply{Raw: `{"error":{"message":"boom"}}`}
	})
	for _, req := range []model.Request{
		modelserver.Claude("hello"), modelserver.Titan("hello"),
		{Service: model.Bedrock, Model: "amazon.titan-embed-text-v2:0", Target: "small", Body: []byte(`{"inputText":"x"}`)},
	} {
		_, err := provider(t, server, time.Minute).Invoke(t.Context(), req)
		var failure *model.Error
		if !errors.As(err, &failure) || failure.Kind != model.ModelFailed || failure.Code != "ModelErrorException" || !strings.Contains(failure.Message, "boom") {
			t.Errorf("%s: %v", req.Model, err)
		}
	}
}

func TestEmbeddingsSuite(t *testing.T) { modelserver.Suite{New: provider}.RunEmbeddings(t) }

package openai_test

import (
	"testing"
	"time"

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

func TestEmbeddingsSuite(t *testing.T) { modelserver.Suite{New: provider}.RunEmbeddings(t) }

package openai_test

import (
	"testing"
	"time"

	"airglow/internal/modelserver"
	"airglow/internal/openai"
	"airglow/internal/translate"
)

func provider(t *testing.T, server *modelserver.Server, timeout time.Duration) modelserver.Provider {
	t.Helper()
	return translate.New(openai.New("local", modelserver.Connect(t, server.URL()+"/v1", timeout)))
}

func TestSuite(t *testing.T) {
	modelserver.Suite{
		New:     provider,
		Broken:  "data: {broken\n\n",
		Failing: "data: {\"error\":{\"message\":\"the model has crashed\"}}\n\n",
	}.Run(t)
}

func TestEmbeddingsSuite(t *testing.T) { modelserver.Suite{New: provider}.RunEmbeddings(t) }

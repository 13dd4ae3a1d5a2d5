package anthropic_test

import (
	"fmt"
	"testing"
	"time"

	"airglow/internal/anthropic"
	"airglow/internal/model"
	"airglow/internal/modelserver"
	"airglow/internal/translate"
)

func provider(t *testing.T, server *modelserver.Server, timeout time.Duration) modelserver.Provider {
	t.Helper()
	return translate.New(anthropic.New("local", modelserver.Connect(t, server.URL(), timeout)))
}

func TestSuite(t *testing.T) {
	modelserver.Suite{
		NoRaw:   true,
		New:     provider,
		Broken:  "data: {broken\n\n",
		Failing: "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"the model has crashed\"}}\n\n",
	}.Run(t)
}

// The API has no embeddings, which is known before anything is sent.
func TestNoEmbeddings(t *testing.T) {
	server := modelserver.Start(t)
	p := provider(t, server, time.Minute)
	_, err := p.Invoke(t.Context(), modelserver.Embed("x"))
	if checked := p.Check(modelserver.Embed("x")); model.KindOf(err) != model.Unsupported || fmt.Sprint(checked) != fmt.Sprint(err) || len(server.Questions()) != 0 {
		t.Errorf("%v, Check says %v", err, checked)
	}
}

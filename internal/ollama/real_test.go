package ollama_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"airglow/internal/model"
	"airglow/internal/modelserver"
	"airglow/internal/ollama"
	"airglow/internal/translate"
)

// A real Ollama answers from a small model, where there is one (CONTRIBUTING.md).
func TestRealOllama(t *testing.T) {
	host, file := modelserver.RealOllama(t)
	name := modelserver.MakeOllamaModel(t, host, file)
	p := translate.New(ollama.New(ollama.Options{Name: "local", Client: modelserver.Connect(t, host, 5*time.Minute), ContextSize: 256}))
	for kind, req := range map[string]model.Request{"Claude": modelserver.Claude("Once upon a time"), "Titan": modelserver.Titan("Once upon a time")} {
		req.Target = name
		whole, err := p.Invoke(t.Context(), req)
		if err != nil || !whole.Usage.Known || whole.Usage.OutputTokens == 0 {
			t.Errorf("%s: %s, %+v, %v", kind, whole.Body, whole.Usage, err)
		}
		again, err := p.Invoke(t.Context(), req)
		if err != nil || !bytes.Equal(whole.Body, again.Body) {
			t.Errorf("%s: at temperature 0 another answer: %s and %s, %v", kind, whole.Body, again.Body, err)
		}
		pieces := 0
		streamed, err := p.InvokeStream(t.Context(), req, func([]byte) error { pieces++; return nil })
		if err != nil || pieces < 3 || !bytes.Equal(streamed.Body, whole.Body) {
			t.Errorf("%s: %d pieces, %s, %v", kind, pieces, streamed.Body, err)
		}
	}
	long := modelserver.Claude(strings.Repeat("once upon a time there was a little girl ", 200))
	long.Target = name
	if _, err := p.Invoke(t.Context(), long); err == nil || !strings.Contains(err.Error(), "Input is too long for requested model.") {
		t.Errorf("a prompt beyond the context: %v", err)
	}
	missing := modelserver.Claude("x")
	missing.Target = "airglow-no-such-model"
	if _, err := p.Invoke(t.Context(), missing); model.KindOf(err) != model.NotFound {
		t.Errorf("a model that is not there: %v", err)
	}
}

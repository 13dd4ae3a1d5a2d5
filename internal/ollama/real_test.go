package ollama_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"airglow/internal/model"
	"airglow/internal/modelserver"
	"airglow/internal/ollama"
	"airglow/internal/translate"
)

// A real Ollama answers from a small model: with OLLAMA_HOST naming the server and
// AIRGLOW_TEST_GGUF a file with the model, such as stories260K.gguf. The model is
// made on the server and removed again.
func TestRealOllama(t *testing.T) {
	host, file := os.Getenv("OLLAMA_HOST"), os.Getenv("AIRGLOW_TEST_GGUF")
	if host == "" || file == "" {
		t.Skip("set OLLAMA_HOST and AIRGLOW_TEST_GGUF to ask a real Ollama")
	}
	if !strings.Contains(host, "://") {
		host = "http://" + host
	}
	const name = "airglow-test-model"
	createModel(t, host, name, file)
	p := translate.New(ollama.New(ollama.Options{Name: "local", Client: client(t, host, 5*time.Minute), ContextSize: 256}))
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

// createModel makes a model of a file, and removes it when the test ends.
func createModel(t *testing.T, host, name, file string) {
	t.Helper()
	weights, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	digest := fmt.Sprintf("sha256:%x", sha256.Sum256(weights))
	tell(t, http.MethodPost, host+"/api/blobs/"+digest, weights)
	body, err := json.Marshal(map[string]any{"model": name, "stream": false, "files": map[string]string{"model.gguf": digest}})
	if err != nil {
		t.Fatal(err)
	}
	tell(t, http.MethodPost, host+"/api/create", body)
	t.Cleanup(func() { tell(t, http.MethodDelete, host+"/api/delete", []byte(`{"model":"`+name+`"}`)) })
}

func tell(t *testing.T, method, url string, body []byte) {
	t.Helper()
	req, err := http.NewRequest(method, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := (&http.Client{Timeout: time.Minute}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if said, _ := io.ReadAll(resp.Body); resp.StatusCode/100 != 2 {
		t.Fatalf("%s %s: %s %s", method, url, resp.Status, said)
	}
}

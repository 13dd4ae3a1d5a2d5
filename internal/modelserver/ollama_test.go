package modelserver

import (
	"os"
	"path/filepath"
	"testing"
)

// What tests of a real Ollama do is tried here, where there may be none: the model
// is made of the file that was sent, and is gone when the test is.
func TestMakeOllamaModel(t *testing.T) {
	server, file := Start(t), filepath.Join(t.TempDir(), "model.gguf")
	if err := os.WriteFile(file, []byte("GGUF weights"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Run("made", func(t *testing.T) {
		name := MakeOllamaModel(t, server.URL(), file)
		if all := server.Models(); len(all) != 1 || string(all[name]) != "GGUF weights" {
			t.Errorf("the server has %q", all)
		}
	})
	if all := server.Models(); len(all) != 0 {
		t.Errorf("the server still has %q", all)
	}
}

func TestOllamaURL(t *testing.T) {
	for host, want := range map[string]string{
		"127.0.0.1": "http://127.0.0.1:11434", "0.0.0.0:8080": "http://127.0.0.1:8080", ":9": "http://127.0.0.1:9",
		"https://models.example.com/": "https://models.example.com:443", "http://gpu": "http://gpu:80",
		"[::1]:5": "http://[::1]:5", "[::1]": "http://[::1]:11434", "gpu": "http://gpu:11434",
	} {
		if got := OllamaURL(host); got != want {
			t.Errorf("%s is %s, want %s", host, got, want)
		}
	}
}

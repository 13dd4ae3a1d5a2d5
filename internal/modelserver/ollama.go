package modelserver

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// RealOllama returns the URL of the Ollama that OLLAMA_HOST names, and a file with a
// small model: the one that AIRGLOW_TEST_GGUF names, else stories260K.gguf in
// ../shared/models beside the project. Without them the test is skipped.
func RealOllama(t testing.TB) (url, file string) {
	t.Helper()
	host := os.Getenv("OLLAMA_HOST")
	if host == "" {
		t.Skip("OLLAMA_HOST is not set; set it to the host and port of an Ollama server to try it")
	}
	file = os.Getenv("AIRGLOW_TEST_GGUF")
	if file == "" {
		file = besideProject("shared/models/stories260K.gguf")
	}
	if file == "" {
		t.Skip("there is no model for Ollama: set AIRGLOW_TEST_GGUF to a GGUF file, or put stories260K.gguf into ../shared/models beside the project")
	}
	return OllamaURL(host), file
}

// besideProject finds a file beside the project's root; empty where there is none.
func besideProject(name string) string {
	dir, err := os.Getwd()
	for ; err == nil && dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, missing := os.Stat(filepath.Join(dir, "go.mod")); missing != nil {
			continue
		}
		file := filepath.Join(filepath.Dir(dir), name)
		if _, missing := os.Stat(file); missing == nil {
			return file
		}
		break
	}
	return ""
}

// OllamaURL is the URL of what OLLAMA_HOST names, as Ollama's own client takes it:
// the scheme and the port may be left out, and the address that a server listens on
// at all interfaces stands for this machine.
func OllamaURL(host string) string {
	scheme, rest, ok := strings.Cut(host, "://")
	port := map[string]string{"http": "80", "https": "443"}[scheme]
	if !ok {
		scheme, rest, port = "http", host, "11434"
	}
	rest = strings.TrimSuffix(rest, "/")
	name, given, err := net.SplitHostPort(rest)
	if err != nil {
		name, given = strings.Trim(rest, "[]"), port
	}
	if name == "" || name == "0.0.0.0" || name == "::" {
		name = "127.0.0.1"
	}
	return scheme + "://" + net.JoinHostPort(name, given)
}

// MakeOllamaModel has an Ollama server make a model of a file, and remove it when the
// test ends. It returns the model's name, which is this process's own.
func MakeOllamaModel(t testing.TB, url, file string) string {
	t.Helper()
	weights, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("airglow-test-%d", os.Getpid())
	digest := fmt.Sprintf("sha256:%x", sha256.Sum256(weights))
	tell(t, http.MethodPost, url+"/api/blobs/"+digest, weights)
	t.Cleanup(func() { tell(t, http.MethodDelete, url+"/api/delete", asJSON(object{"model": name})) })
	said := tell(t, http.MethodPost, url+"/api/create", asJSON(object{"model": name, "stream": false, "files": object{"model.gguf": digest}}))
	var answer struct {
		Status string `json:"status"`
	}
	if json.Unmarshal(said, &answer) != nil || answer.Status != "success" {
		t.Fatalf("Ollama has not made a model of %s: %s", file, said)
	}
	return name
}

func asJSON(value any) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // of texts alone
	}
	return text
}

// tell sends a request that must succeed, and returns the answer.
func tell(t testing.TB, method, url string, body []byte) []byte {
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
	said, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode/100 != 2 {
		t.Fatalf("%s %s: %s %s %v", method, url, resp.Status, said, err)
	}
	return said
}

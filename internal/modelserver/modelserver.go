// Package modelserver is a model server on loopback, for tests. It speaks, each at
// its own path, OpenAI's chat completions and embeddings, Ollama's own API,
// Anthropic's Messages, the counting of tokens of Anthropic, llama.cpp and vLLM, and
// the lists of models of all. Like an Ollama it makes models of files (library.go).
//
// What it answers is up to the test: Answer sets a function from a question to a
// [Reply], which can also be a failure, garbage, half an answer or none at all. It
// counts a token for each byte, and a text's vector depends on the text alone.
//
// modelserver.go is the server and its life, reply.go what tests write, suite.go what
// every provider of model servers is tried with, apis.go the
// forms of the APIs, walkthrough.go answers for the walkthrough in examples, ollama.go
// what tests of a real Ollama need. The package is imported by tests alone.
package modelserver

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// Server is a running server. It is safe for concurrent use.
type Server struct {
	http    *httptest.Server
	library library

	mu        sync.Mutex
	answer    func(Question) Reply
	questions []Question
}

// Question is what the server was asked.
type Question struct {
	Path   string
	Header http.Header
	// Body is the request's, Model and Stream are its members.
	Body   []byte
	Model  string
	Stream bool
	// Prompt is the text of the last turn, or what is to be gone on from.
	Prompt string
	// Texts are to be embedded.
	Texts []string
}

// Start starts a server that stops when the test ends. It answers with the prompt
// in capitals until Answer says otherwise.
func Start(t testing.TB) *Server {
	t.Helper()
	s := &Server{answer: echo, library: library{files: map[string][]byte{}, models: map[string]string{}}}
	s.http = httptest.NewServer(s)
	t.Cleanup(func() {
		s.http.CloseClientConnections()
		s.http.Close()
	})
	return s
}

// URL is the server's root: that of Ollama's API and of Anthropic's. OpenAI's
// begins at /v1.
func (s *Server) URL() string { return s.http.URL }

// Answer has f answer from now on, from many goroutines.
func (s *Server) Answer(f func(Question) Reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = f
}

// Questions returns what was asked so far, in the order in which it came.
func (s *Server) Questions() []Question {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Question(nil), s.questions...)
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err == nil && keeps(r.URL.Path) {
		s.library.serve(w, r, body)
		return
	}
	q, ok := read(body)
	if r.Method == http.MethodGet && isList(r.URL.Path) {
		q, ok = Question{}, true
	}
	if err != nil || !ok || r.Method == http.MethodGet && !isList(r.URL.Path) {
		http.Error(w, `{"error":{"message":"the test server cannot read this"}}`, http.StatusBadRequest)
		return
	}
	q.Path, q.Header = r.URL.Path, r.Header
	s.mu.Lock()
	s.questions = append(s.questions, q)
	answer := s.answer
	s.mu.Unlock()
	write, ok := apis()[q.Path]
	if !ok {
		http.Error(w, `{"error":{"message":"no such path"}}`, http.StatusNotFound)
		return
	}
	answer(q).send(w, r, func(reply Reply) { write(w, q, reply) })
}

// read takes what the APIs have in common out of a request.
func read(body []byte) (Question, bool) {
	var m struct {
		Model    string          `json:"model"`
		Stream   bool            `json:"stream"`
		Input    json.RawMessage `json:"input"`
		Content  string          `json:"content"`
		Prompt   string          `json:"prompt"`
		Messages []struct {
			Content json.RawMessage `json:"content"`
		} `json:"messages"`
	}
	if json.Unmarshal(body, &m) != nil {
		return Question{}, false
	}
	q := Question{Body: body, Model: m.Model, Stream: m.Stream, Prompt: m.Content + m.Prompt}
	if n := len(m.Messages); n > 0 {
		q.Prompt = text(m.Messages[n-1].Content)
	}
	var one string
	if json.Unmarshal(m.Input, &one) == nil {
		q.Texts = []string{one}
	} else {
		_ = json.Unmarshal(m.Input, &q.Texts) // a request without input
	}
	return q, true
}

// text is what a content says, a text or a list of parts.
func text(content json.RawMessage) string {
	var one string
	if json.Unmarshal(content, &one) == nil {
		return one
	}
	var parts []struct {
		Text string `json:"text"`
	}
	_ = json.Unmarshal(content, &parts) // no text then
	for _, p := range parts {
		one += p.Text
	}
	return one
}

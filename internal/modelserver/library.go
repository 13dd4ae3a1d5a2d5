package modelserver

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
)

// library is what an Ollama server keeps: files that were sent to it, and the models
// that were made of them.
type library struct {
	mu    sync.Mutex
	files map[string][]byte // by their digest
	// models are the digests of their files, by name.
	models map[string]string
}

// Models returns the names of the models that were made on the server and are still
// there, each with its file.
func (s *Server) Models() map[string][]byte {
	s.library.mu.Lock()
	defer s.library.mu.Unlock()
	all := map[string][]byte{}
	for name, digest := range s.library.models {
		all[name] = s.library.files[digest]
	}
	return all
}

// keeps reports whether a path is one by which models are made and removed.
func keeps(path string) bool {
	return strings.HasPrefix(path, "/api/blobs/") || path == "/api/create" || path == "/api/delete"
}

// serve makes and removes models. A file must be what its digest says, and a model
// of a file that is there.
func (l *library) serve(w http.ResponseWriter, r *http.Request, body []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fail := func(status int, reason string) {
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"error":%q}`, reason)
	}
	var m struct {
		Model  string            `json:"model"`
		Stream *bool             `json:"stream"`
		Files  map[string]string `json:"files"`
	}
	digest, isFile := strings.CutPrefix(r.URL.Path, "/api/blobs/")
	switch {
	case isFile && r.Method == http.MethodPost && digest == fmt.Sprintf("sha256:%x", sha256.Sum256(body)):
		l.files[digest] = body
		w.WriteHeader(http.StatusCreated)
	case isFile:
		fail(http.StatusBadRequest, "digest mismatch")
	case json.Unmarshal(body, &m) != nil || m.Model == "":
		fail(http.StatusBadRequest, "invalid model name")
	case r.Method == http.MethodPost && r.URL.Path == "/api/create" && m.Stream != nil && !*m.Stream && len(m.Files) == 1:
		for _, digest := range m.Files {
			if l.files[digest] == nil {
				fail(http.StatusBadRequest, "no such file")
				return
			}
			l.models[m.Model] = digest
		}
		fmt.Fprint(w, `{"status":"success"}`)
	case r.Method == http.MethodDelete && r.URL.Path == "/api/delete" && l.models[m.Model] != "":
		delete(l.models, m.Model)
	default:
		fail(http.StatusNotFound, fmt.Sprintf("model '%s' not found", m.Model))
	}
}

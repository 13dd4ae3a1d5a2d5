package modelserver

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"airglow/internal/model"
)

// probe: what is wrong is found without a call, and the error names the setting.
func (s Suite) probe(t *testing.T) {
	server := Start(t)
	provider := s.New(t, server, long)
	good := Claude("")
	good.Body = nil
	for _, req := range []model.Request{good, {Service: model.Bedrock}, {Service: model.Bedrock, Model: Model}} {
		if found, err := provider.Probe(t.Context(), req); err != nil || !strings.HasPrefix(found, "the server ") {
			t.Errorf("%s: %q, %v", req.TargetModel(), found, err)
		}
	}
	for _, q := range server.Questions() {
		if q.Prompt != "" && !strings.Contains(q.Path, "count") {
			t.Errorf("%s was asked %q", q.Path, q.Prompt)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := provider.Probe(ended, good); !errors.Is(err, context.Canceled) {
		t.Errorf("an ended context: %v", err)
	}
	missing := good
	missing.Target = "large"
	s.probeFails(t, missing, func(q Question) Reply {
		if strings.Contains(q.Path, "count") {
			return Reply{Status: http.StatusNotFound, Raw: `{"type":"error","error":{"type":"not_found_error","message":"model: large"}}`}
		}
		return Reply{}
	}, model.NotFound, "target")
	always := func(reply Reply) func(Question) Reply { return func(Question) Reply { return reply } }
	s.probeFails(t, good, always(Reply{Status: http.StatusUnauthorized, Raw: `{"error":{"message":"wrong key ` + Key + `"}}`}), model.NoCredentials, `key-env = "KEY"`)
	s.probeFails(t, good, always(Reply{Status: http.StatusNotFound, Raw: "<html>"}), model.NotFound, "url")
	s.probeFails(t, good, always(Reply{Status: http.StatusBadGateway}), model.Unavailable, "HTTP 502")
}

func (s Suite) probeFails(t *testing.T, req model.Request, answer func(Question) Reply, kind model.Kind, text string) {
	t.Helper()
	server := Start(t)
	server.Answer(answer)
	_, err := s.New(t, server, long).Probe(t.Context(), req)
	if err == nil || model.KindOf(err) != kind || !strings.Contains(err.Error(), text) || strings.Contains(err.Error(), Key) {
		t.Errorf("want %s with %q, got %v", kind, text, err)
	}
}

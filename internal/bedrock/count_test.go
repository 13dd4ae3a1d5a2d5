package bedrock_test

import (
	"encoding/json"
	"testing"

	"airglow/internal/awstest"
	"airglow/internal/model"
	"airglow/internal/modelserver"
)

// TestCountTokens: Bedrock counts, in the body of the model that would answer.
func TestCountTokens(t *testing.T) {
	const haiku = "anthropic.claude-3-haiku-20240307-v1:0"
	body := `{"anthropic_version":"bedrock-2023-05-31","max_tokens":5,"messages":[{"role":"user","content":"hello"}]}`
	converse := request(haiku, `{"messages":[{"role":"user","content":[{"text":"hello"}]}]}`)
	converse.Form = "converse"
	for name, tc := range map[string]struct {
		req    model.Request
		target string
		member string
	}{
		"its own body":   {request(haiku, body), haiku, "anthropic_version"},
		"another target": {to(request(haiku, body), liveClaude), liveClaude, "anthropic_version"},
		"another family": {to(modelserver.Titan("What is the Nile?"), liveNova), liveNova, "inferenceConfig"},
		"converse":       {converse, haiku, "anthropic_version"},
	} {
		server := awstest.Start(t)
		server.Queue(awstest.CountTokens, awstest.JSON(`{"inputTokens":38}`))
		tokens, exact, err := newProvider(t, server).CountTokens(t.Context(), tc.req)
		if err != nil || tokens != 38 || !exact {
			t.Errorf("%s: %d, %t, %v", name, tokens, exact, err)
			continue
		}
		var sent struct {
			Input struct{ InvokeModel struct{ Body []byte } }
		}
		var members map[string]json.RawMessage
		call := server.Calls(awstest.CountTokens)[0]
		if json.Unmarshal(call.Body, &sent) != nil || json.Unmarshal(sent.Input.InvokeModel.Body, &members) != nil || members[tc.member] == nil || call.Target != tc.target {
			t.Errorf("%s: sent %s to %s", name, sent.Input.InvokeModel.Body, call.Target)
		}
		if server.Requests() != 1 {
			t.Errorf("%s: %d requests", name, server.Requests())
		}
	}
}

// TestCountTokensOfAProfile, which Bedrock mostly refuses: it counts by the id of the
// foundation model. What it says of the profile is the error where neither counts.
func TestCountTokensOfAProfile(t *testing.T) {
	refused := awstest.Failure(400, "ValidationException", "The provided model doesn't support counting tokens.")
	for _, id := range []string{liveClaude, "arn:aws:bedrock:us-east-1:123456789012:inference-profile/" + liveClaude} {
		server := awstest.Start(t)
		server.Queue(awstest.CountTokens, refused, awstest.JSON(`{"inputTokens":38}`))
		tokens, _, err := newProvider(t, server).CountTokens(t.Context(), request(id, `{}`))
		if calls := server.Calls(awstest.CountTokens); err != nil || tokens != 38 || calls[1].Target != "anthropic.claude-haiku-4-5-20251001-v1:0" {
			t.Errorf("%s: %d, %v", id, tokens, err)
		}
		server.Queue(awstest.CountTokens, refused, awstest.Failure(404, "ResourceNotFoundException", "no"))
		if _, _, err := newProvider(t, server).CountTokens(t.Context(), request(id, `{}`)); model.KindOf(err) != model.Invalid {
			t.Errorf("%s: %v", id, err)
		}
	}
	server := awstest.Start(t)
	server.Queue(awstest.CountTokens, refused)
	_, exact, err := newProvider(t, server).CountTokens(t.Context(), request("amazon.titan-text-express-v1", `{}`))
	if model.KindOf(err) != model.Invalid || exact || server.Requests() != 1 {
		t.Errorf("%v after %d requests", err, server.Requests())
	}
}

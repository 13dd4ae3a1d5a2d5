package app_test

import (
	"strings"
	"testing"

	"airglow/internal/config"
	"airglow/internal/modelserver"
	"airglow/internal/testkit"
)

const askLlama = `CREATE FUNCTION d.llama(body TEXT) RETURNS TEXT ALIAS AWS_BEDROCK_INVOKE_MODEL MODEL ID 'meta.llama3-8b-instruct-v1:0'`

// A prompt in Llama's template is sent as it stands where the model map says so, and
// as turns otherwise. What the server does not count is counted, and the ledger says
// so.
func TestPromptModes(t *testing.T) {
	const prompt = `<|begin_of_text|><|start_header_id|>user<|end_header_id|>What?<|eot_id|><|start_header_id|>assistant<|end_header_id|>`
	for _, tc := range []struct {
		mode, kind, path, asked string
	}{
		{"turns", "openai", "/v1/chat/completions", "What?"}, {"raw", "openai", "/v1/completions", prompt},
		{"", "ollama", "/api/chat", "What?"}, {"raw", "ollama", "/api/generate", prompt},
	} {
		t.Run(tc.kind+" "+tc.mode, func(t *testing.T) {
			server := modelserver.Start(t)
			server.Answer(func(modelserver.Question) modelserver.Reply {
				return modelserver.Reply{Text: "a faint light", NoUsage: true}
			})
			url := server.URL()
			if tc.kind == "openai" {
				url += "/v1"
			}
			kit := testkit.Start(t, withServer(config.Provider{Kind: tc.kind, URL: url}), func(c *config.Config) { c.Models[0].PromptMode = tc.mode })
			kit.Exec("CREATE DATABASE d", askLlama)
			db := kit.DB("root", "")
			var answer string
			if err := db.QueryRow(`SELECT JSON_UNQUOTE(JSON_EXTRACT(d.llama(?), '$.generation'))`, `{"prompt":"`+prompt+`"}`).Scan(&answer); err != nil || answer != "a faint light" {
				t.Fatalf("%q, %v", answer, err)
			}
			q := server.Questions()
			if len(q) != 1 || q[0].Path != tc.path || q[0].Prompt != tc.asked || strings.Contains(string(q[0].Body), "prompt_mode") {
				t.Errorf("the server was asked %s: %s", q[0].Path, q[0].Body)
			}
			var estimated, in, out int
			row := db.QueryRow(`SELECT tokens_estimated, input_tokens, output_tokens FROM airglow.invocations`)
			if err := row.Scan(&estimated, &in, &out); err != nil || estimated != 1 || in < 2 || out != 4 {
				t.Errorf("estimated %d: %d, %d; %v", estimated, in, out, err)
			}
		})
	}
}

// A provider that cannot be sent a prompt as it stands says so, and is sent nothing.
func TestRawPromptsAreRefused(t *testing.T) {
	server := modelserver.Start(t)
	kit := testkit.Start(t, withServer(config.Provider{Kind: "anthropic", URL: server.URL()}), func(c *config.Config) { c.Models[0].PromptMode = "raw" })
	kit.Exec("CREATE DATABASE d", askLlama, askClaude)
	_, err := kit.DB("root", "").Exec(`SELECT d.llama('{"prompt":"q"}')`)
	wantError(t, err, 63986, "HY000", "")
	if !strings.Contains(err.Error(), "leave prompt-mode out of the rule") {
		t.Errorf("the error does not name the setting: %v", err)
	}
	kit.Exec("SELECT d.ask(" + claudeBody("hello") + ")") // messages go the usual way
	if q := server.Questions(); len(q) != 1 || q[0].Prompt != "hello" {
		t.Errorf("the server got %d requests", len(q))
	}
}

package clients

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"airglow/internal/awstest"
	"airglow/internal/modelserver"
)

// The walkthrough, unchanged, whoever answers: its SQL finds each answer at the path
// at which the model has it that the SQL names.
func TestWalkthroughWithEveryProvider(t *testing.T) {
	server := modelserver.Start(t)
	server.Answer(func(q modelserver.Question) modelserver.Reply {
		return modelserver.Reply{Text: modelserver.Tell(q.Prompt)}
	})
	t.Setenv("AIRGLOW_TEST_KEY", modelserver.Key)
	for kind, url := range map[string]string{"openai": server.URL() + "/v1", "ollama": server.URL(), "anthropic": server.URL()} {
		t.Run(kind, func(t *testing.T) {
			walk(t, fmt.Sprintf("[[providers]]\nname = \"local\"\nkind = %q\nurl = %q\nkey-env = \"AIRGLOW_TEST_KEY\"\n", kind, url)+
				rule("anthropic.*", "local", "small")+rule("amazon.titan-*", "local", "small"), map[string]string{"AIRGLOW_TEST_KEY": modelserver.Key})
		})
	}
	for _, q := range server.Questions() {
		if auth := q.Header.Get("Authorization") + q.Header.Get("X-Api-Key"); !strings.HasSuffix(auth, modelserver.Key) {
			t.Fatalf("a request to %s carries %q for its key", q.Path, auth)
		}
	}
}

// Bedrock answers for its models that are gone: Claude 3 by a live Claude, whose
// bodies are the same, and Titan by a Nova.
func TestWalkthroughWithLiveModels(t *testing.T) {
	aws := newCloud(t)
	aws.Handle(awstest.InvokeModel, func(call awstest.Call) awstest.Answer {
		var body struct {
			Messages []struct {
				Content json.RawMessage `json:"content"`
			} `json:"messages"`
		}
		if json.Unmarshal(call.Body, &body) != nil || len(body.Messages) != 1 {
			return awstest.Failure(400, "ValidationException", "Malformed input request")
		}
		said := modelserver.Tell(string(body.Messages[0].Content))
		if strings.Contains(call.Target, "nova") {
			return awstest.JSON(fmt.Sprintf(`{"output":{"message":{"role":"assistant","content":[{"text":%q}]}},"stopReason":"end_turn","usage":{"inputTokens":9,"outputTokens":3,"totalTokens":12}}`, said))
		}
		return claude(said)
	})
	walk(t, rule("anthropic.*", "bedrock", "us.anthropic.claude-haiku-4-5-20251001-v1:0")+
		rule("amazon.titan-*", "bedrock", "us.amazon.nova-lite-v1:0"), aws.environment())
}

func rule(match, provider, target string) string {
	return fmt.Sprintf("[[models]]\nmatch = %q\nprovider = %q\ntarget = %q\n", match, provider, target)
}

// walk runs the walkthrough and its checks.
func walk(t *testing.T, config string, env map[string]string) {
	t.Helper()
	dir := newDir(t)
	file := filepath.Join(dir, "airglow.toml")
	config += "[[models]]\nmatch = \"*\"\nservice = \"Comprehend\"\nprovider = \"builtin\"\n"
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	script, err := filepath.Abs("../../examples/walkthrough/run.sh")
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(script)
	command.Env = append(cleanEnvironment(dir, env), "PATH="+os.Getenv("PATH"), "DEMO_ONCE=1", "NO_COLOR=1",
		"AIRGLOW="+binary, "DEMO_CONFIG="+file, "DEMO_DATA="+filepath.Join(dir, "demo"))
	done := finish(t, command, "")
	log, err := os.ReadFile(filepath.Join(dir, "demo", "server.log"))
	if err != nil || done.code != 0 || strings.Contains(done.out+done.err+string(log), modelserver.Key) {
		t.Errorf("%s\n--- log (%v)\n%s", done, err, log)
	}
}

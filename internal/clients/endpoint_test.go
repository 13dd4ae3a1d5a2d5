package clients

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// endpointModels maps a model of the walkthrough, one of this machine and the
// sentiment to the built-in models.
const endpointModels = `
[[models]]
match = "amazon.titan-text-*"
provider = "builtin"

[[models]]
match = "` + haiku + `"
provider = "builtin"

[[models]]
match = "summariser"
provider = "builtin"

[[models]]
match = "sentiment"
service = "Comprehend"
provider = "builtin"
`

// The question, in the model's own body and by itself, and its answer.
const (
	endpointPrompt = "Classify the sentiment of this review as positive or negative: I love this wonderful book, it is great."
	endpointBody   = `{"anthropic_version":"bedrock-2023-05-31","max_tokens":50,"messages":[{"role":"user","content":"` + endpointPrompt + `"}]}`
	endpointAnswer = "positive"
)

// endpoint is a server's endpoint and a key of root's.
type endpoint struct {
	*server
	url, keyID, secret, bearer string
}

// startEndpoint starts a server with an endpoint, and makes a key in SQL.
func startEndpoint(t testing.TB, args ...string) endpoint {
	t.Helper()
	s := start(t, setup{config: endpointModels, args: append([]string{"--endpoint-listen", "127.0.0.1:0"}, args...)})
	url, _ := s.waitLog(t, "the endpoint is ready")["url"].(string)
	made := strings.Split(rows(t, s.root(t), "CALL airglow.create_access_key()"), "|")
	if len(made) != 5 {
		t.Fatalf("a key is %v", made)
	}
	same(t, "the key's account", made[0]+"@"+made[1], "root@localhost")
	return endpoint{s, url, made[2], made[3], made[4]}
}

// environment leads an AWS client to the endpoint.
func (e endpoint) environment(more map[string]string) map[string]string {
	env := map[string]string{"AWS_ACCESS_KEY_ID": e.keyID, "AWS_SECRET_ACCESS_KEY": e.secret, "AWS_DEFAULT_REGION": "eu-north-1",
		"AWS_PAGER": "", "AWS_MAX_ATTEMPTS": "1"}
	for name, value := range more {
		env[name] = value
	}
	return env
}

// commandLines finds every aws command that runs here: the first on the PATH and
// Debian's may be two.
func commandLines(t testing.TB) []string {
	t.Helper()
	var found []string
	first, _ := exec.LookPath("aws")
	for _, path := range []string{first, "/usr/bin/aws"} {
		command := exec.Command(path, "--version")
		command.Env = cleanEnvironment(t.TempDir(), nil)
		if path != "" && !slices.Contains(found, path) && command.Run() == nil {
			found = append(found, path)
		}
	}
	if found == nil {
		missing(t, "aws", "apt-get install awscli")
	}
	return found
}

// commandLine is an aws command with a home of its own.
type commandLine struct {
	endpoint
	path, home string
}

// newCommandLine teaches a command that is older than Bedrock what it needs of
// it.
func newCommandLine(t testing.TB, e endpoint, path string) commandLine {
	t.Helper()
	c := commandLine{e, path, newDir(t)}
	// The second version of the command takes bodies for base64 otherwise; the first
	// knows neither the setting nor the option.
	if err := errors.Join(os.Mkdir(filepath.Join(c.home, ".aws"), 0o700),
		os.WriteFile(filepath.Join(c.home, ".aws", "config"), []byte("[default]\ncli_binary_format = raw-in-base64-out\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	if known := c.plain(t, nil, "bedrock", "list-foundation-models", "--generate-cli-skeleton"); known.code == 0 {
		return c
	}
	for _, service := range []string{"bedrock", "bedrock-runtime"} {
		file := clientProgram("aws", service+".json")
		if added := c.plain(t, nil, "configure", "add-model", "--service-name", service, "--service-model", "file://"+file); added.code != 0 {
			t.Fatal(added)
		}
	}
	return c
}

// plain runs the command as it is.
func (c commandLine) plain(t testing.TB, env map[string]string, args ...string) outcome {
	t.Helper()
	command := exec.Command(c.path, args...)
	command.Dir, command.Env = c.home, cleanEnvironment(c.home, c.environment(env))
	return finish(t, command, "")
}

// run runs a command against the endpoint.
func (c commandLine) run(t testing.TB, env map[string]string, args ...string) outcome {
	t.Helper()
	return c.plain(t, env, append([]string{"--endpoint-url", c.url}, args...)...)
}

// TestAWSCommandLine lists the models, asks one, and is refused.
func TestAWSCommandLine(t *testing.T) {
	e := startEndpoint(t)
	for _, path := range commandLines(t) {
		t.Run(path, func(t *testing.T) {
			c := newCommandLine(t, e, path)
			table := c.run(t, nil, "bedrock", "list-foundation-models", "--query", "*[].[modelName,modelId]", "--out", "table")
			contains(t, "the table", table.String(), "exit code 0", "ListFoundationModels",
				"|  Titan Text G1 - Express |  amazon.titan-text-express-v1            |",
				"|  Claude 3 Haiku          |  "+haiku+"  |",
				"|  summariser              |  local.summariser                        |")
			invoke := func(env map[string]string) outcome {
				return c.run(t, env, "bedrock-runtime", "invoke-model", "--model-id", haiku, "--body", endpointBody, "answer.json")
			}
			if invoked := invoke(nil); invoked.code != 0 {
				t.Fatal(invoked)
			}
			answer, err := os.ReadFile(filepath.Join(c.home, "answer.json"))
			if err != nil {
				t.Fatal(err)
			}
			contains(t, "the answer", string(answer), `"text":"`+endpointAnswer+`"`)
			conversed := c.run(t, nil, "bedrock-runtime", "converse", "--model-id", haiku, "--messages",
				`[{"role":"user","content":[{"text":"`+endpointPrompt+`"}]}]`, "--query", "output.message.content[0].text", "--output", "text")
			same(t, "the conversation", strings.TrimSpace(conversed.out), endpointAnswer)
			judged := c.run(t, nil, "comprehend", "detect-sentiment", "--text", "I love it, wonderful", "--language-code", "en", "--query", "Sentiment", "--output", "text")
			same(t, "the sentiment", strings.TrimSpace(judged.out), "POSITIVE")
			contains(t, "a wrong secret", invoke(map[string]string{"AWS_SECRET_ACCESS_KEY": "wrong"}).err,
				"An error occurred (InvalidSignatureException) when calling the InvokeModel operation")
			contains(t, "an unknown key", invoke(map[string]string{"AWS_ACCESS_KEY_ID": "AKIAX"}).err,
				"An error occurred (UnrecognizedClientException) when calling the InvokeModel operation")
			contains(t, "an endpoint that nobody answers", c.run(t, nil, "sagemaker-runtime", "invoke-endpoint", "--endpoint-name", "churn",
				"--body", "1,2", "--content-type", "text/csv", "out.csv").err,
				"An error occurred (ValidationError) when calling the InvokeEndpoint operation", "no provider is configured for SageMaker endpoint \"churn\"")
		})
	}
}

// streamedAnswers is what the programs of the SDKs print.
type streamedAnswers struct {
	Invoked   struct{ Content []struct{ Text string } }
	Chunks    []map[string]any
	Conversed string
	Usage     struct{ InputTokens, OutputTokens int }
	Events    []map[string]json.RawMessage
	Refusal   struct {
		Name   string
		Status int
	}
	Models []string
}

// checkAnswers compares what an SDK got with what the built-in model says.
func checkAnswers(t *testing.T, got streamedAnswers) {
	t.Helper()
	if len(got.Invoked.Content) != 1 || got.Invoked.Content[0].Text != endpointAnswer || got.Conversed != endpointAnswer {
		t.Errorf("answered %+v, %s", got.Invoked, got.Conversed)
	}
	if got.Usage.InputTokens == 0 || got.Usage.OutputTokens == 0 {
		t.Errorf("usage %+v", got.Usage)
	}
	var kinds []string
	for _, chunk := range got.Chunks {
		kind, _ := chunk["type"].(string)
		kinds = append(kinds, kind)
	}
	same(t, "the chunks", strings.Join(kinds, " "), "message_start content_block_start content_block_delta content_block_stop message_delta message_stop")
	if _, ok := got.Chunks[len(got.Chunks)-1]["amazon-bedrock-invocationMetrics"]; !ok {
		t.Errorf("the last chunk is %v", got.Chunks[len(got.Chunks)-1])
	}
	kinds = nil
	for _, event := range got.Events {
		for kind := range event {
			kinds = append(kinds, kind)
		}
	}
	same(t, "the events", strings.Join(kinds, " "), "messageStart contentBlockDelta contentBlockStop messageStop metadata")
	if got.Refusal.Name != "InvalidSignatureException" || got.Refusal.Status != 403 {
		t.Errorf("a wrong secret: %+v", got.Refusal)
	}
}

// given is what the programs of the SDKs are told.
func (e endpoint) given() map[string]any {
	return map[string]any{"url": e.url, "keyId": e.keyID, "secret": e.secret, "model": haiku, "body": endpointBody, "prompt": endpointPrompt}
}

// TestAWSForJavaScript speaks HTTP/2 without TLS, and with it.
func TestAWSForJavaScript(t *testing.T) {
	for name, args := range map[string][]string{"plain": nil, "TLS": {"--endpoint-tls"}} {
		t.Run(name, func(t *testing.T) {
			e := startEndpoint(t, args...)
			command := exec.Command(nodeWithBedrock(t), clientProgram("node", "bedrock.js"))
			text, err := json.Marshal(e.given())
			if err != nil {
				t.Fatal(err)
			}
			command.Dir, command.Env = e.dir, cleanEnvironment(e.dir, map[string]string{"AIRGLOW_TEST": string(text),
				"NODE_EXTRA_CA_CERTS": filepath.Join(e.dir, "data", "tls", "cert.pem"), "NODE_NO_WARNINGS": "1"})
			var got streamedAnswers
			decode(t, finish(t, command, ""), &got)
			checkAnswers(t, got)
		})
	}
}

// TestAWSForPython reads both kinds of streams.
func TestAWSForPython(t *testing.T) {
	e := startEndpoint(t)
	for _, python := range pythonsWithBoto3(t) {
		t.Run(python, func(t *testing.T) {
			text, err := json.Marshal(e.given())
			if err != nil {
				t.Fatal(err)
			}
			command := exec.Command(python, "-B", clientProgram("python", "bedrock.py"))
			command.Dir, command.Env = e.dir, cleanEnvironment(e.dir, map[string]string{"AIRGLOW_TEST": string(text), "AWS_DATA_PATH": bedrockModels(t, python)})
			var got streamedAnswers
			decode(t, finish(t, command, ""), &got)
			checkAnswers(t, got)
			if !slices.Contains(got.Models, "local.summariser") {
				t.Errorf("listed %v", got.Models)
			}
		})
	}
}

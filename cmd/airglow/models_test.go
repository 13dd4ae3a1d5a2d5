package main

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"

	"airglow/internal/modelserver"
)

// runModelsWith runs a command about models with a configuration file and a key.
func runModelsWith(t *testing.T, file string, args ...string) (code int, out, errOut string) {
	t.Helper()
	return runWith(t, file, append([]string{"models"}, args...)...)
}

// runWith is the same for any command.
func runWith(t *testing.T, file string, args ...string) (code int, out, errOut string) {
	t.Helper()
	if err := os.WriteFile("airglow.toml", []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	environment := map[string]string{"KEY": modelserver.Key, "NO_KEY": "wrong"}
	var o, e bytes.Buffer
	code = run(terminal{in: strings.NewReader(""), out: &o, err: &e, lookupEnv: func(name string) (string, bool) {
		value, ok := environment[name]
		return value, ok
	}}, args)
	if text := o.String() + e.String(); strings.Contains(text, modelserver.Key) {
		t.Errorf("the key is in %s", text)
	}
	return code, o.String(), e.String()
}

// withoutAWS keeps what a machine knows of AWS out of a test.
func withoutAWS(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, value := range map[string]string{"AWS_REGION": "", "AWS_DEFAULT_REGION": "", "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "",
		"AWS_PROFILE": "", "AWS_BEARER_TOKEN_BEDROCK": "", "AWS_CONFIG_FILE": "none", "AWS_SHARED_CREDENTIALS_FILE": "none", "AWS_EC2_METADATA_DISABLED": "true"} {
		t.Setenv(name, value)
	}
}

// What serve would refuse, config refuses as well, with its line; what it shows of an
// address is no secret.
func TestConfigOfProviders(t *testing.T) {
	withoutAWS(t)
	const table = "\n[[providers]]\nname = \"a\"\nkind = \"openai\"\n"
	for file, want := range map[string]string{
		table + `url = "not a url"`:                                                   `airglow.toml:5: [[providers]] table 1: url: write one such as`,
		table + `url = "http://example.com"`:                                          `airglow.toml:5: [[providers]] table 1: url: plain http to example.com`,
		table + `url = "https://169.254.169.254"`:                                     `airglow.toml:5: [[providers]] table 1: url: its address is 169.254.169.254`,
		table + `url = "http://user:secretpw@h"`:                                      `airglow.toml:5: [[providers]] table 1: url: write one such as`,
		table + "url = \"https://h\"\nkey-env = \"NO_SUCH\"":                          `airglow.toml:6: [[providers]] table 1: key-env: the environment variable NO_SUCH is not set`,
		table + "url = \"https://h\"\nkey-env = \"KEY\"\nkey-header = \"bad header\"": `airglow.toml:7: [[providers]] table 1: key-header: "bad header" cannot be`,
		"[[providers]]\nname = \"bedrock\"":                                           `airglow.toml:2: [[providers]] table 1: name: bedrock is the name of`,
		"[[models]]\nmatch = \"m\"\nprovider = \"nobody\"":                            `airglow.toml:1: [[models]] rule 1 (match "m"): `,
		"[aws]\nbedrock-endpoint = \"http://169.254.169.254\"":                        `aws.bedrock-endpoint: plain http to 169.254.169.254`,
	} {
		code, out, errOut := runWith(t, file, "config")
		if code == exitOK || out != "" || !strings.Contains(errOut, want) || strings.Contains(errOut, "secretpw") {
			t.Errorf("%s: code %d, %q, want %q", file, code, errOut, want)
		}
	}
	code, out, errOut := runWith(t, "[aws]\nbedrock-endpoint = \"https://h?api-key=sekret\""+table+"url = \"https://h\"", "config")
	if code != exitOK || strings.Contains(out, "sekret") || !strings.Contains(out, `bedrock-endpoint = "https://h?api-key=********"`) {
		t.Errorf("code %d, %s%s", code, out, errOut)
	}
}

// servers are three providers of a scripted server, and one that is down.
func servers(t *testing.T) (*modelserver.Server, string) {
	t.Helper()
	server := modelserver.Start(t)
	server.Answer(func(q modelserver.Question) modelserver.Reply {
		if strings.Contains(q.Header.Get("Authorization"), "wrong") {
			return modelserver.Reply{Status: http.StatusUnauthorized, Raw: `{"error":{"message":"no such key"}}`}
		}
		return modelserver.Reply{Text: "yes", Dimensions: 1024}
	})
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone.Close()
	return server, fmt.Sprintf(`
[[providers]]
name = "gpu"
kind = "openai"
url = "%[1]s/v1"
key-env = "KEY"
[[providers]]
name = "locked"
kind = "openai"
url = "%[1]s/v1"
key-env = "NO_KEY"
[[providers]]
name = "local"
kind = "ollama"
url = "%[1]s"
[[providers]]
name = "claude"
kind = "anthropic"
url = "%[1]s"
[[providers]]
name = "gone"
kind = "ollama"
url = "http://%[2]s"
`, server.URL(), gone.Addr())
}

// line returns the line of a table that begins with a text.
func line(t *testing.T, out, begins string) string {
	t.Helper()
	for _, l := range strings.Split(out, "\n") {
		if strings.HasPrefix(strings.Join(strings.Fields(l), " "), begins) {
			return l
		}
	}
	t.Fatalf("no line %q in\n%s", begins, out)
	return ""
}

func TestModelsCheck(t *testing.T) {
	withoutAWS(t)
	server, providers := servers(t)
	good := providers + `
[[models]]
match = "anthropic.claude-3-haiku-20240307-v1:0"
provider = "gpu"
target = "small"
fallbacks = [ { provider = "local", target = "small" }, { provider = "claude", target = "small" }, { provider = "builtin" } ]
[[models]]
match = "amazon.titan-embed-text-v2:0"
provider = "gpu"
target = "small"
[[models]]
match = "sentiment"
provider = "builtin"
`
	code, out, errOut := runModelsWith(t, good, "check")
	if code != exitOK || errOut != "" || strings.Count(out, "ok: the server has the model") != 4 || strings.Count(out, "ok: the model is in the program") != 2 {
		t.Errorf("code %d, out\n%s\nerr %s", code, out, errOut)
	}
	for _, q := range server.Questions() {
		if q.Prompt != "" || len(q.Texts) > 0 {
			t.Errorf("%s was called without --spend", q.Path)
		}
	}
	if code, out, _ = runModelsWith(t, good, "check", "--spend"); code != exitOK || strings.Count(out, "ok: it has answered a short call") != 6 {
		t.Errorf("code %d, out\n%s", code, out)
	}
	if code, out, _ = runModelsWith(t, good, "check", "amazon.titan-embed-text-v2:0"); code != exitOK || strings.Count(out, "\n") != 2 {
		t.Errorf("code %d, out\n%s", code, out)
	}
	code, out, errOut = runModelsWith(t, good, "check", "--timeout", "5s", "cohere.command-r-v1:0")
	if code != exitFailed || !strings.Contains(errOut, `no provider is configured for Bedrock model "cohere.command-r-v1:0"`) || !strings.Contains(errOut, "[[providers]]") {
		t.Errorf("code %d, out\n%s\nerr %s", code, out, errOut)
	}
}

// The built-in models are called too: as each of the things that a rule has them for.
func TestModelsCheckCallsBuiltIn(t *testing.T) {
	withoutAWS(t)
	code, out, errOut := runModelsWith(t, `
[[models]]
match = "cohere.embed-v4*"
provider = "builtin"
[[models]]
match = "cohere.embed-english-v3"
provider = "builtin"
[[models]]
match = "*"
provider = "builtin"
`, "check", "--spend")
	if code != exitFailed || errOut == "" {
		t.Errorf("code %d, err %s", code, errOut)
	}
	for begins, want := range map[string]string{
		"cohere.embed-v4*":        "ok: it has answered a short call as each of cohere.embed-v4:0",
		"cohere.embed-english-v3": "FAILS: the built-in model gives vectors of 512 numbers, and 1024 are asked for",
		"*":                       "ok: it has answered a short call as each of ai21.j2-mid-v1, airglow.use-lite-en-v1, sentiment",
	} {
		if got := line(t, out, begins+" "); !strings.Contains(got, want) {
			t.Errorf("%s lacks %q", got, want)
		}
	}
	_, out, _ = runModelsWith(t, "[[models]]\nmatch = '*'\nprovider = 'builtin'\n", "list")
	line(t, out, "* - 1 builtin - chat,embeddings,stream,batch,sentiment")
	_, out, _ = runModelsWith(t, "[[models]]\nmatch = 'amazon.titan-embed*'\nprovider = 'builtin'\n", "list")
	line(t, out, "amazon.titan-embed* - 1 builtin - embeddings,batch")
}

// Each mistake is named with the setting to change.
func TestModelsCheckFindsMistakes(t *testing.T) {
	withoutAWS(t)
	_, providers := servers(t)
	rules := ""
	for i, provider := range []string{"gpu", "local", "claude", "locked", "gone", "bedrock"} {
		rules += fmt.Sprintf("[[models]]\nmatch = 'anthropic.claude-%d'\nprovider = '%s'\ntarget = 'large'\n", i, provider)
	}
	rules += "[[models]]\nmatch = 'amazon.titan-embed-text-v2:0'\nprovider = 'claude'\n[[models]]\nmatch = 'endpoint'\nservice = 'SageMaker'\nprovider = 'gpu'\n"
	code, out, errOut := runModelsWith(t, providers+strings.Replace(rules, "provider = 'bedrock'", "provider = 'gpu'", 1), "check")
	if code != exitFailed || !strings.Contains(errOut, "not everything that the model map names would answer") {
		t.Errorf("code %d, err %s", code, errOut)
	}
	for begins, want := range map[string]string{
		"anthropic.claude-0 1 gpu large FAILS:":          `has no model "large"; set target in the model map to one that it has: small`,
		"anthropic.claude-1 1 local large FAILS:":        "model 'large' not found",
		"anthropic.claude-3 1 locked large FAILS:":       `key-env = "NO_KEY"`,
		"anthropic.claude-4 1 gone large FAILS:":         "connection refused; see whether the server runs, and whether url is right",
		"amazon.titan-embed-text-v2:0 1 claude - FAILS:": "which has no embeddings",
		"endpoint 1 gpu - FAILS:":                        "answers Bedrock functions only, not SageMaker ones; correct the model map",
	} {
		if got := line(t, out, begins); !strings.Contains(got, want) {
			t.Errorf("%s lacks %q", got, want)
		}
	}
	// A map that cannot be is refused before anything is tried, with its line.
	code, _, errOut = runModelsWith(t, providers+rules, "check")
	if code != exitFailed || !strings.Contains(errOut, `airglow.toml:`) || !strings.Contains(errOut, `[[models]] rule 6 (match "anthropic.claude-5"): no provider "bedrock" is set up`) {
		t.Errorf("code %d, err %s", code, errOut)
	}
}

// Amazon's services are asked for nothing without --spend.
func TestModelsCheckOfAWS(t *testing.T) {
	withoutAWS(t)
	file := "[aws]\nregion = \"us-east-1\"\nbedrock-endpoint = \"http://127.0.0.1:1\"\n"
	code, out, _ := runModelsWith(t, file, "check")
	if code != exitFailed || strings.Count(out, "FAILS: ") != 3 || !strings.Contains(out, "credentials") {
		t.Errorf("code %d, out\n%s", code, out)
	}
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "example")
	code, out, errOut := runModelsWith(t, file, "check")
	if code != exitOK || strings.Count(out, "ok: there are credentials for region us-east-1; only a call shows whether the model answers") != 3 {
		t.Errorf("code %d, out\n%s\nerr %s", code, out, errOut)
	}
	code, out, _ = runModelsWith(t, file, "check", "--spend", "amazon.nova-lite-v1:0")
	if code != exitFailed || !strings.Contains(out, "FAILS: ") || !strings.Contains(out, "127.0.0.1:1") {
		t.Errorf("code %d, out\n%s", code, out)
	}
}

func TestModelsList(t *testing.T) {
	withoutAWS(t)
	_, providers := servers(t)
	file := providers + `
[[models]]
match = "anthropic.claude-*"
provider = "gpu"
target = "small"
calls-per-minute = 60
timeout-ms = 90000
fallbacks = [ { provider = "builtin", max-concurrency = 2 } ]
`
	code, out, errOut := runModelsWith(t, file, "list")
	if code != exitOK || errOut != "" {
		t.Fatalf("code %d, err %s", code, errOut)
	}
	for _, want := range []string{
		"anthropic.claude-* - 1 gpu small chat,stream 60 calls/min, 90000 ms",
		"anthropic.claude-* - 2 builtin - chat,stream 2 at once, 90000 ms",
	} {
		line(t, out, want)
	}
	if _, out, _ = runModelsWith(t, file, "list", "anthropic.claude-3-haiku-20240307-v1:0"); !strings.Contains(out, "anthropic.claude-3-haiku-20240307-v1:0  Bedrock") {
		t.Errorf("%s", out)
	}
	for _, args := range [][]string{{}, {"tell"}, {"check", "--timeout", "0s"}, {"check", "id", "--spend"}} {
		if code, _, _ := runModelsWith(t, file, args...); code != exitUsage {
			t.Errorf("%v: code %d", args, code)
		}
	}
}

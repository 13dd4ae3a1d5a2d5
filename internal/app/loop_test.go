package app_test

import (
	"net"
	"net/http"
	"strings"
	"testing"

	"airglow/internal/config"
	"airglow/internal/modelserver"
	"airglow/internal/testkit"
)

// freeAddress is one that nobody listened on a moment ago.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// TestALoopIsRefused: calls that lead to the server's own endpoint fail with the name of
// the setting, each after one request, and the log has warned.
func TestALoopIsRefused(t *testing.T) {
	body := string(modelserver.Claude("one").Body)
	for name, c := range map[string]struct {
		environment string
		set         func(c *config.Config, address string)
		says        []string
		warns       string
	}{
		"environment": {"AWS_ENDPOINT_URL", func(*config.Config, string) {}, []string{"aws.bedrock-endpoint", "AWS_ENDPOINT_URL_BEDROCK_RUNTIME or AWS_ENDPOINT_URL of"}, "AWS_ENDPOINT_URL"},
		"option":      {"", func(c *config.Config, address string) { c.AWS.BedrockEndpoint = "http://" + address }, []string{"aws.bedrock-endpoint"}, "aws.bedrock-endpoint"},
		"model server": {"", func(c *config.Config, address string) {
			c.Providers = []config.Provider{{Name: "me", Kind: "openai", URL: "http://" + address + "/v1"}}
			c.Models = []config.ModelRule{{Match: "*", Provider: "me", Target: "x"}}
		}, []string{"url of provider me"}, "url of provider me"},
	} {
		t.Run(name, func(t *testing.T) {
			address := freeAddress(t)
			if c.environment != "" {
				t.Setenv(c.environment, "http://"+address)
			}
			t.Setenv("AWS_ACCESS_KEY_ID", "AGLWNOBODY")
			t.Setenv("AWS_SECRET_ACCESS_KEY", "x")
			kit := testkit.Start(t, func(o *config.Config) {
				o.Endpoint.Listen, o.AWS.Region = address, "us-east-1"
				o.Models = []config.ModelRule{{Match: "*", Provider: "bedrock"}}
				c.set(o, address)
			})
			kit.Exec("CREATE DATABASE d", askClaude)
			_, err := kit.DB("root", "").Exec("SELECT d.ask(" + claudeBody("again") + ")")
			wantError(t, err, 63986, "HY000", "")
			key := newKey(t, kit, "root@localhost")
			code, text := ask(t, kit, key, http.MethodPost, "/model/anthropic.claude-3-haiku-20240307-v1%3A0/invoke", body)
			if code != "ValidationException" {
				t.Errorf("answered %s %s", code, text)
			}
			for _, part := range append(c.says, "comes from this server itself") {
				if !strings.Contains(err.Error(), part) || !strings.Contains(text, part) {
					t.Errorf("%v, and %s, lack %q", err, text, part)
				}
			}
			if got := query(t, kit, "SELECT COUNT(*) FROM airglow.invocations"); len(got) != 1 || got[0] != "2" {
				t.Errorf("the ledger has %v calls", got)
			}
			if !strings.Contains(kit.Log(), "lead to the server's own endpoint") || !strings.Contains(kit.Log(), c.warns) {
				t.Errorf("the log is %s", kit.Log())
			}
		})
	}
}

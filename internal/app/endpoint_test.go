package app_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"airglow/internal/config"
	"airglow/internal/model"
	"airglow/internal/testkit"
)

// withEndpoint starts an endpoint on a free port.
func withEndpoint(c *config.Config) { c.Endpoint.Listen = "127.0.0.1:0" }

// ask sends a request to the endpoint under a bearer key, and returns the answer's
// code, or "200", and its body.
func ask(t *testing.T, kit *testkit.Kit, key, method, path, body string) (code, text string) {
	t.Helper()
	r, err := http.NewRequestWithContext(kit.Context(), method, "http://"+kit.EndpointAddr.String()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+key)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	read, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode == http.StatusOK {
		return "200", string(read)
	}
	return answer.Header.Get("X-Amzn-ErrorType"), string(read)
}

// newKey makes a bearer key for an account.
func newKey(t *testing.T, kit *testkit.Kit, account string) (bearer string) {
	t.Helper()
	var user, host, id, secret string
	if err := kit.DB("root", "").QueryRow("CALL airglow.create_access_key(?)", account).Scan(&user, &host, &id, &secret, &bearer); err != nil {
		t.Fatal(err)
	}
	return bearer
}

// TestTheEndpointGoesByGrants: a key has what its account has at that moment.
func TestTheEndpointGoesByGrants(t *testing.T) {
	kit := testkit.Start(t, withEndpoint)
	kit.Exec("CREATE USER app@localhost IDENTIFIED BY 'x'", "CREATE ROLE team")
	key := newKey(t, kit, "app@localhost")
	invoke := func(want string, says ...string) {
		t.Helper()
		code, text := ask(t, kit, key, http.MethodPost, "/model/any.model/invoke", `{"a":1}`)
		if code != want {
			t.Errorf("answered %s %s, want %s", code, text, want)
		}
		for _, part := range says {
			if !strings.Contains(text, part) {
				t.Errorf("answered %s, without %s", text, part)
			}
		}
	}
	invoke("AccessDeniedException", "GRANT AWS_BEDROCK_ACCESS TO `app`@`localhost`")
	kit.Exec("GRANT AWS_SAGEMAKER_ACCESS TO app@localhost")
	invoke("AccessDeniedException")
	kit.Exec("GRANT AWS_BEDROCK_ACCESS TO app@localhost")
	invoke("200", `{"a":1}`)
	if got := query(t, kit, "SELECT CONCAT_WS(' ', user, function_name, model) FROM airglow.invocations"); len(got) != 1 || got[0] != "app@localhost InvokeModel any.model" {
		t.Errorf("the ledger has %v", got)
	}
	kit.Exec("REVOKE AWS_BEDROCK_ACCESS FROM app@localhost")
	invoke("AccessDeniedException")
	kit.Exec("GRANT AWS_BEDROCK_ACCESS TO team", "GRANT team TO app@localhost")
	invoke("200") // through another role
	kit.Exec("ALTER USER app@localhost ACCOUNT LOCK")
	invoke("UnrecognizedClientException", "security token")
	kit.Exec("ALTER USER app@localhost ACCOUNT UNLOCK")
	invoke("200")
	kit.Exec("DROP USER app@localhost", "CREATE USER app@localhost IDENTIFIED BY 'x'", "GRANT AWS_BEDROCK_ACCESS TO app@localhost")
	invoke("UnrecognizedClientException", "security token")
	// The server's own account is locked, and a role is no account.
	for account, says := range map[string]string{"airglow.session@localhost": "is locked", "team": "does not exist"} {
		_, err := kit.DB("root", "").Exec("CALL airglow.create_access_key(?)", account)
		wantError(t, err, 1227, "42000", "")
		if !strings.Contains(err.Error(), says) {
			t.Errorf("a key for %s: %v", account, err)
		}
	}
}

// TestTheEndpointGoesByDefaultRoles where a login activates no others.
func TestTheEndpointGoesByDefaultRoles(t *testing.T) {
	kit := testkit.Start(t, withEndpoint, func(c *config.Config) { c.ML.ActivateAllRolesOnLogin = false })
	kit.Exec("CREATE USER app@localhost IDENTIFIED BY 'x'", "GRANT AWS_BEDROCK_ACCESS TO app@localhost")
	key := newKey(t, kit, "app@localhost")
	if code, text := ask(t, kit, key, http.MethodPost, "/model/any.model/invoke", `{}`); code != "AccessDeniedException" {
		t.Errorf("answered %s %s", code, text)
	}
	kit.Exec("SET DEFAULT ROLE AWS_BEDROCK_ACCESS TO app@localhost")
	if code, text := ask(t, kit, key, http.MethodPost, "/model/any.model/invoke", `{}`); code != "200" {
		t.Errorf("answered %s %s", code, text)
	}
}

// TestKeysOutliveARestart, and are gone with an account that was dropped.
func TestKeysOutliveARestart(t *testing.T) {
	kit := testkit.Start(t, withEndpoint)
	key := newKey(t, kit, "root@localhost")
	if err := kit.Stop(); err != nil {
		t.Fatal(err)
	}
	kit = testkit.Start(t, testkit.InDir(kit.Dir), withEndpoint)
	if code, text := ask(t, kit, key, http.MethodGet, "/foundation-models", ""); code != "200" {
		t.Errorf("answered %s %s", code, text)
	}
	if strings.Contains(kit.Log(), key) {
		t.Error("the log shows the key")
	}
}

// TestTheBuiltInModelsSpeakConverse, over the endpoint as the map says.
func TestTheBuiltInModelsSpeakConverse(t *testing.T) {
	kit := testkit.Start(t, withEndpoint, func(c *config.Config) {
		c.Models = []config.ModelRule{{Match: "*", Provider: "builtin"}}
	})
	key := newKey(t, kit, "root@localhost")
	code, text := ask(t, kit, key, http.MethodPost, "/model/anthropic.claude-3-haiku-20240307-v1%3A0/converse",
		`{"messages":[{"role":"user","content":[{"text":"Classify the sentiment of this review as positive or negative: I love it, it is wonderful."}]}]}`)
	var answer struct {
		Output struct {
			Message struct{ Content []struct{ Text string } }
		}
		StopReason string
		Usage      struct{ InputTokens int }
	}
	if err := json.Unmarshal([]byte(text), &answer); code != "200" || err != nil || len(answer.Output.Message.Content) != 1 ||
		answer.StopReason != "end_turn" || answer.Usage.InputTokens == 0 {
		t.Errorf("answered %s %s, %v", code, text, err)
	}
	if code, text = ask(t, kit, key, http.MethodPost, "/model/x.y/invoke", `{"what":1}`); code != "ValidationException" {
		t.Errorf("answered %s %s", code, text)
	}
}

// TestTheEndpointAndSQLShareLanes is what one map and one runner mean: a model's
// limit counts the calls of both.
func TestTheEndpointAndSQLShareLanes(t *testing.T) {
	kit := testkit.Start(t, withEndpoint, func(c *config.Config) {
		c.Models = []config.ModelRule{{Match: "*", Provider: "scripted", MaxConcurrency: 1}}
	})
	kit.Exec("CREATE DATABASE d", "CREATE FUNCTION d.f(b TEXT) RETURNS TEXT ALIAS AWS_BEDROCK_INVOKE_MODEL MODEL ID 'any.model'")
	key := newKey(t, kit, "root@localhost")
	begun, release := make(chan struct{}, 2), make(chan struct{})
	kit.Provider.Answer(func(model.Request) (model.Response, error) {
		begun <- struct{}{}
		<-release
		return model.Response{Body: []byte(`{}`)}, nil
	})
	done := make(chan string, 2)
	go func() { done <- query(t, kit, "SELECT d.f('{}')")[0] }()
	<-begun
	go func() {
		_, text := ask(t, kit, key, http.MethodPost, "/model/any.model/invoke", `{"n":1}`)
		done <- text
	}()
	close(release)
	for range 2 {
		if got := <-done; got != "{}" {
			t.Errorf("answered %s", got)
		}
	}
	if most := kit.Provider.MostAtOnce(); most != 1 {
		t.Errorf("%d calls at once", most)
	}
}

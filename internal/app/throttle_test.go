package app_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"airglow/internal/config"
	"airglow/internal/modelserver"
	"airglow/internal/testkit"
)

// limited answers each question that an hour is to be waited.
func limited(modelserver.Question) modelserver.Reply {
	return modelserver.Reply{Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"3600"}},
		Raw: `{"error":{"message":"Rate limit reached","type":"requests","code":"rate_limit_exceeded"}}`}
}

// TestAThrottledServerIsLeftAlone: what wants to be left alone for longer than a call
// has is not waited for, with or without a fallback, in SQL and over the endpoint.
func TestAThrottledServerIsLeftAlone(t *testing.T) {
	lim, other := modelserver.Start(t), modelserver.Start(t)
	lim.Answer(limited)
	kit := testkit.Start(t, withEndpoint, func(c *config.Config) {
		c.Providers = []config.Provider{{Name: "lim", Kind: "openai", URL: lim.URL() + "/v1"}, {Name: "other", Kind: "openai", URL: other.URL() + "/v1"}}
		c.Models = []config.ModelRule{
			{Match: "anthropic.claude-3-haiku-*", Provider: "lim", Target: "small", Fallbacks: []config.Fallback{{Provider: "other", Target: "small"}}},
			{Match: "anthropic.claude-3-sonnet-*", Provider: "lim", Target: "large", TimeoutMS: 3000},
		}
	})
	kit.Exec("CREATE DATABASE d", askClaude, strings.NewReplacer("d.ask", "d.alone", "haiku-20240307", "sonnet-20240229").Replace(askClaude),
		"CREATE TABLE d.t (id INT PRIMARY KEY)", "INSERT INTO d.t VALUES "+values(20),
		"SET GLOBAL aurora_ml_inference_timeout = 3000")
	body := strings.Replace(claudeBody("hello ##"), "##", "', id, '", 1)
	began := time.Now()
	if got := query(t, kit, "SELECT d.ask(CONCAT("+body+")) LIKE '%HELLO%' FROM d.t"); len(got) != 20 || strings.Contains(fmt.Sprint(got), "0") {
		t.Errorf("the rows are %v", got)
	}
	for range 2 {
		_, err := kit.DB("root", "").Exec("SELECT d.alone(" + claudeBody("again") + ")")
		wantError(t, err, 63986, "HY000", "")
		if !strings.Contains(err.Error(), "ThrottlingException") || !strings.Contains(err.Error(), "Rate limit reached") || !strings.Contains(err.Error(), "3000 ms (timeout-ms in the model map)") {
			t.Error(err)
		}
	}
	key := newKey(t, kit, "root@localhost")
	code, text := ask(t, kit, key, http.MethodPost, "/model/anthropic.claude-3-sonnet-20240229-v1%3A0/invoke", string(modelserver.Claude("one").Body))
	if code != "ThrottlingException" || !strings.Contains(text, "Rate limit reached") {
		t.Errorf("answered %s %s", code, text)
	}
	if took := time.Since(began); took > 30*time.Second { // of which no part is to be waited
		t.Errorf("it took %v", took)
	}
	if got := query(t, kit, "SELECT CONCAT_WS(' ', target, health, last_error LIKE '%Rate limit reached%') FROM airglow.models WHERE provider = 'lim' AND known_by = 'pattern' ORDER BY 1"); fmt.Sprint(got) != "[large throttled 1 small throttled 1]" {
		t.Errorf("the models are %q", got)
	}
}

func values(n int) string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf("(%d)", i))
	}
	return strings.Join(list, ",")
}

// TestTheEndpointSaysSoon what a server that is down, loading or throttled fails with:
// before its clients give up, and in the server's words.
func TestTheEndpointSaysSoon(t *testing.T) {
	server := modelserver.Start(t)
	kit := testkit.Start(t, withEndpoint, withServer(config.Provider{Kind: "openai", URL: server.URL() + "/v1"}), func(c *config.Config) {
		c.Endpoint.RetryFor = 300 * time.Millisecond
	})
	key := newKey(t, kit, "root@localhost")
	for code, reply := range map[string]modelserver.Reply{
		"ServiceUnavailableException": {Status: http.StatusBadGateway, Raw: `{"error":{"message":"in its own words"}}`},
		"ModelNotReadyException":      {Status: http.StatusServiceUnavailable, Raw: `{"error":{"code":503,"message":"Loading model, in its own words","type":"unavailable_error"}}`},
		"ThrottlingException":         {Status: http.StatusTooManyRequests, Raw: `{"error":{"message":"in its own words"}}`},
	} {
		server.Answer(func(modelserver.Question) modelserver.Reply { return reply })
		for _, operation := range []string{"invoke", "invoke-with-response-stream"} {
			before := len(server.Questions())
			got, text := ask(t, kit, key, http.MethodPost, "/model/anthropic.claude-3-haiku-20240307-v1%3A0/"+operation, string(modelserver.Claude(code).Body))
			if got != code || !strings.Contains(text, "in its own words") || !strings.Contains(text, "the limit of 300 ms (endpoint.retry-for)") {
				t.Errorf("%s: answered %s %s", operation, got, text)
			}
			if len(server.Questions())-before < 2 {
				t.Errorf("%s of %s was not tried again", operation, code)
			}
		}
	}
}

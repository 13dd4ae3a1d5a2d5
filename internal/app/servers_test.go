package app_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"airglow/internal/app"
	"airglow/internal/config"
	"airglow/internal/modelserver"
	"airglow/internal/testkit"
)

const askClaude = `CREATE FUNCTION d.ask(body TEXT) RETURNS TEXT ALIAS AWS_BEDROCK_INVOKE_MODEL MODEL ID 'anthropic.claude-3-haiku-20240307-v1:0'`

// withServer maps every model to the model "small" of a server.
func withServer(p config.Provider) testkit.Option {
	return func(c *config.Config) {
		p.Name, p.KeyEnv = "local", "LOCAL_KEY"
		c.Providers = []config.Provider{p}
		c.Models = []config.ModelRule{{Match: "*", Provider: "local", Target: "small"}}
	}
}

// claudeBody is the SQL of a request's body.
func claudeBody(prompt string) string { return "'" + string(modelserver.Claude(prompt).Body) + "'" }

// A key is in the header of requests, and nowhere that a user or an operator looks.
func TestKeysAreNeverShown(t *testing.T) {
	server := modelserver.Start(t)
	server.Answer(func(q modelserver.Question) modelserver.Reply {
		if q.Prompt == "fail" {
			return modelserver.Reply{Status: http.StatusUnauthorized, Raw: `{"error":{"message":"Incorrect API key provided: ` + modelserver.Key + ` of org-secret"}}`}
		}
		return modelserver.Reply{Text: "fine"}
	})
	kit := testkit.Start(t, withServer(config.Provider{Kind: "openai", URL: server.URL() + "/v1", Key: modelserver.Key,
		Headers: map[string]config.Secret{"X-Org": "org-secret"}}))
	kit.Exec("CREATE DATABASE d", askClaude)
	var seen []string
	for _, statement := range []string{
		"SELECT d.ask(" + claudeBody("hello") + ")", "EXPLAIN SELECT d.ask(" + claudeBody("hello") + ")",
		"EXPLAIN FORMAT=TREE SELECT d.ask(" + claudeBody("hello") + ")", "EXPLAIN FORMAT=JSON SELECT d.ask(" + claudeBody("hello") + ")",
		"SHOW VARIABLES", "SHOW GLOBAL VARIABLES", "SHOW STATUS", "SHOW FULL PROCESSLIST", "SHOW CREATE FUNCTION d.ask",
	} {
		seen = append(seen, everything(t, kit, statement))
	}
	_, err := kit.DB("root", "").Exec("SELECT d.ask(" + claudeBody("fail") + ")")
	wantError(t, err, 63986, "HY000", "")
	seen = append(seen, err.Error(), kit.Log())
	for _, text := range seen {
		if strings.Contains(text, modelserver.Key) || strings.Contains(text, "org-secret") {
			t.Errorf("a secret is in %s", text)
		}
	}
	if !strings.Contains(err.Error(), `key-env = "LOCAL_KEY"`) {
		t.Errorf("the error does not name the setting: %v", err)
	}
	if q := server.Questions(); len(q) != 2 || q[0].Header.Get("Authorization") != "Bearer "+modelserver.Key || q[0].Header.Get("X-Org") != "org-secret" {
		t.Errorf("the server got %d requests, the first with %v", len(q), q[0].Header)
	}
}

// everything returns all values of a statement's rows as one text.
func everything(t *testing.T, kit *testkit.Kit, statement string) string {
	t.Helper()
	rows, err := kit.DB("root", "").Query(statement)
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	values := make([]any, len(columns))
	for i := range values {
		values[i] = new([]byte)
	}
	for rows.Next() {
		if err := rows.Scan(values...); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
		for _, v := range values {
			all.Write(*v.(*[]byte))
			all.WriteByte(' ')
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	return all.String()
}

// What a server does wrong reaches the client as Bedrock's error, with the server's
// words.
func TestServerFailuresInSQL(t *testing.T) {
	server := modelserver.Start(t)
	kit := testkit.Start(t, withServer(config.Provider{Kind: "ollama", URL: server.URL()}), func(c *config.Config) { c.ML.InferenceTimeoutMS = 300 })
	kit.Exec("CREATE DATABASE d", askClaude)
	for _, tc := range []struct {
		reply modelserver.Reply
		want  []string
	}{
		{modelserver.Reply{Status: http.StatusNotFound, Raw: `{"error":"model 'small' not found"}`},
			[]string{"ResourceNotFoundException", "model 'small' not found", "target in the model map"}},
		{modelserver.Reply{Status: http.StatusBadRequest, Raw: `{"error":"the input length exceeds the context length"}`},
			[]string{"ValidationException", "Input is too long for requested model."}},
		{modelserver.Reply{Raw: "<html>"}, []string{"ModelErrorException", "cannot be used"}},
		{modelserver.Reply{}, []string{"ModelErrorException", "it is empty"}},
		{modelserver.Reply{Status: http.StatusServiceUnavailable, Raw: `{"error":"loading model"}`}, []string{"ModelNotReadyException", "loading model"}},
	} {
		server.Answer(func(modelserver.Question) modelserver.Reply { return tc.reply })
		_, err := kit.DB("root", "").Exec("SELECT d.ask(" + claudeBody("hello") + ")")
		wantError(t, err, 63986, "HY000", "")
		for _, text := range tc.want {
			if !strings.Contains(err.Error(), text) {
				t.Errorf("%v lacks %q", err, text)
			}
		}
		if tc.reply.Raw == "<html>" {
			health := query(t, kit, "SELECT CONCAT(health, ': ', last_error) FROM airglow.models WHERE model = 'anthropic.claude-3-haiku-20240307-v1:0'")
			if len(health) != 1 || !strings.HasPrefix(health[0], "failing: ") || !strings.Contains(health[0], "cannot be used") {
				t.Errorf("after an answer that cannot be used, the model is %q", health)
			}
		}
	}
}

// A faulty table is refused at start, with its place and its setting.
func TestFaultyServers(t *testing.T) {
	for fault, p := range map[string]config.Provider{
		"name: bedrock is the name of a provider that needs no table": {Name: "bedrock", Kind: "openai", URL: "https://x"},
		"plain http to models.example.com can be read on the way":     {Name: "a", Kind: "openai", URL: "http://models.example.com"},
		"allow-addresses": {Name: "a", Kind: "openai", URL: "https://169.254.169.254"},
	} {
		c := testkit.Config(t)
		c.Providers = []config.Provider{p}
		_, err := app.New(t.Context(), app.Options{Config: c})
		if err == nil || !strings.Contains(err.Error(), fault) || !strings.Contains(err.Error(), "[[providers]] table 1") {
			t.Errorf("%v, want %q", err, fault)
		}
	}
}

// The embeddings of many rows travel together, and each row has its own.
func TestEmbeddingsOfManyRows(t *testing.T) {
	const rows = 60
	server := modelserver.Start(t)
	server.Answer(func(modelserver.Question) modelserver.Reply { return modelserver.Reply{Dimensions: 256} })
	kit := testkit.Start(t, withServer(config.Provider{Kind: "openai", URL: server.URL() + "/v1"}))
	kit.Exec("CREATE DATABASE d", `CREATE FUNCTION d.embed(body TEXT) RETURNS TEXT ALIAS AWS_BEDROCK_INVOKE_MODEL MODEL ID 'amazon.titan-embed-text-v2:0'`,
		"CREATE TABLE d.t (id INT PRIMARY KEY, said VARCHAR(99))")
	for i := range rows {
		kit.Exec(fmt.Sprintf("INSERT INTO d.t VALUES (%d, '%s')", i, strings.Repeat("x", i+1)))
	}
	got := query(t, kit, `SELECT JSON_EXTRACT(d.embed(JSON_OBJECT('inputText', said, 'dimensions', 256)), '$.inputTextTokenCount') = id + 1 FROM d.t ORDER BY id`)
	for i, own := range got {
		if own != "1" {
			t.Errorf("row %d has the embedding of another", i)
		}
	}
	if n := len(server.Questions()); len(got) != rows || n > rows/2 {
		t.Errorf("%d rows took %d requests", len(got), n)
	}
}

// The parameters of a rule go under what the body sets, and a server that is down is
// left alone while another answers.
func TestRulesInSQL(t *testing.T) {
	first, second := modelserver.Start(t), modelserver.Start(t)
	first.Answer(func(modelserver.Question) modelserver.Reply {
		return modelserver.Reply{Status: http.StatusBadGateway, Raw: `{"error":{"message":"upstream down"}}`}
	})
	kit := testkit.Start(t, func(c *config.Config) {
		c.Providers = []config.Provider{{Name: "first", Kind: "openai", URL: first.URL() + "/v1"}, {Name: "second", Kind: "openai", URL: second.URL() + "/v1"}}
		c.Models = []config.ModelRule{{Match: "*", Provider: "first", Target: "small", Fallbacks: []config.Fallback{
			{Provider: "second", Target: "small", Parameters: `{"max_tokens":5,"min_p":0.25}`}}}}
	})
	kit.Exec("CREATE DATABASE d", askClaude, "CREATE TABLE d.t (id INT PRIMARY KEY)")
	for i := range 30 {
		kit.Exec(fmt.Sprintf("INSERT INTO d.t VALUES (%d)", i))
	}
	db := kit.DB("root", "")
	db.SetMaxOpenConns(1)
	body := strings.Replace(claudeBody("hello ##"), "##", "', id, '", 1)
	var answered int
	if err := db.QueryRow(`SELECT COUNT(*) FROM d.t WHERE JSON_UNQUOTE(JSON_EXTRACT(d.ask(CONCAT(` + body + `)), '$.content[0].text')) LIKE 'HELLO%'`).Scan(&answered); err != nil || answered != 30 {
		t.Fatalf("%d rows are answered, %v", answered, err)
	}
	asked := len(first.Questions())
	if asked == 0 || len(second.Questions()) != 30 {
		t.Errorf("%d and %d questions", asked, len(second.Questions()))
	}
	if _, err := db.Exec("SELECT d.ask(" + claudeBody("again") + ")"); err != nil {
		t.Fatal(err)
	}
	if n := len(first.Questions()); n != asked {
		t.Errorf("%d more questions to a server that is down", n-asked)
	}
	sent := string(second.Questions()[0].Body)
	for _, want := range []string{`"min_p":0.25`, `"max_tokens":100`} {
		if !strings.Contains(sent, want) {
			t.Errorf("%s lacks %s", sent, want)
		}
	}
	var health, failure string
	if err := db.QueryRow("SELECT health, last_error FROM airglow.models WHERE provider = 'first'").Scan(&health, &failure); err != nil || health != "failing" || !strings.Contains(failure, "upstream down") {
		t.Errorf("%s: %s, %v", health, failure, err)
	}
}

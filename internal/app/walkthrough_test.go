package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"airglow/internal/awstest"
	"airglow/internal/config"
	"airglow/internal/feed"
	"airglow/internal/modelserver"
	"airglow/internal/sqlclient"
	"airglow/internal/testkit"
)

// walkthroughUser is the account that examples/walkthrough/00_setup.sql makes.
var walkthroughUser = sqlclient.Server{User: "bedrock_user", Password: "Aurora-over-Tromso-26", Database: "bedrockdb"}

// walkthrough is the story of examples/walkthrough, told to a kit.
type walkthrough struct {
	kit *testkit.Kit
	// items is how many items the overview is made of; zero is as many as the story
	// has.
	items int
}

// told is what came of a walkthrough.
type told struct {
	// whole is the whole answer of Claude, and titan what Titan says.
	whole, titan, overview string
	// countries are all rows with what was found out of them, news likewise.
	countries, news []string
	// calls are how many calls the ledger has, failed those of them that failed.
	calls, failed, uncounted string
}

const examples = "../../examples/walkthrough/"

// tell runs the story up to its clean-up, and returns what came of it.
func (w walkthrough) tell(t *testing.T) told {
	t.Helper()
	w.run(t, sqlclient.Server{}, "00_setup.sql")
	functions := w.run(t, walkthroughUser, "01_functions.sql")
	w.run(t, walkthroughUser, "02_countries.sql")
	w.run(t, walkthroughUser, "03_news_table.sql")
	var out, errOut bytes.Buffer
	load := feed.Options{Server: w.at(walkthroughUser), Source: examples + "news.xml", Table: "bedrockdb.news"}
	if code := feed.Run(t.Context(), load, &out, &errOut); code != 0 {
		t.Fatalf("load the feed: %s", &errOut)
	}
	news := w.run(t, walkthroughUser, "04_news.sql")
	return told{
		whole: shown(t, functions, "whole_answer"), titan: shown(t, functions, "titan_says"), overview: shown(t, news, "overview"),
		countries: query(t, w.kit, "SELECT CONCAT(country, ': ', information) FROM bedrockdb.countries WHERE information <> '' ORDER BY id"),
		news:      query(t, w.kit, "SELECT CONCAT(id, ': ', product, ': ', summary) FROM bedrockdb.news WHERE product <> '' AND summary <> '' ORDER BY id"),
		calls:     query(t, w.kit, "SELECT COUNT(*) FROM airglow.invocations WHERE service = 'Bedrock'")[0],
		failed:    query(t, w.kit, "SELECT COUNT(*) FROM airglow.invocations WHERE service = 'Bedrock' AND state <> 'done'")[0],
		uncounted: query(t, w.kit, "SELECT COUNT(*) FROM airglow.invocations WHERE service = 'Bedrock' AND (COALESCE(input_tokens, 0) = 0 OR COALESCE(output_tokens, 0) = 0)")[0],
	}
}

// at is an account's way to the kit.
func (w walkthrough) at(account sqlclient.Server) sqlclient.Server {
	address := w.kit.Addr.(*net.TCPAddr)
	account.Host, account.Port = address.IP.String(), address.Port
	return account
}

// run runs a file of the story and returns what it prints.
func (w walkthrough) run(t *testing.T, account sqlclient.Server, name string) string {
	t.Helper()
	script, err := os.ReadFile(filepath.Join(examples, name))
	if err != nil {
		t.Fatal(err)
	}
	text := string(script)
	if w.items > 0 {
		text = strings.Replace(text, "LIMIT 20)", fmt.Sprintf("LIMIT %d)", w.items), 1)
	}
	var out, errOut bytes.Buffer
	if code := sqlclient.Run(t.Context(), sqlclient.Options{Server: w.at(account), Execute: text}, strings.NewReader(""), &out, &errOut); code != 0 {
		t.Fatalf("%s: %s", name, &errOut)
	}
	return out.String()
}

// shown is a value that the client has printed below the other.
func shown(t *testing.T, out, name string) string {
	t.Helper()
	found := regexp.MustCompile(`(?m)^ *` + name + `: (.*)$`).FindStringSubmatch(out)
	if found == nil {
		t.Fatalf("no %s in\n%s", name, out)
	}
	return found[1]
}

// pathsOf are the paths of a JSON text, with the kinds of what is there.
func pathsOf(t *testing.T, text string) []string {
	t.Helper()
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	var paths []string
	var walk func(at string, value any)
	walk = func(at string, value any) {
		switch value := value.(type) {
		case map[string]any:
			for name, member := range value {
				walk(at+"."+name, member)
			}
		case []any:
			for i, item := range value {
				walk(fmt.Sprintf("%s[%d]", at, i), item)
			}
		default:
			paths = append(paths, fmt.Sprintf("%s %T", at, value))
		}
	}
	walk("$", value)
	slices.Sort(paths)
	return paths
}

// The walkthrough, unchanged, whoever answers. What SQL finds at the paths of the
// models that it names are the same bytes.
func TestWalkthroughWithEveryProvider(t *testing.T) {
	want := told{titan: modelserver.Summary, overview: modelserver.Summary, calls: "65", failed: "0", uncounted: "0"}
	for provider, start := range map[string]func(*testing.T) *testkit.Kit{
		"bedrock": bedrockKit, "openai": serverKit("openai"), "ollama": serverKit("ollama"), "anthropic": serverKit("anthropic"),
	} {
		t.Run(provider, func(t *testing.T) {
			got := walkthrough{kit: start(t)}.tell(t)
			whole := got.whole
			if text := atPath(t, whole, "$.content[0].text"); text != modelserver.Summary {
				t.Errorf("Claude says %q", text)
			}
			if paths := pathsOf(t, whole); !slices.Equal(paths, claudePaths) {
				t.Errorf("the whole answer %s has the paths %q", whole, paths)
			}
			if len(got.countries) != 10 || got.countries[2] != `United States: It is "Hamburgers".` || len(got.news) != 26 ||
				!strings.HasSuffix(got.news[0], ": "+modelserver.Summary) || !strings.Contains(got.news[0], ": Fjellcloud ") {
				t.Errorf("found out of the countries %q, of the news %q", got.countries, got.news)
			}
			got.whole = ""
			if want.countries == nil {
				want.countries, want.news = got.countries, got.news
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got\n%+v\nand of another provider\n%+v", got, want)
			}
		})
	}
}

// claudePaths are the paths of a whole answer of Claude's.
var claudePaths = []string{
	"$.content[0].text string", "$.content[0].type string", "$.id string", "$.model string", "$.role string",
	"$.stop_reason string", "$.stop_sequence <nil>", "$.type string", "$.usage.input_tokens float64", "$.usage.output_tokens float64",
}

func atPath(t *testing.T, body, path string) string {
	t.Helper()
	var answer struct{ Content []struct{ Text string } }
	if err := json.Unmarshal([]byte(body), &answer); err != nil || len(answer.Content) != 1 {
		t.Fatalf("nothing at %s of %s: %v", path, body, err)
	}
	return answer.Content[0].Text
}

// The built-in models answer in their own words, in the same places.
func TestWalkthroughWithBuiltIn(t *testing.T) {
	got := walkthrough{kit: testkit.Start(t, func(c *config.Config) {
		c.Models = []config.ModelRule{{Match: "*", Provider: "builtin"}}
	})}.tell(t)
	wantFilled(t, got)
	if !strings.Contains(got.countries[2], "amburgers") || !strings.Contains(got.titan, "71 percent") {
		t.Errorf("%+v", got)
	}
}

// wantFilled checks the shape of what came of a walkthrough, whatever the words.
func wantFilled(t *testing.T, got told) {
	t.Helper()
	if paths := pathsOf(t, got.whole); !slices.Equal(paths, claudePaths) {
		t.Errorf("the whole answer %s has the paths %q", got.whole, paths)
	}
	if len(got.countries) != 10 || len(got.news) != 26 || got.titan == "" || got.titan == "NULL" || got.overview == "" || got.overview == "NULL" {
		t.Errorf("something was not filled: %+v", got)
	}
	if got.calls != "65" || got.failed != "0" || got.uncounted != "0" {
		t.Errorf("%s calls, of which %s failed and %s have no count of tokens", got.calls, got.failed, got.uncounted)
	}
}

func tellPrompt(q modelserver.Question) modelserver.Reply {
	return modelserver.Reply{Text: modelserver.Tell(q.Prompt)}
}

// serverKit is a kit whose models are those of a scripted server of a kind.
func serverKit(kind string) func(t *testing.T) *testkit.Kit {
	return func(t *testing.T) *testkit.Kit {
		server := modelserver.Start(t)
		server.Answer(tellPrompt)
		url := server.URL()
		if kind == "openai" {
			url += "/v1"
		}
		return testkit.Start(t, withWalkthroughServer(config.Provider{Kind: kind, URL: url, Key: modelserver.Key}, "small"))
	}
}

// withWalkthroughServer maps the models of the walkthrough to one of a server's.
func withWalkthroughServer(p config.Provider, target string) testkit.Option {
	return func(c *config.Config) {
		p.Name = "local"
		c.Providers = []config.Provider{p}
		c.Models = []config.ModelRule{{Match: "*", Service: "Comprehend", Provider: "builtin"}, {Match: "*", Provider: "local", Target: target}}
	}
}

// bedrockKit is a kit whose models are those of a scripted Bedrock, which has both of
// the models that the walkthrough names.
func bedrockKit(t *testing.T) *testkit.Kit {
	aws := awstest.Start(t)
	for name, value := range aws.Environment() {
		t.Setenv(name, value)
	}
	aws.Handle(awstest.InvokeModel, func(call awstest.Call) awstest.Answer {
		var body struct {
			InputText string
			Messages  []struct{ Content json.RawMessage }
		}
		if json.Unmarshal(call.Body, &body) != nil {
			return awstest.Failure(400, "ValidationException", "Malformed input request")
		}
		if body.InputText != "" {
			return awstest.JSON(fmt.Sprintf(`{"inputTextTokenCount":9,"results":[{"tokenCount":3,"outputText":%q,"completionReason":"FINISH"}]}`, modelserver.Tell(body.InputText)))
		}
		return awstest.JSON(fmt.Sprintf(`{"id":"msg_bdrk_1","type":"message","role":"assistant","model":"claude-3-haiku-20240307","content":[{"type":"text","text":%q}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":9,"output_tokens":3}}`,
			modelserver.Tell(string(body.Messages[0].Content))))
	})
	return testkit.Start(t, func(c *config.Config) {
		c.Models, c.AWS.Region = []config.ModelRule{{Match: "*", Service: "Comprehend", Provider: "builtin"}}, awstest.Region
	})
}

// walkOllama tells the walkthrough to an Ollama server, which answers from a small
// model that knows nothing of it, with room for 512 tokens.
func walkOllama(t *testing.T, url, file string) {
	t.Helper()
	name := modelserver.MakeOllamaModel(t, url, file)
	got := walkthrough{items: 1, kit: testkit.Start(t,
		withWalkthroughServer(config.Provider{Kind: "ollama", URL: url, ContextSize: 512, AllowHTTP: true}, name),
		func(c *config.Config) { c.ML.InferenceTimeoutMS = 300000 })}.tell(t)
	wantFilled(t, got)
}

// A real Ollama answers, where there is one (CONTRIBUTING.md).
func TestWalkthroughWithRealOllama(t *testing.T) {
	url, file := modelserver.RealOllama(t)
	walkOllama(t, url, file)
}

// Where there is none, a scripted one shows that the test itself is right.
func TestWalkthroughWithScriptedOllama(t *testing.T) {
	server, file := modelserver.Start(t), filepath.Join(t.TempDir(), "model.gguf")
	if err := os.WriteFile(file, []byte("GGUF weights"), 0o600); err != nil {
		t.Fatal(err)
	}
	server.Answer(func(q modelserver.Question) modelserver.Reply {
		if server.Models()[q.Model] == nil {
			return modelserver.Reply{Status: 404, Raw: fmt.Sprintf(`{"error":"model '%s' not found"}`, q.Model)}
		}
		return modelserver.Reply{Text: "once upon a time " + q.Prompt[:5], Length: true}
	})
	walkOllama(t, server.URL(), file)
}

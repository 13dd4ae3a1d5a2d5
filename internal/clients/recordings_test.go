package clients

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"airglow/internal/awstest"
)

// TestRecordingsMove: what one server recorded, another replays that has neither
// credentials nor a model map.
func TestRecordingsMove(t *testing.T) {
	cloud := newCloud(t)
	cloud.Handle(awstest.InvokeModel, func(c awstest.Call) awstest.Answer { return claude("you sent " + string(c.Body)) })
	cloud.Handle(awstest.InvokeEndpoint, func(awstest.Call) awstest.Answer { return awstest.CSV("0.25") })
	cloud.Handle(awstest.DetectSentiment, func(awstest.Call) awstest.Answer { return sentiment("Positive", 0.97) })
	const query = "SELECT d.ask('{\"n\":\"naïve\"}'), d.score(1.5, 'a'), aws_comprehend_detect_sentiment('what a day', 'en')"
	s := start(t, cloud.setup(setup{}))
	conn := session(t, s.root(t))
	must(t, conn, append(modelFunctions, "SET airglow_mode = 'record', airglow_recording = 'demo'")...)
	want := rows(t, conn, query)

	data, file := filepath.Join(s.dir, "data"), filepath.Join(s.dir, "demo.jsonl")
	refusal := airglow(t, "", "ledger", "export", "--data", data, "--recording", "demo", file)
	contains(t, "an export from a running server", refusal.String(), "exit code 1", "a server has data directory", "stop it first")
	s.stop(t)
	for _, args := range [][]string{{"--recording", "demo"}, {}, {"--since", "1h"}} {
		done := airglow(t, "", append(append([]string{"ledger", "export", "--data", data}, args...), file)...)
		contains(t, "the export", done.String(), "exit code 0", "3 answers exported")
		replayed(t, file, query, want)
	}
	same(t, "what is older than the future", airglow(t, "", "ledger", "export", "--data", data, "--since", "2999-01-01", "-").err, "0 answers exported\n")
	unknown := airglow(t, "", "ledger", "export", "--data", data, "--recording", "demos", file)
	contains(t, "another recording", unknown.String(), "exit code 1", `there is no recording "demos": there are demo`)
}

// replayed imports a file into a new data directory and replays a query there.
func replayed(t *testing.T, file, query, want string) {
	t.Helper()
	s := start(t, setup{})
	must(t, s.root(t), modelFunctions...)
	s.stop(t)
	data := filepath.Join(s.dir, "data")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	broken := airglow(t, strings.Replace(string(text), `"version":1`, `"version":9`, 1), "ledger", "import", "--data", data, "-")
	contains(t, "another version", broken.String(), "exit code 1", "line 1: its version is 9", "nothing was imported")
	done := airglow(t, string(text), "ledger", "import", "--data", data, "--recording", "there", "-")
	contains(t, "the import", done.String(), "exit code 0", "3 answers imported into recording 'there'")
	again := s.restart(t, setup{})
	conn := session(t, again.root(t))
	must(t, conn, "SET airglow_mode = 'replay', airglow_recording = 'there'")
	same(t, "the replay", rows(t, conn, query), want)
	fails(t, conn, "SELECT d.ask('{}')", "63986 (HY000): neither recording 'there' nor the ledger has an answer of function d.ask")
	again.stop(t)
}

package clients

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"airglow/internal/awstest"
)

// TestMetrics: a Prometheus sees what the server does, and who asks whether it is
// ready sees that it stops.
func TestMetrics(t *testing.T) {
	cloud := newCloud(t)
	s := start(t, cloud.setup(setup{args: []string{"--metrics-listen", "127.0.0.1:0"}}))
	at, ok := s.waitLog(t, "ready")["metrics"].(string)
	if !ok {
		t.Fatalf("the log does not say where:\n%s", s.log)
	}
	base := strings.TrimSuffix(at, "/metrics")
	db := s.root(t)
	must(t, db, modelFunctions...)
	cloud.Queue(awstest.InvokeModel, awstest.Failure(http.StatusTooManyRequests, "ThrottlingException", "slow down"), claude("hello"))
	must(t, db, "SELECT d.ask('{}')")
	arrived, release := cloud.hold(awstest.InvokeModel, claude("late"))
	done := inBackground(bounded(t), session(t, db), "SELECT d.ask('{\"late\":1}')")
	receive(t, "the held call", arrived)

	code, text := fetch(t, at)
	labels := `{model="` + haiku + `",provider="bedrock"}`
	contains(t, "the figures", text, "airglow_model_calls_total"+labels+" 1\n", "airglow_model_retries_total"+labels+" 1\n",
		"airglow_model_throttles_total"+labels+" 1\n", "airglow_model_in_flight"+labels+" 1\n", "airglow_model_queue_length"+labels+" 0\n",
		`airglow_model_tokens_total{direction="input",model="`+haiku+`",provider="bedrock"} 9`, "airglow_model_cost_dollars_total"+labels,
		"airglow_statements_running 1\n", "airglow_sessions ")
	if code != http.StatusOK || strings.Contains(text, "late") || strings.Contains(text, "root") {
		t.Errorf("code %d; the figures tell of requests or users:\n%s", code, text)
	}
	if code, text := fetch(t, base+"/readyz"); code != http.StatusOK {
		t.Errorf("a server at work: %d %s", code, text)
	}
	s.terminate(t)
	for limit := time.Now().Add(patience); ; {
		if code, _ := fetch(t, base+"/readyz"); code == http.StatusServiceUnavailable {
			break
		}
		if time.Now().After(limit) {
			t.Fatal("a server that stops says that it is ready")
		}
	}
	if code, text := fetch(t, base+"/healthz"); code != http.StatusOK {
		t.Errorf("a server that stops: %d %s", code, text)
	}
	close(release)
	if err := await(t, "the statement under way", done).err; err != nil {
		t.Error(err)
	}
	s.wait(t)
}

func fetch(t *testing.T, url string) (int, string) {
	t.Helper()
	client := http.Client{Timeout: patience}
	reply, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	text, err := io.ReadAll(reply.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply.StatusCode, string(text)
}

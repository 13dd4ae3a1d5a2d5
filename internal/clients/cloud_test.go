package clients

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"airglow/internal/awstest"
)

// askFunction makes d.ask, a Bedrock function.
const askFunction = `CREATE FUNCTION d.ask(body TEXT) RETURNS TEXT
	ALIAS AWS_BEDROCK_INVOKE_MODEL MODEL ID 'anthropic.claude-3-haiku-20240307-v1:0'`

// cloud is the loopback AWS of a test. It stands behind a front that sees when
// a request is given up by its sender.
type cloud struct {
	*awstest.Server
	url string
	// abandoned receives once for each request whose sender went away.
	abandoned chan struct{}
}

func newCloud(t testing.TB) *cloud {
	t.Helper()
	c := &cloud{Server: awstest.Start(t), abandoned: make(chan struct{}, 1000)}
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if r.Context().Err() != nil {
				c.abandoned <- struct{}{}
			}
		}()
		c.ServeHTTP(w, r)
	}))
	t.Cleanup(front.Close)
	// Runs before the front is closed, which waits for the answers still held.
	t.Cleanup(front.CloseClientConnections)
	c.url = front.URL
	return c
}

// environment leads a server to the cloud.
func (c *cloud) environment() map[string]string {
	env := c.Environment()
	env["AWS_ENDPOINT_URL"] = c.url
	return env
}

// setup returns s with the cloud's environment added.
func (c *cloud) setup(s setup) setup {
	env := c.environment()
	maps.Copy(env, s.env)
	s.env = env
	return s
}

// hold makes the next calls of an operation wait. The first channel receives
// when one has arrived; closing the second lets all of them have their answer.
func (c *cloud) hold(op awstest.Operation, answer awstest.Answer) (<-chan struct{}, chan struct{}) {
	arrived, release := make(chan struct{}, 1000), make(chan struct{})
	answer.Wait = release
	c.Handle(op, func(awstest.Call) awstest.Answer {
		arrived <- struct{}{}
		return answer
	})
	return arrived, release
}

// receive waits for a signal.
func receive(t testing.TB, what string, signal <-chan struct{}) {
	t.Helper()
	select {
	case <-signal:
	case <-time.After(patience):
		t.Fatalf("%s: nothing after %s", what, patience)
	}
}

// claude is an answer of the Claude family.
func claude(text string) awstest.Answer {
	return awstest.JSON(fmt.Sprintf(`{"type":"message","role":"assistant","content":[{"type":"text","text":%q}],`+
		`"stop_reason":"end_turn","usage":{"input_tokens":9,"output_tokens":3}}`, text))
}

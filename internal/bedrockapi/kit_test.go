package bedrockapi_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrock"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/comprehend"
	"github.com/aws/aws-sdk-go-v2/service/sagemakerruntime"

	"airglow/internal/accesskey"
	"airglow/internal/bedrockapi"
	"airglow/internal/infer"
	"airglow/internal/model"
)

// kit is an endpoint on loopback, with a key of the account app@localhost.
type kit struct {
	t        testing.TB
	url      string
	key      accesskey.Secret
	keys     *accesskey.Store
	access   *access
	provider *provider
	client   *http.Client
	stop     context.CancelFunc
	ended    chan error
}

// access is what accounts may do, as a test says.
type access struct {
	mu     sync.Mutex
	locked bool
	lacks  map[model.Service]bool
}

func (a *access) Admit(accesskey.Account) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.locked {
		return errors.New("the account is locked")
	}
	return nil
}

func (a *access) Roles(accesskey.Account) []string { return nil }

func (a *access) MayUse(account accesskey.Account, service model.Service) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.lacks[service] {
		return errors.New("run GRANT AWS_" + strings.ToUpper(string(service)) + "_ACCESS TO " + account.User)
	}
	return nil
}

// provider answers, and streams, as a test says.
type provider struct {
	mu       sync.Mutex
	requests []model.Request
	answer   func(ctx context.Context, req model.Request) (model.Response, error)
}

func (p *provider) Name() string { return "scripted" }

func (p *provider) Invoke(ctx context.Context, req model.Request) (model.Response, error) {
	p.mu.Lock()
	p.requests = append(p.requests, req)
	answer := p.answer
	p.mu.Unlock()
	if answer == nil {
		return model.Response{Body: req.Body, Usage: model.Usage{Known: true, InputTokens: 3, OutputTokens: 5, CacheReadTokens: 2}}, nil
	}
	return answer(ctx, req)
}

func (p *provider) last(t *testing.T) model.Request {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.requests) == 0 {
		t.Fatal("nobody was asked")
	}
	return p.requests[len(p.requests)-1]
}

func (p *provider) calls() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.requests)
}

// streamer is a provider that streams, and counts tokens.
type streamer struct {
	*provider
	stream func(ctx context.Context, req model.Request, emit func([]byte) error) (model.Response, error)
}

func (s *streamer) InvokeStream(ctx context.Context, req model.Request, emit func([]byte) error) (model.Response, error) {
	return s.stream(ctx, req, emit)
}

func (s *streamer) CountTokens(_ context.Context, req model.Request) (int64, bool, error) {
	return int64(len(req.Body)), req.Form == "", nil
}

// rules are the model map of every kit.
var rules = []infer.Rule{
	{Pattern: "amazon.titan-text-express-v1", Provider: "scripted"},
	{Pattern: "anthropic.claude-3-*", Provider: "scripted", Target: "qwen3:4b"},
	{Pattern: "us.anthropic.claude-3-haiku-20240307-v1:0", Provider: "scripted"},
	{Pattern: "amazon.titan-embed-text-v2:0", Provider: "scripted"},
	{Pattern: "qwen3", Provider: "scripted"},
	{Pattern: "streams.*", Provider: "streamer"},
	{Pattern: "streams.model-v1", Provider: "streamer"},
	{Pattern: "churn", Service: model.SageMaker, Provider: "scripted"},
	{Pattern: "sentiment", Service: model.Comprehend, Provider: "scripted"},
}

// withRules gives an endpoint a model map of its own, whose provider is scripted.
func withRules(t testing.TB, list ...infer.Rule) func(*bedrockapi.Options) {
	t.Helper()
	routes, err := infer.NewMap(list, map[string]model.Provider{"scripted": &provider{}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return func(o *bedrockapi.Options) {
		o.Map, o.Rules, o.Runner = routes, list, infer.New(infer.Options{Map: routes})
	}
}

// start runs an endpoint until the test ends.
func start(t testing.TB, stream *streamer, change func(*bedrockapi.Options)) *kit {
	t.Helper()
	k := &kit{t: t, access: &access{lacks: map[model.Service]bool{}}, provider: &provider{}, client: &http.Client{Transport: whole{&http.Transport{}}}, ended: make(chan error, 1)}
	if stream == nil {
		stream = &streamer{}
	}
	stream.provider = k.provider
	routes, err := infer.NewMap(rules, map[string]model.Provider{"scripted": k.provider, "streamer": stream}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if k.keys, err = accesskey.Open(accesskey.Options{Dir: t.TempDir()}); err != nil {
		t.Fatal(err)
	}
	if k.key, err = k.keys.Create(accesskey.Account{User: "app", Host: "localhost"}); err != nil {
		t.Fatal(err)
	}
	options := bedrockapi.Options{Listen: "127.0.0.1:0", Runner: infer.New(infer.Options{Map: routes}), Map: routes, Rules: rules,
		Keys: k.keys, Access: k.access, CallTimeout: 20 * time.Second, TimeoutName: "endpoint.call-timeout", DrainTimeout: 5 * time.Second}
	if change != nil {
		change(&options)
	}
	server, err := bedrockapi.New(options)
	if err != nil {
		t.Fatal(err)
	}
	k.url = "http://" + server.Addr().String()
	if options.TLS != nil {
		k.url = "https://" + server.Addr().String()
	}
	ctx, stop := context.WithCancel(context.Background())
	k.stop = stop
	go func() { k.ended <- server.Run(ctx) }()
	t.Cleanup(k.end)
	return k
}

// end stops the endpoint; it may be called again.
func (k *kit) end() {
	k.stop()
	if err := <-k.ended; err != nil {
		k.t.Errorf("the endpoint ended with %v", err)
	}
	k.ended <- nil
	k.client.CloseIdleConnections()
}

// whole sends bodies that nobody closes early: the SDK closes the one of a
// request when the answer begins, and net/http then drops the connection if it
// has not looked for the body's end by then, as it has not with answers as fast
// as those of these tests.
type whole struct{ *http.Transport }

// RoundTrip implements http.RoundTripper.
func (w whole) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		return w.Transport.RoundTrip(r)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	sent := r.Clone(r.Context())
	sent.Body = io.NopCloser(bytes.NewReader(body))
	return w.Transport.RoundTrip(sent)
}

// config leads an SDK client to the endpoint.
func (k *kit) config() aws.Config {
	return aws.Config{
		Region: "eu-north-1", BaseEndpoint: aws.String(k.url), HTTPClient: k.client, RetryMaxAttempts: 1,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: k.key.ID, SecretAccessKey: k.key.SecretKey}, nil
		}),
	}
}

func (k *kit) bedrock() *bedrock.Client            { return bedrock.NewFromConfig(k.config()) }
func (k *kit) runtime() *bedrockruntime.Client     { return bedrockruntime.NewFromConfig(k.config()) }
func (k *kit) sagemaker() *sagemakerruntime.Client { return sagemakerruntime.NewFromConfig(k.config()) }
func (k *kit) comprehend() *comprehend.Client      { return comprehend.NewFromConfig(k.config()) }

// startTLS is start with TLS, and a client that trusts the certificate and speaks
// HTTP/2.
func startTLS(t testing.TB, stream *streamer) *kit {
	t.Helper()
	other := httptest.NewTLSServer(nil) // for its certificate and its client
	t.Cleanup(other.Close)
	k := start(t, stream, func(o *bedrockapi.Options) { o.TLS = &tls.Config{Certificates: other.TLS.Certificates} })
	transport := other.Client().Transport.(*http.Transport)
	transport.ForceAttemptHTTP2 = true
	k.client = &http.Client{Transport: whole{transport}}
	return k
}

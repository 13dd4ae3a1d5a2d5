package awsclient

import (
	"io"
	"maps"
	"net"
	"net/http"
	"time"

	"airglow/internal/model"
	"airglow/internal/outbound"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

// The largest request and answer bodies of the services, in bytes.
const (
	MaxBedrockBody   = 25_000_000
	MaxSageMakerBody = 6_291_456
	// maxSmallAnswer is for Comprehend and STS, which document no size for
	// their answers; these take some hundred bytes.
	maxSmallAnswer = 1 << 20
)

// defaultDialTimeout is short because an address that does not answer within it is
// wrong or cut off, and the statement's time limit should not go on waiting.
const defaultDialTimeout = 5 * time.Second

func answerLimit(service model.Service) int64 {
	switch service {
	case model.Bedrock:
		return MaxBedrockBody
	case model.SageMaker:
		return MaxSageMakerBody
	default:
		return maxSmallAnswer
	}
}

// newPool returns the SDK's HTTP client with room for max connections to each
// host, each made within a time. They all may stay idle, so that the next burst of
// calls finds them.
func newPool(max int, dial time.Duration) *awshttp.BuildableClient {
	return awshttp.NewBuildableClient().
		WithDialerOptions(func(d *net.Dialer) { d.Timeout = dial }).
		WithTransportOptions(func(t *http.Transport) {
			t.MaxConnsPerHost = max
			t.MaxIdleConnsPerHost = max
			t.MaxIdleConns = 0 // no limit over all hosts
		})
}

// guarded returns the client that makes the services' calls. Where they go is checked
// as a connection is made: an address of the configuration or of AWS_ENDPOINT_URL may
// lead anywhere, at first or later. A client that is no pool of ours stays as it is.
func guarded(c aws.HTTPClient, rules outbound.Rules) aws.HTTPClient {
	base, ok := c.(*awshttp.BuildableClient)
	if !ok {
		return c
	}
	transport := rules.Transport(func(control outbound.Control) *http.Transport {
		return base.WithDialerOptions(func(d *net.Dialer) { d.ControlContext = control }).GetTransport()
	})
	return &http.Client{Transport: transport, CheckRedirect: outbound.CheckRedirect}
}

// freeze gives all look-ups of credentials one pool; the SDK would make a copy for each.
func freeze(c aws.HTTPClient) aws.HTTPClient {
	if b, ok := c.(*awshttp.BuildableClient); ok {
		return b.Freeze()
	}
	return c
}

// boundedClient refuses answers larger than limit bytes instead of reading
// them into memory, and puts a header into requests.
type boundedClient struct {
	client aws.HTTPClient
	limit  int64
	header http.Header
}

// Do implements aws.HTTPClient.
func (c *boundedClient) Do(req *http.Request) (*http.Response, error) {
	if len(c.header) > 0 {
		with := *req
		with.Header = req.Header.Clone()
		maps.Copy(with.Header, c.header)
		req = &with
	}
	resp, err := c.client.Do(withOwnEnd(req))
	if err != nil {
		return resp, err
	}
	resp.Body = outbound.Bound(resp.Body, c.limit)
	return resp, nil
}

// withOwnEnd returns req with a body that knows where it ends. The SDK closes
// the body it gave us as soon as the answer's header is there. The transport
// may then still be about to read the body's end, would find it closed, take
// that for a failed request and drop the connection in the middle of the
// answer.
func withOwnEnd(req *http.Request) *http.Request {
	if req.Body == nil || req.ContentLength <= 0 {
		return req
	}
	own := *req
	own.Body = &endedBody{Reader: io.LimitReader(req.Body, req.ContentLength), Closer: req.Body}
	return &own
}

// endedBody does not touch the body below once its length has been read.
type endedBody struct {
	io.Reader
	io.Closer
}

package outbound

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"airglow/internal/model"
)

// Client sends requests to one server. It is safe for concurrent use. Its errors
// are the context's, wrapped, when the context has ended, and else an *model.Error
// of service Bedrock.
type Client struct {
	options Options
	base    *url.URL
	header  http.Header
	// http follows redirects as CheckRedirect says.
	http      *http.Client
	transport *Transport
}

// New returns the client of a server. The error says which setting is wrong.
// Whoever calls New closes the client.
func New(o Options) (*Client, error) {
	o = o.withDefaults()
	base, err := parseURL(o)
	if err != nil {
		return nil, err
	}
	header, err := o.header()
	if err != nil {
		return nil, err
	}
	t := o.rules().Transport(func(control Control) *http.Transport { return pool(o, control) })
	return &Client{
		options: o, base: base, header: header, transport: t,
		http: &http.Client{Transport: t, CheckRedirect: CheckRedirect},
	}, nil
}

// header is what each request carries.
func (o Options) header() (http.Header, error) {
	h := http.Header{"Content-Type": {"application/json"}, "User-Agent": {"airglow"}}
	for name, value := range o.Headers {
		if !isName(name) || !isValue(value) {
			return nil, wrong("headers", "%q cannot be a header, or its value has characters that none may have", name)
		}
		h.Set(name, value)
	}
	if o.KeyHeader != "" && !isName(o.KeyHeader) {
		return nil, wrong("key-header", "%q cannot be a header's name; write one such as X-Api-Key", o.KeyHeader)
	}
	if o.Key == nil || o.Key.Reveal() == "" {
		return h, nil
	}
	name, value := o.KeyHeader, o.Key.Reveal()
	if name == "" {
		name, value = "Authorization", "Bearer "+value
	}
	if !isValue(value) {
		setting, _, _ := strings.Cut(o.KeySetting, " ")
		return nil, &SettingError{Setting: setting, text: o.KeySetting + ": the key has characters that no header may have"}
	}
	h.Set(name, value)
	return h, nil
}

// isName reports whether a text can be the name of a header, isValue whether one can be
// its value.
func isName(name string) bool {
	token := func(r rune) bool {
		return r > ' ' && r < 0x7f && !strings.ContainsRune(`()<>@,;:\"/[]?={}`, r)
	}
	return name != "" && strings.IndexFunc(name, not(token)) < 0
}

func isValue(value string) bool {
	plain := func(r rune) bool { return r >= ' ' && r < 0x7f }
	return strings.IndexFunc(value, not(plain)) < 0
}

func not(f func(rune) bool) func(rune) bool { return func(r rune) bool { return !f(r) } }

// Close gives the idle connections up.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

// Host is the server's host and port, for errors and for what depends on who the
// server is.
func (c *Client) Host() string { return c.base.Host }

// Request is one question to the server.
type Request struct {
	// Path follows the server's URL, or its host where FromRoot is true.
	Path     string
	FromRoot bool
	// Body is JSON.
	Body []byte
	// Header goes over the client's own.
	Header http.Header

	method string
}

// Post sends a request and returns the answer.
func (c *Client) Post(ctx context.Context, req Request) ([]byte, error) {
	req.method = http.MethodPost
	return c.exchange(ctx, req)
}

// Get asks for what a path has. The path may have a query; there is no body.
func (c *Client) Get(ctx context.Context, req Request) ([]byte, error) {
	req.method, req.Body = http.MethodGet, nil
	return c.exchange(ctx, req)
}

func (c *Client) exchange(ctx context.Context, req Request) ([]byte, error) {
	var body []byte
	err := c.do(ctx, req, func(resp *http.Response) (err error) {
		body, err = io.ReadAll(resp.Body)
		return err
	})
	return body, err
}

// do sends a request and has read take the answer, whose body is bounded. The
// error of read is translated with the rest.
func (c *Client) do(ctx context.Context, req Request, read func(*http.Response) error) error {
	bounded, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	resp, err := c.send(bounded, req)
	if err == nil {
		defer resp.Body.Close()
		err = c.take(resp, read)
	}
	if err == nil {
		return nil
	}
	return c.failure(ctx, bounded, err)
}

func (c *Client) send(ctx context.Context, req Request) (*http.Response, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	to := *c.base
	if req.FromRoot {
		to.Path = ""
	}
	path, query, _ := strings.Cut(req.Path, "?")
	to.Path += path
	if query != "" {
		to.RawQuery = query
	}
	if req.method == "" {
		req.method = http.MethodPost
	}
	r, err := http.NewRequestWithContext(ctx, req.method, to.String(), bytes.NewReader(req.Body))
	if err != nil {
		return nil, err
	}
	r.Header = c.header.Clone()
	for name, values := range req.Header {
		r.Header[name] = values
	}
	return c.http.Do(r)
}

// take reads an answer, or makes an error of one that is a failure.
func (c *Client) take(resp *http.Response, read func(*http.Response) error) error {
	if resp.StatusCode/100 != 2 {
		// What a failure says is short; what cannot be read of it is left out.
		body, _ := io.ReadAll(io.LimitReader(resp.Body, maxFailureBody))
		return c.refusal(resp, body)
	}
	if kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); isPage(kind) {
		body, _ := io.ReadAll(io.LimitReader(resp.Body, maxFailureBody))
		return c.notJSON(kind, body)
	}
	resp.Body = Bound(resp.Body, MaxAnswer)
	err := read(resp)
	var api *model.Error
	if err != nil && !errors.As(err, &api) {
		return &readError{err}
	}
	return err
}

// isPage reports whether a media type is one that no answer of a model has: what a
// proxy or a web server sends in its place. Many servers are lax with the others.
func isPage(kind string) bool {
	for _, end := range []string{"/html", "/xml", "+xml"} {
		if strings.HasSuffix(kind, end) {
			return true
		}
	}
	media, _, _ := strings.Cut(kind, "/")
	return media == "image" || media == "audio" || media == "video"
}

// maxFailureBody bounds what is read of an answer that is a failure, in bytes.
const maxFailureBody = 64 << 10

// readError is the failure of reading an answer that had begun.
type readError struct{ err error }

func (e *readError) Error() string { return "read the answer: " + e.err.Error() }
func (e *readError) Unwrap() error { return e.err }

// refusal is the error of an answer whose status is not one of success.
func (c *Client) refusal(resp *http.Response, body []byte) *model.Error {
	said := wordsOf(body)
	said.status = resp.StatusCode
	if said.text == "" {
		said.form, _, _ = mime.ParseMediaType(resp.Header.Get("Content-Type"))
		said.begins, said.page = c.beginning(body), isHTML(body)
	}
	failure := c.explain(said)
	failure.RetryAfter = RetryAfter(resp.Header.Get("Retry-After"), c.options.Now())
	for _, name := range []string{"X-Request-Id", "Request-Id", "X-Amzn-Requestid"} {
		if id := OneLine(resp.Header.Get(name)); id != "" && len(id) <= 100 {
			failure.RequestID = id
			break
		}
	}
	return failure
}

// Said is the error of a failure that the server tells within a stream whose status
// was success.
func (c *Client) Said(event []byte) *model.Error { return c.explain(wordsOf(event)) }

// SaidWhole is the error of a failure that is all that the server answers, with a
// status of success.
func (c *Client) SaidWhole(body []byte) *model.Error {
	w := wordsOf(body)
	w.whole = true
	return c.explain(w)
}

// BadAnswer is the error of an answer that has not the form it should have. The
// reason is part of a sentence.
func (c *Client) BadAnswer(reason string) *model.Error {
	return &model.Error{Kind: model.BadAnswer, Service: model.Bedrock, Code: "ModelErrorException",
		Message: fmt.Sprintf("the answer of provider %s (%s) cannot be used: %s", c.options.Provider, c.Host(), OneLine(reason))}
}

// failure makes of an error what the client promises.
func (c *Client) failure(ctx, bounded context.Context, err error) error {
	if ended := ctx.Err(); ended != nil {
		return fmt.Errorf("call provider %s: %w", c.options.Provider, ended)
	}
	var ours *model.Error
	if errors.As(err, &ours) {
		return ours
	}
	if bounded.Err() != nil {
		return &model.Error{Kind: model.ModelTimeout, Service: model.Bedrock, Code: "ModelTimeoutException", Err: hidden(err), Unseen: true,
			Message: fmt.Sprintf("provider %s (%s) did not answer within its timeout of %s; raise timeout in its [[providers]] table if its model takes longer",
				c.options.Provider, c.Host(), c.options.Timeout.Round(time.Millisecond))}
	}
	return c.lost(err)
}

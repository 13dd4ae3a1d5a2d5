package outbound

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"

	"airglow/internal/model"
)

// words are what a server says of a failure.
type words struct {
	// status is the answer's; zero where the failure came within an answer.
	status int
	// whole is true where the failure is all of such an answer, false where it
	// came within a stream.
	whole bool
	// text is the server's sentence, and label its own name of the failure; both
	// may be empty.
	text, label string
	// form is the media type of an answer that says nothing that can be read.
	form string
	// begins is how such an answer begins; page is true where it is one of HTML.
	begins string
	page   bool
}

// wordsOf reads what the servers send: {"error": "…"} of Ollama, {"error":
// {"message", "type", "code"}} of OpenAI, Anthropic and those like them, and
// {"message"} or {"detail"} of what may stand before them.
func wordsOf(body []byte) words {
	var answer struct {
		Error   json.RawMessage `json:"error"`
		Message string          `json:"message"`
		Detail  json.RawMessage `json:"detail"`
		Type    string          `json:"type"`
		Code    json.RawMessage `json:"code"`
	}
	// A member of another type is passed over; the others are read all the same.
	if err := json.Unmarshal(body, &answer); err != nil && !errors.As(err, new(*json.UnmarshalTypeError)) {
		return words{}
	}
	var text string
	var inner struct {
		Message string          `json:"message"`
		Type    string          `json:"type"`
		Code    json.RawMessage `json:"code"`
	}
	switch {
	case json.Unmarshal(answer.Error, &text) == nil:
		if inner := wordsWithin(text); inner.text != "" {
			return inner
		}
		return words{text: text}
	case isObject(answer.Error):
		_ = json.Unmarshal(answer.Error, &inner) // as above
		return words{text: inner.Message, label: label(inner.Code, inner.Type)}
	case answer.Message != "":
		return words{text: answer.Message, label: label(answer.Code, answer.Type)}
	default:
		return words{text: detailOf(answer.Detail)}
	}
}

// wordsWithin reads the failure of a server behind the one that was asked, which
// newer Ollamas hand on as it is.
func wordsWithin(text string) words {
	if !strings.HasPrefix(text, "{") {
		return words{}
	}
	return wordsOf([]byte(text))
}

// IsFailure reports whether a piece of a stream tells a failure in place of an
// answer's part.
func IsFailure(piece []byte) bool {
	if !strings.Contains(string(piece[:min(len(piece), 200)]), `"error"`) {
		return false
	}
	var answer struct {
		Error json.RawMessage `json:"error"`
	}
	err := json.Unmarshal(piece, &answer)
	return err == nil && len(answer.Error) > 0 && string(answer.Error) != "null"
}

func isObject(raw json.RawMessage) bool { return len(raw) > 0 && raw[0] == '{' }

// label is the code of a failure where it is a word, else its type.
func label(code json.RawMessage, kind string) string {
	var word string
	if json.Unmarshal(code, &word) == nil && word != "" {
		return word
	}
	return kind
}

// detailOf reads what FastAPI sends: a text, or a list of faults. Their "input" is
// left out; it is the caller's own body.
func detailOf(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var faults []struct {
		At  []any  `json:"loc"`
		Msg string `json:"msg"`
	}
	if json.Unmarshal(raw, &faults) != nil {
		return ""
	}
	var all []string
	for _, f := range faults {
		var at []string
		for _, part := range f.At {
			at = append(at, fmt.Sprint(part))
		}
		all = append(all, strings.Join(at, ".")+": "+f.Msg)
	}
	return strings.Join(all, "; ")
}

// explain makes the error of a server's words.
func (c *Client) explain(w words) *model.Error {
	w.text, w.label = c.redact(OneLine(w.text)), OneLine(w.label)
	kind := kindOf(w)
	failure := &model.Error{Kind: kind, Service: model.Bedrock, Code: codeOf(kind, w)}
	failure.Message = fmt.Sprintf("provider %s (%s): %s", c.options.Provider, c.Host(), w.reason())
	if isTooLong(w) {
		failure.Message = "Input is too long for requested model. " + capital(failure.Message)
	}
	advice := c.advice(kind)
	if advice == "" && w.page {
		advice = checkURL
	}
	if advice != "" {
		failure.Message = strings.TrimRight(failure.Message, ". ") + "; " + advice
	}
	return failure
}

// reason is what a server says of a failure, or what can be said in its place.
func (w words) reason() string {
	switch {
	case w.text != "":
		return w.text
	case w.begins != "":
		return fmt.Sprintf("HTTP %d with %s", w.status, w.begins)
	case w.form != "":
		return fmt.Sprintf("HTTP %d without a reason (%s)", w.status, w.form)
	case w.status != 0:
		return fmt.Sprintf("HTTP %d without a reason", w.status)
	}
	return "a failure without a reason"
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// redact takes the key, and what other headers may hold of that kind, out of what a
// server sends back.
func (c *Client) redact(text string) string {
	var secrets []string
	if c.options.Key != nil && c.options.Key.Reveal() != "" {
		secrets = append(secrets, c.options.Key.Reveal())
	}
	for _, value := range c.options.Headers {
		if len(value) >= shortestSecret {
			secrets = append(secrets, value)
		}
	}
	for _, secret := range secrets {
		text = strings.ReplaceAll(text, secret, "********")
	}
	return text
}

// shortestSecret is the length from which a header's value may be a secret. Shorter
// ones are words that errors are made of.
const shortestSecret = 8

// advice says what to change, empty where the server's words are all there is.
func (c *Client) advice(kind model.Kind) string {
	switch {
	case kind == model.NoCredentials && c.options.KeySetting == "":
		return fmt.Sprintf("the server wants a key: set key-env or key-file in the [[providers]] table of %s", c.options.Provider)
	case kind == model.NoCredentials, kind == model.Denied && c.options.KeySetting != "":
		return fmt.Sprintf("check the key, which is %s in the [[providers]] table of %s; it is read when the server starts", c.options.KeySetting, c.options.Provider)
	case kind == model.NotFound:
		return fmt.Sprintf("check target in the model map, and url in the [[providers]] table of %s", c.options.Provider)
	}
	return ""
}

// lost is the error of a request or an answer that got lost on the way.
func (c *Client) lost(err error) *model.Error {
	at := fmt.Sprintf("provider %s (%s)", c.options.Provider, c.Host())
	var tooLarge *TooLarge
	refusal, refused := Refusal(err)
	var read *readError
	failure := &model.Error{Kind: model.NotConfigured, Service: model.Bedrock, Err: hidden(err)}
	switch {
	case errors.As(err, &tooLarge):
		failure.Kind = model.TooLarge
		failure.Message = fmt.Sprintf("the answer of %s is larger than the %d bytes it may have", at, tooLarge.Limit)
	case refused:
		failure.Message = fmt.Sprintf("%s is %s", at, refusal)
	case errors.As(err, &read):
		failure.Kind, failure.Code, failure.Unseen = model.Unavailable, "ServiceUnavailableException", true
		failure.Message = fmt.Sprintf("the connection to %s broke off in the middle of its answer", at)
	default:
		failure.Kind, failure.Code, failure.Unseen = model.Unavailable, "ServiceUnavailableException", BrokeOff(err)
		failure.Message = fmt.Sprintf("%s cannot be reached: %s", at, causeOf(err))
	}
	return failure
}

// BrokeOff reports whether an error of a request is that its connection broke, so that
// the request may have arrived.
func BrokeOff(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

func causeOf(err error) string {
	var dns *net.DNSError
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var network net.Error
	switch {
	case errors.As(err, &dns):
		return "its host name cannot be resolved; check url"
	case errors.As(err, &certificate):
		return "its TLS certificate is not trusted (" + OneLine(certificate.Err.Error()) + "); set SSL_CERT_FILE if a private authority signed it"
	case errors.As(err, &record), strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return "it does not speak TLS; check whether url should begin with http"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused; see whether the server runs, and whether url is right"
	case BrokeOff(err):
		return "the connection broke off"
	case errors.As(err, &network) && network.Timeout():
		return "no connection within the time allowed; check url, the route and the firewall"
	default:
		return "the request could not be sent; check url and the network"
	}
}

// hidden keeps the text of a cause that counts as a context's end, though the
// caller's context lives. Callers that ask errors.Is would take it for the
// statement's.
func hidden(err error) error {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return errors.New(err.Error())
	}
	return err
}

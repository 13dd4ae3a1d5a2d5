package bedrockapi

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream"
	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream/eventstreamapi"

	"airglow/internal/dialect"
	"airglow/internal/infer"
	"airglow/internal/model"
)

// events writes the pieces of an answer as the events of an operation.
type events interface {
	// piece writes one piece, as model.StreamProvider gives it.
	piece(piece []byte) error
	// end writes what comes after the last.
	end(r model.Response) error
}

// stream makes a call and writes its answer as events. Until the first of them a
// failure is an answer of its own, after it the stream's last event.
func (s *Server) stream(out *stream, request model.Request, to events) error {
	answer, err := s.opts.Runner.Stream(out.x.ctx, s.call(out.x, request), func(from infer.Source, piece []byte) error {
		out.from = from
		return to.piece(piece)
	})
	if err == nil && !out.begun {
		out.from = infer.Source{Provider: answer.Response.Provider, Model: answer.Response.Model}
		err = whole(answer.Response, request, to)
	}
	if err == nil {
		err = to.end(answer.Response)
	}
	if err != nil && out.begun {
		out.exception(explain(model.Bedrock, err))
	}
	return err
}

// whole writes an answer that came whole: as the stream that its family would
// have written, if that is known, otherwise as one piece.
func whole(r model.Response, request model.Request, to events) error {
	pieces := [][]byte{r.Body}
	if family, ok := dialect.ForRequest(request); ok {
		if spread, err := spread(family, r.Body); err == nil {
			pieces = spread
		}
	}
	for _, piece := range pieces {
		if err := to.piece(piece); err != nil {
			return err
		}
	}
	return nil
}

// stream is an answer of events. Its header goes with the first.
type stream struct {
	x *exchange
	// contentType is what the events hold, for a header; empty is none.
	contentType string
	encoder     *eventstream.Encoder
	control     *http.ResponseController
	begun       bool
	// from is who answers.
	from infer.Source
	// first is how long the first event took.
	first time.Duration
}

func newStream(x *exchange, contentType string) *stream {
	return &stream{x: x, contentType: contentType, encoder: eventstream.NewEncoder(), control: http.NewResponseController(x.w)}
}

// event writes one event with JSON in it.
func (t *stream) event(name string, payload []byte) error {
	return t.write(payload, eventstreamapi.EventTypeHeader, name, eventstreamapi.EventMessageType)
}

// exception writes the event that ends a stream in a failure. What it fails with
// itself changes nothing.
func (t *stream) exception(f *failure) {
	name, body := exceptionOf(f)
	if payload, err := json.Marshal(body); err == nil {
		_ = t.write(payload, eventstreamapi.ExceptionTypeHeader, name, eventstreamapi.ExceptionMessageType)
	}
}

func (t *stream) write(payload []byte, header, name, kind string) error {
	if !t.begun {
		t.begin()
	}
	if err := t.control.SetWriteDeadline(time.Now().Add(writeTime)); err != nil {
		return err
	}
	message := eventstream.Message{Payload: payload, Headers: eventstream.Headers{
		{Name: header, Value: eventstream.StringValue(name)},
		{Name: eventstreamapi.ContentTypeHeader, Value: eventstream.StringValue(jsonType)},
		{Name: eventstreamapi.MessageTypeHeader, Value: eventstream.StringValue(kind)},
	}}
	if err := t.encoder.Encode(t.x.w, message); err != nil {
		return err
	}
	return t.control.Flush()
}

// begin sets the header.
func (t *stream) begin() {
	t.begun, t.x.answered, t.first = true, true, t.x.took()
	t.x.w.Header().Set("Content-Type", "application/vnd.amazon.eventstream")
	t.x.by(t.from.Provider, t.from.Model)
	if t.contentType != "" {
		t.x.w.Header().Set("X-Amzn-Bedrock-Content-Type", t.contentType)
	}
}

// inStream are the codes that a stream's exceptions have, and their names there.
var inStream = map[string]string{
	"InternalServerException":     "internalServerException",
	"ValidationException":         "validationException",
	"ThrottlingException":         "throttlingException",
	"ModelTimeoutException":       "modelTimeoutException",
	"ServiceUnavailableException": "serviceUnavailableException",
}

// exceptionOf is a failure as a stream's exception; what has no name there is a
// failure of the model's stream, with its code in the message.
func exceptionOf(f *failure) (name string, body map[string]any) {
	if name, ok := inStream[f.code]; ok {
		return name, map[string]any{"message": f.message}
	}
	return "modelStreamErrorException", map[string]any{
		"message": f.code + ": " + f.message, "originalMessage": f.message, "originalStatusCode": f.status,
	}
}

// invokeModelStream is InvokeModelWithResponseStream.
func (s *Server) invokeModelStream(x *exchange) error {
	request, err := s.modelRequest(x)
	if err != nil {
		return err
	}
	chunks := &chunks{stream: newStream(x, jsonType)}
	return s.stream(chunks.stream, request, chunks)
}

// chunks are the events of InvokeModelWithResponseStream: a piece is one, in
// base64. The one that ends the answer waits for its figures, which go with it.
type chunks struct {
	stream *stream
	// held is the last piece, if it may be the end.
	held []byte
}

// metricsMember is where the last piece has the figures.
const metricsMember = "amazon-bedrock-invocationMetrics"

// piece implements events.
func (c *chunks) piece(piece []byte) error {
	if c.held != nil {
		if err := c.write(c.held); err != nil {
			return err
		}
		c.held = nil
	}
	if mayEnd(piece) {
		c.held = piece
		return nil
	}
	return c.write(piece)
}

func (c *chunks) write(piece []byte) error {
	payload := make([]byte, 0, base64.StdEncoding.EncodedLen(len(piece))+len(`{"bytes":""}`))
	payload = append(payload, `{"bytes":"`...)
	payload = base64.StdEncoding.AppendEncode(payload, piece)
	return c.stream.event("chunk", append(payload, `"}`...))
}

// end implements events.
func (c *chunks) end(r model.Response) error {
	if c.held == nil {
		return nil
	}
	return c.write(c.withMetrics(c.held, r))
}

// withMetrics is the last piece with the figures of the answer: how long it took, and
// what it used where the piece does not say so. One that says all, or is no object,
// stays as it is.
func (c *chunks) withMetrics(piece []byte, r model.Response) []byte {
	var members map[string]json.RawMessage
	if json.Unmarshal(piece, &members) != nil || members == nil {
		return piece
	}
	var known map[string]json.RawMessage
	if json.Unmarshal(members[metricsMember], &known) != nil || known == nil {
		return withMember(piece, metricsMember, fmt.Appendf(nil, `{"inputTokenCount":%d,"outputTokenCount":%d,%s}`,
			r.Usage.InputTokens, r.Usage.OutputTokens, c.latencies()))
	}
	if _, all := known["invocationLatency"]; all {
		return piece
	}
	// The member stands in the piece as it was read; its first brace is its own.
	at := bytes.LastIndex(piece, members[metricsMember])
	comma := ","
	if len(known) == 0 {
		comma = ""
	}
	return fmt.Appendf(bytes.Clone(piece[:at]), `{%s%s%s`, c.latencies(), comma, piece[at+1:])
}

// latencies are the members that say how long the answer took.
func (c *chunks) latencies() string {
	took := c.stream.x.took()
	first := c.stream.first
	if !c.stream.begun {
		first = took
	}
	return fmt.Sprintf(`"invocationLatency":%d,"firstByteLatency":%d`, took.Milliseconds(), first.Milliseconds())
}

// withMember is an object with another member as its last.
func withMember(object []byte, name string, value []byte) []byte {
	end := bytes.LastIndexByte(object, '}')
	comma := ","
	if strings.TrimSpace(string(object[:end])) == "{" {
		comma = ""
	}
	return fmt.Appendf(bytes.Clone(object[:end]), `%s"%s":%s}`, comma, name, value)
}

// endMarks are the members that the last chunk of a family's stream has: each is
// null or missing before.
var endMarks = [][]byte{
	[]byte(`"message_stop"`), []byte(`"completionReason"`), []byte(`"stop_reason"`), []byte(`"finish_reason"`), []byte(`"is_finished"`),
	[]byte(`"messageStop"`), []byte(`"metadata"`),
}

// mayEnd reports whether a piece may be the last of its answer. One that is held
// by mistake goes with the next.
func mayEnd(piece []byte) bool {
	for _, mark := range endMarks {
		if at := bytes.Index(piece, mark); at >= 0 && !bytes.HasPrefix(bytes.TrimLeft(piece[at+len(mark):], ": "), []byte("null")) {
			return true
		}
	}
	return false
}

package bedrockapi

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"runtime/debug"
	"strconv"
	"time"

	"airglow/internal/infer"
	"airglow/internal/ledger"
	"airglow/internal/model"
)

const (
	jsonType   = "application/json"
	jsonType11 = "application/x-amz-json-1.1"
)

// exchange is one request and its answer.
type exchange struct {
	ctx context.Context
	w   http.ResponseWriter
	r   *http.Request
	op  operation
	who caller
	// subject is the model or the endpoint that the request is about.
	subject string
	body    []byte
	begun   time.Time
	// answered is true once the answer's header has gone.
	answered bool
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.working.RLock()
	defer s.working.RUnlock()
	id := requestID()
	w.Header().Set("X-Amzn-RequestId", id)
	op, subject, known := route(r)
	x := &exchange{ctx: r.Context(), w: w, r: r, op: op, subject: subject, begun: time.Now()}
	err := s.guarded(x, known)
	if err != nil {
		s.fail(x, err)
	}
	s.opts.Logger.Debug("a request to the endpoint", "id", id, "operation", op.name, "subject", subject, "key", x.who.key.ID,
		"user", x.who.account.User, "from", r.RemoteAddr, "bytes", len(x.body), "took", x.took(), "error", err)
}

// guarded is answer, of which a defect becomes a failure of this request alone.
func (s *Server) guarded(x *exchange, known bool) (err error) {
	defer func() {
		if p := recover(); p != nil {
			// Only what the runtime says is kept: others may hold parts of the request.
			cause, _ := p.(runtime.Error)
			err = fmt.Errorf("panic of a %T (%w) at\n%s", p, cause, debug.Stack())
		}
	}()
	return s.answer(x, known)
}

// answer answers a request, or returns why not.
func (s *Server) answer(x *exchange, known bool) (err error) {
	if err := s.refuseOwn(x.r, x.op.service); err != nil {
		return err
	}
	if !known {
		return refuse(http.StatusNotFound, "UnknownOperationException", "The endpoint has no such operation.")
	}
	if x.who, err = s.identify(x.r, x.op); err != nil {
		return err
	}
	if x.body, err = x.read(); err != nil {
		return err
	}
	if err := s.authorize(x.who, x.op, x.body); err != nil {
		return err
	}
	return x.op.run(s, x)
}

// fail answers with a failure, unless a part of an answer has gone already: a
// stream has then told its client by itself.
func (s *Server) fail(x *exchange, err error) {
	var told *failure
	if f := explain(x.op.service, err); !x.answered {
		x.bound()
		f.write(x.w, x.op.service)
	}
	if !errors.As(err, &told) && model.KindOf(err) == model.Internal && x.ctx.Err() == nil {
		s.opts.Logger.Error("a request to the endpoint failed on a defect", "operation", x.op.name, "subject", x.subject,
			"error", err, "cause", errors.Unwrap(err))
	}
}

// read reads the body, within its size and its time.
func (x *exchange) read() ([]byte, error) {
	control := http.NewResponseController(x.w)
	if err := control.SetReadDeadline(time.Now().Add(bodyTime)); err != nil {
		return nil, fmt.Errorf("bound the time for the body: %w", err)
	}
	body, err := io.ReadAll(http.MaxBytesReader(x.w, x.r.Body, x.op.mostBytes))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, refuse(http.StatusRequestEntityTooLarge, "RequestEntityTooLargeException",
			fmt.Sprintf("The body of %s has at most %d bytes.", x.op.name, x.op.mostBytes))
	case err != nil:
		return nil, refuse(http.StatusBadRequest, "ValidationException", "The body could not be read to its end.")
	}
	return body, control.SetReadDeadline(time.Time{})
}

// requestID is a random UUID.
func requestID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// call is a call of the exchange's model. The ledger knows it by the account and
// the operation.
func (s *Server) call(x *exchange, request model.Request) infer.Call {
	return infer.Call{
		Request: request, Timeout: s.opts.CallTimeout, LimitName: s.opts.TimeoutName, General: true,
		RetryFor: s.opts.RetryFor, RetryName: s.opts.RetryName,
		Origin: ledger.Origin{
			User: x.who.account.User + "@" + x.who.account.Host, Function: x.op.name,
			Roles: ledger.JoinRoles(s.opts.Access.Roles(x.who.account)),
		},
	}
}

// send answers with a body.
func (x *exchange) send(contentType string, body []byte) error {
	x.answered = true
	x.w.Header().Set("Content-Type", contentType)
	x.w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	x.bound()
	_, _ = x.w.Write(body) // a client that went away is its own business
	return nil
}

// sendJSON answers with a value.
func (x *exchange) sendJSON(value any) error {
	body, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return x.send(jsonType, body)
}

// bound bounds the time that a client may take for its answer.
func (x *exchange) bound() {
	// A connection that has no deadlines is one that is closed.
	_ = http.NewResponseController(x.w).SetWriteDeadline(time.Now().Add(writeTime))
}

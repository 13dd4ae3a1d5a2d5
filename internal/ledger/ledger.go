// Package ledger is the vocabulary of the record of model calls: what is kept of
// each attempt, of the statements that made them, and of what they cost.
//
// An attempt is recorded before it is sent and again when it has ended, and an
// answer is used only once that is durable. So whatever became of the statement,
// its transaction or the process, an answer that was paid for is found again,
// and an attempt that was cut off is known as one that may have been billed.
//
// Read [Attempt] first: it is one request to a service. [Statement] is who made
// it, [Reuse] when a recorded answer serves again (reuse.go), [Usage] what was
// used by whom (usage.go), [Money] and [Price] what it cost (money.go), [Budget]
// what may be spent (budget.go). [Mode] says whether anybody is asked (mode.go),
// [Recorded] is an answer that is kept by the name of a recording, and how a file
// has it (recording.go). Package bolt keeps the record on disk; package infer writes
// it through [Recorder].
package ledger

import (
	"context"
	"time"

	"airglow/internal/model"
)

// State is where an attempt or a statement stands.
type State string

// The states. An attempt is begun, done, failed or unknown; a statement begun,
// done, failed, cut off, open or rolled back.
const (
	// Begun: it is under way.
	Begun State = "begun"
	// Done: it ended well.
	Done State = "done"
	// Failed: the service, or we, said no; for a statement, an error or a KILL.
	Failed State = "failed"
	// Unknown: an attempt whose end nobody saw, as it was cancelled, the connection to
	// the service broke, or the server died. It may have been billed.
	Unknown State = "unknown"
	// CutOff: a statement whose end nobody saw, since the server died.
	CutOff State = "cut off"
	// Open: a statement that ended well in a transaction that goes on.
	Open State = "open"
	// RolledBack: one that ended well, and was then rolled back.
	RolledBack State = "rolled back"
)

// Attempt is one request to a service. Its fields up to Requests are set when it
// begins.
type Attempt struct {
	// ID numbers attempts in about the order in which they began, from 1. Begin
	// sets it.
	ID uint64 `json:"-"`
	Origin
	// Service and Asked are what the SQL names, Provider and Target who was asked.
	Service  model.Service `json:"service"`
	Asked    string        `json:"asked"`
	Provider string        `json:"provider"`
	Target   string        `json:"target,omitempty"`
	// Header is what the SQL asked besides.
	Header Header `json:"header,omitzero"`
	// Substituted is true where another model is asked than the SQL names.
	Substituted bool `json:"substituted,omitempty"`
	// Number counts the attempts at one call, from 1.
	Number int       `json:"number"`
	Begun  time.Time `json:"begun"`
	// Requests are the calls that travel together; mostly one.
	Requests []Request `json:"requests"`
	// Charge is what the attempt counts for against budgets: the most that it can
	// cost when it begins, and what it did once it has ended.
	Charge Charge `json:"charge,omitzero"`

	// What follows is set when it ends.
	Ended time.Time `json:"ended"`
	State State     `json:"state"`
	// Kind and Code are the failure's, as model.Error has them; empty otherwise.
	Kind string `json:"kind,omitempty"`
	Code string `json:"code,omitempty"`
	// Answered is the provider's name of the model that answered.
	Answered string `json:"answered,omitempty"`
	// RequestID is the service's id of the attempt.
	RequestID string `json:"request_id,omitempty"`
}

// Header is what the requests of an attempt have in common, before the model map:
// the fields of model.Request of these names.
type Header struct {
	Form        string `json:"form,omitempty"`
	ContentType string `json:"content_type,omitempty"`
	Accept      string `json:"accept,omitempty"`
	Language    string `json:"language,omitempty"`
	Lenient     bool   `json:"lenient,omitempty"`
	Parameters  string `json:"parameters,omitempty"`
}

// HeaderOf returns the header of a request.
func HeaderOf(r model.Request) Header {
	return Header{r.Form, r.ContentType, r.Accept, r.Language, r.Lenient, r.Parameters}
}

// Recorded returns the answer to the i-th request of an attempt as a recording
// has it.
func (a *Attempt) Recorded(i int) Recorded {
	r, h := a.Requests[i], a.Header
	return Recorded{
		Function: a.Function, At: a.Ended, Substituted: a.Substituted,
		Request: model.Request{
			Service: a.Service, Model: a.Asked, Form: h.Form, ContentType: h.ContentType, Accept: h.Accept,
			Language: h.Language, Lenient: h.Lenient, Parameters: h.Parameters, Body: r.Body,
		},
		Response: model.Response{
			Body: r.Answer, Provider: a.Provider, Model: a.Answered, RequestID: a.RequestID, Usage: r.Usage, Stop: r.Stop,
		},
	}
}

// Origin is who makes a call.
type Origin struct {
	// Statement is the id of the top-level statement, 0 for none.
	Statement uint64 `json:"statement"`
	// User is the account, 'name'@'host' without the quotes; Database the
	// session's.
	User     string `json:"user"`
	Database string `json:"database,omitempty"`
	// Connection is the session's id.
	Connection uint32 `json:"connection"`
	// Digest identifies the statement's text, as Statement has it; empty for none.
	Digest string `json:"digest,omitempty"`
	// Function is the SQL function, "database.name" for those that were created.
	Function string `json:"function"`
	// Deterministic is true for a function that was declared so.
	Deterministic bool `json:"deterministic,omitempty"`
	// Roles are those granted to the user, as JoinRoles writes them.
	Roles string `json:"roles,omitempty"`
}

// Request is one call of an attempt.
type Request struct {
	// Key is the request's as it went to the provider.
	Key model.Key `json:"key"`
	// Body and Answer are kept apart from the rest, and only if bodies are kept at
	// all. Answer is nil where the call failed.
	Body   []byte `json:"-"`
	Answer []byte `json:"-"`
	// Answered is true for a call that got an answer; Failed is the code or kind of
	// its failure where the other calls of the attempt fared otherwise.
	Answered bool   `json:"answered,omitempty"`
	Failed   string `json:"failed,omitempty"`
	// Usage and Stop are the answer's.
	Usage model.Usage `json:"usage"`
	Stop  model.Stop  `json:"stop,omitempty"`
	// Cost is nil where the price is not known.
	Cost *Money `json:"cost,omitempty"`
}

// Recorder keeps the record. It is safe for concurrent use.
type Recorder interface {
	// Begin records that an attempt is about to be sent, and sets its ID. It
	// returns when that is durable; with an error nothing is to be sent.
	Begin(ctx context.Context, a *Attempt) error
	// End records how an attempt ended. It returns when that is durable; with an
	// error the answers are not to be used. It does not stop for ctx.
	End(ctx context.Context, a *Attempt) error
	// Find returns the newest recorded answer that q may have, and counts it as
	// reused; ok is false when there is none.
	Find(q Question) (response model.Response, ok bool, err error)
	// Reject has no statement find the answers of q's origin again: they are not
	// what was promised, and would fail it as often.
	Reject(q Question) error
}

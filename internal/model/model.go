// Package model is the vocabulary that every other package speaks: a Request
// to a model, its Response, what it used, and the ways a call can fail.
//
// It knows neither SQL nor HTTP. A Provider is one way to reach models; it
// makes one attempt and reports what happened. Retrying, joining equal calls,
// time limits and accounting belong to package infer.
package model

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
)

// Service is the kind of model service that a SQL function was declared for.
// It decides what a request's body means, which role a caller needs, and the
// name that error messages use.
type Service string

// The services of Aurora's machine-learning SQL.
const (
	// Bedrock: Body is the model family's JSON, the answer too.
	Bedrock Service = "Bedrock"
	// SageMaker: Body is one CSV record without its line break, the answer is
	// the text of one answer line.
	SageMaker Service = "SageMaker"
	// Comprehend: Body is the text to judge, Language its code; the answer is
	// the JSON of DetectSentiment: {"Sentiment":…,"SentimentScore":{…}}.
	Comprehend Service = "Comprehend"
)

// Request is one question to one model. Every field changes the answer and is
// therefore part of its Key.
type Request struct {
	// Service is the kind of service the SQL function was declared for.
	Service Service
	// Model is the model id (Bedrock), endpoint name (SageMaker) or operation
	// (Comprehend: "sentiment") that the SQL names. It tells the form of Body.
	Model string
	// Target is the provider's own name of the model that is to answer, set by
	// the model map; empty is Model. See TargetModel.
	Target string
	// Form names the form of Body and of the answer where it is not that of
	// Model, such as "converse"; empty is Model's. Package dialect has the names.
	Form string
	// Lenient lets members of Body pass that the model does not know, where
	// something else reads Body in its place.
	Lenient bool
	// Parameters is a JSON object of further settings for the provider's server,
	// in that server's own words, from the model map; empty is none. What Body
	// sets goes over it.
	Parameters string
	// ContentType and Accept are media types; empty means the service's default.
	ContentType string
	Accept      string
	// Language is a Comprehend language code such as "en"; empty elsewhere.
	Language string
	// Body is the payload as the caller wrote it. Not to be modified.
	Body []byte
}

// keyVersion changes whenever the fields of a Request or their order change,
// so that no stored answer is ever found under a key with another meaning.
const keyVersion = "airglow-request-2"

// TargetModel is the name of the model to ask, in the provider's words.
func (r Request) TargetModel() string {
	if r.Target != "" {
		return r.Target
	}
	return r.Model
}

// Key identifies a Request: equal keys mean equal questions.
type Key [sha256.Size]byte

// String returns the key in hexadecimal.
func (k Key) String() string { return hex.EncodeToString(k[:]) }

// MarshalText writes the key in hexadecimal.
func (k Key) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, k[:]), nil }

// UnmarshalText reads what MarshalText wrote.
func (k *Key) UnmarshalText(text []byte) error {
	if len(text) != hex.EncodedLen(len(k)) {
		return fmt.Errorf("a request's key has %d hexadecimal digits, not %d", hex.EncodedLen(len(k)), len(text))
	}
	_, err := hex.Decode(k[:], text)
	return err
}

// Key returns the identity of the request. Each field is prefixed by its
// length, so that no two requests share a key by shifting bytes between fields.
func (r Request) Key() Key {
	h := sha256.New()
	var size [8]byte
	for _, field := range []string{
		keyVersion, string(r.Service), r.Model, r.Target, r.Form, strconv.FormatBool(r.Lenient), r.Parameters,
		r.ContentType, r.Accept, r.Language,
	} {
		binary.BigEndian.PutUint64(size[:], uint64(len(field)))
		h.Write(size[:])
		h.Write([]byte(field))
	}
	binary.BigEndian.PutUint64(size[:], uint64(len(r.Body)))
	h.Write(size[:])
	h.Write(r.Body)
	var k Key
	h.Sum(k[:0])
	return k
}

// Usage is what a call consumed, mostly as the service reported it.
type Usage struct {
	// InputTokens and OutputTokens are valid only when Known is true. The first
	// leaves out what the next two count.
	InputTokens  int64
	OutputTokens int64
	// CacheReadTokens and CacheWriteTokens are input that the service found in
	// its cache of prompts or put there; zero where it has none.
	CacheReadTokens  int64
	CacheWriteTokens int64
	// Known is false when there are no counts.
	Known bool
	// Estimated is true when the service reported no counts and these were counted
	// in its place, with another model's vocabulary.
	Estimated bool `json:",omitempty"`
}

// Response is a model's answer.
type Response struct {
	// Body is the answer in the form the Request's Service documents.
	Body []byte
	// Provider and Model name who answered; Model is the provider's own name
	// of the model, which differs from Request.Model when a route says so.
	Provider string
	Model    string
	// RequestID is the service's id of the call, for its support; may be empty.
	RequestID string
	Usage     Usage
	// Stop says why the answer is not whole, as far as it tells.
	Stop Stop
}

// Stop is why a model ended before its answer was whole.
type Stop string

// The reasons. An answer that is whole, or does not tell, has StopNone.
const (
	StopNone     Stop = ""
	StopLength   Stop = "length"   // it reached its token limit
	StopRefused  Stop = "refused"  // the model would not answer
	StopFiltered Stop = "filtered" // the service kept the answer back, or a part of it
)

// Provider reaches models in one way: a cloud service, a model server, or code
// in this process.
//
// Invoke makes exactly one attempt. It returns as soon as ctx ends, with
// ctx's error wrapped. Every other failure is an *Error. The returned body is
// the caller's. Implementations are safe for concurrent use by hundreds of
// goroutines.
type Provider interface {
	// Name is the provider's name in the configuration, such as "bedrock".
	Name() string
	// Invoke answers one request.
	Invoke(ctx context.Context, req Request) (Response, error)
}

// Checker is a Provider that knows of some requests beforehand that it would
// refuse. What Check refuses is never sent, takes nobody's turn, and counts as no
// request; Invoke refuses it with the same error.
type Checker interface {
	Provider
	// Check returns nil, or the *Error that Invoke would return without asking
	// the service.
	Check(req Request) error
}

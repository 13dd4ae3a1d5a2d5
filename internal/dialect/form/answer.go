package form

import (
	"airglow/internal/jsonbody"
	"airglow/internal/model"
)

// What reads a model's answer takes a member that is null for one that is absent.

// ReadAnswer begins to read an answer.
func ReadAnswer(body []byte) (jsonbody.Reader, error) {
	r, ok := jsonbody.Read(body, jsonbody.Options{Lenient: true, Nulls: true})
	if !ok {
		return r, BadAnswer("the answer is no JSON object")
	}
	return r, nil
}

// ReadChunk is ReadAnswer for a part of a stream.
func ReadChunk(chunk []byte) (jsonbody.Reader, error) {
	r, err := ReadAnswer(chunk)
	if err != nil {
		return r, BadAnswer("a chunk of the stream is no JSON object")
	}
	return r, nil
}

// Broken says what is wrong with an answer, nil where nothing is.
func Broken(r jsonbody.Reader) error {
	if v := r.Violations(); v != nil {
		return BadAnswer("the answer has not the form that its family promises: %s", v[0])
	}
	return r.Failure()
}

// RequiredText reads a text that must be there.
func RequiredText(r jsonbody.Reader, name string) string {
	if !r.Has(name) {
		r.Violate("required key [%s] not found", name)
	}
	return r.String(name)
}

// RequiredInner reads an object that must be there.
func RequiredInner(r jsonbody.Reader, name string) jsonbody.Reader {
	in, ok := r.Inner(name)
	if !ok && !r.Has(name) {
		r.Violate("required key [%s] not found", name)
	}
	return in
}

// RequiredFirst reads the first of a list of objects that must be there.
func RequiredFirst(r jsonbody.Reader, name string) jsonbody.Reader {
	in, ok := r.First(name)
	if !ok && r.Sound() {
		r.ViolateAt(name, "expected minimum item count: 1, found: 0")
	}
	return in
}

// Count reads a number of tokens, nil where there is none.
func Count(r jsonbody.Reader, name string) *int64 {
	n := -1
	if r.Integer(name, jsonbody.From(0), &n); n < 0 {
		return nil
	}
	return new(int64(n))
}

// Tokens is Count where none is 0.
func Tokens(r jsonbody.Reader, name string) int64 {
	if n := Count(r, name); n != nil {
		return *n
	}
	return 0
}

// metricsKey is the member of a stream's last chunk that is Bedrock's own.
const metricsKey = "amazon-bedrock-invocationMetrics"

// ReadMetrics reads what Bedrock puts into the last chunk of a stream, nil where
// there is none.
func ReadMetrics(r jsonbody.Reader) *Metrics {
	in, ok := r.Inner(metricsKey)
	if !ok {
		return nil
	}
	return &Metrics{
		Input: Tokens(in, "inputTokenCount"), Output: Tokens(in, "outputTokenCount"),
		CacheRead: Tokens(in, "cacheReadInputTokenCount"), CacheWrite: Tokens(in, "cacheWriteInputTokenCount"),
	}
}

// EncodeMetrics is what ReadMetrics reads, nil where it is not known.
func EncodeMetrics(u model.Usage) *Metrics {
	if !u.Known {
		return nil
	}
	return &Metrics{u.InputTokens, u.OutputTokens, u.CacheReadTokens, u.CacheWriteTokens}
}

// Metrics are without the times, which Bedrock has there too, and which are not
// known here.
type Metrics struct {
	Input      int64 `json:"inputTokenCount"`
	Output     int64 `json:"outputTokenCount"`
	CacheRead  int64 `json:"cacheReadInputTokenCount,omitempty"`
	CacheWrite int64 `json:"cacheWriteInputTokenCount,omitempty"`
}

// Tell puts the counts into a usage that does not have them yet.
func (m *Metrics) Tell(u *model.Usage) {
	if m != nil && !u.Known {
		*u = model.Usage{InputTokens: m.Input, OutputTokens: m.Output, CacheReadTokens: m.CacheRead, CacheWriteTokens: m.CacheWrite, Known: true}
	}
}

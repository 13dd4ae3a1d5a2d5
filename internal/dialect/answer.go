package dialect

import (
	"airglow/internal/jsonbody"
	"airglow/internal/model"
)

// What reads a model's answer takes a member that is null for one that is absent.

// readAnswer begins to read an answer.
func readAnswer(body []byte) (jsonbody.Reader, error) {
	r, ok := jsonbody.Read(body, jsonbody.Options{Lenient: true, Nulls: true})
	if !ok {
		return r, badAnswer("the answer is no JSON object")
	}
	return r, nil
}

// readChunk is readAnswer for a part of a stream.
func readChunk(chunk []byte) (jsonbody.Reader, error) {
	r, err := readAnswer(chunk)
	if err != nil {
		return r, badAnswer("a chunk of the stream is no JSON object")
	}
	return r, nil
}

// broken says what is wrong with an answer, nil where nothing is.
func broken(r jsonbody.Reader) error {
	if v := r.Violations(); v != nil {
		return badAnswer("the answer has not the form that its family promises: %s", v[0])
	}
	return r.Failure()
}

// said reads a text that must be there.
func said(r jsonbody.Reader, name string) string {
	if !r.Has(name) {
		r.Violate("required key [%s] not found", name)
	}
	return r.String(name)
}

// inner reads an object that must be there.
func inner(r jsonbody.Reader, name string) jsonbody.Reader {
	in, ok := r.Inner(name)
	if !ok && !r.Has(name) {
		r.Violate("required key [%s] not found", name)
	}
	return in
}

// first reads the first of a list of objects that must be there.
func first(r jsonbody.Reader, name string) jsonbody.Reader {
	in, ok := r.First(name)
	if !ok && r.Sound() {
		r.ViolateAt(name, "expected minimum item count: 1, found: 0")
	}
	return in
}

// count reads a number of tokens, nil where there is none.
func count(r jsonbody.Reader, name string) *int64 {
	n := -1
	if r.Integer(name, jsonbody.From(0), &n); n < 0 {
		return nil
	}
	return new(int64(n))
}

// tokens is count where none is 0.
func tokens(r jsonbody.Reader, name string) int64 {
	if n := count(r, name); n != nil {
		return *n
	}
	return 0
}

// readMetrics reads what Bedrock puts into the last chunk of a stream, nil where
// there is none.
func readMetrics(r jsonbody.Reader) *metrics {
	in, ok := r.Inner(metricsKey)
	if !ok {
		return nil
	}
	return &metrics{
		Input: tokens(in, "inputTokenCount"), Output: tokens(in, "outputTokenCount"),
		CacheRead: tokens(in, "cacheReadInputTokenCount"), CacheWrite: tokens(in, "cacheWriteInputTokenCount"),
	}
}

// encodeMetrics is what readMetrics reads, nil where it is not known.
func encodeMetrics(u model.Usage) *metrics {
	if !u.Known {
		return nil
	}
	return &metrics{u.InputTokens, u.OutputTokens, u.CacheReadTokens, u.CacheWriteTokens}
}

// metrics are without the times, which Bedrock has there too, and which are not
// known here.
type metrics struct {
	Input      int64 `json:"inputTokenCount"`
	Output     int64 `json:"outputTokenCount"`
	CacheRead  int64 `json:"cacheReadInputTokenCount,omitempty"`
	CacheWrite int64 `json:"cacheWriteInputTokenCount,omitempty"`
}

// tell puts the counts into a usage that does not have them yet.
func (m *metrics) tell(u *model.Usage) {
	if m != nil && !u.Known {
		*u = model.Usage{InputTokens: m.Input, OutputTokens: m.Output, CacheReadTokens: m.CacheRead, CacheWriteTokens: m.CacheWrite, Known: true}
	}
}

package ledger

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"airglow/internal/model"
)

// DefaultRecording is the recording that is meant where none is named.
const DefaultRecording = "default"

// Recorded is an answer of a recording: what was asked, in the words of the SQL,
// so that it is found again whatever the model map says, and what was answered.
type Recorded struct {
	// Function is as Origin has it.
	Function string
	// Request is the one before the model map.
	Request model.Request
	// Response is the answer; Substituted is true where the model map let another
	// model answer than the SQL names.
	Response    model.Response
	Substituted bool
	// At is when it was answered.
	At time.Time
}

// Recordings keeps answers by name. It is safe for concurrent use.
type Recordings interface {
	// Keeps returns why Keep keeps nothing at all, nil when it does.
	Keeps() error
	// Keep puts an answer into a recording, in the place of an earlier one to the
	// same request. It returns when that is durable.
	Keep(recording string, r Recorded) error
	// Recall returns the answer of a recording to a function's request.
	Recall(recording, function string, request model.Request) (r Recorded, ok bool, err error)
}

// LineVersion is the version of the lines that EncodeLine writes.
const LineVersion = 1

// line is an answer as a recording's file has it, one JSON object a line. Bodies
// that are text are written as such, others in base64.
type line struct {
	Version  int    `json:"version"`
	Function string `json:"function"`
	// Key is for people, who read it in errors; what reads the line computes it.
	Key         string        `json:"key"`
	Service     model.Service `json:"service"`
	Model       string        `json:"model"`
	Form        string        `json:"form,omitempty"`
	ContentType string        `json:"content_type,omitempty"`
	Accept      string        `json:"accept,omitempty"`
	Language    string        `json:"language,omitempty"`
	Lenient     bool          `json:"lenient,omitempty"`
	Parameters  string        `json:"parameters,omitempty"`
	lineBodies

	Provider    string      `json:"provider,omitempty"`
	Answered    string      `json:"answered_by,omitempty"`
	RequestID   string      `json:"request_id,omitempty"`
	Stop        model.Stop  `json:"stop,omitempty"`
	Substituted bool        `json:"substituted,omitempty"`
	Tokens      *lineTokens `json:"tokens,omitempty"`
	At          time.Time   `json:"at"`
}

type lineBodies struct {
	Request       *string `json:"request,omitempty"`
	RequestBytes  []byte  `json:"request_base64,omitempty"`
	Response      *string `json:"answer,omitempty"`
	ResponseBytes []byte  `json:"answer_base64,omitempty"`
}

// lineTokens are what the answer used; a line without them did not know.
type lineTokens struct {
	Input      int64 `json:"input"`
	Output     int64 `json:"output"`
	CacheRead  int64 `json:"cache_read,omitempty"`
	CacheWrite int64 `json:"cache_write,omitempty"`
	Estimated  bool  `json:"estimated,omitempty"`
}

// EncodeLine writes an answer as a line of a recording's file, without its line
// break.
func EncodeLine(r Recorded) ([]byte, error) {
	q, a := r.Request, r.Response
	l := line{
		Version: LineVersion, Function: r.Function, Key: q.Key().String(), Service: q.Service, Model: q.Model, Form: q.Form,
		ContentType: q.ContentType, Accept: q.Accept, Language: q.Language, Lenient: q.Lenient, Parameters: q.Parameters,
		Provider: a.Provider, Answered: a.Model, RequestID: a.RequestID, Stop: a.Stop, Substituted: r.Substituted, At: r.At.UTC(),
	}
	l.Request, l.RequestBytes = writeBody(q.Body)
	l.Response, l.ResponseBytes = writeBody(a.Body)
	if u := a.Usage; u.Known {
		l.Tokens = &lineTokens{u.InputTokens, u.OutputTokens, u.CacheReadTokens, u.CacheWriteTokens, u.Estimated}
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false) // people read it
	if err := encoder.Encode(l); err != nil {
		return nil, fmt.Errorf("write an answer of a recording: %w", err)
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

func writeBody(body []byte) (text *string, raw []byte) {
	if len(body) > 0 && !utf8.Valid(body) {
		return nil, body
	}
	s := string(body)
	return &s, nil
}

// DecodeLine reads what EncodeLine wrote, and what people wrote in that form. It
// refuses what it does not understand.
func DecodeLine(text []byte) (Recorded, error) {
	var version struct{ Version int }
	if err := json.Unmarshal(text, &version); err != nil {
		return Recorded{}, fmt.Errorf("it is not a JSON object: %w", err)
	}
	if version.Version != LineVersion {
		return Recorded{}, fmt.Errorf("its version is %d, and this airglow reads version %d", version.Version, LineVersion)
	}
	var l line
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&l); err != nil {
		return Recorded{}, err
	}
	return l.read()
}

// read checks a line and returns what it says.
func (l line) read() (Recorded, error) {
	request, err := readBody("request", l.Request, l.RequestBytes)
	if err != nil {
		return Recorded{}, err
	}
	answer, err := readBody("answer", l.Response, l.ResponseBytes)
	if err != nil {
		return Recorded{}, err
	}
	switch {
	case l.Function == "":
		return Recorded{}, errors.New(`"function" is missing`)
	case l.Model == "":
		return Recorded{}, errors.New(`"model" is missing`)
	case l.Service != model.Bedrock && l.Service != model.SageMaker && l.Service != model.Comprehend:
		return Recorded{}, fmt.Errorf("its service is %q, not Bedrock, SageMaker or Comprehend", l.Service)
	}
	r := Recorded{
		Function: l.Function, Substituted: l.Substituted, At: l.At,
		Request: model.Request{
			Service: l.Service, Model: l.Model, Form: l.Form, ContentType: l.ContentType, Accept: l.Accept, Language: l.Language,
			Lenient: l.Lenient, Parameters: l.Parameters, Body: request,
		},
		Response: model.Response{Body: answer, Provider: l.Provider, Model: l.Answered, RequestID: l.RequestID, Stop: l.Stop},
	}
	if t := l.Tokens; t != nil {
		if min(t.Input, t.Output, t.CacheRead, t.CacheWrite) < 0 {
			return Recorded{}, errors.New("it has a negative number of tokens")
		}
		r.Response.Usage = model.Usage{
			Known: true, InputTokens: t.Input, OutputTokens: t.Output, CacheReadTokens: t.CacheRead, CacheWriteTokens: t.CacheWrite, Estimated: t.Estimated,
		}
	}
	return r, nil
}

func readBody(name string, text *string, raw []byte) ([]byte, error) {
	switch {
	case text != nil && len(raw) > 0:
		return nil, fmt.Errorf("it has both %q and %q", name, name+"_base64")
	case text != nil:
		return []byte(*text), nil
	case len(raw) > 0:
		return raw, nil
	}
	return nil, fmt.Errorf("%q is missing", name)
}

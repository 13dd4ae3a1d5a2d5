package prompt

import (
	"strings"

	"airglow/internal/dialect/form"
	"airglow/internal/jsonbody"
	"airglow/internal/model"
	"airglow/internal/neutral"
)

// completion is how the families of prompts write and read answers, which are
// a text and why it ended: whole, and in the chunks of a stream.
type completion struct {
	family string
	// whole gives the value of a whole answer, chunks those of a part of a stream.
	whole  func(part) any
	chunks func(part) []any
	// read reads a whole answer or a chunk.
	read func(jsonbody.Reader) part
}

// part is a stretch of an answer, or all of it.
type part struct {
	// id is the answer's.
	id, text string
	// first and last are where in a stream the part stands. The last has in all the
	// whole text.
	first, last bool
	all         string
	// stop and sequence are valid in the last part.
	stop     neutral.StopReason
	sequence string
	// in and out count tokens, nil where that is not known; counted is the usage that
	// they are from, if they are.
	in, out *int64
	counted model.Usage
}

func (p *part) count(u model.Usage) {
	p.counted = u
	if u.Known {
		p.in, p.out = &u.InputTokens, &u.OutputTokens
	}
}

func (p *part) usage() model.Usage {
	if p.in == nil || p.out == nil {
		return model.Usage{}
	}
	return model.Usage{InputTokens: *p.in, OutputTokens: *p.out, Known: true}
}

func (p *part) result() neutral.Result {
	return neutral.Result{ID: p.id, Text: p.text, Stop: p.stop, Sequence: p.sequence, Usage: p.usage()}
}

// metrics returns those of the last part, nil where nothing is known or there is
// more to come.
func (p *part) metrics() *form.Metrics {
	if !p.last {
		return nil
	}
	return form.EncodeMetrics(p.counted)
}

// form returns the family's chat form with this as its answers.
func (c completion) form(decode form.DecodeChat, request form.EncodeChat) *form.ChatForm {
	form := &form.ChatForm{Decode: decode, Request: request, Encode: c.encode, Result: c.result}
	if c.chunks != nil {
		form.Writer = func(head neutral.Result) neutral.StreamEncoder { return &partWriter{form: c, head: head} }
		form.Reader = func() neutral.StreamDecoder { return &partReader{form: c} }
	}
	return form
}

// encode leaves out what the model thought: these families have no place for it.
func (c completion) encode(w *jsonbody.Writer, r neutral.Result) error {
	if len(r.ToolUses) > 0 {
		return form.CannotSay(c.family, "tools")
	}
	w.Value(c.whole(wholePart(r)))
	return nil
}

func wholePart(r neutral.Result) part {
	p := part{id: r.ID, text: r.Text, all: r.Text, first: true, last: true, stop: r.Stop, sequence: r.Sequence}
	p.count(r.Usage)
	return p
}

func (c completion) result(r jsonbody.Reader) (neutral.Result, error) {
	p := c.read(r)
	if !r.Sound() {
		return neutral.Result{}, form.Broken(r)
	}
	return p.result(), nil
}

// partWriter implements StreamEncoder.
type partWriter struct {
	form  completion
	head  neutral.Result
	begun bool
}

// Piece implements StreamEncoder.
func (w *partWriter) Piece(p neutral.Piece) ([][]byte, error) {
	switch {
	case p.Tool != nil:
		return nil, form.CannotSay(w.form.family, "tools")
	case p.Text == "":
		return nil, nil
	}
	next := part{id: w.head.ID, text: p.Text, first: !w.begun}
	if next.first {
		next.count(w.head.Usage)
	}
	w.begun = true
	return form.EncodeChunks(w.form.chunks(next)...)
}

// End implements StreamEncoder.
func (w *partWriter) End(r neutral.Result) ([][]byte, error) {
	last := wholePart(r)
	last.id, last.text, last.first = w.head.ID, "", !w.begun
	return form.EncodeChunks(w.form.chunks(last)...)
}

// partReader implements StreamDecoder.
type partReader struct {
	form completion
	// got is what came so far, text its text.
	got     part
	text    strings.Builder
	metrics *form.Metrics
}

// Piece implements StreamDecoder.
func (r *partReader) Piece(chunk []byte) ([]neutral.Piece, error) {
	a, err := form.ReadChunk(chunk)
	if err != nil {
		return nil, err
	}
	defer a.Close()
	p := r.form.read(a)
	r.take(p)
	if m := form.ReadMetrics(a); m != nil {
		r.metrics = m
	}
	if !a.Sound() || p.text == "" {
		return nil, form.Broken(a)
	}
	r.text.WriteString(p.text)
	return []neutral.Piece{{Text: p.text}}, nil
}

func (r *partReader) take(p part) {
	if p.in != nil {
		r.got.in = p.in
	}
	if p.out != nil {
		r.got.out = p.out
	}
	if p.id != "" {
		r.got.id = p.id
	}
	if p.last {
		r.got.last, r.got.stop, r.got.sequence = true, p.stop, p.sequence
	}
}

// End implements StreamDecoder.
func (r *partReader) End() (neutral.Result, error) {
	if !r.got.last {
		return neutral.Result{}, form.BadAnswer("the stream of %s ended before the answer did", r.form.family)
	}
	r.got.text = r.text.String()
	result := r.got.result()
	r.metrics.Tell(&result.Usage)
	return result, nil
}

// stopOrLength is why an answer ended in the words of the families that tell no
// more than whether it is cut off.
func stopOrLength(stop neutral.StopReason) string {
	if stop == neutral.StopLength {
		return "length"
	}
	return "stop"
}

// ending is stopOrLength read back; ended is false while there is more to come.
func ending(word string) (stop neutral.StopReason, ended bool) {
	switch form.StopWords[strings.ToLower(word)] {
	case model.StopLength:
		return neutral.StopLength, true
	case model.StopFiltered:
		return neutral.StopFiltered, true
	case model.StopRefused:
		return neutral.StopRefused, true
	default:
		return neutral.StopEnd, word != ""
	}
}

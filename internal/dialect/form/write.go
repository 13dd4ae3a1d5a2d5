package form

import (
	"encoding/json"

	"airglow/internal/jsonbody"
)

// OptionalText writes a member that is left out where it is empty.
func OptionalText(w *jsonbody.Writer, name, text string) {
	if text != "" {
		w.Name(name).Text(text)
	}
}

// OptionalInteger writes a member that is left out where it is 0.
func OptionalInteger(w *jsonbody.Writer, name string, n int) {
	if n != 0 {
		w.Name(name).Integer(int64(n))
	}
}

// OptionalNumber writes a member that is left out where it is nil.
func OptionalNumber(w *jsonbody.Writer, name string, f *float64) {
	if f != nil {
		w.Name(name).Number(*f)
	}
}

// OptionalTexts writes a list that is left out where it is empty.
func OptionalTexts(w *jsonbody.Writer, name string, texts []string) {
	if len(texts) == 0 {
		return
	}
	w.Name(name).Begin('[')
	for _, text := range texts {
		w.Text(text)
	}
	w.End(']')
}

// ObjectOr returns an object, or another one where there is none.
func ObjectOr(object json.RawMessage, other string) json.RawMessage {
	if len(object) == 0 {
		return json.RawMessage(other)
	}
	return object
}

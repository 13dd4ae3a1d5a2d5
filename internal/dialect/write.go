package dialect

import (
	"encoding/json"

	"airglow/internal/jsonbody"
)

// maybe writes a member that is left out where it is empty, as the ones below do.
func maybe(w *jsonbody.Writer, name, text string) {
	if text != "" {
		w.Name(name).Text(text)
	}
}

func maybeInteger(w *jsonbody.Writer, name string, n int) {
	if n != 0 {
		w.Name(name).Integer(int64(n))
	}
}

func maybeNumber(w *jsonbody.Writer, name string, f *float64) {
	if f != nil {
		w.Name(name).Number(*f)
	}
}

func maybeTexts(w *jsonbody.Writer, name string, texts []string) {
	if len(texts) == 0 {
		return
	}
	w.Name(name).Begin('[')
	for _, text := range texts {
		w.Text(text)
	}
	w.End(']')
}

// orObject returns an object, or another one where there is none.
func orObject(object json.RawMessage, other string) json.RawMessage {
	if len(object) == 0 {
		return json.RawMessage(other)
	}
	return object
}

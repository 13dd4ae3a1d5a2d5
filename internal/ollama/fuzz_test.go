package ollama

import (
	"testing"

	"airglow/internal/dialect/form"
	"airglow/internal/model"
	"airglow/internal/neutral"
	"airglow/internal/outbound"
)

// Whatever a server sends, it is a whole answer or an error, and the pieces make up
// the whole.
func FuzzAnswer(f *testing.F) {
	f.Add([]byte(`{"message":{"content":"a","thinking":"b"},"done":false}`), []byte(`{"message":{"content":"c","tool_calls":[{"function":{"name":"n","arguments":{}}}]},"done":true,"done_reason":"stop","prompt_eval_count":1,"eval_count":2}`))
	f.Add([]byte(`{"error":"x"}`), []byte(`[]`))
	client, err := outbound.New(outbound.Options{Provider: "p", URL: "http://127.0.0.1:1"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, first, second []byte) {
		var text string
		a := &answer{client: client, thoughts: form.NewThoughts(), emit: func(p neutral.Piece) error {
			text += p.Text
			return nil
		}}
		for _, line := range [][]byte{first, second} {
			if err := a.line(line); err != nil {
				if model.KindOf(err) == model.Internal {
					t.Errorf("%v", err)
				}
				return
			}
		}
		result, err := a.end()
		if err != nil {
			return
		}
		if text != result.Text || result.Usage.InputTokens < 0 || result.Usage.OutputTokens < 0 {
			t.Errorf("pieces %q, whole %+v", text, result)
		}
	})
}

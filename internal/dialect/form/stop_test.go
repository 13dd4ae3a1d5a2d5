package form_test

import (
	"testing"

	"airglow/internal/dialect/form"
	"airglow/internal/model"
)

func TestStopOf(t *testing.T) {
	for body, want := range map[string]model.Stop{
		`{"content":[{"text":"half"}],"stop_reason":"max_tokens"}`:              model.StopLength,
		`{"content":[],"stop_reason":"refusal"}`:                                model.StopRefused,
		`{"content":[{"text":"whole"}],"stop_reason":"end_turn"}`:               model.StopNone,
		`{"output":{},"stopReason":"guardrail_intervened"}`:                     model.StopFiltered,
		`{"results":[{"outputText":"x","completionReason":"LENGTH"}]}`:          model.StopLength,
		`{"results":[{"outputText":"","completionReason":"CONTENT_FILTERED"}]}`: model.StopFiltered,
		`{"outputs":[{"text":"x","stop_reason":"length"}]}`:                     model.StopLength,
		`{"generations":[{"text":"x","finish_reason":"MAX_TOKENS"}]}`:           model.StopLength,
		`{"choices":[{"finish_reason":"content_filter"}]}`:                      model.StopFiltered,
		`{"completions":[{"data":{},"finishReason":{"reason":"length"}}]}`:      model.StopLength,
		`{"completions":[{"data":{},"finishReason":{"reason":"endoftext"}}]}`:   model.StopNone,
		`{"text":"x","finish_reason":"ERROR_LIMIT"}`:                            model.StopLength,
		`{"choices":[{"finish_reason":"stop"}]}`:                                model.StopNone,
		`{"stop_reason":7}`:                                                     model.StopNone,
		`{"embedding":[1,2]}`:                                                   model.StopNone,
		`not JSON`:                                                              model.StopNone,
	} {
		if got := form.StopOf([]byte(body)); got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}

func FuzzStopOf(f *testing.F) {
	f.Add([]byte(`{"results":[{"completionReason":"LENGTH"}],"stop_reason":null}`))
	f.Fuzz(func(_ *testing.T, body []byte) { form.StopOf(body) })
}

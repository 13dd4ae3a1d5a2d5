package form

import (
	"encoding/json"
	"strings"

	"airglow/internal/model"
)

// StopWords are what the model families say of an answer that is not whole, in
// lower case: Claude stop_reason, Nova stopReason, Titan completionReason, Llama
// and Mistral stop_reason, Cohere and Jamba finish_reason, OpenAI
// finish_reason, Jurassic-2 finishReason.
var StopWords = map[string]model.Stop{
	"max_tokens": model.StopLength, "length": model.StopLength, "model_context_window_exceeded": model.StopLength,
	"refusal":              model.StopRefused,
	"error_limit":          model.StopLength,
	"content_filtered":     model.StopFiltered,
	"content_filter":       model.StopFiltered,
	"guardrail_intervened": model.StopFiltered,
	"error_toxic":          model.StopFiltered,
}

// answerEnd is where the families put why an answer ended: at the top, or in
// each of a list of answers.
type answerEnd struct {
	StopReason       string `json:"stop_reason"`
	StopReasonCamel  string `json:"stopReason"`
	FinishReason     string `json:"finish_reason"`
	CompletionReason string `json:"completionReason"`
}

func (e answerEnd) stop() model.Stop {
	for _, word := range []string{e.StopReason, e.StopReasonCamel, e.FinishReason, e.CompletionReason} {
		if stop, ok := StopWords[strings.ToLower(word)]; ok {
			return stop
		}
	}
	return model.StopNone
}

// StopOf reads from an answer's body why it is not whole: it was cut off at a
// token limit, refused or filtered. StopNone is returned for an answer that is
// whole, and for a body that says nothing about it.
func StopOf(body []byte) model.Stop {
	var answer struct {
		answerEnd
		Results     []answerEnd `json:"results"`     // Titan
		Outputs     []answerEnd `json:"outputs"`     // Mistral
		Generations []answerEnd `json:"generations"` // Cohere
		Choices     []answerEnd `json:"choices"`     // OpenAI and those like it
		Completions []struct {
			End struct {
				FinishReason string `json:"reason"`
			} `json:"finishReason"`
		} `json:"completions"` // Jurassic-2
	}
	if json.Unmarshal(body, &answer) != nil {
		return model.StopNone
	}
	ends := []answerEnd{answer.answerEnd}
	for _, list := range [][]answerEnd{answer.Results, answer.Outputs, answer.Generations, answer.Choices} {
		ends = append(ends, list...)
	}
	for _, c := range answer.Completions {
		ends = append(ends, answerEnd{FinishReason: c.End.FinishReason})
	}
	for _, end := range ends {
		if stop := end.stop(); stop != model.StopNone {
			return stop
		}
	}
	return model.StopNone
}

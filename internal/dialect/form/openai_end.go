package form

import (
	"slices"

	"airglow/internal/jsonbody"
	"airglow/internal/model"
	"airglow/internal/neutral"
)

// OpenAIEnd is why an answer ended.
func OpenAIEnd(stop neutral.StopReason) string {
	switch stop {
	case neutral.StopLength:
		return "length"
	case neutral.StopFiltered, neutral.StopRefused:
		return "content_filter"
	case neutral.StopTool:
		return "tool_calls"
	default:
		return "stop"
	}
}

// OpenAIStop returns why a choice ended; ended is false while it goes on. In
// stop_reason vLLM has the string or the number of the token that ended the answer.
func OpenAIStop(choice jsonbody.Reader) (stop neutral.StopReason, sequence string, ended bool) {
	word := choice.String("finish_reason")
	reason, _ := choice.Quoted(choice.Get("stop_reason"))
	if word == "" {
		word, reason = reason, ""
	}
	switch word {
	case "":
		return neutral.StopEnd, "", false
	case "length", "max_tokens", "model_length":
		return neutral.StopLength, "", true
	case "content_filter":
		return neutral.StopFiltered, "", true
	case "tool_calls", "function_call":
		return neutral.StopTool, "", true
	}
	if reason != "" && !slices.Contains([]string{"stop", "eos", "end_turn"}, reason) {
		return neutral.StopSequence, reason, true
	}
	return neutral.StopEnd, "", true
}

// OpenAITokens reads the usage of an answer or of a chunk.
func OpenAITokens(a jsonbody.Reader) model.Usage {
	u, ok := a.Inner("usage")
	if !ok {
		return model.Usage{}
	}
	usage := model.Usage{InputTokens: Tokens(u, "prompt_tokens"), OutputTokens: Tokens(u, "completion_tokens"), Known: true}
	details, _ := u.Inner("prompt_tokens_details")
	if cached := Tokens(details, "cached_tokens"); cached <= usage.InputTokens {
		usage.CacheReadTokens = cached
		usage.InputTokens -= cached
	}
	return usage
}

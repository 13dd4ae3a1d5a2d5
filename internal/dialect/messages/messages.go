// Package messages has the families whose requests are a list of messages: Anthropic's
// (claude*.go), those of Bedrock's Converse with Nova (converse*.go), and those like
// OpenAI's chat completions (openai*.go). Of each, …_request.go has what is asked,
// …_answer.go the answer and …_stream.go the answer in pieces.
package messages

import "airglow/internal/dialect/form"

// Families are those whose models' ids tell them, in the order in which a body is tried.
func Families() []form.Spec { return append([]form.Spec{claude(), nova()}, openAILike()...) }

// Wires are the forms of servers' own APIs, whose requests name the model.
func Wires() []form.Spec {
	return []form.Spec{claudeWire(), openAIWire("openai", "max_tokens"), openAIWire("openai-service", "max_completion_tokens")}
}

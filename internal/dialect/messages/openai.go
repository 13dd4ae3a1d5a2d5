package messages

import (
	"airglow/internal/dialect/form"
	"airglow/internal/jsonbody"
	"airglow/internal/neutral"
)

// openAI is a form of requests like that of OpenAI's chat completions. What its
// vendors do differently is data here; the code that reads and writes it
// (openai_request.go, openai_answer.go, openai_stream.go) is one.
type openAI struct {
	// known are the members of a request besides messages.
	known []string
	// maxTokens is the member that bounds the answer.
	maxTokens string
	// mostTokens is what that member may be at most, mostAnswers what n may be; 0 is
	// not known.
	mostTokens, mostAnswers float64
	// hottest is the highest temperature.
	hottest float64
	// prompts is true where a request may have a prompt instead of messages.
	prompts bool
	// images and tools say whether a request can have them.
	images, tools bool
	// named is true where requests carry the model's name.
	named bool
	// reasoning says where an answer has the model's reasoning.
	reasoning reasoningPlace
	// ends is the member of a choice that says why it ended.
	ends string
	// defaults are the documented ones.
	defaults form.Sampling
}

// reasoningPlace is where a form has the reasoning of an answer.
type reasoningPlace int

const (
	inMember  reasoningPlace = iota // message.reasoning_content
	inTags                          // <reasoning>…</reasoning> before the text
	inThought                       // either member, or <think>…</think>: servers of all kinds
	nowhere                         // left out
)

// The members of requests, by what is known of the vendor.
var (
	mistralMembers = []string{"max_tokens", "temperature", "top_p", "stop", "tools", "tool_choice", "response_format", "parallel_tool_calls"}
	jambaMembers   = []string{"max_tokens", "temperature", "top_p", "stop", "n", "frequency_penalty", "presence_penalty"}
	openAIMembers  = []string{
		"model", "max_tokens", "max_completion_tokens", "temperature", "top_p", "top_k", "stop", "seed", "n", "stream", "stream_options",
		"tools", "tool_choice", "parallel_tool_calls", "response_format", "reasoning_effort",
		"frequency_penalty", "presence_penalty", "logit_bias", "logprobs", "top_logprobs", "user", "metadata", "store", "service_tier",
	}
)

// openAILike are the families of this form.
func openAILike() []form.Spec {
	mistral := openAI{known: mistralMembers, maxTokens: "max_tokens", hottest: 1, images: true, tools: true, ends: "stop_reason",
		reasoning: nowhere, defaults: form.Sampling{MaxTokens: 8192, Temperature: new(0.7), TopP: new(1.0)}}
	jamba := openAI{known: jambaMembers, maxTokens: "max_tokens", mostTokens: 4096, mostAnswers: 16, hottest: 2, ends: "finish_reason",
		reasoning: nowhere, defaults: form.Sampling{MaxTokens: 4096, Temperature: new(1.0)}}
	gptOSS := openAI{known: openAIMembers, maxTokens: "max_completion_tokens", hottest: 2, tools: true, ends: "finish_reason",
		reasoning: inTags}
	return []form.Spec{
		mistral.family("Mistral chat", "mistral.mistral-large-2407*, mistral.pixtral*, mistral.ministral* and later", "mistral."),
		jamba.family("AI21 Jamba", "ai21.jamba*", "ai21.jamba"),
		gptOSS.family("OpenAI gpt-oss", "openai.*", "openai."),
		Unknown(),
	}
}

// Unknown has the vendors that keep to the form, those that nobody here
// knows among them.
func Unknown() form.Spec {
	form := openAI{known: openAIMembers, prompts: true, maxTokens: "max_tokens", hottest: 2,
		images: true, tools: true, ends: "finish_reason"}
	f := form.family("OpenAI-like", "deepseek.v3*, qwen.*, moonshot.*, zai.*, minimax.*, google.gemma*, nvidia.* and vendors that are not known",
		"deepseek.v", "qwen.", "moonshot.", "moonshotai.", "zai.", "minimax.", "google.gemma", "nvidia.")
	f.Owns = func(o jsonbody.Object) bool { return o.Has("messages") }
	return f
}

// openAIWire is OpenAI's own API, and that of the many servers like it, by the name of
// the form and of the member that bounds the answer.
func openAIWire(name, maxTokens string) form.Spec {
	wire := openAI{known: openAIMembers, maxTokens: maxTokens, hottest: 2, images: true, tools: true, named: true, ends: "finish_reason",
		reasoning: inThought}
	f := wire.family("OpenAI chat completions", "")
	f.Form = name
	return f
}

func (d openAI) family(name, pattern string, prefixes ...string) form.Spec {
	f := form.Spec{
		Name: name, Pattern: pattern, Prefixes: prefixes,
		Chat: &form.ChatForm{
			Decode: d.decode, Request: d.request, Encode: d.encode, Result: d.result,
			Writer:   func(head neutral.Result) neutral.StreamEncoder { return &openAIWriter{form: d, head: head} },
			Reader:   func() neutral.StreamDecoder { return &openAIReader{form: d, split: d.splitter()} },
			Reads:    jsonbody.Options{Nulls: true},
			Defaults: d.defaults,
		},
	}
	return f
}

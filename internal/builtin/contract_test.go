package builtin_test

import (
	"testing"

	"airglow/internal/builtin"
	"airglow/internal/model"
	"airglow/internal/model/modeltest"
)

// The built-in models keep the contract that all providers keep, in each of the
// things that they do. They answer at once, and never half.
func TestContract(t *testing.T) {
	chat := func(prompt string) model.Request {
		return model.Request{Service: model.Bedrock, Model: haiku, Body: claudeBody(t, prompt, nil)}
	}
	embed := func(text string) model.Request {
		return model.Request{Service: model.Bedrock, Model: builtin.EmbedModel, Body: encode(t, map[string]any{"inputText": text})}
	}
	sentiment := func(language string) model.Request {
		return model.Request{Service: model.Comprehend, Model: "sentiment", Language: language, Body: []byte("The bread was excellent and the staff were kind.")}
	}
	good, bad := chat("Summarize in one sentence: The sky glows at night."), chat("Who will be the president of the moon in the year 3000?")
	for name, s := range map[string]modeltest.Subject{
		"Chat":       {Good: good, Bad: bad},
		"Embeddings": {Good: embed("Water covers the Earth."), Bad: embed(" ")},
		"Sentiment":  {Good: sentiment("en"), Bad: sentiment("de")},
	} {
		t.Run(name, func(t *testing.T) {
			modeltest.Run(t, func(t *testing.T) modeltest.Subject {
				s.Provider = provider(t)
				return s
			})
		})
	}
	t.Run("Stream", func(t *testing.T) {
		modeltest.RunStream(t, func(t *testing.T) modeltest.StreamSubject {
			return modeltest.StreamSubject{Provider: provider(t), Good: good, Bad: bad}
		})
	})
}

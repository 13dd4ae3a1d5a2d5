package dialect

import (
	"airglow/internal/dialect/form"
)

// messageFamilies take messages.
func messageFamilies() []form.Spec { return append([]form.Spec{claude(), nova()}, openAILike()...) }

// wireForms are those of servers' own APIs, whose requests name the model.
func wireForms() []form.Spec {
	return []form.Spec{claudeWire(), openAIWire("openai", "max_tokens"), openAIWire("openai-service", "max_completion_tokens")}
}

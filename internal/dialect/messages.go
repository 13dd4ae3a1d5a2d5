package dialect

// messageFamilies take messages.
func messageFamilies() []spec { return append([]spec{claude(), nova()}, openAILike()...) }

// wireForms are those of servers' own APIs, whose requests name the model.
func wireForms() []spec {
	return []spec{claudeWire(), openAIWire("openai", "max_tokens"), openAIWire("openai-service", "max_completion_tokens")}
}

package bedrockapi

// knownModel is what is shown of a model.
type knownModel struct {
	id, name, provider string
	// input and output are its modalities; the first letters of TEXT, IMAGE,
	// SPEECH, VIDEO and EMBEDDING.
	input, output string
	// legacy is true for one that Amazon has announced the end of, or ended.
	legacy bool
	// profiles is true for one that Amazon has inference profiles for.
	profiles bool
}

// knownModels are models of text and of embeddings that Bedrock has or had, as of
// November 2026, by Amazon's public pages on supported models and their
// lifecycle, and the encoder in this program, which goes by an id of its own (see
// docs/builtin.md). The table decides what is shown of a model, never who answers it.
var knownModels = []knownModel{
	{id: "ai21.j2-mid-v1", name: "Jurassic-2 Mid", provider: "AI21 Labs", input: "T", output: "T", legacy: true},
	{id: "ai21.j2-ultra-v1", name: "Jurassic-2 Ultra", provider: "AI21 Labs", input: "T", output: "T", legacy: true},
	{id: "ai21.jamba-1-5-large-v1:0", name: "Jamba 1.5 Large", provider: "AI21 Labs", input: "T", output: "T", legacy: true},
	{id: "ai21.jamba-1-5-mini-v1:0", name: "Jamba 1.5 Mini", provider: "AI21 Labs", input: "T", output: "T", legacy: true},
	{id: "airglow.use-lite-en-v1", name: "Universal Sentence Encoder Lite", provider: "Airglow", input: "T", output: "E"},
	{id: "amazon.nova-lite-v1:0", name: "Nova Lite", provider: "Amazon", input: "TIV", output: "T", profiles: true},
	{id: "amazon.nova-micro-v1:0", name: "Nova Micro", provider: "Amazon", input: "T", output: "T", profiles: true},
	{id: "amazon.nova-premier-v1:0", name: "Nova Premier", provider: "Amazon", input: "TIV", output: "T", profiles: true},
	{id: "amazon.nova-pro-v1:0", name: "Nova Pro", provider: "Amazon", input: "TIV", output: "T", profiles: true},
	{id: "amazon.titan-embed-text-v1", name: "Titan Embeddings G1 - Text", provider: "Amazon", input: "T", output: "E"},
	{id: "amazon.titan-embed-text-v2:0", name: "Titan Text Embeddings V2", provider: "Amazon", input: "T", output: "E"},
	{id: "amazon.titan-text-express-v1", name: "Titan Text G1 - Express", provider: "Amazon", input: "T", output: "T", legacy: true},
	{id: "amazon.titan-text-lite-v1", name: "Titan Text G1 - Lite", provider: "Amazon", input: "T", output: "T", legacy: true},
	{id: "amazon.titan-text-premier-v1:0", name: "Titan Text G1 - Premier", provider: "Amazon", input: "T", output: "T", legacy: true},
	{id: "anthropic.claude-3-5-haiku-20241022-v1:0", name: "Claude 3.5 Haiku", provider: "Anthropic", input: "T", output: "T", legacy: true, profiles: true},
	{id: "anthropic.claude-3-5-sonnet-20240620-v1:0", name: "Claude 3.5 Sonnet", provider: "Anthropic", input: "TI", output: "T", legacy: true, profiles: true},
	{id: "anthropic.claude-3-5-sonnet-20241022-v2:0", name: "Claude 3.5 Sonnet v2", provider: "Anthropic", input: "TI", output: "T", legacy: true, profiles: true},
	{id: "anthropic.claude-3-7-sonnet-20250219-v1:0", name: "Claude 3.7 Sonnet", provider: "Anthropic", input: "TI", output: "T", legacy: true, profiles: true},
	{id: "anthropic.claude-3-haiku-20240307-v1:0", name: "Claude 3 Haiku", provider: "Anthropic", input: "TI", output: "T", legacy: true, profiles: true},
	{id: "anthropic.claude-3-opus-20240229-v1:0", name: "Claude 3 Opus", provider: "Anthropic", input: "TI", output: "T", legacy: true, profiles: true},
	{id: "anthropic.claude-3-sonnet-20240229-v1:0", name: "Claude 3 Sonnet", provider: "Anthropic", input: "TI", output: "T", legacy: true, profiles: true},
	{id: "anthropic.claude-haiku-4-5-20251001-v1:0", name: "Claude Haiku 4.5", provider: "Anthropic", input: "TI", output: "T", profiles: true},
	{id: "anthropic.claude-opus-4-1-20250805-v1:0", name: "Claude Opus 4.1", provider: "Anthropic", input: "TI", output: "T", profiles: true},
	{id: "anthropic.claude-opus-4-5-20251101-v1:0", name: "Claude Opus 4.5", provider: "Anthropic", input: "TI", output: "T", profiles: true},
	{id: "anthropic.claude-sonnet-4-20250514-v1:0", name: "Claude Sonnet 4", provider: "Anthropic", input: "TI", output: "T", profiles: true},
	{id: "anthropic.claude-sonnet-4-5-20250929-v1:0", name: "Claude Sonnet 4.5", provider: "Anthropic", input: "TI", output: "T", profiles: true},
	{id: "anthropic.claude-v2:1", name: "Claude", provider: "Anthropic", input: "T", output: "T", legacy: true},
	{id: "cohere.command-light-text-v14", name: "Command Light", provider: "Cohere", input: "T", output: "T", legacy: true},
	{id: "cohere.command-r-plus-v1:0", name: "Command R+", provider: "Cohere", input: "T", output: "T", legacy: true},
	{id: "cohere.command-r-v1:0", name: "Command R", provider: "Cohere", input: "T", output: "T", legacy: true},
	{id: "cohere.command-text-v14", name: "Command", provider: "Cohere", input: "T", output: "T", legacy: true},
	{id: "cohere.embed-english-v3", name: "Embed English", provider: "Cohere", input: "T", output: "E"},
	{id: "cohere.embed-multilingual-v3", name: "Embed Multilingual", provider: "Cohere", input: "T", output: "E"},
	{id: "cohere.embed-v4:0", name: "Embed v4", provider: "Cohere", input: "TI", output: "E", profiles: true},
	{id: "deepseek.r1-v1:0", name: "DeepSeek-R1", provider: "DeepSeek", input: "T", output: "T", profiles: true},
	{id: "deepseek.v3-v1:0", name: "DeepSeek-V3.1", provider: "DeepSeek", input: "T", output: "T"},
	{id: "meta.llama3-1-70b-instruct-v1:0", name: "Llama 3.1 70B Instruct", provider: "Meta", input: "T", output: "T", profiles: true},
	{id: "meta.llama3-1-8b-instruct-v1:0", name: "Llama 3.1 8B Instruct", provider: "Meta", input: "T", output: "T", profiles: true},
	{id: "meta.llama3-2-1b-instruct-v1:0", name: "Llama 3.2 1B Instruct", provider: "Meta", input: "T", output: "T", profiles: true},
	{id: "meta.llama3-2-3b-instruct-v1:0", name: "Llama 3.2 3B Instruct", provider: "Meta", input: "T", output: "T", profiles: true},
	{id: "meta.llama3-3-70b-instruct-v1:0", name: "Llama 3.3 70B Instruct", provider: "Meta", input: "T", output: "T", profiles: true},
	{id: "meta.llama3-70b-instruct-v1:0", name: "Llama 3 70B Instruct", provider: "Meta", input: "T", output: "T"},
	{id: "meta.llama3-8b-instruct-v1:0", name: "Llama 3 8B Instruct", provider: "Meta", input: "T", output: "T"},
	{id: "meta.llama4-maverick-17b-instruct-v1:0", name: "Llama 4 Maverick 17B Instruct", provider: "Meta", input: "TI", output: "T", profiles: true},
	{id: "meta.llama4-scout-17b-instruct-v1:0", name: "Llama 4 Scout 17B Instruct", provider: "Meta", input: "TI", output: "T", profiles: true},
	{id: "mistral.mistral-7b-instruct-v0:2", name: "Mistral 7B Instruct", provider: "Mistral AI", input: "T", output: "T"},
	{id: "mistral.mistral-large-2402-v1:0", name: "Mistral Large (24.02)", provider: "Mistral AI", input: "T", output: "T"},
	{id: "mistral.mistral-large-2407-v1:0", name: "Mistral Large (24.07)", provider: "Mistral AI", input: "T", output: "T"},
	{id: "mistral.mistral-small-2402-v1:0", name: "Mistral Small (24.02)", provider: "Mistral AI", input: "T", output: "T"},
	{id: "mistral.mixtral-8x7b-instruct-v0:1", name: "Mixtral 8x7B Instruct", provider: "Mistral AI", input: "T", output: "T"},
	{id: "mistral.pixtral-large-2502-v1:0", name: "Pixtral Large (25.02)", provider: "Mistral AI", input: "TI", output: "T", profiles: true},
	{id: "openai.gpt-oss-120b-1:0", name: "gpt-oss-120b", provider: "OpenAI", input: "T", output: "T"},
	{id: "openai.gpt-oss-20b-1:0", name: "gpt-oss-20b", provider: "OpenAI", input: "T", output: "T"},
	{id: "qwen.qwen3-32b-v1:0", name: "Qwen3 32B (dense)", provider: "Qwen", input: "T", output: "T"},
	{id: "qwen.qwen3-coder-30b-a3b-v1:0", name: "Qwen3-Coder-30B-A3B-Instruct", provider: "Qwen", input: "T", output: "T"},
}

// KnownIDs returns the ids of the models that lists show where somebody answers
// them: those of Bedrock's, and of the encoder in this program.
func KnownIDs() []string {
	ids := make([]string, len(knownModels))
	for i, m := range knownModels {
		ids[i] = m.id
	}
	return ids
}

// modalities are the names that the letters of a knownModel stand for.
func modalities(letters string) []string {
	names := map[rune]string{'T': "TEXT", 'I': "IMAGE", 'S': "SPEECH", 'V': "VIDEO", 'E': "EMBEDDING"}
	list := make([]string, 0, len(letters))
	for _, letter := range letters {
		list = append(list, names[letter])
	}
	return list
}

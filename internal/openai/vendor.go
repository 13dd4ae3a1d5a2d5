package openai

import (
	"encoding/json"
	"maps"
	"strings"

	"airglow/internal/translate"
)

// vendor is what is known of who runs a server, by its host.
type vendor struct {
	// strict is true of services that take OpenAI's own members alone: the limit of
	// an answer is max_completion_tokens, and there is no top_k. The servers that
	// copy the API know the older max_tokens, and some of them nothing else.
	strict bool
	// mistral is true of Mistral's service, which refuses what it does not know, top_k
	// among it, and has another name for the seed.
	mistral bool
	// stops is how many stop strings a request may have, zero for any number. The
	// others are looked for in the answer.
	stops int
}

func vendorOf(host string) vendor {
	switch host = hostname(host); {
	case host == "api.openai.com", strings.HasSuffix(host, ".openai.azure.com"):
		return vendor{strict: true, stops: 4}
	case strings.HasSuffix(host, ".amazonaws.com"), strings.HasSuffix(host, ".api.aws"):
		return vendor{strict: true}
	case host == "api.mistral.ai":
		return vendor{mistral: true}
	}
	return vendor{}
}

// form is the name of the form of the service's requests, as dialect.ByForm has it.
func (v vendor) form() string {
	if v.strict {
		return "openai-service"
	}
	return "openai"
}

// parameters are a route's, in the service's words.
func (v vendor) parameters(route map[string]json.RawMessage) map[string]json.RawMessage {
	most, there := route["max_tokens"]
	if !there || !v.strict {
		return route
	}
	renamed := maps.Clone(route)
	renamed["max_completion_tokens"] = most
	delete(renamed, "max_tokens")
	return renamed
}

// topK is the limit that the service is told, 0 for none. OpenAI has no such member, and
// many servers refuse it: it is sent where the body asks for it, and who wants the
// family's own as well sets it in the parameters of the rule.
func (v vendor) topK(chat translate.Chat) int {
	if v.strict || v.mistral || chat.TopKDefault {
		return 0
	}
	return chat.TopK
}

// adapt takes out of a chat what the service would refuse.
func (v vendor) adapt(chat *translate.Chat) {
	if v.stops > 0 && len(chat.Stop) > v.stops {
		chat.Stop = chat.Stop[:v.stops]
	}
	if v.strict && thinksFirst(chat.Model) {
		chat.Temperature, chat.TopP, chat.Stop = nil, nil, nil
	}
}

// thinksFirst reports whether a model of OpenAI's is one of those that reason, which
// take no settings of sampling and no stop strings.
func thinksFirst(model string) bool {
	if strings.HasPrefix(model, "gpt-5") {
		return !strings.Contains(model, "chat")
	}
	return len(model) > 1 && model[0] == 'o' && model[1] >= '1' && model[1] <= '9'
}

package ledger

import (
	"strings"

	"airglow/internal/model"
)

// PricesDate is when DefaultPrices was put together.
const PricesDate = "2025-12-01"

// PricesSource says where DefaultPrices comes from.
const PricesSource = "Amazon Bedrock, list prices on demand, US East (N. Virginia)"

// DefaultPrices are list prices as they were known at PricesDate. Prices change,
// differ by region and agreement, and are not for billing: CALL
// airglow.set_price(…) goes over them. A model that is not here has no price, and
// so its calls have no cost rather than none of it.
func DefaultPrices() []Price {
	p := func(id string, input, output float64) Price {
		return Price{Model: id, Input: input, Output: output}
	}
	// Anthropic's cache costs a tenth to read and a quarter more to write.
	claude := func(id string, input, output float64) Price {
		return Price{Model: id, Input: input, Output: output, CacheRead: input / 10, CacheWrite: input * 5 / 4}
	}
	// Amazon's costs a quarter to read and nothing to write.
	nova := func(id string, input, output float64) Price {
		return Price{Model: id, Input: input, Output: output, CacheRead: input / 4}
	}
	return []Price{
		claude("anthropic.claude-3-haiku*", 0.25, 1.25),
		claude("anthropic.claude-3-5-haiku*", 0.80, 4),
		claude("anthropic.claude-haiku-4-5*", 1, 5),
		claude("anthropic.claude-3-sonnet*", 3, 15),
		claude("anthropic.claude-3-5-sonnet*", 3, 15),
		claude("anthropic.claude-3-7-sonnet*", 3, 15),
		claude("anthropic.claude-sonnet-4*", 3, 15),
		claude("anthropic.claude-3-opus*", 15, 75),
		claude("anthropic.claude-opus-4-5*", 5, 25),
		claude("anthropic.claude-opus-4-1*", 15, 75),
		claude("anthropic.claude-opus-4-20*", 15, 75),
		p("anthropic.claude-v2*", 8, 24),
		p("anthropic.claude-instant*", 0.80, 2.40),
		p("amazon.titan-text-lite*", 0.15, 0.20),
		p("amazon.titan-text-express*", 0.20, 0.60),
		p("amazon.titan-text-premier*", 0.50, 1.50),
		p("amazon.titan-embed-text-v1*", 0.10, 0),
		p("amazon.titan-embed-text-v2*", 0.02, 0),
		nova("amazon.nova-micro*", 0.035, 0.14),
		nova("amazon.nova-lite*", 0.06, 0.24),
		nova("amazon.nova-pro*", 0.80, 3.20),
		nova("amazon.nova-premier*", 2.50, 12.50),
		p("meta.llama3-8b*", 0.30, 0.60),
		p("meta.llama3-70b*", 2.65, 3.50),
		p("meta.llama3-1-8b*", 0.22, 0.22),
		p("meta.llama3-1-70b*", 0.72, 0.72),
		p("meta.llama3-1-405b*", 2.40, 2.40),
		p("meta.llama3-2-1b*", 0.10, 0.10),
		p("meta.llama3-2-3b*", 0.15, 0.15),
		p("meta.llama3-2-11b*", 0.16, 0.16),
		p("meta.llama3-2-90b*", 0.72, 0.72),
		p("meta.llama3-3-70b*", 0.72, 0.72),
		p("meta.llama4-scout*", 0.17, 0.66),
		p("meta.llama4-maverick*", 0.24, 0.97),
		p("mistral.mistral-7b*", 0.15, 0.20),
		p("mistral.mixtral-8x7b*", 0.45, 0.70),
		p("mistral.mistral-small-2402*", 1, 3),
		p("mistral.mistral-large-2402*", 4, 12),
		p("mistral.mistral-large-2407*", 2, 6),
		p("mistral.pixtral-large*", 2, 6),
		p("cohere.command-r-v1*", 0.50, 1.50),
		p("cohere.command-r-plus*", 3, 15),
		p("cohere.command-text*", 1.50, 2),
		p("cohere.command-light*", 0.30, 0.60),
		p("cohere.embed-english-v3*", 0.10, 0),
		p("cohere.embed-multilingual-v3*", 0.10, 0),
		p("cohere.embed-v4*", 0.12, 0),
		p("ai21.jamba-1-5-mini*", 0.20, 0.40),
		p("ai21.jamba-1-5-large*", 2, 8),
		p("ai21.j2-mid*", 12.50, 12.50),
		p("ai21.j2-ultra*", 18.80, 18.80),
		p("deepseek.r1*", 1.35, 5.40),
		p("openai.gpt-oss-20b*", 0.07, 0.30),
		p("openai.gpt-oss-120b*", 0.15, 0.60),
	}
}

// Covers reports whether the price is one for a model's id.
func (p Price) Covers(id string) bool { return model.Match(strings.ToLower(p.Model), PriceKey(id)) }

// PriceKey is the id that a model's price is looked up by: in lower case, without
// the ARN and the prefix of a cross-region profile around it.
func PriceKey(id string) string {
	id = strings.ToLower(id)
	if strings.HasPrefix(id, "arn:") {
		id = id[strings.LastIndexByte(id, '/')+1:]
	}
	for _, region := range []string{"us-gov.", "us.", "eu.", "apac.", "global.", "jp.", "au.", "ca."} {
		if rest, ok := strings.CutPrefix(id, region); ok {
			return rest
		}
	}
	return id
}

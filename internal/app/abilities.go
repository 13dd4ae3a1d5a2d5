package app

import (
	"slices"

	"airglow/internal/dialect"
	"airglow/internal/infer"
	"airglow/internal/model"
	"airglow/internal/neutral"
)

// abilities are what a provider can do for the models of a listing, as far as it
// tells. For a pattern they are what it can do for any of the known ids that match.
func abilities(l infer.Listing) []string {
	able, ok := l.Provider.(model.Able)
	if !ok {
		return nil
	}
	requests := requestsOf(l)
	var list []string
	for _, ability := range able.Abilities() {
		if slices.ContainsFunc(requests, func(req model.Request) bool { return has(l.Provider, req, ability) }) {
			list = append(list, string(ability))
		}
	}
	return list
}

// requestsOf are requests for the known models of a listing, without a body. A
// pattern that no known id matches stands for itself.
func requestsOf(l infer.Listing) []model.Request {
	req := l.Request()
	req.Model = l.Pattern
	var list []model.Request
	if !l.Exact() {
		for _, asked := range catalogModels() {
			if (l.Service == "" || l.Service == asked.Service) && model.Match(l.Pattern, asked.Model) {
				req.Service, req.Model = asked.Service, asked.Model
				list = append(list, req)
			}
		}
	}
	if len(list) > 0 {
		return list
	}
	if req.Service = serviceOf(l); req.Service == model.SageMaker && !l.Exact() {
		req.Model = "endpoint" // one name is as good as another
	}
	return []model.Request{req}
}

// has reports whether a provider that has an ability has it for the model of a
// request.
func has(provider model.Provider, req model.Request, ability model.Ability) bool {
	family, known := dialect.ForModel(req.Model)
	switch ability {
	case model.Sentiment:
		return req.Service == model.Comprehend
	case model.CSV:
		return req.Service == model.SageMaker
	case model.Embeddings:
		return req.Service == model.Bedrock && (!known || family.Embeds()) && takes(provider, req)
	case model.Batch:
		return batches(provider, req)
	default:
		return req.Service == model.Bedrock && !(known && family.Embeds()) && takes(provider, req)
	}
}

// takes reports whether a provider would send a short request to a model of
// Bedrock's. What a model whose family is not known would be sent cannot be told; who
// reads bodies in its place refuses even to try.
func takes(provider model.Provider, req model.Request) bool {
	checker, ok := provider.(model.Checker)
	if !ok {
		return true
	}
	calls, reason := shortCalls(req)
	if reason != "" {
		req.Body = []byte("{}")
		return model.KindOf(checker.Check(req)) != model.Unsupported
	}
	return slices.ContainsFunc(calls, func(call model.Request) bool { return checker.Check(call) == nil })
}

// batches reports whether requests for a model may go together.
func batches(provider model.Provider, req model.Request) bool {
	together, ok := provider.(model.BatchProvider)
	if !ok {
		return false
	}
	calls, _ := shortCalls(req)
	if req.Service == model.SageMaker {
		req.Body = []byte("1")
		calls = []model.Request{req}
	}
	return slices.ContainsFunc(calls, func(call model.Request) bool {
		return together.BatchLimits(call) != model.BatchLimits{}
	})
}

// serviceOf is the service of a listing that may be about any.
func serviceOf(l infer.Listing) model.Service {
	switch name := l.Provider.Name(); {
	case l.Service != "":
		return l.Service
	case name == "sagemaker":
		return model.SageMaker
	case name == "comprehend", l.Pattern == sentiment:
		return model.Comprehend
	}
	return model.Bedrock
}

// shortCalls are requests that ask for as little as can be, of which a provider may
// take one and not another, or the reason why there is none.
func shortCalls(req model.Request) (calls []model.Request, reason string) {
	switch {
	case req.Service == model.SageMaker:
		return nil, "what an endpoint takes depends on its model"
	case req.Service == model.Comprehend:
		req.Body, req.Language = []byte("fine"), "en"
		return []model.Request{req}, ""
	case req.Model == "":
		return nil, "the rule is for several models; name one of them"
	}
	family, ok := dialect.ForModel(req.Model)
	if !ok {
		return nil, "the id does not tell what a request looks like"
	}
	bodies, err := shortBodies(family)
	if len(bodies) == 0 {
		return nil, model.Message(err)
	}
	for _, body := range bodies {
		req.Body = body
		calls = append(calls, req)
	}
	return calls, ""
}

// shortBodies are the bodies of short requests in a family's form; of embeddings
// there is one for each length that the form can ask for, as a server may have only
// one of them.
func shortBodies(family dialect.Family) (bodies [][]byte, err error) {
	if !family.Embeds() {
		body, err := family.EncodeChat(neutral.Chat{MaxTokens: 16,
			Turns: []neutral.Turn{{Role: neutral.User, Parts: []neutral.Part{{Text: "Summarize: The sky glows at night."}}}}})
		if err != nil {
			return nil, err
		}
		return [][]byte{body}, nil
	}
	for _, length := range []int{0, 256, 384, 512, 1024, 1536} { // 0 is the family's own
		body, failure := family.EncodeEmbed(neutral.Embed{Texts: []string{"fine"}, Dimensions: length, Purpose: "search_query", Truncate: "end"})
		if failure != nil {
			err = failure
			continue
		}
		bodies = append(bodies, body)
	}
	return bodies, err
}

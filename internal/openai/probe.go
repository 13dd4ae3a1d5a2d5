package openai

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"airglow/internal/model"
	"airglow/internal/outbound"
)

// Probe implements translate.Prober: the server's list of models says whether it
// has the target.
func (b *Backend) Probe(ctx context.Context, target string) (string, error) {
	whole, err := b.client.Get(ctx, outbound.Request{Path: "/models"})
	if err != nil && ctx.Err() == nil && model.KindOf(err) == model.NotFound {
		return b.probePaths(ctx, err)
	}
	if err != nil {
		return "", err
	}
	var list models
	switch {
	case outbound.IsFailure(whole):
		return "", b.client.SaidWhole(whole)
	case json.Unmarshal(whole, &list) != nil || list.Data == nil:
		return "", b.client.BadAnswer("it is no list of models; see whether url is where the API begins, which mostly ends in /v1")
	case target == "":
		return fmt.Sprintf("the server answers and lists %d models", len(list.Data)), nil
	case list.has(target):
		return "the server has the model", nil
	case list.takesEveryName():
		return "the server answers; it has one model and takes every name", nil
	case strings.HasSuffix(hostname(b.client.Host()), ".azure.com"):
		return "the server answers; only a call shows whether it has a deployment of that name", nil
	}
	return "", b.lacks(target, list)
}

// models is the list of models of a server.
type models struct {
	Data []struct {
		ID    string `json:"id"`
		Owner string `json:"owned_by"`
	} `json:"data"`
}

func (m models) has(target string) bool {
	for _, item := range m.Data {
		if item.ID == target || item.ID == target+":latest" {
			return true
		}
	}
	return false
}

// takesEveryName reports whether the list is that of llama.cpp's server.
func (m models) takesEveryName() bool { return len(m.Data) == 1 && m.Data[0].Owner == "llamacpp" }

// mostNamed is how many models an error names.
const mostNamed = 8

func (b *Backend) lacks(target string, list models) error {
	var names []string
	for _, item := range list.Data {
		names = append(names, fmt.Sprintf("%.100s", outbound.OneLine(item.ID)))
	}
	slices.Sort(names)
	has := strings.Join(names, ", ")
	if len(names) > mostNamed {
		has = fmt.Sprintf("%s and %d more", strings.Join(names[:mostNamed], ", "), len(names)-mostNamed)
	}
	if has == "" {
		has = "none"
	}
	return &model.Error{Kind: model.NotFound, Service: model.Bedrock,
		Message: fmt.Sprintf("provider %s (%s) has no model %q; set target in the model map to one that it has: %s", b.name, b.client.Host(), target, has)}
}

// probePaths tells a server that lists no models from a URL that is wrong: the
// first finds fault with an empty question.
func (b *Backend) probePaths(ctx context.Context, missing error) (string, error) {
	for _, path := range []string{"/chat/completions", "/embeddings"} {
		_, err := b.client.Post(ctx, outbound.Request{Path: path, Body: []byte("{}")})
		switch {
		case err == nil:
		case ctx.Err() != nil:
			return "", err
		case model.KindOf(err) == model.NotFound:
			continue
		case model.KindOf(err) != model.Invalid:
			return "", err
		}
		return "the server answers, but lists no models; only a call shows whether it has this one", nil
	}
	return "", missing
}

package bedrockapi

import (
	"cmp"
	"slices"
	"strings"

	"airglow/internal/dialect"
	"airglow/internal/infer"
	"airglow/internal/model"
)

// catalog is which models can be asked for, by the model map: those that its
// rules name, and of the known ones those that somebody answers.
type catalog struct {
	routes *infer.Map
	// listed are the foundation models in the order of their ids.
	listed []knownModel
	// named are the ids that rules name with no wildcard in them.
	named []string
}

// localPrefix is before the id of a model whose own name has no dot, as every id
// of Bedrock's has.
const localPrefix = "local."

func newCatalog(routes *infer.Map, rules []infer.Rule) *catalog {
	c := &catalog{routes: routes}
	for _, rule := range rules {
		bedrock := rule.Service == model.Bedrock || rule.Service == "" && rule.Pattern != sentimentModel
		if bedrock && !strings.ContainsAny(rule.Pattern, "*?") && !slices.Contains(c.named, rule.Pattern) && c.answers(rule.Pattern) {
			c.named = append(c.named, rule.Pattern)
		}
	}
	for _, known := range knownModels {
		if c.answers(known.id) {
			c.listed = append(c.listed, known)
		}
	}
	for _, id := range c.named {
		if _, known := findKnown(id); !known && !isProfile(id) && !strings.HasPrefix(id, "arn:") {
			c.listed = append(c.listed, described(id))
		}
	}
	slices.SortFunc(c.listed, func(a, b knownModel) int { return cmp.Compare(a.id, b.id) })
	return c
}

// answers reports whether somebody answers a model.
func (c *catalog) answers(id string) bool {
	_, err := c.routes.Routes(model.Request{Service: model.Bedrock, Model: id})
	return err == nil
}

// described is a model of which nothing but the id is known.
func described(id string) knownModel {
	m := knownModel{id: id, name: id, provider: "Local", input: "T", output: "T"}
	vendor, name, dotted := strings.Cut(id, ".")
	switch {
	case !dotted:
		m.id = localPrefix + id
	case vendor != strings.TrimSuffix(localPrefix, "."):
		m.name, m.provider = name, vendor
	default:
		m.name = name
	}
	if family, ok := dialect.ForModel(id); ok && family.Embeds() {
		m.output = "E"
	}
	return m
}

func findKnown(id string) (knownModel, bool) {
	at, found := slices.BinarySearchFunc(knownModels, id, func(m knownModel, id string) int { return cmp.Compare(m.id, id) })
	if !found {
		return knownModel{}, false
	}
	return knownModels[at], true
}

// find returns a listed model by its id, its ARN, or the name that it has in the map.
func (c *catalog) find(subject string) (knownModel, bool) {
	id := bareID(subject)
	if !strings.Contains(id, ".") && slices.Contains(c.named, id) {
		id = localPrefix + id
	}
	at := slices.IndexFunc(c.listed, func(m knownModel) bool { return m.id == id })
	if at < 0 {
		return knownModel{}, false
	}
	return c.listed[at], true
}

// asked is the id by which the model map is asked for what a client calls a
// model: without the ARN of a foundation model or of a profile around it, and
// without the prefix that the list has put before a name.
func (c *catalog) asked(subject string) string {
	id := bareID(subject)
	if local, ok := strings.CutPrefix(id, localPrefix); ok && slices.Contains(c.named, local) && !slices.Contains(c.named, id) {
		return local
	}
	return id
}

// bareID is the id within the ARN of a foundation model or of a system-defined
// inference profile; other ARNs do not tell their model and stay as they are.
func bareID(subject string) string {
	if !strings.HasPrefix(subject, "arn:") {
		return subject
	}
	for _, kind := range []string{":foundation-model/", ":inference-profile/"} {
		if _, id, ok := strings.Cut(subject, kind); ok {
			return id
		}
	}
	return subject
}

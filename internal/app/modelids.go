package app

import (
	"cmp"
	"slices"

	"airglow/internal/bedrockapi"
	"airglow/internal/engine/own"
	"airglow/internal/infer"
	"airglow/internal/model"
)

// knownModel is an id that somebody may ask for.
type knownModel struct {
	infer.Asked
	// by is the first of these that knows it: a rule, a function, the catalog of
	// Bedrock's models, a call.
	by string
	// used is true for one that statements or clients ask for, whether anybody
	// answers or not.
	used bool
}

// sentiment is the one operation of Comprehend that is asked for.
const sentiment = "sentiment"

// knownModels are the ids that a reader may know of, in their order: those of the
// rules, of the functions that it may see, of Bedrock's catalog, and with the right
// to see what others do those that calls have named.
func (a *App) knownModels(caller own.Caller) []knownModel {
	known := map[infer.Asked]knownModel{}
	add := func(service model.Service, id, by string, used bool) {
		asked := infer.Asked{Service: service, Model: id}
		earlier, ok := known[asked]
		if !ok {
			earlier = knownModel{Asked: asked, by: by}
		}
		earlier.used = earlier.used || used
		known[asked] = earlier
	}
	for _, l := range a.models.List() {
		if l.Exact() && l.Service != "" {
			add(l.Service, l.Pattern, "rule", false)
		}
	}
	for _, f := range caller.Functions() {
		add(f.Service, f.Model, "function", true)
	}
	for _, asked := range catalogModels() {
		add(asked.Service, asked.Model, "catalog", false)
	}
	if caller.Process {
		for _, asked := range a.runner.Asked() {
			add(asked.Service, asked.Model, "call", true)
		}
	}
	for _, l := range a.models.List() { // a rule for any service: see what its id is used for
		if l.Exact() && l.Service == "" {
			addRule(known, l)
		}
	}
	list := make([]knownModel, 0, len(known))
	for _, k := range known {
		list = append(list, k)
	}
	slices.SortFunc(list, func(a, b knownModel) int {
		return cmp.Or(cmp.Compare(a.Model, b.Model), cmp.Compare(a.Service, b.Service))
	})
	return list
}

// addRule adds the id of a rule that names no service: with those for which it is
// known already, else with the likely one.
func addRule(known map[infer.Asked]knownModel, l infer.Listing) {
	found := false
	for _, service := range []model.Service{model.Bedrock, model.SageMaker, model.Comprehend} {
		asked := infer.Asked{Service: service, Model: l.Pattern}
		if k, ok := known[asked]; ok {
			k.by, found = "rule", true
			known[asked] = k
		}
	}
	if !found {
		asked := infer.Asked{Service: serviceOf(l), Model: l.Pattern}
		known[asked] = knownModel{Asked: asked, by: "rule"}
	}
}

// catalogModels are the ids that are known without a configuration.
func catalogModels() []infer.Asked {
	list := []infer.Asked{{Service: model.Comprehend, Model: sentiment}}
	for _, id := range bedrockapi.KnownIDs() {
		list = append(list, infer.Asked{Service: model.Bedrock, Model: id})
	}
	return list
}

package infer

import (
	"maps"
	"slices"
	"strings"
	"time"

	"airglow/internal/model"
)

// Listing is one destination of the model map, as the map has it.
type Listing struct {
	// Rule is the number of the rule, from 1, and 0 for the default of a service.
	Rule int
	// Pattern and Service say for which models.
	Pattern string
	Service model.Service
	// Position is the place in the order of fallbacks; 0 is asked first.
	Position int
	// Provider is who answers, Target its model; empty is the same id.
	Provider model.Provider
	Target   string
	// Substitution is true when what it answers is the answer of another than was
	// asked for.
	Substitution bool
	// Limits, Timeout and Lenient are the rule's; zero limits are those of Options.
	Limits  Limits
	Timeout time.Duration
	Lenient bool
	// Parameters is a JSON object, or empty.
	Parameters string
}

// Exact reports whether the listing is about one model alone.
func (l Listing) Exact() bool { return !strings.ContainsAny(l.Pattern, "*?") }

// Request is one for the listing's models, without a body. Its Model is empty where
// the listing is about several.
func (l Listing) Request() model.Request {
	req := model.Request{Service: l.Service, Target: l.Target, Parameters: l.Parameters, Lenient: l.Lenient}
	if l.Exact() {
		req.Model = l.Pattern
	}
	return req
}

// List returns the destinations of all rules in their order, then the defaults.
func (m *Map) List() []Listing {
	var list []Listing
	for i, rule := range m.rules {
		for position, to := range rule.destinations() {
			list = append(list, Listing{
				Rule: i + 1, Pattern: rule.Pattern, Service: rule.Service, Position: position,
				Provider: m.providers[to.Provider], Target: to.Target, Limits: to.Limits, Parameters: to.Parameters,
				Timeout: rule.Timeout, Lenient: rule.Lenient,
				Substitution: position > 0 || to.Provider == Builtin || to.Target != "" && to.Target != rule.Pattern,
			})
		}
	}
	for _, service := range slices.Sorted(maps.Keys(m.defaults)) {
		list = append(list, Listing{
			Pattern: "*", Service: service, Provider: m.providers[m.defaults[service]], Substitution: m.defaults[service] == Builtin,
		})
	}
	return list
}

// Find returns the destinations of one model.
func (m *Map) Find(service model.Service, id string) []Listing {
	rule := m.rule(model.Request{Service: service, Model: id}) + 1
	var found []Listing
	for _, l := range m.List() {
		if l.Rule == rule && (rule > 0 || l.Service == service) {
			l.Pattern, l.Service = id, service
			l.Substitution = l.Substitution && (l.Position > 0 || l.Target != id || l.Provider.Name() == Builtin)
			found = append(found, l)
		}
	}
	return found
}

// Pattern returns what the rule of a listing matches; that of a default is "*".
func (m *Map) Pattern(l Listing) string {
	if l.Rule == 0 {
		return "*"
	}
	return m.rules[l.Rule-1].Pattern
}

// Asked returns the models of the calls so far, of the last thousand or so, in no
// order.
func (r *Runner) Asked() []Asked {
	r.health.mu.Lock()
	defer r.health.mu.Unlock()
	return slices.Collect(maps.Keys(r.health.asked))
}

// Health returns how a destination fared with the calls so far. Of one for several
// models it is how the last fared, unless one of them is failing.
func (r *Runner) Health(l Listing) Health {
	r.health.mu.Lock()
	defer r.health.mu.Unlock()
	if l.Target != "" {
		if e := r.health.known[laneName{l.Provider.Name(), l.Target}]; e != nil {
			return e.Health
		}
		return Health{}
	}
	var shown *health
	for name, e := range r.health.known {
		if name.provider != l.Provider.Name() || name.model != e.asked || !r.leads(l, e) {
			continue
		}
		if shown == nil || e.Failing && !shown.Failing || e.Failing == shown.Failing && e.used.After(shown.used) {
			shown = e
		}
	}
	if shown == nil {
		return Health{}
	}
	return shown.Health
}

// leads reports whether calls of a model go by a listing's rule.
func (r *Runner) leads(l Listing, e *health) bool {
	req := model.Request{Service: e.service, Model: e.asked}
	return r.models.rule(req)+1 == l.Rule && (l.Rule > 0 || l.Service == e.service) &&
		(l.Rule == 0 || model.Match(l.Pattern, e.asked))
}

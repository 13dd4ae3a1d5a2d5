package infer

import (
	"fmt"
	"slices"
	"time"

	"airglow/internal/model"
)

// Builtin is the name of the provider of models inside the server. Whatever it
// answers is an answer by another model than the SQL names.
const Builtin = "builtin"

// Rule is one line of the model map.
type Rule struct {
	// Pattern is compared with the model id, endpoint name or operation that
	// the SQL names, case and all: * stands for any characters, slashes and
	// none included, ? for exactly one.
	Pattern string
	// Service restricts the rule to functions of one service; empty is any.
	Service model.Service
	// Provider, Target, Parameters and Limits are the Destination that is asked
	// first.
	Provider   string
	Target     string
	Parameters string
	Limits     Limits
	// Fallbacks are asked in their order when the one before cannot answer.
	Fallbacks []Destination
	// Timeout is the time limit of a call that has none of its own; zero is
	// Call.Timeout.
	Timeout time.Duration
	// Lenient lets bodies pass that have members which their family does not know.
	Lenient bool
	// Place says where the rule stands, for errors; it may be empty.
	Place string
}

// Destination is somebody who can answer.
type Destination struct {
	// Provider is the name of who answers.
	Provider string
	// Target is the provider's model; empty is the id that the SQL names.
	Target string
	// Parameters is a JSON object, as Request.Parameters has it.
	Parameters string
	// Limits hold for each model of the provider that is reached.
	Limits Limits
}

func (d Destination) equals(other Destination) bool {
	return d.Provider == other.Provider && d.Target == other.Target
}

// destinations are all that a rule leads to, in order.
func (r Rule) destinations() []Destination {
	first := Destination{Provider: r.Provider, Target: r.Target, Parameters: r.Parameters, Limits: r.Limits}
	return append([]Destination{first}, r.Fallbacks...)
}

// Map decides who answers which model: the first rule that matches, else the
// default provider of the service, else nobody. It never changes.
type Map struct {
	rules     []Rule
	providers map[string]model.Provider
	defaults  map[model.Service]string
}

// Route is one who may answer a request.
type Route struct {
	Provider model.Provider
	// Request is the one to send: with the target.
	Request model.Request
	// Substituted is true when another answers than was asked for.
	Substituted bool
	// Position is the place in the order of fallbacks, from 0.
	Position int
	// Timeout is the rule's; zero where it has none.
	Timeout time.Duration
}

// Empty reports whether nobody answers any model.
func (m *Map) Empty() bool { return len(m.rules) == 0 && len(m.defaults) == 0 }

// limits are those of the first destination that leads to the route's model. A
// fallback that has none says nothing about them.
func (m *Map) limits(route Route) Limits {
	for _, rule := range m.rules {
		for position, to := range rule.destinations() {
			leads := to.Target == route.Request.TargetModel() || to.Target == "" && rule.matches(route.Request)
			if leads && to.Provider == route.Provider.Name() && (position == 0 || to.Limits != Limits{}) {
				return to.Limits
			}
		}
	}
	return Limits{}
}

// Routes decides who may answer req, in the order in which they are asked; there
// is at least one. A request that nobody answers is an error of kind
// NotConfigured.
func (m *Map) Routes(req model.Request) ([]Route, error) {
	if i := m.rule(req); i >= 0 {
		return m.follow(m.rules[i], req), nil
	}
	if provider := m.providers[m.defaults[req.Service]]; provider != nil {
		return []Route{{Provider: provider, Request: req, Substituted: provider.Name() == Builtin}}, nil
	}
	return nil, notConfigured(req)
}

// rule returns the index of the first rule that matches, -1 if none does.
func (m *Map) rule(req model.Request) int {
	return slices.IndexFunc(m.rules, func(r Rule) bool { return r.matches(req) })
}

func (m *Map) follow(rule Rule, req model.Request) []Route {
	routes := make([]Route, 0, 1+len(rule.Fallbacks))
	for position, to := range rule.destinations() {
		req.Target, req.Parameters, req.Lenient = to.Target, to.Parameters, req.Lenient || rule.Lenient
		routes = append(routes, Route{
			Provider:    m.providers[to.Provider],
			Request:     req,
			Substituted: position > 0 || req.TargetModel() != req.Model || to.Provider == Builtin,
			Position:    position,
			Timeout:     rule.Timeout,
		})
	}
	return routes
}

func (r Rule) matches(req model.Request) bool {
	return (r.Service == "" || r.Service == req.Service) && model.Match(r.Pattern, req.Model)
}

func notConfigured(req model.Request) error {
	builtin := fmt.Sprintf(`to the built-in models ([[models]] match = %q provider = "builtin")`, req.Model)
	noun, others := string(req.Service)+" model", ", or map it to a model server of [[providers]] or "+builtin
	switch req.Service {
	case model.SageMaker:
		noun, others = "SageMaker endpoint", "; nobody else answers for its endpoints"
	case model.Comprehend:
		noun, others = "Comprehend operation", ", or map it "+builtin
	}
	return &model.Error{
		Kind: model.NotConfigured, Service: req.Service,
		Message: fmt.Sprintf("no provider is configured for %s %q: set the AWS region (--aws-region, or region under [aws] in the "+
			"configuration) to reach Amazon %s%s", noun, req.Model, req.Service, others),
	}
}

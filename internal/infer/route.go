package infer

import (
	"errors"
	"fmt"
	"slices"
	"strings"

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
	// Provider is the name of who answers.
	Provider string
	// Target is the provider's model; empty is the id that the SQL names.
	Target string
	// Limits hold for each model of the provider that the rule leads to.
	Limits Limits
}

// Map decides who answers which model: the first rule that matches, else the
// default provider of the service, else nobody. It never changes.
type Map struct {
	rules     []Rule
	providers map[string]model.Provider
	defaults  map[model.Service]string
}

// Route is the decision for one request.
type Route struct {
	Provider model.Provider
	// Request is the one to send: with the target.
	Request model.Request
	// Substituted is true when another model answers than was asked for.
	Substituted bool
}

// NewMap returns the map of rules over providers by name. Defaults names the
// provider of a service where no rule matches; a service without one has none.
// The error names each faulty rule by its position, counted from 1.
func NewMap(rules []Rule, providers map[string]model.Provider, defaults map[model.Service]string) (*Map, error) {
	m := &Map{rules: slices.Clone(rules), providers: providers, defaults: defaults}
	var faults []error
	for i, rule := range rules {
		if fault := m.fault(rule); fault != "" {
			faults = append(faults, fmt.Errorf("[[models]] rule %d (match %q): %s", i+1, rule.Pattern, fault))
		}
	}
	faults = append(faults, m.conflicts()...)
	for service, name := range defaults {
		if providers[name] == nil {
			faults = append(faults, fmt.Errorf("default provider of %s: %s", service, m.unknown(name)))
		}
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return m, nil
}

// fault says what is wrong with a rule; empty when nothing is.
func (m *Map) fault(rule Rule) string {
	services := []model.Service{"", model.Bedrock, model.SageMaker, model.Comprehend}
	switch {
	case rule.Pattern == "":
		return `match is empty; write a model id, or "*" for every model`
	case rule.Provider == "":
		return "provider is missing; " + m.known()
	case m.providers[rule.Provider] == nil:
		return m.unknown(rule.Provider)
	case !slices.Contains(services, rule.Service):
		return fmt.Sprintf("unknown service %q; it is Bedrock, SageMaker or Comprehend", rule.Service)
	}
	return ""
}

// conflicts names the rules that lead to a target with other limits than an
// earlier one: a model has one quota, by whatever name it is asked for.
func (m *Map) conflicts() []error {
	type target struct{ provider, model string }
	first := map[target]int{}
	var faults []error
	for i, rule := range m.rules {
		to := target{rule.Provider, rule.Target}
		earlier, seen := first[to]
		switch {
		case rule.Target == "":
		case !seen:
			first[to] = i
		case m.rules[earlier].Limits != rule.Limits:
			faults = append(faults, fmt.Errorf("[[models]] rule %d (match %q): its limits for %q differ from those of rule %d",
				i+1, rule.Pattern, rule.Target, earlier+1))
		}
	}
	return faults
}

// limits are those of the first rule that leads to the route's model.
func (m *Map) limits(route Route) Limits {
	for _, rule := range m.rules {
		leads := rule.Target == route.Request.TargetModel() || rule.Target == "" && rule.matches(route.Request)
		if leads && rule.Provider == route.Provider.Name() {
			return rule.Limits
		}
	}
	return Limits{}
}

func (m *Map) unknown(provider string) string {
	return fmt.Sprintf("no provider %q is set up; %s", provider, m.known())
}

func (m *Map) known() string {
	if len(m.providers) == 0 {
		return "no provider is"
	}
	var names []string
	for name := range m.providers {
		names = append(names, name)
	}
	slices.Sort(names)
	return "set up are " + strings.Join(names, ", ")
}

// Route decides who answers req. A request that nobody answers is an error of
// kind NotConfigured.
func (m *Map) Route(req model.Request) (Route, error) {
	for _, rule := range m.rules {
		if rule.matches(req) {
			return m.follow(rule, req), nil
		}
	}
	if provider := m.providers[m.defaults[req.Service]]; provider != nil {
		return Route{Provider: provider, Request: req, Substituted: provider.Name() == Builtin}, nil
	}
	return Route{}, notConfigured(req)
}

func (m *Map) follow(rule Rule, req model.Request) Route {
	req.Target = rule.Target
	return Route{
		Provider:    m.providers[rule.Provider],
		Request:     req,
		Substituted: req.TargetModel() != req.Model || rule.Provider == Builtin,
	}
}

func (r Rule) matches(req model.Request) bool {
	return (r.Service == "" || r.Service == req.Service) && model.Match(r.Pattern, req.Model)
}

func notConfigured(req model.Request) error {
	noun := map[model.Service]string{model.SageMaker: "SageMaker endpoint", model.Comprehend: "Comprehend operation"}[req.Service]
	if noun == "" {
		noun = string(req.Service) + " model"
	}
	return &model.Error{
		Kind: model.NotConfigured, Service: req.Service,
		Message: fmt.Sprintf("no provider is configured for %s %q: set the AWS region (--aws-region, or region under [aws] in the "+
			"configuration) to reach Amazon %s, or map it to another provider or to the built-in models "+
			`([[models]] match = %q provider = "builtin")`, noun, req.Model, req.Service, req.Model),
	}
}

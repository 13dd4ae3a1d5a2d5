package infer

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"airglow/internal/model"
)

// NewMap returns the map of rules over providers by name. Defaults names the
// provider of a service where no rule matches; a service without one has none.
// The error names each faulty rule by its position, counted from 1.
func NewMap(rules []Rule, providers map[string]model.Provider, defaults map[model.Service]string) (*Map, error) {
	m := &Map{rules: slices.Clone(rules), providers: providers, defaults: defaults}
	var faults []error
	for i := range rules {
		if fault := m.fault(rules[i]); fault != "" {
			faults = append(faults, m.faulty(i, fault))
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

// faulty is the error of a rule.
func (m *Map) faulty(i int, fault string) error {
	place := m.rules[i].Place
	if place != "" {
		place += ": "
	}
	return fmt.Errorf("%s[[models]] rule %d (match %q): %s", place, i+1, m.rules[i].Pattern, fault)
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
	return m.fallbackFault(rule.destinations())
}

// fallbackFault says what is wrong with the fallbacks of a rule.
func (m *Map) fallbackFault(all []Destination) string {
	for i, to := range all[1:] {
		fault := ""
		switch {
		case to.Provider == "":
			fault = "provider is missing; " + m.known()
		case m.providers[to.Provider] == nil:
			fault = m.unknown(to.Provider)
		case slices.ContainsFunc(all[:i+1], to.equals):
			fault = "its provider and target have been asked by then; name another, or leave it out"
		}
		if fault != "" {
			return fmt.Sprintf("fallback %d: %s", i+1, fault)
		}
	}
	return ""
}

// conflicts names the rules that lead to a target with other limits than an
// earlier one: a model has one quota, by whatever name it is asked for. A fallback
// need not repeat them.
func (m *Map) conflicts() []error {
	type target struct{ provider, model string }
	type first struct {
		rule   int
		limits Limits
	}
	known := map[target]first{}
	var faults []error
	for i, rule := range m.rules {
		for position, to := range rule.destinations() {
			if to.Target == "" || position > 0 && to.Limits == (Limits{}) {
				continue
			}
			name := target{to.Provider, to.Target}
			earlier, seen := known[name]
			switch {
			case !seen:
				known[name] = first{i, to.Limits}
			case earlier.limits != to.Limits:
				faults = append(faults, m.faulty(i, fmt.Sprintf("its limits for %q differ from those of rule %d", to.Target, earlier.rule+1)))
			}
		}
	}
	return faults
}

func (m *Map) unknown(provider string) string {
	return fmt.Sprintf("no provider %q is set up; %s", provider, m.known())
}

func (m *Map) known() string {
	if len(m.providers) == 0 {
		return "no provider is"
	}
	return "set up are " + strings.Join(slices.Sorted(maps.Keys(m.providers)), ", ")
}

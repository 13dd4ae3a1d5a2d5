package config

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// ruleFault is a mistake in one rule of the model map.
type ruleFault struct {
	number int // from 1
	text   string
}

func (f ruleFault) Error() string { return fmt.Sprintf("[[models]] rule %d: %s", f.number, f.text) }

// models takes the model map from the file. It stops at the first mistake.
func (d *decoder) models(value any) error {
	rules, err := tables(value)
	if err != nil {
		return err
	}
	for i, entries := range rules {
		rule, err := modelRule(entries)
		if err != nil {
			return ruleFault{i + 1, err.Error()}
		}
		d.config.Models = append(d.config.Models, rule)
	}
	return nil
}

// tables returns an array of tables, written as [[models]] or inline.
func tables(value any) ([]map[string]any, error) {
	if rules, ok := value.([]map[string]any); ok {
		return rules, nil
	}
	var rules []map[string]any
	list, ok := value.([]any)
	for _, item := range list {
		rule, isTable := item.(map[string]any)
		ok = ok && isTable
		rules = append(rules, rule)
	}
	if !ok {
		return nil, errors.New("write one [[models]] for each rule")
	}
	return rules, nil
}

func modelRule(entries map[string]any) (ModelRule, error) {
	var rule ModelRule
	fields := map[string]*string{
		"match": &rule.Match, "provider": &rule.Provider, "target": &rule.Target, "service": &rule.Service,
	}
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		field := fields[key]
		if field == nil {
			return rule, fmt.Errorf("unknown key %q; a rule has match, provider, target and service", key)
		}
		text, ok := entries[key].(string)
		if !ok {
			return rule, fmt.Errorf("%s: write a text in quotes", key)
		}
		*field = text
	}
	return rule, rule.complete()
}

// complete checks the rule by itself; whether the provider exists is for whoever
// sets providers up.
func (r *ModelRule) complete() error {
	if r.Match == "" {
		return errors.New(`match is missing; write a model id, or "*" for every model`)
	}
	if r.Provider == "" {
		return errors.New("provider is missing")
	}
	if r.Service == "" {
		return nil
	}
	for _, service := range []string{"Bedrock", "SageMaker", "Comprehend"} {
		if strings.EqualFold(r.Service, service) {
			r.Service = service
			return nil
		}
	}
	return fmt.Errorf("unknown service %q; it is Bedrock, SageMaker or Comprehend", r.Service)
}

// ruleHeader opens a rule. The library keeps one position for all of them.
var ruleHeader = regexp.MustCompile(`^\s*\[\[\s*models\s*\]\]`)

// ruleLine returns the line of the number-th [[models]], or otherwise when the
// map is written in another way.
func (d *decoder) ruleLine(number, otherwise int) int {
	for i, line := range strings.Split(d.text, "\n") {
		if ruleHeader.MatchString(line) {
			if number--; number == 0 {
				return i + 1
			}
		}
	}
	return otherwise
}

package config

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
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

// ruleKey is one key of a rule.
type ruleKey struct {
	name string
	// text or number is the key's place in the rule; number goes from 0 to most.
	text   *string
	number *int
	most   int
}

func (r *ModelRule) keys() []ruleKey {
	return []ruleKey{
		{name: "match", text: &r.Match},
		{name: "provider", text: &r.Provider},
		{name: "target", text: &r.Target},
		{name: "service", text: &r.Service},
		{name: "max-concurrency", number: &r.MaxConcurrency, most: 10_000},
		{name: "calls-per-minute", number: &r.CallsPerMinute, most: 10_000_000},
		{name: "tokens-per-minute", number: &r.TokensPerMinute, most: 1_000_000_000},
	}
}

func modelRule(entries map[string]any) (ModelRule, error) {
	var rule ModelRule
	keys := rule.keys()
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		i := slices.IndexFunc(keys, func(k ruleKey) bool { return k.name == name })
		if i < 0 {
			return rule, unknownRuleKey(name, keys)
		}
		if err := keys[i].set(entries[name]); err != nil {
			return rule, fmt.Errorf("%s: %w", name, err)
		}
	}
	return rule, rule.complete()
}

func unknownRuleKey(name string, keys []ruleKey) error {
	var known []string
	for _, k := range keys {
		if k.name == strings.ReplaceAll(name, "_", "-") {
			return fmt.Errorf("unknown key %q; write %s", name, k.name)
		}
		known = append(known, k.name)
	}
	last := len(known) - 1
	return fmt.Errorf("unknown key %q; a rule has %s and %s", name, strings.Join(known[:last], ", "), known[last])
}

// set takes a value of the file.
func (k ruleKey) set(value any) error {
	if k.text != nil {
		text, ok := value.(string)
		if !ok {
			return errors.New("write a text in quotes")
		}
		*k.text = text
		return nil
	}
	n, ok := value.(int64)
	if !ok {
		return errors.New("write a whole number without quotes")
	}
	if n < 0 || n > int64(k.most) {
		return fmt.Errorf("%d is not a whole number between 0 and %d", n, k.most)
	}
	*k.number = int(n)
	return nil
}

// line is the key and its value as TOML.
func (k ruleKey) line() string {
	if k.text != nil {
		return k.name + " = " + quote(*k.text)
	}
	return k.name + " = " + strconv.Itoa(*k.number)
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

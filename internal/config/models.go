package config

import (
	"errors"
	"fmt"
	"strings"
)

// models takes the model map from the file. It stops at the first mistake.
func (d *decoder) models(value any) error {
	return tables("models", value, func(entries map[string]any) error {
		var rule ModelRule
		if err := readTable(entries, "rule", rule.keys()); err != nil {
			return err
		}
		err := rule.complete()
		d.config.Models = append(d.config.Models, rule)
		return err
	})
}

func (r *ModelRule) keys() []tableKey {
	return []tableKey{
		{name: "match", place: &r.Match},
		{name: "provider", place: &r.Provider},
		{name: "target", place: &r.Target},
		{name: "service", place: &r.Service},
		{name: "max-concurrency", place: &r.MaxConcurrency, most: 10_000},
		{name: "calls-per-minute", place: &r.CallsPerMinute, most: 10_000_000},
		{name: "tokens-per-minute", place: &r.TokensPerMinute, most: 1_000_000_000},
	}
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

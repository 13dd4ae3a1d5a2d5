package config

import (
	"errors"
	"fmt"
	"slices"
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
		rule.Line = placesOf(d.text, "models", len(d.config.Models)+1).header
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
		{name: "timeout-ms", place: &r.TimeoutMS, most: mostTimeoutMS},
		{name: "lenient", place: &r.Lenient},
		{name: "prompt-mode", place: &r.PromptMode},
		{name: "parameters", place: &r.Parameters},
		{name: "fallbacks", place: &r.Fallbacks},
	}
}

func (f *Fallback) keys() []tableKey {
	return []tableKey{
		{name: "provider", place: &f.Provider},
		{name: "target", place: &f.Target},
		{name: "max-concurrency", place: &f.MaxConcurrency, most: 10_000},
		{name: "calls-per-minute", place: &f.CallsPerMinute, most: 10_000_000},
		{name: "tokens-per-minute", place: &f.TokensPerMinute, most: 1_000_000_000},
		{name: "prompt-mode", place: &f.PromptMode},
		{name: "parameters", place: &f.Parameters},
	}
}

// setFallbacks reads the fallbacks of a rule.
func setFallbacks(place *[]Fallback, value any) error {
	all, err := tablesOf("fallbacks", value)
	if err != nil {
		return err
	}
	for i, entries := range all {
		var f Fallback
		err := readTable(entries, "fallback", f.keys())
		if err == nil {
			err = takesParameters(f.Provider, f.Parameters)
		}
		if err == nil {
			err = takesPrompts(f.Provider, f.PromptMode)
		}
		if err == nil && f.Provider == "" {
			err = errors.New("provider is missing")
		}
		if err != nil {
			return fmt.Errorf("%d: %w", i+1, err)
		}
		*place = append(*place, f)
	}
	return nil
}

// inline is the fallback as a table of TOML in one line; what is not set is left out.
func (f Fallback) inline() string {
	var entries []string
	for _, k := range f.keys() {
		if text := k.value(); text != `""` && text != "0" && text != "{}" {
			entries = append(entries, k.name+" = "+text)
		}
	}
	return "{ " + strings.Join(entries, ", ") + " }"
}

// The bounds of a time limit are those of aurora_ml_inference_timeout.
const (
	leastTimeoutMS = 100
	mostTimeoutMS  = 3_600_000
)

// complete checks the rule by itself; whether the provider exists is for whoever
// sets providers up.
func (r *ModelRule) complete() error {
	switch {
	case r.Match == "":
		return errors.New(`match is missing; write a model id, or "*" for every model`)
	case r.Provider == "":
		return errors.New("provider is missing")
	case r.TimeoutMS != 0 && r.TimeoutMS < leastTimeoutMS:
		return wrong("timeout-ms", "%d is not a whole number between %d and %d, or 0 for aurora_ml_inference_timeout", r.TimeoutMS, leastTimeoutMS, mostTimeoutMS)
	}
	if err := takesParameters(r.Provider, r.Parameters); err != nil {
		return err
	}
	if err := takesPrompts(r.Provider, r.PromptMode); err != nil {
		return err
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
	return keyed{"service", fmt.Errorf("unknown service %q; it is Bedrock, SageMaker or Comprehend", r.Service)}
}

// reserved are the parameters that each request says itself. Setting them would make
// every call fail, or ask something else.
func reserved() []string {
	return []string{"encoding_format", "input", "messages", "model", "prompt", "stream", "stream_options"}
}

// takesParameters refuses parameters that nobody would read, and those that are no
// settings.
func takesParameters(provider string, parameters Parameters) error {
	for _, name := range reserved() {
		if parameters.has(name) {
			return wrong("parameters", "%s is for each request to say; leave it out", name)
		}
	}
	if parameters != "" && slices.Contains([]string{"builtin", "sagemaker", "comprehend"}, provider) {
		return wrong("parameters", "provider %s takes none; they are for bedrock and for the servers of [[providers]]", provider)
	}
	return nil
}

// takesPrompts refuses a mode that is none, or that the provider cannot have.
func takesPrompts(provider, mode string) error {
	switch {
	case mode == "" || mode == "turns":
		return nil
	case mode != "raw":
		return wrong("prompt-mode", "%q is neither turns nor raw", mode)
	case slices.Contains([]string{"bedrock", "builtin", "sagemaker", "comprehend"}, provider):
		return wrong("prompt-mode", "provider %s sends no prompt as it stands to another model; raw is for the servers of [[providers]]", provider)
	}
	return nil
}

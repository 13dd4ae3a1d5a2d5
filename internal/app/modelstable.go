package app

import (
	"context"
	"strings"
	"time"

	"airglow/internal/dialect"
	"airglow/internal/engine"
	"airglow/internal/infer"
	"airglow/internal/model"
)

// modelsTable is airglow.models: the model map, a row for each who may answer, and
// how the last calls there went.
func (a *App) modelsTable() engine.Table {
	columns := make([]engine.Column, len(modelColumns))
	for i, c := range modelColumns {
		columns[i] = engine.Column{Name: c.name, Type: c.kind}
	}
	return engine.Table{Name: "models", Columns: columns, Rows: func(_ context.Context, caller engine.Caller) ([][]any, error) {
		var rows [][]any
		for _, l := range a.models.List() {
			m := mapped{Listing: l, health: a.runner.Health(l), process: caller.Process, concurrency: a.config.ML.MaxConcurrency}
			row := make([]any, len(modelColumns))
			for i, c := range modelColumns {
				row[i] = c.value(m)
			}
			rows = append(rows, row)
		}
		return rows, nil
	}}
}

// mapped is a row of airglow.models.
type mapped struct {
	infer.Listing
	health infer.Health
	// process is true for whoever may see what others do; the text of a failure may
	// tell it.
	process bool
	// concurrency is the limit where the map has none.
	concurrency int
}

var modelColumns = []struct {
	name, kind string
	value      func(m mapped) any
}{
	{"rule", "int", func(m mapped) any { return unlessZero(m.Rule) }},
	{"model", "varchar(2048)", func(m mapped) any { return m.Pattern }},
	{"service", "varchar(16)", func(m mapped) any { return unlessZero(string(m.Service)) }},
	{"position", "int", func(m mapped) any { return m.Position + 1 }},
	{"provider", "varchar(64)", func(m mapped) any { return m.Provider.Name() }},
	{"target", "varchar(2048)", func(m mapped) any { return unlessZero(m.Target) }},
	{"substitution", "varchar(3)", func(m mapped) any { return yes(m.Substitution) }},
	{"can", "varchar(64)", func(m mapped) any { return unlessZero(strings.Join(abilities(m.Listing), ",")) }},
	{"health", "varchar(8)", func(m mapped) any { return healthWord(m.health) }},
	{"since", "datetime(6)", func(m mapped) any { return unlessNever(m.health.Since) }},
	{"last_error_at", "datetime(6)", func(m mapped) any { return unlessNever(m.health.LastErrorAt) }},
	{"last_error", "varchar(1024)", func(m mapped) any {
		if !m.process {
			return nil
		}
		return unlessZero(m.health.LastError)
	}},
	{"max_concurrency", "int", func(m mapped) any {
		if m.Limits.Concurrency > 0 {
			return m.Limits.Concurrency
		}
		return m.concurrency
	}},
	{"calls_per_minute", "int", func(m mapped) any { return unlessZero(m.Limits.CallsPerMinute) }},
	{"tokens_per_minute", "int", func(m mapped) any { return unlessZero(m.Limits.TokensPerMinute) }},
	{"timeout_ms", "bigint", func(m mapped) any { return unlessZero(m.Timeout.Milliseconds()) }},
	{"lenient", "varchar(3)", func(m mapped) any { return yes(m.Lenient) }},
	{"parameters", "longtext", func(m mapped) any { return unlessZero(m.Parameters) }},
}

// unlessZero is a value, NULL where it is zero.
func unlessZero[T comparable](value T) any {
	if value == *new(T) {
		return nil
	}
	return value
}

func unlessNever(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return at.UTC()
}

func yes(is bool) string {
	if is {
		return "yes"
	}
	return "no"
}

func healthWord(h infer.Health) string {
	switch {
	case !h.Known:
		return "unknown"
	case h.Failing:
		return "failing"
	default:
		return "ok"
	}
}

// abilities are what a provider can do for the models of a listing, as far as they
// tell.
func abilities(l infer.Listing) (list []string) {
	able, ok := l.Provider.(model.Able)
	if !ok {
		return nil
	}
	service := serviceOf(l)
	family, known := dialect.ForModel(l.Pattern)
	for _, ability := range able.Abilities() {
		fits := true
		switch ability {
		case model.Sentiment:
			fits = service == model.Comprehend
		case model.CSV:
			fits = service == model.SageMaker
		case model.Chat, model.Stream:
			fits = service == model.Bedrock && !(known && family.Embeds())
		case model.Embeddings:
			fits = service == model.Bedrock && (!known || family.Embeds())
		case model.Batch:
			fits = service != model.Bedrock || !known || family.Embeds()
		}
		if fits {
			list = append(list, string(ability))
		}
	}
	return list
}

// serviceOf is the service of a listing that may be about any.
func serviceOf(l infer.Listing) model.Service {
	switch name := l.Provider.Name(); {
	case l.Service != "":
		return l.Service
	case name == "sagemaker":
		return model.SageMaker
	case name == "comprehend", l.Pattern == "sentiment":
		return model.Comprehend
	}
	return model.Bedrock
}

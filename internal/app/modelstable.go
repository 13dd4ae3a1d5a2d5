package app

import (
	"context"
	"strings"
	"time"

	"airglow/internal/engine/own"
	"airglow/internal/infer"
	"airglow/internal/model"
)

// modelsTable is airglow.models: who may answer for which model, and how the last
// calls there went. The patterns of the map come first, in its order, then every
// known id by itself.
func (a *App) modelsTable() own.Table {
	columns := make([]own.Column, len(modelColumns))
	for i, c := range modelColumns {
		columns[i] = own.Column{Name: c.name, Type: c.kind}
	}
	return own.Table{Name: "models", Columns: columns, Rows: func(_ context.Context, caller own.Caller) ([][]any, error) {
		var rows [][]any
		for _, l := range a.modelRows(caller) {
			if l.Provider != nil {
				l.health = a.runner.Health(l.Listing)
			}
			row := make([]any, len(modelColumns))
			for i, c := range modelColumns {
				row[i] = c.value(l)
			}
			rows = append(rows, row)
		}
		return rows, nil
	}}
}

// modelRows are the rows of airglow.models for a reader, without their health.
func (a *App) modelRows(caller own.Caller) []mapped {
	var rows []mapped
	add := func(l infer.Listing, row mapped) {
		row.Listing, row.process, row.concurrency = l, caller.Process, a.config.ML.MaxConcurrency
		rows = append(rows, row)
	}
	for _, l := range a.models.List() {
		if !l.Exact() {
			add(l, mapped{knownBy: "pattern", pattern: l.Pattern})
		}
	}
	for _, id := range a.knownModels(caller) {
		found := a.models.Find(id.Service, id.Model)
		for _, l := range found {
			add(l, mapped{knownBy: id.by, pattern: a.models.Pattern(l)})
		}
		if _, err := a.models.Routes(model.Request{Service: id.Service, Model: id.Model}); err != nil && id.used {
			add(infer.Listing{Pattern: id.Model, Service: id.Service}, mapped{knownBy: id.by, unmapped: model.Message(err)})
		}
	}
	return rows
}

// mapped is a row of airglow.models.
type mapped struct {
	infer.Listing
	// knownBy says why the row is there, and pattern is what the rule that answers
	// matches.
	knownBy, pattern string
	health           infer.Health
	// unmapped is why nobody answers; there is no provider then.
	unmapped string
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
	{"model", "varchar(2048)", func(m mapped) any { return m.Pattern }},
	{"service", "varchar(16)", func(m mapped) any { return unlessZero(string(m.Service)) }},
	{"known_by", "varchar(16)", func(m mapped) any { return m.knownBy }},
	{"rule", "int", func(m mapped) any { return unlessZero(m.Rule) }},
	{"pattern", "varchar(2048)", func(m mapped) any { return unlessZero(m.pattern) }},
	{"position", "int", func(m mapped) any { return unlessZero(m.position()) }},
	{"provider", "varchar(64)", func(m mapped) any { return unlessZero(m.provider()) }},
	{"target", "varchar(2048)", func(m mapped) any { return unlessZero(m.Target) }},
	{"substitution", "varchar(3)", func(m mapped) any { return yes(m.Substitution) }},
	{"can", "varchar(64)", func(m mapped) any { return unlessZero(strings.Join(abilities(m.Listing), ",")) }},
	{"health", "varchar(9)", func(m mapped) any { return m.healthWord() }},
	{"since", "datetime(6)", func(m mapped) any { return unlessNever(m.health.Since) }},
	{"last_error_at", "datetime(6)", func(m mapped) any { return unlessNever(m.health.LastErrorAt) }},
	{"last_error", "varchar(1024)", func(m mapped) any {
		switch {
		case m.unmapped != "":
			return m.unmapped
		case !m.process:
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

func (m mapped) position() int {
	if m.Provider == nil {
		return 0
	}
	return m.Position + 1
}

func (m mapped) provider() string {
	if m.Provider == nil {
		return ""
	}
	return m.Provider.Name()
}

func (m mapped) healthWord() string {
	switch {
	case m.health.Throttled:
		return "throttled"
	case m.health.Failing || m.unmapped != "":
		return "failing"
	case !m.health.Known:
		return "unknown"
	default:
		return "ok"
	}
}

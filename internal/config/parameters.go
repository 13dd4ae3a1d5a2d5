package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// Parameters is a JSON object with sorted keys; empty is none.
type Parameters string

// setParameters takes a table of the file. The same settings always make the same
// text, because it is part of what tells requests apart.
func setParameters(place *Parameters, value any) error {
	entries, ok := value.(map[string]any)
	if !ok {
		return errors.New("write a table, such as { seed = 7, min_p = 0.05 }")
	}
	if len(entries) == 0 {
		return nil
	}
	if err := asJSON(entries); err != nil {
		return err
	}
	text, err := json.Marshal(entries) // sorts the keys
	*place = Parameters(text)
	return err
}

// asJSON refuses what JSON has no form for.
func asJSON(value any) error {
	switch value := value.(type) {
	case string, bool, int64:
		return nil
	case float64:
		if !math.IsNaN(value) && !math.IsInf(value, 0) {
			return nil
		}
	case []any:
		for _, item := range value {
			if err := asJSON(item); err != nil {
				return err
			}
		}
		return nil
	case []map[string]any:
		for _, item := range value {
			if err := asJSON(item); err != nil {
				return err
			}
		}
		return nil
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			if err := asJSON(value[name]); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
		return nil
	}
	return fmt.Errorf("%v has no form in JSON, which servers are told parameters in; write a text in quotes", value)
}

// has reports whether a setting is among the parameters.
func (p Parameters) has(name string) bool {
	var members map[string]json.RawMessage
	if json.Unmarshal([]byte(p), &members) != nil {
		return false // of none
	}
	_, there := members[name]
	return there
}

// toml is the parameters as an inline table.
func (p Parameters) toml() string {
	if p == "" {
		return "{}"
	}
	var value any
	decoder := json.NewDecoder(strings.NewReader(string(p)))
	decoder.UseNumber() // as it was written
	if decoder.Decode(&value) != nil {
		return "{}"
	}
	return tomlOf(value)
}

func tomlOf(value any) string {
	switch value := value.(type) {
	case string:
		return quote(value)
	case []any:
		var items []string
		for _, item := range value {
			items = append(items, tomlOf(item))
		}
		return "[" + strings.Join(items, ", ") + "]"
	case map[string]any:
		var entries []string
		for _, name := range slices.Sorted(maps.Keys(value)) {
			entries = append(entries, keyOf(name)+" = "+tomlOf(value[name]))
		}
		if entries == nil {
			return "{}"
		}
		return "{ " + strings.Join(entries, ", ") + " }"
	default:
		return fmt.Sprint(value)
	}
}

// keyOf is a key of TOML, in quotes where it needs them.
func keyOf(name string) string {
	plain := func(r rune) bool {
		return r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
	}
	if name != "" && strings.IndexFunc(name, func(r rune) bool { return !plain(r) }) < 0 {
		return name
	}
	return quote(name)
}

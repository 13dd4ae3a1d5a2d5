package config

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// tableFault is a mistake in one table of [[models]] or [[providers]].
type tableFault struct {
	list   string // "models" or "providers"
	number int    // from 1
	err    error
}

func (f tableFault) Unwrap() error { return f.err }

func (f tableFault) Error() string {
	noun := map[string]string{"models": "rule", "providers": "table"}[f.list]
	return fmt.Sprintf("[[%s]] %s %d: %v", f.list, noun, f.number, f.err)
}

// tables gives each table of a list to read. It stops at the first mistake.
func tables(list string, value any, read func(entries map[string]any) error) error {
	all, err := tablesOf(list, value)
	if err != nil {
		return err
	}
	for i, entries := range all {
		if err := read(entries); err != nil {
			return tableFault{list, i + 1, err}
		}
	}
	return nil
}

// tablesOf returns an array of tables, written as [[models]] or inline. The list is
// models, providers or fallbacks.
func tablesOf(list string, value any) ([]map[string]any, error) {
	if all, ok := value.([]map[string]any); ok {
		return all, nil
	}
	var all []map[string]any
	items, ok := value.([]any)
	for _, item := range items {
		entries, isTable := item.(map[string]any)
		ok = ok && isTable
		all = append(all, entries)
	}
	if !ok && list == "fallbacks" {
		return nil, errors.New(`write a list of tables, such as [ { provider = "local", target = "qwen3:4b" }, { provider = "builtin" } ]`)
	}
	if !ok {
		return nil, fmt.Errorf("write one [[%s]] for each %s", list, map[string]string{"models": "rule", "providers": "provider"}[list])
	}
	return all, nil
}

// tableKey is one key of a table in a list.
type tableKey struct {
	name string
	// place is where the value goes: *string, *int, *bool, *time.Duration,
	// *[]string, *map[string]Secret, *Parameters or *[]Fallback.
	place any
	// A number goes from 0 to most.
	most int
}

// readTable takes the entries of a table into the places of its keys.
func readTable(entries map[string]any, noun string, keys []tableKey) error {
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		i := slices.IndexFunc(keys, func(k tableKey) bool { return k.name == name })
		if i < 0 {
			return keyed{name, unknownKey(name, noun, keys)}
		}
		if err := keys[i].set(entries[name]); err != nil {
			return wrong(name, "%w", err)
		}
	}
	return nil
}

func unknownKey(name, noun string, keys []tableKey) error {
	var known []string
	for _, k := range keys {
		if k.name == strings.ReplaceAll(name, "_", "-") {
			return fmt.Errorf("unknown key %q; write %s", name, k.name)
		}
		known = append(known, k.name)
	}
	last := len(known) - 1
	return fmt.Errorf("unknown key %q; a %s has %s and %s", name, noun, strings.Join(known[:last], ", "), known[last])
}

// set takes a value of the file.
func (k tableKey) set(value any) error {
	switch place := k.place.(type) {
	case *[]string:
		return setList(place, value)
	case *map[string]Secret:
		return setHeaders(place, value)
	case *Parameters:
		return setParameters(place, value)
	case *[]Fallback:
		return setFallbacks(place, value)
	case *int:
		if n, ok := value.(int64); ok && (n < 0 || n > int64(k.most)) {
			return fmt.Errorf("%d is not a whole number between 0 and %d", n, k.most)
		}
	}
	text, err := textOf(k.place, value)
	if err != nil {
		return err
	}
	return parse(k.place, text)
}

func setList(place *[]string, value any) error {
	items, ok := value.([]any)
	for _, item := range items {
		text, isText := item.(string)
		ok = ok && isText
		*place = append(*place, text)
	}
	if !ok {
		return errors.New(`write a list of texts, such as ["169.254.7.0/24"]`)
	}
	return nil
}

func setHeaders(place *map[string]Secret, value any) error {
	entries, ok := value.(map[string]any)
	*place = map[string]Secret{}
	for name, entry := range entries {
		text, isText := entry.(string)
		ok = ok && isText
		(*place)[name] = Secret(text)
	}
	if !ok {
		return errors.New(`write headers with texts, such as { "X-Project" = "p1" }`)
	}
	return nil
}

// line is the key and its value as TOML.
func (k tableKey) line() string {
	return k.name + " = " + k.value()
}

func (k tableKey) value() string {
	switch place := k.place.(type) {
	case *string:
		if k.name == "url" {
			return quote(maskURL(*place))
		}
		return quote(*place)
	case *int:
		return strconv.Itoa(*place)
	case *bool:
		return strconv.FormatBool(*place)
	case *time.Duration:
		return quote(place.String())
	case *Parameters:
		return place.toml()
	case *[]Fallback:
		var all []string
		for _, f := range *place {
			all = append(all, f.inline())
		}
		return "[" + strings.Join(all, ", ") + "]"
	case *[]string:
		return "[" + strings.Join(quoteAll(*place), ", ") + "]"
	case *map[string]Secret:
		var entries []string
		for _, name := range slices.Sorted(maps.Keys(*place)) {
			entries = append(entries, quote(name)+" = "+quote((*place)[name].String()))
		}
		if entries == nil {
			return "{}"
		}
		return "{ " + strings.Join(entries, ", ") + " }"
	}
	return ""
}

func quoteAll(texts []string) []string {
	var quoted []string
	for _, text := range texts {
		quoted = append(quoted, quote(text))
	}
	return quoted
}

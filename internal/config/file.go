package config

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
)

// applyTOML sets what the file says. Every error names the file, the line and
// the key.
func (c *Config) applyTOML(path, text string) error {
	var top map[string]toml.Primitive
	meta, err := toml.Decode(text, &top)
	if err != nil {
		return inFile(path, err)
	}
	d := &decoder{config: c, meta: &meta, text: text}
	d.table("", top)
	slices.SortStableFunc(d.faults, func(a, b fault) int { return a.line - b.line })
	var all []error
	for _, f := range d.faults {
		all = append(all, fmt.Errorf("%s:%d: %s", path, f.line, f.text))
	}
	return errors.Join(all...)
}

// inFile says where the syntax of a file is wrong, without showing its text,
// which may hold a secret.
func inFile(path string, err error) error {
	var syntax toml.ParseError
	if errors.As(err, &syntax) {
		return fmt.Errorf("%s:%d: %s", path, syntax.Position.Line, syntax.Message)
	}
	return fmt.Errorf("%s: %w", path, err)
}

// decoder walks one file. It decodes value by value, because only while a
// value is being decoded does the library tell where it stands.
type decoder struct {
	config *Config
	meta   *toml.MetaData
	text   string
	faults []fault
}

type fault struct {
	line int
	text string
}

// visit is called with a value as the TOML library has it: string, int64,
// float64, bool, time.Time, []any, map[string]any or []map[string]any.
type visit func(value any) error

// UnmarshalTOML passes the value on.
func (v visit) UnmarshalTOML(value any) error { return v(value) }

func (d *decoder) table(section string, entries map[string]toml.Primitive) {
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		key := strings.TrimPrefix(section+"."+name, ".")
		if section == "" && isSection(name) {
			d.section(name, entries[name])
			continue
		}
		d.value(key, entries[name])
	}
}

func (d *decoder) section(name string, value toml.Primitive) {
	var entries map[string]toml.Primitive
	d.decode(name, value, func(value any) error {
		if _, ok := value.(map[string]any); !ok {
			return fmt.Errorf("it is a section; write [%s]", name)
		}
		return nil
	})
	if err := d.meta.PrimitiveDecode(value, &entries); err == nil {
		d.table(name, entries)
	}
}

func (d *decoder) value(key string, value toml.Primitive) {
	i := slices.IndexFunc(options(), func(o option) bool { return o.key == key })
	switch {
	case key == "models":
		d.decode(key, value, d.models)
	case key == "providers":
		d.decode(key, value, d.providers)
	case i < 0:
		d.decode(key, value, func(any) error { return errors.New("unknown key" + nearest(key)) })
	default:
		d.decode(key, value, func(value any) error { return d.set(options()[i], value) })
	}
}

// decode visits one value and notes what is wrong with it.
func (d *decoder) decode(key string, value toml.Primitive, v visit) {
	var wrong error
	keep := visit(func(value any) error {
		wrong = v(value)
		return wrong
	})
	var placed toml.ParseError
	if !errors.As(d.meta.PrimitiveDecode(value, &keep), &placed) {
		return
	}
	f := fault{placed.Position.Line, key + ": " + placed.Message}
	var table tableFault
	if errors.As(wrong, &table) {
		f = fault{placesOf(d.text, table.list, table.number).of(table, f.line), table.Error()}
	}
	d.faults = append(d.faults, f)
}

func (d *decoder) set(o option, value any) error {
	text, err := textOf(o.field(d.config), value)
	if err != nil {
		return err
	}
	if err := o.set(d.config, text); err != nil {
		return err
	}
	d.config.sources[o.key] = "file"
	return nil
}

// textOf turns a value of the file into text and refuses another type than the
// option's own: listen = 3306 is a mistake, not the text "3306".
func textOf(field, value any) (string, error) {
	switch value := value.(type) {
	case int64:
		if _, ok := field.(*int); ok {
			return strconv.FormatInt(value, 10), nil
		}
	case bool:
		if _, ok := field.(*bool); ok {
			return strconv.FormatBool(value), nil
		}
	case string:
		switch field.(type) {
		case *int, *bool:
		default:
			return value, nil
		}
	}
	switch field.(type) {
	case *int:
		return "", errors.New("write a whole number without quotes")
	case *bool:
		return "", errors.New("write true or false without quotes")
	default:
		return "", errors.New("write a text in quotes")
	}
}

func isSection(name string) bool {
	return slices.ContainsFunc(options(), func(o option) bool { return o.section() == name })
}

// nearest suggests the option whose name in its section is meant, when the key
// only stands in another section or is written with underscores.
func nearest(key string) string {
	plain := strings.ReplaceAll(key, "_", "-")
	name := plain[strings.LastIndexByte(plain, '.')+1:]
	for _, o := range options() {
		switch {
		case o.key == plain:
			return "; write " + o.name()
		case o.name() == name && o.section() == "":
			return "; " + name + " belongs at the top, before any section"
		case o.name() == name, o.flag() == name:
			return "; write " + o.name() + " under [" + o.section() + "]"
		}
	}
	return "; `airglow config` lists every option"
}

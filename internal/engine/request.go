package engine

import (
	"fmt"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/planbuilder"
	"github.com/dolthub/go-mysql-server/sql/types"

	"airglow/internal/assign"
	"airglow/internal/csvline"
	"airglow/internal/model"
)

// request evaluates the arguments and makes the request of them. It is null
// when the body is: then there is no call, and the answer is NULL.
func (c *modelCall) request(ctx *sql.Context, row sql.Row) (r model.Request, null bool, err error) {
	r = model.Request{
		Service: c.function.Service, Model: c.function.Model,
		ContentType: c.function.ContentType, Accept: c.function.Accept,
	}
	if c.function.Service == model.SageMaker {
		r.Body, err = c.record(ctx, row)
		return r, false, err
	}
	body, err := c.args[0].Eval(ctx, row)
	if err != nil || body == nil {
		return r, true, err
	}
	text, err := textOf(ctx, body, c.args[0].Type())
	r.Body = []byte(text)
	return r, false, err
}

// record evaluates the arguments into one CSV record. NULL is an empty field.
func (c *modelCall) record(ctx *sql.Context, row sql.Row) ([]byte, error) {
	fields := make([]csvline.Field, len(c.function.Args))
	for i, arg := range unmasked(c.args) {
		value, err := arg.Eval(ctx, row)
		if err != nil {
			return nil, err
		}
		if value == nil {
			fields[i].Null = true
			continue
		}
		if fields[i].Text, err = c.field(ctx, i, value); err != nil {
			return nil, err
		}
	}
	return csvline.EncodeRecord(fields), nil
}

// field writes the value of an argument in the text form of its declared type,
// which it is assigned to as in a call of any stored function.
func (c *modelCall) field(ctx *sql.Context, i int, value any) (string, error) {
	declared, from := c.declared[i], assign.Value{Value: value, Type: c.args[i].Type()}
	if types.IsText(declared) {
		text, err := textOf(ctx, value, from.Type)
		if err != nil {
			return "", err
		}
		from = assign.Value{Value: text}
	}
	target := assign.Target{Name: c.function.Args[i].Name, Type: declared, Row: 1}
	kept, err := target.Take(ctx, from)
	if err != nil {
		return "", err
	}
	return written(ctx, kept, declared)
}

// textOf is a value of a type as text, as MySQL converts it.
func textOf(ctx *sql.Context, value any, from sql.Type) (string, error) {
	switch {
	case types.IsTime(from), types.IsTimespan(from), types.IsYear(from), types.IsEnum(from), types.IsSet(from):
		return written(ctx, value, from)
	}
	converted, _, err := types.LongText.Convert(ctx, value)
	if err != nil {
		return "", err
	}
	unwrapped, err := sql.UnwrapAny(ctx, converted)
	if err != nil {
		return "", err
	}
	text, ok := unwrapped.(string)
	if bytes, isBytes := unwrapped.([]byte); isBytes {
		text, ok = string(bytes), true
	}
	if !ok {
		return "", sql.ErrInvalidType.New(unwrapped)
	}
	if types.IsJSON(from) {
		text = escapeControls(text)
	}
	return text, nil
}

// written is a value as its type writes it to clients.
func written(ctx *sql.Context, value any, as sql.Type) (string, error) {
	text, err := as.SQL(ctx, nil, value)
	if err != nil {
		return "", err
	}
	return text.ToString(), nil
}

// escapeControls escapes the control characters that the engine leaves as they
// are when it writes JSON. They stand in strings only: it writes JSON on one
// line.
func escapeControls(json string) string {
	if strings.IndexFunc(json, isControl) < 0 {
		return json
	}
	var b strings.Builder
	for _, r := range json {
		if isControl(r) {
			fmt.Fprintf(&b, "\\u%04x", r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func isControl(r rune) bool { return r < 0x20 }

// parseType reads a type as SQL writes it.
func parseType(text string) (sql.Type, error) { return planbuilder.ParseColumnTypeString(text) }

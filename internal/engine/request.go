package engine

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/planbuilder"
	"github.com/dolthub/go-mysql-server/sql/types"

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
	text, err := textOf(ctx, body)
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
		if fields[i].Text, err = fieldOf(ctx, value, c.declared[i]); err != nil {
			return nil, err
		}
	}
	return csvline.EncodeRecord(fields), nil
}

// fieldOf writes a value in the text form of its declared type. Text keeps its
// own length: a VARCHAR argument that is too short is the endpoint's business.
func fieldOf(ctx *sql.Context, value any, declared sql.Type) (string, error) {
	if types.IsText(declared) {
		return textOf(ctx, value)
	}
	converted, _, err := declared.Convert(ctx, value)
	if err != nil {
		return "", err
	}
	text, err := declared.SQL(ctx, nil, converted)
	if err != nil {
		return "", err
	}
	return text.ToString(), nil
}

// textOf is a value as text.
func textOf(ctx *sql.Context, value any) (string, error) {
	converted, _, err := types.LongText.Convert(ctx, value)
	if err != nil {
		return "", err
	}
	unwrapped, err := sql.UnwrapAny(ctx, converted)
	if err != nil {
		return "", err
	}
	switch text := unwrapped.(type) {
	case string:
		return text, nil
	case []byte:
		return string(text), nil
	}
	return "", sql.ErrInvalidType.New(unwrapped)
}

// parseType reads a type as SQL writes it.
func parseType(text string) (sql.Type, error) { return planbuilder.ParseColumnTypeString(text) }

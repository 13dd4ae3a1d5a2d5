package engine

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"

	"airglow/internal/assign"
	"airglow/internal/csvline"
	"airglow/internal/engine/sqltype"
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
	text, err := sqltype.Text(ctx, body, c.args[0].Type())
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
		text, err := sqltype.Text(ctx, value, from.Type)
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
	return sqltype.Written(ctx, kept, declared)
}

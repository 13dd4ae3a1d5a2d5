package write

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"

	"airglow/internal/assign"
	"airglow/internal/engine/fault"
)

// explicitDefault is DEFAULT for a column that must have a value and has no
// default.
type explicitDefault struct {
	implicitDefault
}

// lacksDefault reports whether a column must have a value and has no default.
func lacksDefault(column *sql.Column) bool {
	return column.Default == nil && column.Generated == nil && mayBeImplicit(column)
}

// Eval implements sql.Expression.
func (d *explicitDefault) Eval(ctx *sql.Context, _ sql.Row) (any, error) {
	if !types.IsEnum(d.column.Type) {
		if !d.ignore && sql.LoadSqlMode(ctx).Strict() {
			return nil, fault.NoDefault(d.column.Name)
		}
		fault.Warn(ctx, fault.NoDefault(d.column.Name))
	}
	return assign.Implicit(d.column.Type), nil
}

// WithChildren implements sql.Expression.
func (d *explicitDefault) WithChildren(...sql.Expression) (sql.Expression, error) { return d, nil }

// omittedDefault is for a column that must have a value and was given none,
// where the engine does not raise MySQL's error.
type omittedDefault struct {
	implicitDefault
}

// Eval implements sql.Expression.
func (d *omittedDefault) Eval(ctx *sql.Context, row sql.Row) (any, error) {
	value, err := d.implicitDefault.Eval(ctx, row)
	if value == nil && err == nil {
		err = fault.NoDefault(d.column.Name)
	}
	return value, err
}

// WithChildren implements sql.Expression.
func (d *omittedDefault) WithChildren(...sql.Expression) (sql.Expression, error) { return d, nil }

package procedure

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/assign"
)

// typed is a value and the type that it has.
type typed struct {
	value any
	typ   sql.Type
}

// variable is a local variable or a parameter. Its value is one of its type, or
// nil for NULL.
type variable struct {
	name  string
	typ   sql.Type
	value any
	// unknown is true in a guess for a variable whose value is not known ahead.
	unknown bool
}

// declareVariables runs DECLARE of variables.
func (f *frame) declareVariables(ctx *sql.Context, s *scope, d *ast.DeclareVariables) error {
	typ, err := columnType(ctx, f.call.Plan.Database(), d.VarType)
	if err != nil {
		return err
	}
	value := typed{nil, types.Null}
	if d.VarType.Default != nil {
		if value, err = f.evaluateStrictly(ctx, s, d.VarType.Default); err != nil {
			return err
		}
	}
	for _, name := range d.Names {
		v := &variable{name: name.Lowered(), typ: typ}
		if err := v.assign(ctx, value); err != nil {
			return err
		}
		s.variables[v.name] = v
	}
	return nil
}

// assign converts a value to the variable's type and keeps it. What does not
// fit is an error in strict mode, and is made to fit with a warning otherwise.
func (v *variable) assign(ctx *sql.Context, from typed) error {
	value, err := assign.Target{Name: v.name, Type: v.typ, Row: 1}.Take(ctx, from.plain())
	if err != nil {
		return err
	}
	v.value = value
	return nil
}

// plain is the value as package assign has it.
func (v typed) plain() assign.Value { return assign.Value{Value: v.value, Type: v.typ} }

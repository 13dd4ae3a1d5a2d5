package procedure

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/types"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"
)

// columnType is the type of a variable. Text without a character set of its own
// has that of the procedure's database.
func columnType(ctx *sql.Context, db sql.Database, declared ast.ColumnType) (sql.Type, error) {
	typ, err := types.ColumnTypeToType(&declared)
	if err != nil || declared.Charset != "" || declared.Collate != "" {
		return typ, err
	}
	text, ok := typ.(sql.StringType)
	if !ok || types.IsBinaryType(typ) {
		return typ, nil
	}
	collation := plan.GetDatabaseCollation(ctx, db)
	if collation == text.Collation() {
		return typ, nil
	}
	return types.CreateString(text.Type(), text.MaxCharacterLength(), collation)
}

// paramType is the type of the parameter with an index.
func (b *Body) paramType(ctx *sql.Context, db sql.Database, i int, resolved sql.Type) (sql.Type, error) {
	if i >= len(b.params) {
		return resolved, nil
	}
	return columnType(ctx, db, b.params[i].Type)
}

// local is the value of a text variable in a statement. Its collation counts as
// much as a column's; a literal's counts less.
type local struct{ *expression.Literal }

var (
	_ sql.Expression         = local{}
	_ sql.CollationCoercible = local{}
)

// implicit collations are those of columns and variables.
const implicitCoercibility = 2

// CollationCoercibility implements sql.CollationCoercible.
func (l local) CollationCoercibility(ctx *sql.Context) (sql.CollationID, byte) {
	return typed{nil, l.Type()}.collation(ctx)
}

// collation is the collation of a variable's value. As a literal's, it gives way
// where it is the default.
func (v typed) collation(ctx *sql.Context) (sql.CollationID, byte) {
	text, ok := v.typ.(sql.StringType)
	if !ok || text.Collation() == sql.Collation_Default || !types.IsTextOnly(v.typ) {
		return expression.NewLiteral(v.value, v.typ).CollationCoercibility(ctx)
	}
	return text.Collation(), implicitCoercibility
}

// WithChildren implements sql.Expression.
func (l local) WithChildren(children ...sql.Expression) (sql.Expression, error) {
	if len(children) != 0 {
		return nil, sql.ErrInvalidChildrenNumber.New(l, len(children), 0)
	}
	return l, nil
}

// expression is the value within a plan. The engine plans best with literals,
// so that text has a kind of its own only where its collation is not the
// default.
func (v typed) expression() sql.Expression {
	literal := expression.NewLiteral(v.value, v.typ)
	if text, ok := v.typ.(sql.StringType); ok && text.Collation() != sql.Collation_Default && types.IsTextOnly(v.typ) {
		return local{literal}
	}
	return literal
}

package procedure

import (
	"reflect"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/types"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"
)

// substitute returns a copy of a statement or expression in which the variables
// of the scope are literals of their values. As in MySQL, a variable comes
// before a column of the same name, in every clause; names that can only be
// those of columns (the targets of assignments and of INSERT, VALUES(c),
// MATCH (c)) stay.
func (s *scope) substitute(root any) any {
	return substitution{scope: s, put: literalOf}.copy(reflect.ValueOf(root)).Interface()
}

// substitution puts something in the place of variables.
type substitution struct {
	scope *scope
	put   func(*variable) ast.Expr
	// argument is what takes the place of a question mark; nil leaves them.
	argument func(*ast.SQLVal) ast.Expr
}

// literalOf puts the value of a variable in its place.
func literalOf(v *variable) ast.Expr { return literal(typed{v.value, v.typ}) }

// slots is the substitution that puts slots in the place of variables.
func (f *frame) slots(s *scope) substitution {
	return substitution{scope: s, put: func(v *variable) ast.Expr {
		return ast.InjectedExpr{Expression: &slot{frame: f, name: v.name, typ: v.typ}, Auth: ignored}
	}}
}

var (
	exprType       = reflect.TypeFor[ast.Expr]()
	injectableType = reflect.TypeFor[ast.Injectable]()
)

func (s substitution) copy(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.Interface:
		return s.copyInterface(v)
	case reflect.Pointer:
		return s.copyPointer(v)
	case reflect.Struct:
		return s.copyStruct(v)
	case reflect.Slice:
		if v.IsNil() || v.Type().Elem().Kind() == reflect.Uint8 {
			return v
		}
		out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			out.Index(i).Set(s.copy(v.Index(i)))
		}
		return out
	}
	return v
}

func (s substitution) copyInterface(v reflect.Value) reflect.Value {
	if v.IsNil() || v.Type() == injectableType {
		return v
	}
	out := reflect.New(v.Type()).Elem()
	if v.Type() == exprType {
		if value := s.instead(v.Interface()); value != nil {
			out.Set(reflect.ValueOf(value))
			return out
		}
	}
	out.Set(s.copy(v.Elem()))
	return out
}

// instead returns what takes the place of a part of a statement, nil where that
// stays.
func (s substitution) instead(part any) ast.Expr {
	switch part := part.(type) {
	case *ast.ColName:
		return s.valueOf(part)
	case *ast.SQLVal:
		if s.argument != nil && part.Type == ast.ValArg {
			return s.argument(part)
		}
	}
	return nil
}

// valueOf returns the value of the variable that a name means, nil when it
// means none.
func (s substitution) valueOf(column *ast.ColName) ast.Expr {
	if !column.Qualifier.IsEmpty() {
		return nil
	}
	v := s.scope.variable(column.Name.Lowered())
	if v == nil {
		return nil
	}
	return s.put(v)
}

func (s substitution) copyPointer(v reflect.Value) reflect.Value {
	if v.IsNil() || v.Elem().Kind() != reflect.Struct {
		return v
	}
	switch node := v.Interface().(type) {
	case *ast.ColName, *ast.MatchExpr, *ast.SQLVal:
		return v
	case *ast.Limit:
		return reflect.ValueOf(s.copyLimit(node))
	case *ast.Select:
		return reflect.ValueOf(s.copySelect(node))
	}
	out := reflect.New(v.Type().Elem())
	out.Elem().Set(s.copyStruct(v.Elem()))
	return out
}

func (s substitution) copyStruct(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	for i := range v.NumField() {
		if v.Type().Field(i).IsExported() {
			out.Field(i).Set(s.copy(v.Field(i)))
		}
	}
	return out
}

// copySelect keeps the names that columns of a result have from variables.
func (s substitution) copySelect(node *ast.Select) *ast.Select {
	out := s.copyStruct(reflect.ValueOf(node).Elem()).Addr().Interface().(*ast.Select)
	for i, e := range node.SelectExprs {
		before, ok := e.(*ast.AliasedExpr)
		if !ok || !before.As.IsEmpty() {
			continue
		}
		if column, ok := before.Expr.(*ast.ColName); ok {
			after := out.SelectExprs[i].(*ast.AliasedExpr)
			if after.Expr != before.Expr {
				after.As = column.Name
			}
		}
	}
	return out
}

func (s substitution) substituteExpr(e ast.Expr) ast.Expr {
	if e == nil {
		return nil
	}
	holder := []ast.Expr{e}
	return s.copy(reflect.ValueOf(holder)).Interface().([]ast.Expr)[0]
}

// copyLimit puts whole numbers into LIMIT, where the engine takes no others.
func (s substitution) copyLimit(node *ast.Limit) *ast.Limit {
	return &ast.Limit{Offset: s.limit(node.Offset), Rowcount: s.limit(node.Rowcount)}
}

func (s substitution) limit(e ast.Expr) ast.Expr {
	column, ok := e.(*ast.ColName)
	if !ok || !column.Qualifier.IsEmpty() {
		return e
	}
	v := s.scope.variable(column.Name.Lowered())
	if v == nil {
		return e
	}
	n, _, err := types.Int64.Convert(sql.NewEmptyContext(), v.value)
	if err != nil || n == nil {
		n = int64(0) // what MySQL takes NULL for
	}
	return literal(typed{n, types.Int64})
}

// literal is an expression with a fixed value.
func literal(v typed) ast.Expr {
	if v.value == nil {
		return &ast.NullVal{}
	}
	return ast.InjectedExpr{Expression: &constant{v}, Auth: ignored}
}

// constant is a value within a statement.
type constant struct{ typed }

// WithResolvedChildren implements sqlparser.Injectable.
func (c *constant) WithResolvedChildren([]any) (any, error) {
	return c.expression(), nil
}

// String names the value, for texts of statements in errors.
func (c *constant) String() string { return expression.NewLiteral(c.value, c.typ).String() }

package procedure

import (
	"slices"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/diagnostics"
	"airglow/internal/mysqlerr"
)

// set runs SET, one assignment after the other. Variables of the procedure come
// before system variables of the same name.
func (f *frame) set(ctx *sql.Context, s *scope, stmt *ast.Set) error {
	for _, e := range stmt.Exprs {
		if v := s.variable(e.Name.Name.String()); v != nil && e.Scope == ast.SetScope_None && e.Name.Qualifier.IsEmpty() {
			value, err := f.evaluateStrictly(ctx, s, e.Expr)
			if err != nil {
				return err
			}
			if err := f.assign(ctx, v, value); err != nil {
				return err
			}
			continue
		}
		one := &ast.Set{Comments: stmt.Comments, Exprs: ast.SetVarExprs{e}}
		f.fresh = false
		ctx.Session.ClearWarnings()
		if _, err := f.query(ctx, s.substitute(one).(ast.Statement)); err != nil {
			return err
		}
		if len(ctx.Session.Warnings()) > 0 {
			f.collect(ctx)
		}
	}
	return nil
}

// assign gives a variable a value, and notes what the conversion warns of.
func (f *frame) assign(ctx *sql.Context, v *variable, value typed) error {
	before := ctx.Session.Warnings()
	err := v.assign(ctx, value)
	f.keep(ctx, before)
	return err
}

// put gives a value to a user variable or a variable of the procedure.
func (f *frame) put(ctx *sql.Context, s *scope, name string, value typed) error {
	if user, ok := strings.CutPrefix(name, "@"); ok {
		return ctx.SetUserVariable(ctx, strings.ToLower(user), value.value, value.typ)
	}
	v := s.variable(name)
	if v == nil {
		return mysqlerr.New(1327, "Undeclared variable: "+name)
	}
	return f.assign(ctx, v, value)
}

// selectInto runs SELECT … INTO variables.
func (f *frame) selectInto(ctx *sql.Context, s *scope, stmt ast.SelectStatement) error {
	targets := stmt.GetInto().Variables
	plain := s.substitute(stmt).(ast.SelectStatement)
	dropInto(plain)
	f.begin(ctx)
	result, err := f.query(ctx, plain)
	if err != nil {
		return err
	}
	f.collect(ctx)
	if slices.ContainsFunc(names(targets), func(name string) bool { return !strings.HasPrefix(name, "@") }) {
		if err := f.refused(ctx); err != nil {
			return err
		}
	}
	if len(result.schema) != len(targets) {
		return mysqlerr.New(1222, "The used SELECT statements have a different number of columns")
	}
	if len(result.rows) == 0 {
		f.note(ctx, condition{number: 1329, state: "02000", level: diagnostics.LevelWarning,
			message: "No data - zero rows fetched, selected, or processed"})
		return nil
	}
	err = f.spread(ctx, s, names(targets), result)
	if err == nil && len(result.rows) > 1 {
		// The variables have the first row's values all the same.
		return mysqlerr.New(1172, "Result consisted of more than one row")
	}
	return err
}

// dropInto takes INTO out of a query.
func dropInto(stmt ast.SelectStatement) {
	switch stmt := stmt.(type) {
	case *ast.Select:
		stmt.Into = nil
	case *ast.SetOp:
		stmt.Into = nil
	case *ast.ParenSelect:
		dropInto(stmt.Select)
	}
}

func names(list ast.Variables) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = v.String()
	}
	return out
}

// spread puts the columns of a result's first row into variables.
func (f *frame) spread(ctx *sql.Context, s *scope, targets []string, r *resultSet) error {
	for i, target := range targets {
		if err := f.put(ctx, s, target, typed{r.rows[0][i], r.schema[i].Type}); err != nil {
			return err
		}
	}
	return nil
}

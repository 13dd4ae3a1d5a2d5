package engine

import (
	"strings"

	"github.com/dolthub/go-mysql-server/sql"

	"airglow/internal/engine/fault"
	"airglow/internal/engine/qualify"
	"airglow/internal/mlsql"
)

// provider answers the engine's question which function a name means. The
// engine asks it before its own functions, once for each call of a statement.
type provider struct{ engine *Engine }

// Function implements sql.FunctionProvider.
func (p provider) Function(ctx *sql.Context, name string) (sql.Function, bool) {
	e, lower := p.engine, strings.ToLower(name)
	switch lower {
	case "current_role":
		return sql.Function0{Name: name, Fn: e.access.CurrentRole}, true
	case "sleep":
		return sql.Function1{Name: name, Fn: newSleep}, true
	}
	if e.catalog.IsStock(ctx, lower) {
		return nil, false // MySQL: a native function hides a stored one
	}
	if database, unqualified, ok := qualify.Split(name); ok {
		if f, ok := qualify.Aggregate(database, unqualified); ok {
			return f, true
		}
		if f, ok := e.functionIn(ctx, database, unqualified); ok {
			return f, true
		}
		return missingFunction(database, unqualified), true
	}
	if builtin, ok := mlsql.FindBuiltin(name); ok {
		return e.builtinFunction(builtin), true
	}
	return e.functionIn(ctx, ctx.GetCurrentDatabase(), name)
}

// functionIn returns the model function of a database.
func (e *Engine) functionIn(ctx *sql.Context, database, name string) (sql.Function, bool) {
	f := e.catalog.Get(database, name)
	if f == nil {
		return nil, false
	}
	return sql.FunctionN{Name: f.Name, Fn: func(args ...sql.Expression) (sql.Expression, error) {
		if !e.access.HasRoutinePrivilege(ctx, f.Database, f.Name, sql.PrivilegeType_Execute) {
			client := ctx.Session.Client()
			return nil, errExecuteDenied(client.User, client.Address, f)
		}
		return newModelCall(e, f, args)
	}}, true
}

// missingFunction refuses every call: the engine's own refusal would show the
// mangled name.
func missingFunction(database, name string) sql.Function {
	return sql.FunctionN{Name: name, Fn: func(...sql.Expression) (sql.Expression, error) {
		return nil, fault.NoFunction(database, name)
	}}
}

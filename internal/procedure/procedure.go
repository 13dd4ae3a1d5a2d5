// Package procedure runs stored procedures. It takes the place of the engine's
// own interpreter for CALL, of which it uses the parsed body and the statement
// runner, and nothing else.
//
// The tour: Run (this file) binds the arguments of a CALL and runs the body.
// body.go keeps the body from the engine, and check.go refuses at CREATE what
// cannot run. At run time a frame (frame.go) is one procedure at work; exec
// (exec.go) runs one statement in it and sends it to flow.go (blocks, loops,
// branches), assign.go (SET, SELECT … INTO), cursor.go, signal.go,
// diagnostics.go or statement.go (everything that the engine runs). scope.go
// has what a block declares; variable.go converts values to the types of
// variables; substitute.go puts variables into statements; evaluate.go computes
// expressions; handler.go finds who handles an error or a warning; results.go
// is where result sets go.
//
// A statement is never changed: each run takes a copy, with the values of the
// variables put in as literals of their types. Errors are given their MySQL
// numbers as soon as they come from the engine, so that handlers can match
// them, and keep them on the way out.
package procedure

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/types"
	"github.com/dolthub/vitess/go/mysql"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/diagnostics"
	"airglow/internal/lookahead"
	"airglow/internal/mysqlerr"
)

// Call is one CALL that is to be run.
type Call struct {
	// Plan is the engine's plan of the CALL, with the procedure resolved.
	Plan *plan.Call
	// Runner runs the statements of the body.
	Runner sql.StatementRunner
	// Catalog builds expressions that are computed in place; nil runs each as a
	// query.
	Catalog sql.Catalog
	// Mode is the sql_mode that the procedure was created in.
	Mode string
	// Within is true for a CALL in a trigger: what it does is a part of the
	// statement that the trigger belongs to.
	Within bool
	// Become gives the session the privileges of a definer, 'user'@'host' as it
	// stands in the procedure's text, until restore is called. Nil runs every
	// body with the caller's privileges.
	Become func(ctx *sql.Context, definer string) (restore func(), err error)
	// Rerun is called before a statement of the body. What it returns reports whether
	// that is to be run again, when it failed after so many runs; it has its turn until
	// done is called. Nil runs each once.
	Rerun func(ctx *sql.Context) func(failure *mysql.SQLError, runs int) (done func(), again bool)
	// Hinted sets the variables that a statement's optimizer hints name, until
	// restore is called. Nil reads no hints.
	Hinted func(ctx *sql.Context, stmt ast.Statement) (restore func())
	// Overlooked returns what the last statement, or expression, should have failed
	// with though it ended well; nil when there is nothing. Nil itself trusts all.
	Overlooked func(ctx context.Context) error
	// Ahead says how far loops over cursors are looked ahead; nil is not at all.
	Ahead lookahead.SettingsFunc
	// Parse reads the text of a statement as PREPARE does; nil leaves dynamic
	// statements out of what is looked ahead.
	Parse func(ctx *sql.Context, text string) (ast.Statement, error)
	// Prepared returns the session's prepared statement of a name, as Parse reads
	// it, which is not to be changed, and nil where there is none; nil itself knows
	// none.
	Prepared func(ctx *sql.Context, name string) ast.Statement
	// Mend checks and changes a parsed statement as PREPARE does, before it runs;
	// nil leaves it as it is.
	Mend func(ctx *sql.Context, stmt ast.Statement) error
}

// Run runs a procedure to its end. Result sets go to the Results of the context
// as they come, and the returned rows are then an OK; without Results, the
// returned rows are those of the last result set.
func Run(ctx *sql.Context, call Call, row sql.Row) (sql.Schema, sql.RowIter, error) {
	body, err := bodyOf(call.Plan.Procedure)
	if err != nil {
		return nil, nil, err
	}
	inner, self, err := enter(ctx, call)
	if err != nil {
		return nil, nil, err
	}
	f := newFrame(call, body)
	f.within = self.within
	if self.caller != nil {
		self.caller.called = f
	}
	if err := f.bind(inner, row); err != nil {
		return nil, nil, err
	}
	leave, err := f.settle(inner)
	if err != nil {
		return nil, nil, err
	}
	defer leave()
	if err := f.runBody(inner); err != nil {
		return nil, nil, leaving(err)
	}
	if err := f.unbind(ctx); err != nil {
		return nil, nil, err
	}
	return f.reply()
}

// runBody runs the body. Within another statement, none of its statements
// commits.
func (f *frame) runBody(ctx *sql.Context) error {
	if f.within {
		_, err := sql.RunInterpreted(ctx, func(ctx *sql.Context) (flow, error) { return f.exec(ctx, f.params, f.body.statement) })
		return err
	}
	_, err := f.exec(ctx, f.params, f.body.statement)
	return err
}

// leaving returns the error that a CALL fails with. The handlers of a caller
// may be given it, unless it is one that ends everything.
func leaving(err error) error {
	var numbered *mysql.SQLError
	if errors.As(err, &numbered) && !ends(numbered.Num) {
		return numbered
	}
	return err
}

// settle makes the session that of the procedure, with no implicit transaction, so
// that each statement has one of its own. The returned function undoes the former.
func (f *frame) settle(ctx *sql.Context) (leave func(), err error) {
	leave, err = f.assume(ctx)
	if err != nil || f.within {
		return leave, err
	}
	if err := f.commitBefore(ctx); err != nil {
		leave()
		return nil, err
	}
	return leave, nil
}

// assume makes the session that of the procedure: its database, the sql_mode of
// its creation, and the rights of its definer. The returned function undoes it.
func (f *frame) assume(ctx *sql.Context) (leave func(), err error) {
	var undo []func()
	leave = func() {
		for i := len(undo) - 1; i >= 0; i-- {
			undo[i]()
		}
	}
	procedure := f.call.Plan.Procedure
	if f.call.Become != nil && procedure.SecurityContext == plan.ProcedureSecurityContext_Definer && procedure.Definer != "" {
		restore, err := f.call.Become(ctx, procedure.Definer)
		if err != nil {
			return nil, err
		}
		undo = append(undo, restore)
	}
	before := ctx.GetCurrentDatabase()
	ctx.SetCurrentDatabase(f.call.Plan.Database().Name())
	undo = append(undo, func() { ctx.SetCurrentDatabase(before) })
	restore, err := useMode(ctx, f.call.Mode)
	if err != nil {
		leave()
		return nil, err
	}
	undo = append(undo, restore)
	return leave, nil
}

// commitBefore ends the implicit transaction of the CALL, so that each
// statement of the body has its own.
func (f *frame) commitBefore(ctx *sql.Context) error {
	tx := ctx.GetTransaction()
	session, ok := ctx.Session.(sql.TransactionSession)
	if tx == nil || !ok || !implicit(ctx) {
		return nil
	}
	if err := session.CommitTransaction(ctx, tx); err != nil {
		return f.translate(ctx, err, nil)
	}
	ctx.SetTransaction(nil)
	return nil
}

// useMode makes a sql_mode the session's and returns what undoes that.
func useMode(ctx *sql.Context, mode string) (restore func(), err error) {
	before, err := ctx.GetSessionVariable(ctx, sql.SqlModeSessionVar)
	if err != nil || before == mode {
		return func() {}, err
	}
	if err := ctx.SetSessionVariable(ctx, sql.SqlModeSessionVar, mode); err != nil {
		return nil, err
	}
	return func() {
		// A mode that was the session's is one that it can take again.
		_ = ctx.SetSessionVariable(ctx, sql.SqlModeSessionVar, before)
	}, nil
}

// implicit reports whether each statement is a transaction of its own.
func implicit(ctx *sql.Context) bool {
	if ctx.GetIgnoreAutoCommit() {
		return false // START TRANSACTION
	}
	autocommit, err := plan.IsSessionAutocommit(ctx)
	return err == nil && autocommit
}

// active is a procedure at work and those that called it.
type active struct {
	name   string
	caller *active
	// called is the procedure that it has called last.
	called *frame
	// within is true when the CALL, or one that led to it, is in a trigger.
	within bool
}

type activeKey struct{}

// enter returns the context of a procedure's statements, unless it is at work
// already, more often than max_sp_recursion_depth allows.
func enter(ctx *sql.Context, call Call) (*sql.Context, *active, error) {
	caller, _ := ctx.Value(activeKey{}).(*active)
	self := &active{
		name: strings.ToLower(call.Plan.Database().Name() + "." + call.Plan.Name), caller: caller,
		within: call.Within || caller != nil && caller.within,
	}
	depth, total := int64(0), 0
	for a := caller; a != nil; a = a.caller {
		total++
		if a.name == self.name {
			depth++
		}
	}
	if limit := recursionLimit(ctx); depth > limit {
		return nil, nil, mysqlerr.New(1456, fmt.Sprintf(
			"Recursive limit %d (as set by the max_sp_recursion_depth variable) was exceeded for routine %s", limit, call.Plan.Name))
	}
	if total >= maxCallDepth {
		return nil, nil, mysqlerr.New(1436, fmt.Sprintf("Thread stack overrun: procedures call each other %d deep", total))
	}
	return ctx.WithContext(context.WithValue(ctx.Context, activeKey{}, self)), self, nil
}

// maxCallDepth bounds procedures that call each other, which MySQL bounds by
// the size of the thread's stack.
const maxCallDepth = 256

func recursionLimit(ctx *sql.Context) int64 {
	value, err := ctx.GetSessionVariable(ctx, "max_sp_recursion_depth")
	if err != nil {
		return 0
	}
	limit, _, err := types.Int64.Convert(ctx, value)
	if err != nil || limit == nil {
		return 0
	}
	return limit.(int64)
}

// bind gives the parameters the values of the arguments.
func (f *frame) bind(ctx *sql.Context, row sql.Row) error {
	procedure := f.call.Plan.Procedure
	for i, param := range procedure.Params {
		typ, err := f.body.paramType(ctx, f.call.Plan.Database(), i, param.Type)
		if err != nil {
			return err
		}
		v := &variable{name: param.Name, typ: typ}
		if param.Direction != plan.ProcedureParamDirection_In && !assignable(f.call.Plan.Params[i]) {
			return mysqlerr.New(1414, fmt.Sprintf("OUT or INOUT argument %d for routine %s.%s is not a variable or NEW pseudo-variable in BEFORE trigger",
				i+1, f.call.Plan.Database().Name(), procedure.Name))
		}
		if param.Direction != plan.ProcedureParamDirection_Out {
			arg := f.call.Plan.Params[i]
			value, err := argumentValue(ctx, arg, row)
			if err != nil {
				return f.translate(ctx, err, nil)
			}
			if err := v.assign(ctx, typed{value, arg.Type()}); err != nil {
				return err
			}
		}
		f.params.variables[v.name] = v
	}
	return nil
}

// argumentValue is what a parameter is given.
func argumentValue(ctx *sql.Context, arg sql.Expression, row sql.Row) (any, error) {
	before := len(ctx.Session.Warnings())
	value, err := arg.Eval(ctx, row)
	if err != nil {
		return nil, err
	}
	warnings := ctx.Session.Warnings() // the latest first
	if err := diagnostics.Refused(ctx, warnings[:max(len(warnings)-before, 0)]); err != nil {
		return nil, err
	}
	return sql.UnwrapAny(ctx, value)
}

// assignable reports whether an argument can take a value.
func assignable(arg sql.Expression) bool {
	switch arg.(type) {
	case *argument, *expression.UserVar:
		return true
	}
	return false
}

// unbind gives the values of OUT and INOUT parameters to their arguments.
func (f *frame) unbind(ctx *sql.Context) error {
	for i, param := range f.call.Plan.Procedure.Params {
		if param.Direction == plan.ProcedureParamDirection_In {
			continue
		}
		v := f.params.variables[param.Name]
		switch arg := f.call.Plan.Params[i].(type) {
		case *argument:
			if err := arg.target.assign(ctx, typed{v.value, v.typ}); err != nil {
				return err
			}
		case *expression.UserVar:
			if err := ctx.SetUserVariable(ctx, arg.Name, v.value, v.typ); err != nil {
				return err
			}
		}
	}
	return nil
}

// reply is what the CALL itself returns.
func (f *frame) reply() (sql.Schema, sql.RowIter, error) {
	if f.last != nil {
		return f.last.schema, sql.RowsToRowIter(f.last.rows...), nil
	}
	return types.OkResultSchema, sql.RowsToRowIter(sql.NewRow(types.OkResult{RowsAffected: f.affected})), nil
}

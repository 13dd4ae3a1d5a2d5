package procedure

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/mysql"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/diagnostics"
)

// frame is one procedure at work.
type frame struct {
	call Call
	body *Body
	// within is true when the procedure is a part of another statement.
	within bool
	// params is the outermost scope.
	params *scope
	// current is the scope of the expression being computed, and compiled are
	// those seen before.
	current  *scope
	compiled map[ast.Expr]sql.Expression
	// cases are the conditions of the CASE statements seen before.
	cases map[*ast.CaseStatement]caseConditions
	// foreseen are the expressions that guesses compute; nil where they cannot.
	foreseen map[ast.Expr]sql.Expression
	// met is set when a guess has come to a variable that is unknown to it.
	met bool
	// turns are those of the FETCH statements seen before.
	turns map[*ast.FetchCursor]turn
	// callees are the procedures that the CALL statements seen before have run.
	callees map[*ast.Call]callee
	// loops are the loops at work, the innermost last.
	loops []running
	// area is the diagnostics area: what the last statement raised.
	area []condition
	// raised is how many conditions that was, which may be more than the area
	// keeps.
	raised diagnostics.Counts
	// published are the counts of the area that the session's variables show;
	// nil when they show others.
	published *diagnostics.Counts
	// fresh is true when the last statement put conditions into the area.
	fresh bool
	// handled are the conditions whose handlers are at work, the innermost last.
	handled []*handledCondition
	// last is the last result set, when nobody takes them as they come.
	last *resultSet
	// affected is the number of rows that the last statement changed.
	affected uint64
}

func newFrame(call Call, body *Body) *frame {
	return &frame{
		call: call, body: body, params: newScope(nil),
		compiled: map[ast.Expr]sql.Expression{}, cases: map[*ast.CaseStatement]caseConditions{}, foreseen: map[ast.Expr]sql.Expression{},
		turns: map[*ast.FetchCursor]turn{}, callees: map[*ast.Call]callee{},
	}
}

// fresh returns the context of the next statement of a body: NOW() is the time
// at which that begins.
func fresh(ctx *sql.Context) *sql.Context {
	inner := ctx.WithQuery(ctx.Query()) // a copy
	inner.SetQueryTime(sql.Now())
	if _, ok := inner.ProcessList.(statements); !ok {
		inner.ProcessList = statements{inner.ProcessList}
	}
	return inner
}

// statements is the process list as the statements of a body see it: their end
// is not the end of the CALL.
type statements struct{ sql.ProcessList }

// BeginQuery implements sql.ProcessList.
func (statements) BeginQuery(ctx *sql.Context, _ string) (*sql.Context, error) { return ctx, nil }

// EndQuery implements sql.ProcessList.
func (statements) EndQuery(*sql.Context) {}

// final is an error that no handler is given: an interruption, or one that all
// handlers have been asked about.
type final struct{ error }

func (f *final) Unwrap() error { return f.error }

// uncaught returns the error that leaves the procedure.
func uncaught(e *mysql.SQLError) error { return &final{e} }

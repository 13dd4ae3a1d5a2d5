package procedure

import (
	"reflect"

	"github.com/dolthub/go-mysql-server/sql"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/infer"
	"airglow/internal/lookahead"
)

// guessing is a guess at work. It runs the statements of a turn on variables of
// its own, and of those that change tables only asks the models.
type guessing struct {
	// frame is the procedure whose statements are guessed: that of the loop, or
	// one that it calls.
	frame    *frame
	ctx      *sql.Context
	settings lookahead.Settings
	guesses  *guesses
	// scope is the one of the FETCH, with the loop's own variables until run
	// takes copies of them.
	scope *scope
	row   []typed

	session *imagined
	// prepared are the statements that the turn has prepared; nil those that are
	// not known, or are no more.
	prepared map[string]ast.Statement
	pending  []*infer.Pending
	// lacks, if set, is true until the guess can be made further than it was.
	lacks func() bool
	steps int
	// dynamic is true within a statement that was prepared from a text: its
	// expressions do not come again.
	dynamic bool
}

// over ends a guess.
var over = flow{kind: unforeseen}

// run guesses a turn: what follows its FETCH, up to the next one.
func (w *guessing) run() {
	turn := w.guesses.turn
	w.session = newImagined(w.ctx.Session, turn.sets)
	w.prepared = map[string]ast.Statement{}
	w.scope = w.scope.imagine(turn.sets)
	for i, name := range turn.fetch.Variables {
		if i < len(w.row) {
			w.give(w.scope, name, w.row[i])
		}
	}
	to := w.rest(turn.loop.body, turn.blocks, w.scope)
	outer := w.scope.beyond(len(turn.blocks))
	if w.goesRound(outer, turn.loop, to) == next {
		w.list(outer, turn.loop.body) // up to its FETCH
	}
}

// rest runs what follows the FETCH in its block, then in the blocks around it.
func (w *guessing) rest(list ast.Statements, blocks []*ast.BeginEndBlock, s *scope) flow {
	if len(blocks) > 0 {
		to := w.rest(blocks[0].Statements, blocks[1:], s)
		if to.kind != onward && (to.kind != leave || !to.names(blocks[0].Label)) {
			return to
		}
		s = s.beyond(len(blocks))
	}
	for i, stmt := range list {
		block, isBlock := stmt.(*ast.BeginEndBlock)
		if stmt == ast.Statement(w.guesses.turn.fetch) || isBlock && len(blocks) > 0 && block == blocks[0] {
			return w.list(s, list[i+1:])
		}
	}
	return over
}

func (w *guessing) list(s *scope, list ast.Statements) flow {
	for _, stmt := range list {
		if w.steps++; w.steps > maxSteps {
			return over
		}
		if to := w.step(s, stmt); to.kind != onward {
			return to
		}
	}
	return next
}

// step guesses one statement.
func (w *guessing) step(s *scope, stmt ast.Statement) flow {
	switch stmt := stmt.(type) {
	case *ast.IfStatement:
		return w.branch(s, stmt)
	case *ast.CaseStatement:
		return w.choose(s, stmt)
	case *ast.BeginEndBlock:
		to := w.list(newScope(s), stmt.Statements)
		if to.kind == leave && to.names(stmt.Label) {
			return next
		}
		return to
	case *ast.Loop:
		return w.loop(s, loop{label: stmt.Label, body: stmt.Statements})
	case *ast.While:
		return w.loop(s, loop{label: stmt.Label, while: stmt.Condition, body: stmt.Statements})
	case *ast.Repeat:
		return w.loop(s, loop{label: stmt.Label, until: stmt.Condition, body: stmt.Statements})
	case *ast.Leave:
		return flow{kind: leave, label: stmt.Label}
	case *ast.Iterate:
		return flow{kind: iterate, label: stmt.Label}
	case *ast.Declare:
		return w.declare(s, stmt)
	case *ast.Execute:
		return w.execute(stmt)
	case *ast.Call:
		return w.callOther(s, stmt)
	}
	return w.simple(s, stmt)
}

// simple guesses a statement that holds no others.
func (w *guessing) simple(s *scope, stmt ast.Statement) flow {
	switch stmt := stmt.(type) {
	case *ast.Set:
		w.set(s, stmt)
	case *ast.Prepare:
		w.prepare(stmt)
	case *ast.Deallocate:
		w.prepared[preparedName(stmt.Name)] = nil
	case ast.SelectStatement:
		w.selects(s, stmt)
	case *ast.Insert:
		sure := *stmt
		sure.OnDup = nil // which is for rows that meet another
		w.ask(s, &sure)
	case *ast.Update, *ast.Delete:
		w.ask(s, stmt)
	case *ast.Begin, *ast.Commit, *ast.Rollback, *ast.Savepoint, *ast.ReleaseSavepoint,
		*ast.OpenCursor, *ast.CloseCursor, *ast.Show, *ast.DDL:
	case ast.InjectedStatement:
		switch ours := stmt.Statement.(type) {
		case *Do:
			w.ask(s, ours.Expressions)
		case *Diagnostics:
			w.forgetAll(s, stmt)
		default:
			return over
		}
	default:
		return over
	}
	return next
}

// set guesses the assignments of SET.
func (w *guessing) set(s *scope, stmt *ast.Set) {
	for _, e := range stmt.Exprs {
		name := e.Name.Name.String()
		if e.Scope == ast.SetScope_User {
			name = "@" + name
		} else if e.Scope != ast.SetScope_None || s.variable(name) == nil {
			continue // a system variable
		}
		w.assign(s, name, e.Expr)
	}
}

// assign gives a variable the value of an expression, as far as it is known.
func (w *guessing) assign(s *scope, name string, e ast.Expr) {
	if value, ok := w.value(s, e); ok {
		w.give(s, name, value)
	} else {
		w.forget(s, name)
	}
}

// selects guesses a query. One without tables may give variables values.
func (w *guessing) selects(s *scope, stmt ast.SelectStatement) {
	into := stmt.GetInto()
	if into == nil {
		w.ask(s, stmt)
		return
	}
	targets := names(into.Variables)
	query, ok := stmt.(*ast.Select)
	if !ok || query.From != nil || query.Where != nil || query.Having != nil || query.Limit != nil || len(query.SelectExprs) != len(targets) {
		w.ask(s, stmt)
		w.forgetAll(s, stmt)
		return
	}
	for i, e := range query.SelectExprs {
		if column, ok := e.(*ast.AliasedExpr); ok {
			w.assign(s, targets[i], column.Expr)
		}
	}
}

// value is that of an expression, if it is known ahead.
func (w *guessing) value(s *scope, e ast.Expr) (typed, bool) {
	known, ok := w.foreseeable(s, e)
	if !ok {
		w.ask(s, e)
		return typed{}, false
	}
	value, to := w.evaluate(s, known)
	if to == unknownValue {
		w.ask(s, e)
	}
	return value, to == knownValue
}

// outcome is what the evaluation of an expression came to.
type outcome int

const (
	knownValue outcome = iota
	// unknownValue depends on something that is not known ahead.
	unknownValue
	// noValue waits for an answer, or fails.
	noValue
)

// evaluate computes an expression.
func (w *guessing) evaluate(s *scope, known sql.Expression) (typed, outcome) {
	w.frame.current = s
	w.frame.met, w.session.met = false, false
	value, pending, err := lookahead.Evaluate(w.ctx, w.settings, w.session, known)
	if pending != nil {
		w.pending = append(w.pending, pending)
		return typed{}, noValue
	}
	if w.frame.met || w.session.met { // though some expressions pass over it
		return typed{}, unknownValue
	}
	if err == nil {
		value, err = sql.UnwrapAny(w.ctx, value)
	}
	if err != nil {
		return typed{}, noValue
	}
	return typed{value, known.Type()}, knownValue
}

// declare guesses the variables of a block within the turn. A handler is thought
// to have nothing to do.
func (w *guessing) declare(s *scope, d *ast.Declare) flow {
	if d.Variables == nil {
		return next
	}
	typ, err := columnType(w.ctx, w.frame.call.Plan.Database(), d.Variables.VarType)
	if err != nil {
		return over
	}
	value, ok := typed{}, true
	if d.Variables.VarType.Default != nil {
		value, ok = w.value(s, d.Variables.VarType.Default)
	}
	for _, name := range d.Variables.Names {
		v := &variable{name: name.Lowered(), typ: typ, unknown: !ok}
		s.variables[v.name] = v
		if ok && value.value != nil {
			w.give(s, v.name, value)
		}
	}
	return next
}

// forgetAll makes all unknown that statements set, or may set.
func (w *guessing) forgetAll(s *scope, within any) {
	for name := range namesSet(within) {
		w.forget(s, name)
	}
	each(reflect.ValueOf(within), func(node any) bool {
		switch node := node.(type) {
		case *ast.Execute, *ast.Call:
			w.session.forgetAll()
		case *ast.Prepare:
			w.prepared[preparedName(node.Name)] = nil
		case *ast.Deallocate:
			w.prepared[preparedName(node.Name)] = nil
		}
		return true
	})
}

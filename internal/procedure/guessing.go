package procedure

import (
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/infer"
	"airglow/internal/lookahead"
)

// guessing is a guess at work. It runs the statements of a turn on variables of
// its own, and of those that change tables only asks the models.
type guessing struct {
	frame    *frame
	ctx      *sql.Context
	settings lookahead.Settings
	guesses  *guesses
	// scope is the one of the FETCH, with the loop's own variables until run
	// takes copies of them.
	scope *scope
	row   []typed

	session  *imagined
	prepared map[string]string
	pending  []*infer.Pending
	// asks is true when the turn asks a model, or may by EXECUTE.
	asks  bool
	steps int
	// dynamic is true within a statement that was prepared from a text: its
	// expressions do not come again.
	dynamic bool
}

// outcome is where a guess goes on.
type outcome int

const (
	goOn outcome = iota
	over         // the turn ended, or what comes is not known
)

// run guesses a turn: what follows its FETCH, up to the next one.
func (w *guessing) run() {
	turn := w.guesses.turn
	w.session = newImagined(w.ctx.Session, turn.sets)
	w.prepared = map[string]string{}
	w.scope = w.scope.imagine(turn.sets)
	for i, name := range turn.fetch.Variables {
		if i < len(w.row) {
			w.give(w.scope, name, w.row[i])
		}
	}
	if w.rest(turn.loop.body, turn.blocks, w.scope) == over {
		return
	}
	// The loop goes round to its next FETCH.
	outer := w.scope.beyond(len(turn.blocks))
	if turn.loop.until != nil || turn.loop.while != nil && !w.holds(outer, turn.loop.while) {
		return
	}
	w.list(outer, turn.loop.body)
}

// rest runs what follows the FETCH in its block, then in the blocks around it.
func (w *guessing) rest(list ast.Statements, blocks []*ast.BeginEndBlock, s *scope) outcome {
	if len(blocks) > 0 {
		if w.rest(blocks[0].Statements, blocks[1:], s) == over {
			return over
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

func (w *guessing) list(s *scope, list ast.Statements) outcome {
	for _, stmt := range list {
		if w.steps++; w.steps > maxSteps || w.step(s, stmt) == over {
			return over
		}
	}
	return goOn
}

// step guesses one statement.
func (w *guessing) step(s *scope, stmt ast.Statement) outcome {
	switch stmt := stmt.(type) {
	case *ast.Set:
		w.set(s, stmt)
	case *ast.IfStatement:
		return w.branch(s, stmt)
	case *ast.BeginEndBlock:
		return w.list(newScope(s), stmt.Statements)
	case *ast.Declare:
		return w.declare(s, stmt)
	case *ast.Prepare:
		w.prepare(s, stmt)
	case *ast.Execute:
		w.execute(s, stmt)
	case *ast.Deallocate:
		delete(w.prepared, strings.ToLower(stmt.Name))
	case *ast.Begin, *ast.Commit, *ast.Rollback, *ast.Savepoint, *ast.ReleaseSavepoint:
	case ast.SelectStatement:
		w.ask(s, stmt)
		if into := stmt.GetInto(); into != nil {
			for _, name := range names(into.Variables) {
				w.forget(s, name)
			}
		}
	case *ast.Update, *ast.Insert, *ast.Delete:
		w.ask(s, stmt)
	case ast.InjectedStatement:
		do, ok := stmt.Statement.(*Do)
		if !ok {
			return over
		}
		w.ask(s, do.expressions)
	default:
		return over
	}
	return goOn
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
		if value, ok := w.value(s, e.Expr); ok {
			w.give(s, name, value)
		} else {
			w.forget(s, name)
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
	w.asks = w.asks || lookahead.HasCall(known)
	w.frame.current = s
	value, pending, err := lookahead.Evaluate(w.ctx, w.settings, w.session, known)
	if pending != nil {
		w.pending = append(w.pending, pending)
	}
	if pending != nil || err != nil {
		return typed{}, false
	}
	value, err = sql.UnwrapAny(w.ctx, value)
	return typed{value, known.Type()}, err == nil
}

// holds reports whether a condition is known to hold.
func (w *guessing) holds(s *scope, e ast.Expr) bool {
	value, ok := w.value(s, e)
	if !ok || value.value == nil {
		return false
	}
	holds, err := sql.ConvertToBool(w.ctx, value.value)
	return err == nil && holds
}

// branch guesses IF, as long as its conditions are known.
func (w *guessing) branch(s *scope, stmt *ast.IfStatement) outcome {
	for _, c := range stmt.Conditions {
		value, ok := w.value(s, c.Expr)
		if !ok {
			return over
		}
		holds := false
		if value.value != nil {
			var err error
			if holds, err = sql.ConvertToBool(w.ctx, value.value); err != nil {
				return over
			}
		}
		if holds {
			return w.list(s, c.Statements)
		}
	}
	return w.list(s, stmt.Else)
}

// declare guesses the variables of a block within the turn.
func (w *guessing) declare(s *scope, d *ast.Declare) outcome {
	if d.Variables == nil {
		return over
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
	return goOn
}

// prepare notes the text of a statement, if it is known.
func (w *guessing) prepare(_ *scope, stmt *ast.Prepare) {
	name := strings.ToLower(stmt.Name)
	delete(w.prepared, name)
	text := stmt.Expr
	if user, ok := strings.CutPrefix(text, "@"); ok {
		_, value, err := w.session.GetUserVariable(w.ctx, strings.ToLower(user))
		if err != nil {
			return
		}
		if text, ok = value.(string); !ok {
			return
		}
	}
	w.prepared[name] = text
}

// execute asks the models of a prepared statement.
func (w *guessing) execute(_ *scope, stmt *ast.Execute) {
	w.asks = true
	text, ok := w.prepared[strings.ToLower(stmt.Name)]
	if !ok || w.frame.call.Parse == nil || len(stmt.VarList) > 0 {
		return
	}
	parsed, err := w.frame.call.Parse(w.ctx, text)
	if err == nil {
		w.dynamic = true
		w.ask(newScope(nil), parsed) // it does not see the procedure's variables
		w.dynamic = false
	}
}

// give gives a variable of the guess a value.
func (w *guessing) give(s *scope, name string, value typed) {
	if user, ok := strings.CutPrefix(name, "@"); ok {
		_ = w.session.SetUserVariable(w.ctx, strings.ToLower(user), value.value, value.typ)
		return
	}
	v := s.variable(name)
	if v == nil {
		return
	}
	quiet := *w.ctx
	quiet.Session = w.session
	v.unknown = v.assign(&quiet, value) != nil
}

// forget makes a variable unknown.
func (w *guessing) forget(s *scope, name string) {
	if user, ok := strings.CutPrefix(name, "@"); ok {
		w.session.forget(strings.ToLower(user))
	} else if v := s.variable(name); v != nil {
		v.unknown = true
	}
}

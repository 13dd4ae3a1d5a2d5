package procedure

import (
	"reflect"

	"github.com/dolthub/go-mysql-server/sql"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"
)

// test guesses a condition; failed is one that is not known ahead.
func (w *guessing) test(s *scope, e ast.Expr) truth {
	value, ok := w.value(s, e)
	if !ok {
		return failed
	}
	if value.value == nil {
		return false_
	}
	holds, err := sql.ConvertToBool(w.ctx, value.value)
	switch {
	case err != nil:
		return failed
	case holds:
		return true_
	}
	return false_
}

// branch guesses IF.
func (w *guessing) branch(s *scope, stmt *ast.IfStatement) flow {
	for i, c := range stmt.Conditions {
		switch w.test(s, c.Expr) {
		case true_:
			return w.list(s, c.Statements)
		case failed:
			return w.passOver(s, &ast.IfStatement{Conditions: stmt.Conditions[i:], Else: stmt.Else})
		}
	}
	return w.list(s, stmt.Else)
}

// choose guesses CASE.
func (w *guessing) choose(s *scope, stmt *ast.CaseStatement) flow {
	conditions, inner := searched(stmt), s
	if stmt.Expr != nil {
		value, ok := w.value(s, stmt.Expr)
		if !ok {
			return w.passOver(s, stmt)
		}
		conditions, inner = w.frame.compared(stmt, value.typ), newScope(s)
		inner.variables[subject] = &variable{name: subject, typ: value.typ, value: value.value}
	}
	for i, c := range stmt.Cases {
		switch w.test(inner, conditions[i]) {
		case true_:
			return w.list(s, c.Statements)
		case failed:
			return w.passOver(s, stmt)
		}
	}
	if stmt.Else == nil {
		return over // an error
	}
	return w.list(s, stmt.Else)
}

// loop guesses a loop within the turn.
func (w *guessing) loop(s *scope, l loop) flow {
	for {
		if w.steps++; w.steps > maxSteps {
			return over
		}
		if l.while != nil {
			switch w.test(s, l.while) {
			case false_:
				return next
			case failed:
				return w.passOver(s, &ast.While{Label: l.label, Statements: l.body})
			}
		}
		to := w.list(s, l.body)
		if to.kind == leave && to.names(l.label) {
			return next
		}
		if to.kind == iterate && to.names(l.label) {
			continue
		}
		if to.kind != onward {
			return to
		}
		if l.until != nil {
			switch w.test(s, l.until) {
			case true_:
				return next
			case failed:
				return w.passOver(s, &ast.Repeat{Label: l.label, Statements: l.body})
			}
		}
	}
}

// goesRound says how the turn of a loop ends: next when another turn follows.
func (w *guessing) goesRound(s *scope, l loop, to flow) flow {
	again := to.kind == iterate && to.names(l.label)
	if to.kind != onward && !again {
		return over
	}
	if l.until != nil && !again && w.test(s, l.until) != false_ {
		return over
	}
	if l.while != nil && w.test(s, l.while) != true_ {
		return over
	}
	return next
}

// passOver goes on after a statement of which it is not known what it will run.
// What that may set is unknown from then on. Where it may lead elsewhere, the
// guess ends.
func (w *guessing) passOver(s *scope, stmt ast.Statement) flow {
	stays := true
	each(reflect.ValueOf(stmt), func(node any) bool {
		switch node.(type) {
		case *ast.Leave, *ast.Iterate, *ast.Signal, *ast.Resignal, *ast.FetchCursor:
			stays = false
		}
		return stays
	})
	if !stays {
		return over
	}
	w.forgetAll(s, stmt)
	return next
}

package procedure

import (
	"reflect"
	"strconv"
	"strings"

	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/types"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"
)

// preparedName is the name of a prepared statement as guesses keep it.
func preparedName(name string) string { return strings.ToLower(name) }

// prepare keeps the statement of a text, if that is known.
func (w *guessing) prepare(stmt *ast.Prepare) {
	name := preparedName(stmt.Name)
	w.prepared[name] = nil
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
	if w.frame.call.Parse == nil {
		return
	}
	if parsed, err := w.frame.call.Parse(w.ctx, text); err == nil {
		w.prepared[name] = parsed
	}
}

// execute guesses a prepared statement, which sees the variables of USING and
// none of the procedure.
func (w *guessing) execute(stmt *ast.Execute) flow {
	parsed, inTurn := w.prepared[preparedName(stmt.Name)]
	if !inTurn && w.frame.call.Prepared != nil {
		parsed = w.frame.call.Prepared(w.ctx, stmt.Name)
	}
	if parsed == nil {
		w.session.forgetAll() // which it may set
		return next
	}
	s := newScope(nil)
	for i, name := range stmt.VarList {
		s.variables[argumentName(i)] = w.argument(i, name)
	}
	n := 0
	using := substitution{argument: func(*ast.SQLVal) ast.Expr {
		n++
		return &ast.ColName{Name: ast.NewColIdent(argumentName(n - 1))}
	}}
	named := using.copy(reflect.ValueOf(&parsed).Elem()).Interface().(ast.Statement)
	dynamic := w.dynamic
	w.dynamic = true
	defer func() { w.dynamic = dynamic }()
	if to := w.step(s, named); to.kind != onward {
		return over
	}
	return next
}

// argumentName is the name of the variable that stands for a question mark. No
// name of SQL is like it.
func argumentName(i int) string { return "question mark " + strconv.Itoa(i+1) }

// argument is the value of a variable of USING.
func (w *guessing) argument(i int, name string) *variable {
	v := &variable{name: argumentName(i), typ: types.Null, unknown: true}
	user, ok := strings.CutPrefix(name, "@")
	if !ok {
		return v
	}
	typ, value, err := w.session.GetUserVariable(w.ctx, strings.ToLower(user))
	if err != nil {
		return v
	}
	if typ != nil {
		v.typ = typ
	}
	v.value, v.unknown = value, false
	return v
}

// callee is a procedure that a CALL of a body has run, with what its statements
// were found to be; without a frame it is one of the server's own.
type callee struct{ frame *frame }

// callOther guesses a CALL within the turn, once the procedure is known that it
// runs: after the first time.
func (w *guessing) callOther(s *scope, stmt *ast.Call) flow {
	if w.dynamic {
		return over
	}
	caller := w.frame
	known, ok := caller.callees[stmt]
	if !ok {
		w.lacks = func() bool { _, ok := caller.callees[stmt]; return !ok }
	}
	if known.frame == nil || len(known.frame.call.Plan.Procedure.Params) != len(stmt.Params) {
		w.ask(s, stmt.Params)
		w.forgetAll(s, stmt)
		return next
	}
	inner := w.bind(s, stmt, known.frame)
	to := w.within(known.frame, inner)
	w.unbind(s, stmt, inner)
	return to
}

// within guesses the body of another procedure.
func (w *guessing) within(f *frame, params *scope) flow {
	leave, err := f.assume(w.ctx)
	if err != nil {
		return over
	}
	defer leave()
	caller, current := w.frame, f.current
	w.frame = f
	defer func() { w.frame, f.current = caller, current }()
	return w.step(params, f.body.statement)
}

// bind is the scope of a procedure's parameters, with what is known of them.
func (w *guessing) bind(s *scope, stmt *ast.Call, f *frame) *scope {
	inner := newScope(nil)
	for i, param := range f.call.Plan.Procedure.Params {
		v := &variable{name: param.Name, typ: f.params.variables[param.Name].typ}
		inner.variables[v.name] = v
		if param.Direction == plan.ProcedureParamDirection_Out {
			continue
		}
		value, ok := w.value(s, stmt.Params[i])
		if v.unknown = !ok; ok && value.value != nil {
			w.give(inner, v.name, value)
		}
	}
	return inner
}

// unbind gives what is known of a procedure's parameters to the variables that
// are its arguments.
func (w *guessing) unbind(s *scope, stmt *ast.Call, inner *scope) {
	callee := w.frame.callees[stmt].frame
	for i, param := range callee.call.Plan.Procedure.Params {
		name, ok := assignedBy(stmt.Params[i])
		if !ok || param.Direction == plan.ProcedureParamDirection_In {
			continue
		}
		if v := inner.variables[param.Name]; v.unknown {
			w.forget(s, name)
		} else {
			w.give(s, name, typed{v.value, v.typ})
		}
	}
}

// assignedBy is the variable that an argument of CALL gives its value to.
func assignedBy(param ast.Expr) (name string, ok bool) {
	column, ok := param.(*ast.ColName)
	if !ok || !column.Qualifier.IsEmpty() {
		return "", false
	}
	return column.Name.Lowered(), true
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

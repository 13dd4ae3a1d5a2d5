package procedure

import (
	"reflect"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/transform"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/lookahead"
)

// imagined is a session whose user variables are those of a guess.
type imagined struct {
	sql.Session
	set     map[string]typed
	unknown map[string]bool
	// allUnknown is true when those are unknown that are not in set.
	allUnknown bool
	// met is set when one that is unknown was asked for.
	met bool
}

// newImagined returns a session over the statement's. What a turn sets is
// unknown at its beginning.
func newImagined(s sql.Session, sets map[string]bool) *imagined {
	i := &imagined{Session: s, set: map[string]typed{}, unknown: map[string]bool{}}
	for name := range sets {
		if user, ok := strings.CutPrefix(name, "@"); ok {
			i.unknown[user] = true
		}
	}
	return i
}

// Warn implements sql.Session: nobody is warned of what is imagined.
func (*imagined) Warn(*sql.Warning) {}

// GetUserVariable implements sql.Session.
func (i *imagined) GetUserVariable(ctx *sql.Context, name string) (sql.Type, any, error) {
	name = strings.ToLower(name)
	if v, ok := i.set[name]; ok {
		return v.typ, v.value, nil
	}
	if i.unknown[name] || i.allUnknown {
		i.met = true
		return nil, nil, errUnknown
	}
	return i.Session.GetUserVariable(ctx, name)
}

// SetUserVariable implements sql.Session.
func (i *imagined) SetUserVariable(_ *sql.Context, name string, value any, typ sql.Type) error {
	i.set[strings.ToLower(name)] = typed{value, typ}
	return nil
}

func (i *imagined) forget(name string) {
	delete(i.set, name)
	i.unknown[name] = true
}

func (i *imagined) forgetAll() {
	clear(i.set)
	i.allUnknown = true
}

// imagine returns a copy of a scope and those around it. What a turn sets is
// unknown in it.
func (s *scope) imagine(sets map[string]bool) *scope {
	if s == nil {
		return nil
	}
	copied := newScope(s.outer.imagine(sets))
	for name, v := range s.variables {
		own := *v
		own.unknown = sets[name]
		copied.variables[name] = &own
	}
	return copied
}

// beyond is the scope that is so many blocks further out.
func (s *scope) beyond(blocks int) *scope {
	for ; blocks > 0 && s.outer != nil; blocks-- {
		s = s.outer
	}
	return s
}

// namesSet are the names of the variables, and with their @ of the user
// variables, that statements set.
func namesSet(within any) map[string]bool {
	sets := map[string]bool{}
	each(reflect.ValueOf(within), func(node any) bool {
		switch node := node.(type) {
		case *ast.SetVarExpr:
			name := node.Name.Name.Lowered()
			if node.Scope == ast.SetScope_User {
				name = "@" + name
			}
			sets[name] = true
		case *ast.FetchCursor:
			for _, name := range node.Variables {
				sets[strings.ToLower(name)] = true
			}
		case *ast.Into:
			for _, name := range names(node.Variables) {
				sets[strings.ToLower(name)] = true
			}
		case *Diagnostics:
			for _, item := range node.items {
				sets[strings.ToLower(item.target)] = true
			}
		case *ast.Call:
			for _, param := range node.Params {
				if name, ok := assignedBy(param); ok {
					sets[name] = true
				}
			}
		}
		return true
	})
	return sets
}

// each calls do for every pointer to a struct within a value, those outside
// first. It goes into those for which do returns true.
func each(v reflect.Value, do func(node any) bool) {
	switch v.Kind() {
	case reflect.Interface:
		if !v.IsNil() {
			each(v.Elem(), do)
		}
	case reflect.Pointer:
		if v.IsNil() || v.Elem().Kind() != reflect.Struct {
			return
		}
		if _, built := v.Interface().(sql.Expression); !built && do(v.Interface()) {
			each(v.Elem(), do)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				each(v.Field(i), do)
			}
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return
		}
		for i := range v.Len() {
			each(v.Index(i), do)
		}
	}
}

// ask asks for the model calls within a statement or an expression whose inputs
// are known ahead, and that are sure to be made when it runs on a row.
func (w *guessing) ask(s *scope, within any) {
	each(reflect.ValueOf(within), func(node any) bool {
		e, ok := node.(ast.Expr)
		if !ok {
			return true
		}
		if !hasFunction(e) {
			return false
		}
		known, ok := w.foreseeable(s, e)
		if !ok {
			return !isConditional(e)
		}
		if !lookahead.HasCall(known) {
			return false
		}
		_, to := w.evaluate(s, known)
		return to == unknownValue && !isConditional(e) // its parts may be known
	})
}

// hasFunction reports whether an expression calls a function: only those call
// models.
func hasFunction(e ast.Expr) bool {
	found := false
	each(reflect.ValueOf(e), func(node any) bool {
		_, call := node.(*ast.FuncExpr)
		found = found || call
		return !found
	})
	return found
}

// isConditional reports whether an expression evaluates some of its parts only
// at times.
func isConditional(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.CaseExpr, *ast.AndExpr, *ast.OrExpr, *ast.RangeCond:
		return true
	case *ast.ComparisonExpr:
		return e.Operator == ast.InStr || e.Operator == ast.NotInStr
	case *ast.FuncExpr:
		switch e.Name.Lowered() {
		case "if", "ifnull", "coalesce", "nullif", "elt", "field", "interval":
			return true
		}
	}
	return false
}

// foreseeable returns the form of an expression that a guess can compute, which
// may call models; false where there is none.
func (w *guessing) foreseeable(s *scope, e ast.Expr) (sql.Expression, bool) {
	f := w.frame
	if f.call.Catalog == nil {
		return nil, false
	}
	keep := !w.dynamic && reflect.TypeOf(e).Kind() == reflect.Pointer
	if keep {
		if found, ok := f.foreseen[e]; ok {
			return found, found != nil
		}
	}
	found, err := f.selected(w.ctx, s, e)
	if err != nil || found == nil || !isForeseeable(found) {
		found = nil
	}
	if keep && (found == nil || !readsUserVariables(found)) {
		f.foreseen[e] = found
	}
	return found, found != nil
}

// isForeseeable is computable, with model calls as well.
func isForeseeable(e sql.Expression) bool {
	if !e.Resolved() || !lookahead.Askable(e) {
		return false
	}
	return !transform.InspectExpr(e, func(part sql.Expression) bool {
		switch part.(type) {
		case *slot, lookahead.Call:
			return false
		case *expression.GetField:
			return true
		}
		t := reflect.TypeOf(part)
		if t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		return !strings.HasPrefix(t.PkgPath(), expressionPackage) || keepsState(t.Name())
	})
}

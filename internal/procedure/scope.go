package procedure

import (
	"fmt"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/mysqlerr"
)

// scope is what one block declares, within the block around it.
type scope struct {
	outer      *scope
	variables  map[string]*variable
	cursors    map[string]*cursor
	conditions map[string]condition
	handlers   []*handler
	// handling is set in the scope of a handler's statement: the handlers of
	// the block that declared it do not handle what happens in it.
	handling bool
}

func newScope(outer *scope) *scope {
	return &scope{
		outer:      outer,
		variables:  map[string]*variable{},
		cursors:    map[string]*cursor{},
		conditions: map[string]condition{},
	}
}

// variable returns the variable that a name means, nil when there is none.
func (s *scope) variable(name string) *variable {
	name = strings.ToLower(name)
	for ; s != nil; s = s.outer {
		if v := s.variables[name]; v != nil {
			return v
		}
	}
	return nil
}

// cursor returns the cursor that a name means.
func (s *scope) cursor(name string) (*cursor, error) {
	key := strings.ToLower(name)
	for ; s != nil; s = s.outer {
		if c := s.cursors[key]; c != nil {
			return c, nil
		}
	}
	return nil, mysqlerr.New(1324, "Undefined CURSOR: "+name)
}

// condition returns the condition that a name means.
func (s *scope) condition(name string) (condition, error) {
	key := strings.ToLower(name)
	for ; s != nil; s = s.outer {
		if c, ok := s.conditions[key]; ok {
			return c, nil
		}
	}
	return condition{}, mysqlerr.New(1319, "Undefined CONDITION: "+name)
}

// declare runs DECLARE. Variables get their defaults in the order of their
// declaration.
func (f *frame) declare(ctx *sql.Context, s *scope, d *ast.Declare) error {
	switch {
	case d.Variables != nil:
		return f.declareVariables(ctx, s, d.Variables)
	case d.Condition != nil:
		c, err := declaredCondition(d.Condition)
		if err != nil {
			return err
		}
		s.conditions[strings.ToLower(d.Condition.Name)] = c
	case d.Cursor != nil:
		s.cursors[strings.ToLower(d.Cursor.Name)] = &cursor{query: d.Cursor.SelectStmt, home: s}
	case d.Handler != nil:
		h, err := newHandler(s, d.Handler)
		if err != nil {
			return err
		}
		s.handlers = append(s.handlers, h)
	default:
		return mysqlerr.New(1235, fmt.Sprintf("This version of Airglow doesn't yet support '%s'", ast.String(d)))
	}
	return nil
}

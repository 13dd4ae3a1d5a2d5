package procedure

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/mysql"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/diagnostics"
	"airglow/internal/mysqlerr"
)

// handler is a declared handler.
type handler struct {
	exits     bool
	handles   []handled
	statement ast.Statement
	home      *scope
}

// handled is one of the conditions that a handler names.
type handled struct {
	kind ast.DeclareHandlerConditionValue
	condition
}

func newHandler(s *scope, d *ast.DeclareHandler) (*handler, error) {
	if d.Action == ast.DeclareHandlerAction_Undo {
		return nil, unsupported("UNDO HANDLER")
	}
	h := &handler{exits: d.Action == ast.DeclareHandlerAction_Exit, statement: d.Statement, home: s}
	for _, named := range d.ConditionValues {
		one, err := newHandled(s, named)
		if err != nil {
			return nil, err
		}
		h.handles = append(h.handles, one)
	}
	return h, nil
}

// conditions finds what a name of a condition means.
type conditions interface {
	condition(name string) (condition, error)
}

func newHandled(s conditions, named ast.DeclareHandlerCondition) (handled, error) {
	one := handled{kind: named.ValueType}
	switch named.ValueType {
	case ast.DeclareHandlerCondition_MysqlErrorCode:
		number, err := strconv.Atoi(string(named.MysqlErrorCode.Val))
		if err != nil || number == 0 {
			return one, mysqlerr.New(1525, "Incorrect CONDITION value: '"+string(named.MysqlErrorCode.Val)+"'")
		}
		one.number = number
	case ast.DeclareHandlerCondition_SqlState:
		one.state = named.String
		return one, checkState(named.String)
	case ast.DeclareHandlerCondition_ConditionName:
		c, err := s.condition(named.String)
		if err != nil {
			return one, err
		}
		one.condition, one.kind = c, ast.DeclareHandlerCondition_SqlState
		if c.number != 0 {
			one.kind = ast.DeclareHandlerCondition_MysqlErrorCode
		}
	}
	return one, nil
}

// key is equal for two that handle the same.
func (h handled) key() string { return fmt.Sprint(h.kind, h.number, h.state) }

// The ranks of what a handler names: the more it says, the sooner it is chosen.
const (
	rankNone = iota
	rankClass
	rankState
	rankNumber
)

// rank says how well a handled condition fits c.
func (h handled) rank(c condition) int {
	class := c.class()
	fits, rank := false, rankClass
	switch h.kind {
	case ast.DeclareHandlerCondition_MysqlErrorCode:
		fits, rank = h.number == c.number, rankNumber
	case ast.DeclareHandlerCondition_SqlState:
		fits, rank = h.state == c.state, rankState
	case ast.DeclareHandlerCondition_NotFound:
		fits = class == classNotFound
	case ast.DeclareHandlerCondition_SqlWarning:
		fits = class == classWarning || c.level == diagnostics.LevelWarning
	case ast.DeclareHandlerCondition_SqlException:
		fits = class != classNotFound && class != classWarning && class != classSuccess && c.level == diagnostics.LevelError
	}
	if !fits {
		return rankNone
	}
	return rank
}

// handlerFor returns the handler of a condition: of the innermost block that has
// one, the one that names it most closely. The handlers of a block do not
// handle what its handlers raise.
func (s *scope) handlerFor(c condition) *handler {
	for ; s != nil; s = s.outer {
		if s.handling {
			s = s.outer // whose own handlers are left out
			continue
		}
		var found *handler
		best := rankNone
		for _, h := range s.handlers {
			for _, one := range h.handles {
				if rank := one.rank(c); rank > best {
					found, best = h, rank
				}
			}
		}
		if found != nil {
			return found
		}
	}
	return nil
}

// handledCondition is a condition whose handler is at work, with the
// diagnostics area in which it was raised.
type handledCondition struct {
	condition
	area []condition
	// again is true when RESIGNAL has raised the condition again.
	again bool
}

// raise gives an error to its handler. Without one the error is final.
func (f *frame) raise(ctx *sql.Context, s *scope, stmt ast.Statement, err error) (flow, error) {
	var signalled *signalled
	c := condition{}
	if errors.As(err, &signalled) {
		c = signalled.condition
	} else {
		var e *mysql.SQLError
		err = f.translate(ctx, err, stmt)
		if !errors.As(err, &e) || isFinal(err) {
			return next, err
		}
		c = conditionOf(e)
	}
	f.note(ctx, c)
	h := s.handlerFor(c)
	if h == nil {
		return next, uncaught(c.asError())
	}
	return f.handle(ctx, h, c)
}

func isFinal(err error) bool {
	var done *final
	return errors.As(err, &done)
}

// warned gives the warnings of a statement that went well to a handler.
func (f *frame) warned(ctx *sql.Context, s *scope) (flow, error) {
	for i := len(f.area) - 1; i >= 0; i-- {
		c := f.area[i]
		if c.level != diagnostics.LevelWarning || !f.fresh {
			continue
		}
		if h := s.handlerFor(c); h != nil {
			return f.handle(ctx, h, c)
		}
	}
	return next, nil
}

// handle runs a handler.
func (f *frame) handle(ctx *sql.Context, h *handler, c condition) (flow, error) {
	now := &handledCondition{condition: c, area: f.area}
	f.handled = append(f.handled, now)
	defer func() { f.handled = f.handled[:len(f.handled)-1] }()
	inner := newScope(h.home)
	inner.handling = true
	to, err := f.exec(ctx, inner, h.statement)
	if err != nil {
		return to, err
	}
	if !now.again {
		f.forget(ctx, c)
	}
	if to.kind != onward {
		return to, nil
	}
	if h.exits {
		return flow{kind: exit, block: h.home}, nil
	}
	return next, nil
}

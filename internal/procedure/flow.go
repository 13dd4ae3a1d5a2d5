package procedure

import (
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"
)

// flow is where a statement goes on.
type flow struct {
	kind  flowKind
	label string
	// block is the scope that an EXIT handler leaves.
	block *scope
}

type flowKind int

const (
	onward     flowKind = iota // the next statement
	leave                      // after the block or loop with the label
	iterate                    // the next turn of the loop with the label
	exit                       // after the block
	unforeseen                 // not known: where the rest of a guess would
)

var next = flow{}

// names reports whether a LEAVE or ITERATE means the label.
func (to flow) names(label string) bool {
	return label != "" && strings.EqualFold(to.label, label)
}

// block runs BEGIN … END.
func (f *frame) block(ctx *sql.Context, outer *scope, b *ast.BeginEndBlock) (flow, error) {
	s := newScope(outer)
	to, err := f.list(ctx, s, b.Statements)
	if err != nil {
		return to, err
	}
	if to.kind == exit && to.block == s || to.kind == leave && to.names(b.Label) {
		return next, nil
	}
	return to, nil
}

// list runs statements one after the other.
func (f *frame) list(ctx *sql.Context, s *scope, list ast.Statements) (flow, error) {
	for _, stmt := range list {
		if to, err := f.exec(ctx, s, stmt); err != nil || to.kind != onward {
			return to, err
		}
	}
	return next, nil
}

// branch runs IF.
func (f *frame) branch(ctx *sql.Context, s *scope, stmt *ast.IfStatement) (flow, error) {
	for _, c := range stmt.Conditions {
		holds, to, err := f.test(ctx, s, c.Expr)
		if holds == failed {
			return to, err
		}
		if holds == true_ {
			return f.list(ctx, s, c.Statements)
		}
	}
	return f.list(ctx, s, stmt.Else)
}

// loop is a LOOP, WHILE or REPEAT.
type loop struct {
	label        string
	while, until ast.Expr
	body         ast.Statements
}

func (f *frame) loop(ctx *sql.Context, s *scope, l loop) (flow, error) {
	f.loops = append(f.loops, running{l})
	defer func() { f.loops = f.loops[:len(f.loops)-1] }()
	for {
		if err := interruption(ctx); err != nil {
			return next, uncaught(err)
		}
		if l.while != nil {
			if holds, to, err := f.test(ctx, s, l.while); holds != true_ {
				return to, err
			}
		}
		to, err := f.list(ctx, s, l.body)
		switch {
		case err != nil:
			return to, err
		case to.kind == leave && to.names(l.label):
			return next, nil
		case to.kind == iterate && to.names(l.label):
			// REPEAT, too, goes back to its beginning.
			continue
		case to.kind != onward:
			return to, nil
		}
		if l.until != nil {
			if holds, to, err := f.test(ctx, s, l.until); holds != false_ {
				return to, err
			}
		}
	}
}

// truth is the outcome of a condition.
type truth int

const (
	false_ truth = iota // NULL is not true
	true_
	// failed is a condition whose evaluation raised an error. A CONTINUE
	// handler goes on after the statement that the condition belongs to.
	failed
)

// test evaluates a condition. The flow and the error are for a condition that
// failed.
func (f *frame) test(ctx *sql.Context, s *scope, condition ast.Expr) (truth, flow, error) {
	ctx = fresh(ctx)
	value, failure := f.evaluate(ctx, s, condition)
	holds := false
	if failure == nil && value.value != nil {
		holds, failure = sql.ConvertToBool(ctx, value.value)
	}
	failure = f.attentive(ctx, failure)
	to, err := f.conclude(ctx, s, nil, failure)
	switch {
	case failure != nil || err != nil || to.kind != onward:
		return failed, to, err
	case holds:
		return true_, next, nil
	}
	return false_, next, nil
}

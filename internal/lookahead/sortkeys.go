package lookahead

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"
)

// fewKept is how many keys an ORDER BY with LIMIT keeps at least.
const fewKept = 1024

// sortKey is an expression that rows are sorted by and that calls models. The
// engine evaluates it for each comparison; here a row has one evaluation, and so
// one request in the counts and one warning.
type sortKey struct {
	sql.Expression
	// most bounds the keys that are kept, twice; 0 keeps those of all rows, as
	// sorting keeps the rows.
	most      int
	keys, old map[*any]any
}

// Eval implements sql.Expression.
func (s *sortKey) Eval(ctx *sql.Context, row sql.Row) (any, error) {
	if len(row) == 0 || Asking(ctx) {
		return s.Expression.Eval(ctx, row)
	}
	at := &row[0]
	key, ok := s.keys[at]
	if ok {
		return key, nil
	}
	if key, ok = s.old[at]; !ok {
		var err error
		if key, err = s.Expression.Eval(ctx, row); err != nil {
			return nil, err
		}
	}
	if s.keys == nil || s.most > 0 && len(s.keys) >= s.most {
		s.old, s.keys = s.keys, map[*any]any{}
	}
	s.keys[at] = key
	return key, nil
}

// Children implements sql.Expression.
func (s *sortKey) Children() []sql.Expression { return []sql.Expression{s.Expression} }

// WithChildren implements sql.Expression.
func (s *sortKey) WithChildren(children ...sql.Expression) (sql.Expression, error) {
	if len(children) != 1 {
		return nil, sql.ErrInvalidChildrenNumber.New(s, len(children), 1)
	}
	return &sortKey{Expression: children[0], most: s.most}, nil
}

// keyed returns a node that sorts with the keys kept that call models, where it
// runs once.
func (p planner) keyed(n sql.Node) (sql.Node, error) {
	most := 0
	switch n := n.(type) {
	case *plan.Sort:
	case *plan.TopN:
		most = max(fewKept, 4*int(literalRows(n.Limit)))
	default:
		return n, nil
	}
	with := n.(sql.Expressioner)
	list := with.Expressions()
	if p.right || p.nested || p.changing || !anyCalls(list) {
		return n, nil
	}
	made := make([]sql.Expression, len(list))
	for i, e := range list {
		if made[i] = e; HasCall(e) {
			made[i] = &sortKey{Expression: e, most: most}
		}
	}
	return with.WithExpressions(made...)
}

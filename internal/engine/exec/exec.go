// Package exec builds what runs the plans that the engine runs otherwise than MySQL:
// EXPLAIN (exec.go) and EXPLAIN ANALYZE (analyze.go), and some joins of the storage's.
package exec

import (
	"sync/atomic"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/rowexec"

	"airglow/internal/engine/fault"
	"airglow/internal/estimate"
	"airglow/internal/explain"
	"airglow/internal/lookahead"
)

// Builder builds the plans that the engine would build otherwise than MySQL
// answers, and leaves all others to the storage's builder and the engine. Of
// VALUES with model calls it has the answers first.
// EXPLAIN is one: the engine has one row of placeholders for every statement.
// Its node cannot be replaced by a rule, because no rule sees it.
type Builder struct {
	// Storage is the storage's builder, nil for none, and Engine the engine's.
	Storage sql.NodeExecBuilder
	Engine  *rowexec.BaseBuilder
	// SettingsOf are the settings of the statement that runs in ctx.
	SettingsOf func(ctx *sql.Context) lookahead.Settings
	// Bill says what the model calls of an analysed plan are likely to come to, and
	// Spending begins to watch what they do come to: what it returns writes a line of it.
	Bill     func(ctx *sql.Context, n sql.Node, builder sql.NodeExecBuilder) (estimate.Bill, error)
	Spending func(ctx *sql.Context) func() string
	// measuring is how many statements EXPLAIN ANALYZE runs. Of the others no node
	// needs a look for their measurement.
	measuring atomic.Int64
}

// Build implements sql.NodeExecBuilder. It returns nil for what the engine is
// to build.
func (x *Builder) Build(ctx *sql.Context, n sql.Node, row sql.Row) (sql.RowIter, error) {
	if x.measuring.Load() > 0 {
		if m := measurementFrom(ctx); m != nil && !lookahead.Asking(ctx) && !isChange(n) {
			if m.entered != n {
				return x.count(ctx, m, n, row)
			}
			m.entered = nil
		}
	}
	switch n := n.(type) {
	case *plan.DescribeQuery:
		return x.explain(ctx, n, row)
	case *plan.Values:
		if err := lookahead.Values(ctx, n, row, x.SettingsOf); err != nil {
			return nil, err
		}
	case *plan.JoinNode:
		if losesRows(n) {
			return nil, nil
		}
	}
	if x.Storage == nil {
		return nil, nil
	}
	return x.Storage.Build(ctx, n, row)
}

// losesRows reports whether the storage would run a join that it runs wrongly: its
// merge of the keys of a LEFT JOIN leaves out the last row on the left where the ON
// has other conditions as well and they are not met. The engine's own merge is right.
func losesRows(join *plan.JoinNode) bool {
	return join.Op.IsMerge() && join.Op.IsLeftOuter() && len(expression.SplitConjunction(join.Filter)) > 1
}

func (x *Builder) explain(ctx *sql.Context, n *plan.DescribeQuery, row sql.Row) (sql.RowIter, error) {
	if n.Format.Analyze {
		return x.analyze(ctx, n, row)
	}
	format, ours := explainFormat(n.Format)
	if !ours {
		return nil, nil
	}
	bill, err := x.Bill(ctx, n.Child, x.Engine)
	if err != nil {
		return nil, err
	}
	rows, err := explain.Rows(ctx, n.Child, explain.Options{Format: format, AtOnce: x.SettingsOf(ctx).AtOnce(), Bill: bill})
	if format == explain.Traditional { // its columns are MySQL's
		for _, text := range bill.Texts() {
			ctx.Session.Warn(&sql.Warning{Level: "Note", Code: fault.CodeUnnumbered, Message: text})
		}
	}
	return sql.RowsToRowIter(rows...), err
}

// explainFormat returns the format that the engine's options stand for; false
// for EXPLAIN PLAN, which shows the engine's own form of the plan.
func explainFormat(o sql.DescribeOptions) (explain.Format, bool) {
	switch {
	case !o.Plan:
		return explain.Traditional, true
	case o.Estimates && o.Debug:
		return explain.JSON, true
	case o.Estimates:
		return explain.Tree, true
	}
	return explain.Tree, false
}

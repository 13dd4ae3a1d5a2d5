package exec

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/rowexec"
	"github.com/dolthub/go-mysql-server/sql/types"

	"airglow/internal/engine/walk"
	"airglow/internal/engine/write"
	"airglow/internal/explain"
)

// measurement counts the rows of each node of the plan that EXPLAIN ANALYZE
// runs. A join runs its right side once for each row of its left.
type measurement struct {
	actual map[sql.Node]*explain.Actual
	// entered is the node whose rows are already being counted: the builder
	// asks for each node twice, once by itself and once from count.
	entered sql.Node
}

type measurementKey struct{}

// measurementFrom returns the measurement that is under way, nil outside of
// EXPLAIN ANALYZE.
func measurementFrom(ctx context.Context) *measurement {
	m, _ := ctx.Value(measurementKey{}).(*measurement)
	return m
}

// analyze runs a statement to its end and shows its plan with what it came to.
func (x *Builder) analyze(ctx *sql.Context, n *plan.DescribeQuery, row sql.Row) (sql.RowIter, error) {
	statement := explain.Read(ctx, n.Child, x.SettingsOf(ctx).AtOnce())
	bill, err := x.Bill(ctx, n.Child, x.Engine)
	if err != nil {
		return nil, err
	}
	spent := x.Spending(ctx)
	m := &measurement{actual: map[sql.Node]*explain.Actual{}}
	measured := ctx.WithContext(context.WithValue(ctx.Context, measurementKey{}, m))
	x.measuring.Add(1)
	defer x.measuring.Add(-1)
	affected, err := x.run(measured, n.Child, row)
	if err != nil {
		return nil, err
	}
	text := statement.Tree(m.actual) + affected + bill.Lines()
	if len(bill) > 0 {
		text += spent()
	}
	return sql.RowsToRowIter(sql.Row{text}), nil
}

// run runs a statement to its end. What it changed is told in a line, empty for a
// query.
func (x *Builder) run(ctx *sql.Context, n sql.Node, row sql.Row) (affected string, err error) {
	rows, err := x.Engine.Build(ctx, n, row)
	if err != nil {
		return "", err
	}
	if !n.IsReadOnly() { // as the engine does with a statement of its own
		rows, _ = rowexec.AddAccumulatorIter(ctx, rows)
		rows = rowexec.AddTriggerRollbackIter(ctx, triggerFlags(n), rows)
	}
	for err == nil {
		var last sql.Row
		if last, err = rows.Next(ctx); err == nil && !n.IsReadOnly() && types.IsOkResult(last) {
			affected = fmt.Sprintf("-> Rows affected: %d\n", types.GetOkResult(last).RowsAffected)
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return affected, errors.Join(err, rows.Close(ctx))
}

// triggerFlags say whether a plan runs triggers, whose changes a failure takes back.
func triggerFlags(n sql.Node) *sql.QueryFlags {
	flags := &sql.QueryFlags{}
	if walk.FirstOf(n, func(n sql.Node) bool { _, ok := n.(*plan.TriggerExecutor); return ok }) {
		flags.Set(sql.QFlagTrigger)
	}
	return flags
}

// isChange reports whether a node changes rows. The engine tells by the kind of its
// iterator what became of them, so that it cannot be wrapped; it gives no rows that
// anybody counts.
func isChange(n sql.Node) bool {
	switch n.(type) {
	case *plan.InsertInto, *plan.Update, *plan.DeleteFrom, *plan.TriggerExecutor, *plan.Truncate,
		*plan.ForeignKeyHandler, *write.Constrained:
		return true
	}
	return false
}

// count builds a node so that its rows are counted.
func (x *Builder) count(ctx *sql.Context, m *measurement, n sql.Node, row sql.Row) (sql.RowIter, error) {
	m.entered = n
	rows, err := x.Engine.Build(ctx, n, row)
	if err != nil || rows == nil {
		return rows, err
	}
	actual := m.actual[n]
	if actual == nil {
		actual = &explain.Actual{}
		m.actual[n] = actual
	}
	actual.Loops++
	return &counting{rows, actual}, nil
}

// counting counts the rows that it passes on.
type counting struct {
	sql.RowIter
	actual *explain.Actual
}

// Next implements sql.RowIter.
func (c *counting) Next(ctx *sql.Context) (sql.Row, error) {
	row, err := c.RowIter.Next(ctx)
	if err == nil {
		c.actual.Rows++
	}
	return row, err
}

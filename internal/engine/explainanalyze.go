package engine

import (
	"context"
	"errors"
	"io"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"

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
func (x executor) analyze(ctx *sql.Context, n *plan.DescribeQuery, row sql.Row) (sql.RowIter, error) {
	statement := explain.Read(ctx, n.Child, x.ours.settingsOf(ctx).AtOnce())
	bill, err := x.ours.bill(ctx, n.Child, x.engine)
	if err != nil {
		return nil, err
	}
	spent := x.ours.spending(ctx)
	m := &measurement{actual: map[sql.Node]*explain.Actual{}}
	measured := ctx.WithContext(context.WithValue(ctx.Context, measurementKey{}, m))
	rows, err := x.engine.Build(measured, n.Child, row)
	if err != nil {
		return nil, err
	}
	for err == nil {
		_, err = rows.Next(measured)
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	if err = errors.Join(err, rows.Close(measured)); err != nil {
		return nil, err
	}
	text := statement.Tree(m.actual) + bill.Lines()
	if len(bill) > 0 {
		text += spent()
	}
	return sql.RowsToRowIter(sql.Row{text}), nil
}

// count builds a node so that its rows are counted.
func (x executor) count(ctx *sql.Context, m *measurement, n sql.Node, row sql.Row) (sql.RowIter, error) {
	m.entered = n
	rows, err := x.engine.Build(ctx, n, row)
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

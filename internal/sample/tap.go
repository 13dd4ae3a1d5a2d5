package sample

import (
	"errors"
	"io"
	"math/rand/v2"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"

	"airglow/internal/lookahead"
)

// leastRows is how many rows are read, and looked at, however long it takes.
const leastRows = 64

// kept is a row that is looked at.
type kept struct {
	row sql.Row
	// maybe is true when it depends on answers whether the row comes, and chance
	// is how likely it does.
	maybe  bool
	chance float64
}

// tally is what a tap saw.
type tally struct {
	stripped
	reservoir reservoir
	rows      []kept
	// n counts the rows, first is how many are read at most, 0 for all.
	n, first uint64
	passes   int
	once     bool
	// ended is true when all rows were read.
	ended, enough bool
	past          func() bool
}

// rows runs a node and returns some of its rows, and what was seen of all; nil when
// it cannot be run.
func (w walker) rows(child sql.Node, most int) ([]kept, *tally) {
	s := strip(child, w.scanOf(child))
	if !s.ok {
		return nil, nil
	}
	t := &tally{stripped: s, reservoir: reservoir{most: most}, once: w.once}
	t.past = func() bool { return w.o.Now().After(w.deadline) }
	if w.limit > 0 && !w.about {
		t.first = w.limit
	}
	err := w.run(w.ctx, &tap{plan.UnaryNode{Child: s.node}, t})
	t.enough = t.enough || s.scan.ended
	if err != nil && !t.enough {
		return nil, nil
	}
	t.ended = !t.enough
	chance := s.chance()
	for i := range t.rows {
		t.rows[i].chance = 1
		if t.rows[i].maybe {
			t.rows[i].chance = chance
		}
	}
	return t.rows, t
}

// tap takes the rows of its child and gives none.
type tap struct {
	plan.UnaryNode
	tally *tally
}

var _ sql.ExecBuilderNode = (*tap)(nil)

// errEnough ends a run that has taken long enough.
var errEnough = errors.New("enough rows were read")

// BuildRowIter implements sql.ExecBuilderNode.
func (t *tap) BuildRowIter(ctx *sql.Context, b sql.NodeExecBuilder, row sql.Row) (sql.RowIter, error) {
	t.tally.passes++
	if t.tally.once && t.tally.passes > 1 {
		return sql.RowsToRowIter(), nil
	}
	rows, err := b.Build(ctx, t.Child, row)
	if err != nil {
		return nil, err
	}
	return &tapped{rows, t.tally}, nil
}

// Schema implements sql.Node.
func (t *tap) Schema() sql.Schema { return t.Child.Schema() }

// IsReadOnly implements sql.Node.
func (t *tap) IsReadOnly() bool { return true }

// String implements sql.Node. No plan that is shown has one.
func (t *tap) String() string { return "Tap" }

// WithChildren implements sql.Node.
func (t *tap) WithChildren(children ...sql.Node) (sql.Node, error) {
	if len(children) != 1 {
		return nil, sql.ErrInvalidChildrenNumber.New(t, len(children), 1)
	}
	return &tap{plan.UnaryNode{Child: children[0]}, t.tally}, nil
}

// tapped are the rows of one run of a tap.
type tapped struct {
	sql.RowIter
	tally *tally
}

// Next implements sql.RowIter.
func (r *tapped) Next(ctx *sql.Context) (sql.Row, error) {
	t := r.tally
	for t.first == 0 || t.n < t.first {
		if t.n >= leastRows && t.past() {
			t.enough = true
			return nil, errEnough
		}
		t.mark.maybe = false
		row, err := r.RowIter.Next(ctx)
		if err != nil {
			return nil, err
		}
		t.n++
		if at, keep := t.reservoir.place(); keep {
			t.rows = put(t.rows, at, kept{row: row.Copy(), maybe: t.mark.maybe || t.blocking && t.mark.ever})
		}
	}
	return nil, io.EOF
}

// reservoir picks some of many things, each as likely as any other, by Vitter's
// algorithm R. It picks the same of equally many, so that EXPLAIN says the same
// again.
type reservoir struct {
	most, seen int
	random     *rand.Rand
}

// place says whether the next thing is kept, and at which place.
func (r *reservoir) place() (at int, keep bool) {
	if r.random == nil {
		r.random = rand.New(rand.NewPCG(1, 2))
	}
	r.seen++
	if r.seen <= r.most {
		return r.seen - 1, true
	}
	at = r.random.IntN(r.seen)
	return at, at < r.most
}

// put puts a thing into its place, which is at most the next one.
func put[T any](list []T, at int, thing T) []T {
	if at == len(list) {
		return append(list, thing)
	}
	list[at] = thing
	return list
}

// scan is the reading of tables. It counts the rows of the one whose rows come in
// the order of what is above it, and ends when the time is over.
type scan struct {
	// leaf is that table, total how many rows it has; nil where that is not known.
	leaf     sql.Node
	n, total uint64
	// over tells that no more is to be read, even if no row has come yet; ended is
	// set when that was so.
	over  func() bool
	ended bool
}

// brakeEvery is after how many rows of a table the time is looked at.
const brakeEvery = 256

// scanOf begins the reading of what is below a place.
func (w walker) scanOf(n sql.Node) *scan {
	s := &scan{over: func() bool { return w.o.Now().After(w.deadline.Add(w.o.Time)) }}
	leaf := leftmost(n)
	total, known := lookahead.RowsOf(w.ctx, leaf)
	if access, ok := leaf.(*plan.IndexedTableAccess); ok && !known && readsAll(access) {
		if table, ok := sql.GetUnderlyingTable(access.UnderlyingTable()).(sql.StatisticsTable); ok {
			count, exact, err := table.RowCount(w.ctx)
			total, known = count, exact && err == nil
		}
	}
	if known {
		s.leaf, s.total = leaf, total
	}
	return s
}

// readsAll reports whether all of an index is read, for the order of its rows.
func readsAll(n *plan.IndexedTableAccess) bool {
	ranges, ok := plan.GetIndexLookup(n).Ranges.(sql.MySQLRangeCollection)
	for _, columns := range ranges {
		for _, column := range columns {
			ok = ok && column.Type() == sql.RangeType_All
		}
	}
	return ok && len(ranges) == 1
}

// scanned is the share of the table that was read; 0 when that is not known.
func (s *scan) scanned() float64 {
	if s.leaf == nil || s.total == 0 {
		return 0
	}
	return float64(s.n) / float64(s.total)
}

// scanning reads a table.
type scanning struct {
	plan.UnaryNode
	scan *scan
	// counts is true for the table that is counted.
	counts bool
}

var _ sql.ExecBuilderNode = (*scanning)(nil)

// BuildRowIter implements sql.ExecBuilderNode.
func (s *scanning) BuildRowIter(ctx *sql.Context, b sql.NodeExecBuilder, row sql.Row) (sql.RowIter, error) {
	rows, err := b.Build(ctx, s.Child, row)
	return &scannedRows{RowIter: rows, of: s}, err
}

// Schema implements sql.Node.
func (s *scanning) Schema() sql.Schema { return s.Child.Schema() }

// IsReadOnly implements sql.Node.
func (s *scanning) IsReadOnly() bool { return true }

// String implements sql.Node. No plan that is shown has one.
func (s *scanning) String() string { return "Scanning" }

// WithChildren implements sql.Node.
func (s *scanning) WithChildren(children ...sql.Node) (sql.Node, error) {
	if len(children) != 1 {
		return nil, sql.ErrInvalidChildrenNumber.New(s, len(children), 1)
	}
	with := *s
	with.Child = children[0]
	return &with, nil
}

type scannedRows struct {
	sql.RowIter
	of *scanning
	n  int
}

// Next implements sql.RowIter.
func (r *scannedRows) Next(ctx *sql.Context) (sql.Row, error) {
	if r.n++; r.n%brakeEvery == 0 && r.of.scan.over() {
		r.of.scan.ended = true
		return nil, errEnough
	}
	row, err := r.RowIter.Next(ctx)
	if err == nil && r.of.counts {
		r.of.scan.n++
	}
	return row, err
}

// leftmost is the table whose rows come in the order of a node's: how much of it
// was read says how far those have come.
func leftmost(n sql.Node) sql.Node {
	for {
		n = shown(n)
		switch with := n.(type) {
		case *plan.Filter:
			n = with.Child
		case *plan.Project:
			n = with.Child
		case *plan.TableAlias:
			n = with.Child
		case *plan.JoinNode:
			n = with.Left()
		case *plan.SubqueryAlias:
			n = with.Child
		default:
			return n
		}
	}
}

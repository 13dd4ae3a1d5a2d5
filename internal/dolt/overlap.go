package dolt

import (
	"context"
	"errors"
	"io"

	"github.com/dolthub/dolt/go/libraries/doltcore/doltdb"
	"github.com/dolthub/dolt/go/libraries/doltcore/doltdb/durable"
	"github.com/dolthub/dolt/go/libraries/doltcore/sqle/dsess"
	"github.com/dolthub/dolt/go/store/hash"
	"github.com/dolthub/dolt/go/store/prolly"
	"github.com/dolthub/dolt/go/store/prolly/tree"
	"github.com/dolthub/dolt/go/store/val"
	"github.com/dolthub/go-mysql-server/sql"
)

// roots are three states of a branch: when a transaction began, as it has
// changed it, and as it is in the store by now.
type roots struct{ start, mine, current doltdb.RootValue }

// rootsOf returns the states of a revision of a database that the session has
// changed, nil when it has not.
func rootsOf(ctx *sql.Context, store *doltdb.DoltDB, revision string, began hash.Hash) (*roots, error) {
	state, ok, err := dsess.DSessFromSess(ctx.Session).LookupDbState(ctx, revision)
	if err != nil || !ok || state.WorkingSet() == nil {
		return nil, err
	}
	branch := state.WorkingSet().Ref()
	start, err := store.ResolveWorkingSetAtRoot(ctx, branch, began)
	if errors.Is(err, doltdb.ErrWorkingSetNotFound) {
		return nil, nil // the transaction has made the branch
	}
	if err != nil {
		return nil, err
	}
	three := &roots{start: start.WorkingRoot(), mine: state.WorkingSet().WorkingRoot()}
	if same, err := sameRoot(three.start, three.mine); same || err != nil {
		return nil, err
	}
	current, err := store.ResolveWorkingSet(ctx, branch)
	if errors.Is(err, doltdb.ErrWorkingSetNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	three.current = current.WorkingRoot()
	return three, nil
}

func sameRoot(a, b doltdb.RootValue) (bool, error) {
	x, err := a.HashOf()
	if err != nil {
		return false, err
	}
	y, err := b.HashOf()
	return x == y, err
}

// overlap reports whether both sides have changed the same row, or have both
// made or dropped a table of the same name. It takes no longer than the merge
// does that it belongs to: one look at each table, and one at each changed row
// of those that both sides have changed.
func (r *roots) overlap(ctx *sql.Context) (bool, error) {
	if same, err := sameRoot(r.start, r.current); same || err != nil {
		return false, err
	}
	names, err := doltdb.UnionTableNames(ctx, r.start, r.mine)
	if err != nil {
		return false, err
	}
	for _, name := range names {
		if found, err := r.tableOverlaps(ctx, name); found || err != nil {
			return found, err
		}
	}
	return false, nil
}

func (r *roots) tableOverlaps(ctx *sql.Context, name doltdb.TableName) (bool, error) {
	// The storage builds the tables of full-text indexes anew when it merges.
	if doltdb.IsFullTextTable(name.Name) {
		return false, nil
	}
	changed, err := r.bothChanged(ctx, name)
	if err != nil || !changed {
		return false, err
	}
	three, err := r.tables(ctx, name)
	switch {
	case err != nil:
		return false, err
	case three.mine == nil || three.current == nil:
		// Dropped by both. Where one has dropped what the other has changed, the
		// merge fails by itself.
		return three.mine == three.current, nil
	case three.start == nil:
		return true, nil // made by both
	}
	return three.overlap(ctx)
}

// bothChanged reports whether both sides have changed a table. A table that is
// missing has the zero hash.
func (r *roots) bothChanged(ctx context.Context, name doltdb.TableName) (bool, error) {
	start, _, err := r.start.GetTableHash(ctx, name)
	if err != nil {
		return false, err
	}
	for _, side := range []doltdb.RootValue{r.mine, r.current} {
		if h, _, err := side.GetTableHash(ctx, name); err != nil || h == start {
			return false, err
		}
	}
	return true, nil
}

// tables are a table's states in roots, nil where it is missing.
type tables struct{ start, mine, current *doltdb.Table }

func (r *roots) tables(ctx context.Context, name doltdb.TableName) (t tables, err error) {
	for _, state := range []struct {
		root  doltdb.RootValue
		table **doltdb.Table
	}{{r.start, &t.start}, {r.mine, &t.mine}, {r.current, &t.current}} {
		if *state.table, _, err = state.root.GetTable(ctx, name); err != nil {
			return tables{}, err
		}
	}
	return t, nil
}

// overlap reports whether both sides have changed a row of the table. The merge
// settles by itself what a statement that changes the definition does to rows.
func (t tables) overlap(ctx *sql.Context) (bool, error) {
	before, err := t.start.GetSchemaHash(ctx)
	if err != nil {
		return false, err
	}
	if after, err := t.mine.GetSchemaHash(ctx); err != nil || after != before {
		return false, err
	}
	var maps [3]prolly.Map
	for i, table := range []*doltdb.Table{t.start, t.mine, t.current} {
		if maps[i], err = rowsOf(ctx, table); err != nil {
			return false, err
		}
	}
	start, mine, current := maps[0], maps[1], maps[2]
	if !start.KeyDesc().Equals(current.KeyDesc()) {
		return false, nil // another primary key: the merge fails by itself
	}
	return keysOverlap(ctx, start, mine, current)
}

// rowsOf returns a table's rows by primary key; by the hash of the whole row,
// with how often it is there, when the table has no key.
func rowsOf(ctx context.Context, table *doltdb.Table) (prolly.Map, error) {
	index, err := table.GetRowData(ctx)
	if err != nil {
		return prolly.Map{}, err
	}
	return durable.ProllyMapFromIndex(index)
}

// keysOverlap reports whether mine and current both differ from start at the
// same key, be it in the same way.
func keysOverlap(ctx *sql.Context, start, mine, current prolly.Map) (bool, error) {
	// A change of both sides is to be told as such, never to be settled.
	settle := func(*sql.Context, val.Tuple, val.Tuple, val.Tuple) (val.Tuple, bool, error) {
		return nil, false, nil
	}
	differ, err := tree.NewThreeWayDiffer(ctx, start.NodeStore(), mine.Tuples(), current.Tuples(), start.Tuples(),
		settle, false, tree.ThreeWayDiffInfo{}, start.Tuples().Order)
	if err != nil {
		return false, err
	}
	for {
		change, err := differ.Next(ctx)
		if errors.Is(err, io.EOF) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		switch change.Op {
		case tree.DiffOpLeftAdd, tree.DiffOpLeftModify, tree.DiffOpLeftDelete,
			tree.DiffOpRightAdd, tree.DiffOpRightModify, tree.DiffOpRightDelete:
		default:
			return true, nil
		}
	}
}

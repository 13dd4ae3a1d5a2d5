package own

import (
	"fmt"
	"io"
	"iter"
	"math"
	"slices"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/engine/dbname"
	"airglow/internal/engine/fault"
	"airglow/internal/engine/inject"
	"airglow/internal/engine/walk"
	"airglow/internal/mysqlerr"
)

// The server's own tables are found in information_schema, under names with a
// prefix: nobody needs a privilege to look there, and the storage, which holds
// the system database, knows nothing of them. The parser puts that name in the
// place of airglow.<name> in FROM and in SHOW and DESCRIBE.

// ownPrefix is before the name of a table in information_schema.
const ownPrefix = dbname.System + "_"

// tables puts the names under which the server's own tables are found into a
// statement.
func (n ownNames) tables(stmt sqlparser.Statement) {
	found := false
	walk.Visit(stmt, func(node any) {
		switch node := node.(type) {
		case *sqlparser.AliasedTableExpr:
			name, ok := node.Expr.(sqlparser.TableName)
			if !ok || !n.table(name) {
				return
			}
			found = true
			if node.As.IsEmpty() {
				node.As = name.Name
			}
			node.Expr = hiddenName(name)
			node.Auth = ignoredAuth
		case *sqlparser.Show:
			if n.table(node.Table) {
				node.Table, node.Auth = hiddenName(node.Table), ignoredAuth
			}
		}
	})
	if !found {
		return
	}
	walk.Visit(stmt, func(node any) { // airglow.models.name is models.name now
		if column, ok := node.(*sqlparser.ColName); ok && n.table(column.Qualifier) {
			column.Qualifier.DbQualifier = sqlparser.TableIdent{}
		}
	})
}

var ignoredAuth = sqlparser.AuthInformation{AuthType: sqlparser.AuthType_IGNORE, TargetType: sqlparser.AuthTargetType_Ignore}

// table reports whether a name is that of one of the server's own tables.
func (n ownNames) table(name sqlparser.TableName) bool {
	return !name.IsEmpty() && n.own(name.DbQualifier) && n.of.table(name.Name.String()) != nil
}

func hiddenName(name sqlparser.TableName) sqlparser.TableName {
	return sqlparser.TableName{
		Name:        sqlparser.NewTableIdent(ownPrefix + strings.ToLower(name.Name.String())),
		DbQualifier: sqlparser.NewTableIdent("information_schema"),
	}
}

// insert is the refusal of a statement that would put rows into one of the server's
// own tables.
func (n ownNames) insert(stmt *sqlparser.Insert) (sqlparser.Statement, bool) {
	if !n.table(stmt.Table) {
		return nil, false
	}
	return inject.Refuse(mysqlerr.New(1471, fmt.Sprintf("The target table %s of the %s is not insertable-into",
		stmt.Table.Name, strings.ToUpper(stmt.Action)))), true
}

// change is the refusal of a statement that would make, change, empty or drop one of the
// server's own tables.
func (n ownNames) change(names sqlparser.TableNames) (sqlparser.Statement, bool) {
	if !slices.ContainsFunc(names, n.table) {
		return nil, false
	}
	return inject.Refuse(fault.SystemDatabase(dbname.System)), true
}

// table returns a table by its name, nil when there is none.
func (p *Parts) table(name string) *Table {
	for i := range p.Tables {
		if strings.EqualFold(p.Tables[i].Name, name) {
			return &p.Tables[i]
		}
	}
	return nil
}

// HiddenTable returns a table by its name in information_schema, nil when there
// is none.
func (p *Parts) HiddenTable(name string) (sql.Table, error) {
	table := p.table(strings.TrimPrefix(strings.ToLower(name), ownPrefix))
	if table == nil || !strings.HasPrefix(strings.ToLower(name), ownPrefix) {
		return nil, nil
	}
	schema, err := schemaOf(table.Columns, ownPrefix+table.Name)
	all := make([]int, len(schema))
	for i := range all {
		all[i] = i
	}
	return &ownTable{of: p, table: table, schema: schema, whole: schema, columns: all}, err
}

// ownTable is a Table as the engine reads it, in one partition.
type ownTable struct {
	of     *Parts
	table  *Table
	schema sql.Schema
	// whole is the schema without projections, columns are those that are left of it
	// and names theirs; nil for all.
	whole   sql.Schema
	columns []int
	names   []string
}

var (
	_ sql.IndexAddressableTable = (*ownTable)(nil)
	_ sql.IndexedTable          = (*ownTable)(nil)
	_ sql.ProjectedTable        = (*ownTable)(nil)
	_ sql.PrimaryKeyTable       = (*ownTable)(nil)
)

// Name implements sql.Table.
func (t *ownTable) Name() string { return ownPrefix + t.table.Name }

// String implements sql.Table.
func (t *ownTable) String() string { return t.Name() }

// Schema implements sql.Table.
func (t *ownTable) Schema() sql.Schema { return t.schema }

// Collation implements sql.Table.
func (t *ownTable) Collation() sql.CollationID { return sql.Collation_Default }

// Partitions implements sql.Table.
func (t *ownTable) Partitions(*sql.Context) (sql.PartitionIter, error) {
	return sql.PartitionsToPartitionIter(onlyPartition{}), nil
}

// PartitionRows implements sql.Table.
func (t *ownTable) PartitionRows(ctx *sql.Context, partition sql.Partition) (sql.RowIter, error) {
	caller, err := t.of.Caller(ctx)
	if err != nil {
		return nil, err
	}
	if t.table.Keyed != nil {
		keys := KeyRange{Last: math.MaxUint64}
		if some, ok := partition.(keyPartition); ok {
			keys = some.KeyRange
		}
		keys.Columns = t.columns
		return newStreamedRows(t.table.Keyed(ctx, caller, keys), t.schema), nil
	}
	rows, err := t.table.Rows(ctx, caller)
	if err != nil {
		return nil, err
	}
	return typedRows(ctx, t.table.Columns, rows)
}

// streamedRows are the rows of a Keyed table.
type streamedRows struct {
	schema sql.Schema
	next   func() ([]any, error, bool)
	stop   func()
}

func newStreamedRows(rows iter.Seq2[[]any, error], schema sql.Schema) *streamedRows {
	next, stop := iter.Pull2(rows)
	return &streamedRows{schema: schema, next: next, stop: stop}
}

// Next implements sql.RowIter.
func (r *streamedRows) Next(ctx *sql.Context) (sql.Row, error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		values, err, ok := r.next()
		switch {
		case !ok:
			return nil, io.EOF
		case err == nil:
			return typedRow(ctx, r.schema, values)
		case !asWarning(ctx, err):
			return nil, err
		}
	}
}

// Close implements sql.RowIter.
func (r *streamedRows) Close(*sql.Context) error {
	r.stop()
	return nil
}

type onlyPartition struct{}

// Key implements sql.Partition.
func (onlyPartition) Key() []byte { return []byte("0") }

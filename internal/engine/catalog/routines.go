package catalog

import (
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/analyzer"
	"github.com/dolthub/go-mysql-server/sql/information_schema"
	"github.com/dolthub/go-mysql-server/sql/plan"

	"airglow/internal/engine/sqltype"
	"airglow/internal/mlsql"
)

// stockRoutines is what the engine asks of its own tables of routines.
type stockRoutines interface {
	analyzer.RoutineTable
	sql.Databaseable
	sql.StatisticsTable
	AssignCatalog(c sql.Catalog) sql.Table
}

// Routines is a table of information_schema with the rows of model functions; nil for one
// that has none of them.
func (c *Catalog) Routines(name string, table sql.Table) sql.Table {
	stock, ok := table.(stockRoutines)
	if !ok {
		return nil
	}
	if strings.EqualFold(name, information_schema.ParametersTableName) {
		return &routineTable{stockRoutines: stock, rows: c.parameterRows}
	}
	return &routineTable{stockRoutines: stock, rows: c.routineRows}
}

// routineTable is a stock table of routines with our rows after its own.
type routineTable struct {
	stockRoutines
	rows func(ctx *sql.Context) []sql.Row
}

// AssignCatalog implements sql.CatalogTable.
func (t *routineTable) AssignCatalog(c sql.Catalog) sql.Table {
	return t.with(t.stockRoutines.AssignCatalog(c))
}

// AssignProcedures implements analyzer.RoutineTable.
func (t *routineTable) AssignProcedures(p map[string][]*plan.Procedure) sql.Table {
	return t.with(t.stockRoutines.AssignProcedures(p))
}

func (t *routineTable) with(stock sql.Table) sql.Table {
	return &routineTable{stockRoutines: stock.(stockRoutines), rows: t.rows}
}

// PartitionRows implements sql.Table. The table has one partition.
func (t *routineTable) PartitionRows(ctx *sql.Context, p sql.Partition) (sql.RowIter, error) {
	iter, err := t.stockRoutines.PartitionRows(ctx, p)
	if err != nil {
		return nil, err
	}
	rows, err := sql.RowIterToRows(ctx, iter)
	if err != nil {
		return nil, err
	}
	return sql.RowsToRowIter(append(rows, t.rows(ctx)...)...), nil
}

// Visible returns the functions that the session may know of.
func (c *Catalog) Visible(ctx *sql.Context) []*mlsql.Function {
	var list []*mlsql.Function
	for _, f := range c.all() {
		if c.maySee(ctx, f) {
			list = append(list, f)
		}
	}
	return list
}

// routineRows are the rows of information_schema.routines, in its columns'
// order.
func (c *Catalog) routineRows(ctx *sql.Context) []sql.Row {
	var rows []sql.Row
	for _, f := range c.Visible(ctx) {
		var definition any
		if c.maySeeText(ctx, f) {
			definition = aliasClause(f)
		}
		deterministic := "NO"
		if f.Deterministic {
			deterministic = "YES"
		}
		row := sql.NewRow(f.Name, "def", f.Database, f.Name, "FUNCTION")
		row = append(row, typeColumns(f.Returns)...)
		row = append(row, "SQL", definition, nil, "SQL", "SQL", deterministic, "CONTAINS SQL", nil,
			f.SQLSecurity.String(), f.Created, f.Modified, f.SQLMode, f.Comment,
			f.Definer.Name+"@"+f.Definer.Host, f.CharacterSetClient, f.CollationConnection, f.DatabaseCollation)
		rows = append(rows, row)
	}
	return rows
}

// aliasClause is what stands for the body: the ALIAS and its clauses.
func aliasClause(f *mlsql.Function) string {
	text := f.CreateStatement()
	if at := strings.Index(text, "\n    ALIAS "); at >= 0 {
		return strings.ReplaceAll(strings.TrimSpace(text[at:]), "\n    ", "\n")
	}
	return text
}

// parameterRows are the rows of information_schema.parameters: position 0 is
// the return value.
func (c *Catalog) parameterRows(ctx *sql.Context) []sql.Row {
	var rows []sql.Row
	for _, f := range c.Visible(ctx) {
		rows = append(rows, parameterRow(f, 0, mlsql.Arg{Type: f.Returns}))
		for i, arg := range f.Args {
			rows = append(rows, parameterRow(f, i+1, arg))
		}
	}
	return rows
}

func parameterRow(f *mlsql.Function, position int, arg mlsql.Arg) sql.Row {
	var mode, name any
	if position > 0 {
		mode, name = "IN", arg.Name
	}
	row := sql.NewRow("def", f.Database, f.Name, uint64(position), mode, name)
	return append(append(row, typeColumns(arg.Type)...), "FUNCTION")
}

// typeColumns are the nine columns that both tables have for a type: data type,
// lengths, precision, scale, fractional seconds, character set, collation, and
// the type as written.
func typeColumns(t mlsql.Type) []any {
	written := t
	written.Charset, written.Collation = "", ""
	columns := []any{t.Name, nil, nil, nil, nil, nil, nil, nil, written.String()}
	kind, err := sqltype.Of(t)
	if err != nil {
		return columns
	}
	if text, ok := kind.(sql.StringType); ok && t.IsString() {
		columns[1], columns[2] = text.MaxByteLength(), text.MaxByteLength() // the TEXT types count bytes
		columns[6], columns[7] = text.CharacterSet().Name(), text.Collation().Name()
		if t.Name == "char" || t.Name == "varchar" {
			columns[1] = int64(t.Length)
		}
	}
	if precision, ok := decimalDigits(t); ok {
		columns[3], columns[4] = precision, int64(t.Scale)
		if (t.Name == "float" || t.Name == "double") && t.Length == 0 {
			columns[4] = nil
		}
	}
	return columns
}

// decimalDigits is the precision that MySQL reports for a numeric type.
func decimalDigits(t mlsql.Type) (uint32, bool) {
	digits := map[string]uint32{
		"tinyint": 3, "smallint": 5, "mediumint": 7, "int": 10, "bigint": 19, "float": 12, "double": 22,
	}
	if t.Name == "decimal" {
		return uint32(t.Length), true
	}
	n, ok := digits[t.Name]
	if t.Name == "bigint" && t.Unsigned {
		n = 20
	}
	return n, ok
}

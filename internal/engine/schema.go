package engine

import (
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/analyzer"
	"github.com/dolthub/go-mysql-server/sql/information_schema"
	"github.com/dolthub/go-mysql-server/sql/plan"

	"airglow/internal/engine/sqltype"
	"airglow/internal/mlsql"
)

// infoSchema is information_schema with the rows of model functions, which SHOW
// FUNCTION STATUS reads too.
type infoSchema struct {
	sql.Database
	engine *Engine
}

func newInfoSchema(stock sql.Database, e *Engine) sql.Database {
	return &infoSchema{Database: stock, engine: e}
}

// GetTableInsensitive implements sql.Database.
func (d *infoSchema) GetTableInsensitive(ctx *sql.Context, name string) (sql.Table, bool, error) {
	if own, err := d.engine.own.HiddenTable(name); own != nil || err != nil {
		return own, own != nil, err
	}
	table, ok, err := d.Database.GetTableInsensitive(ctx, name)
	if processes, isTable := table.(*information_schema.InformationSchemaTable); isTable &&
		strings.EqualFold(name, information_schema.ProcessListTableName) {
		return &processTable{processes, d.engine}, ok, err
	}
	stock, isRoutines := table.(stockRoutines)
	if err != nil || !ok || !isRoutines {
		return d.engine.own.InfoSchema(table), ok, err
	}
	rows := d.engine.routineRows
	if strings.EqualFold(name, information_schema.ParametersTableName) {
		rows = d.engine.parameterRows
	}
	return &routineTable{stockRoutines: stock, rows: rows}, true, nil
}

// stockRoutines is what the engine asks of its own tables of routines.
type stockRoutines interface {
	analyzer.RoutineTable
	sql.Databaseable
	sql.StatisticsTable
	AssignCatalog(c sql.Catalog) sql.Table
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

// visible returns the functions that the session may know of.
func (e *Engine) visible(ctx *sql.Context) []*mlsql.Function {
	var list []*mlsql.Function
	for _, f := range e.catalog.all() {
		if e.maySee(ctx, f) {
			list = append(list, f)
		}
	}
	return list
}

// routineRows are the rows of information_schema.routines, in its columns'
// order.
func (e *Engine) routineRows(ctx *sql.Context) []sql.Row {
	var rows []sql.Row
	for _, f := range e.visible(ctx) {
		var definition any
		if e.maySeeText(ctx, f) {
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
func (e *Engine) parameterRows(ctx *sql.Context) []sql.Row {
	var rows []sql.Row
	for _, f := range e.visible(ctx) {
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

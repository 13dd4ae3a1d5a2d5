package own

import (
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/information_schema"

	"airglow/internal/engine/dbname"
)

// Tools that show a tree of tables read information_schema.tables and columns. The
// engine's readers make the rows of our tables as well, of a catalog that has nothing
// else.

// InfoSchema returns a table of information_schema with the rows of the server's own
// tables after its own; any table that has none as it is.
func (p *Parts) InfoSchema(table sql.Table) sql.Table {
	switch t := table.(type) {
	case *information_schema.InformationSchemaTable:
		if !strings.EqualFold(t.TableName, information_schema.TablesTableName) {
			return table
		}
		with := *t
		with.Reader = func(ctx *sql.Context, c sql.Catalog) (sql.RowIter, error) {
			return both(ctx, c, p, t.Reader, systemView)
		}
		return &with
	case *information_schema.ColumnsTable:
		with := *t
		with.RowIter = func(ctx *sql.Context, c sql.Catalog, columns sql.Schema) (sql.RowIter, error) {
			read := func(ctx *sql.Context, c sql.Catalog) (sql.RowIter, error) {
				if own, ok := c.(ownCatalog); ok {
					columns = own.columns
				}
				return t.RowIter(ctx, c, columns)
			}
			return both(ctx, c, p, read, func(sql.Row) {})
		}
		return &with
	}
	return table
}

// systemView makes a row of information_schema.tables that of a table which no engine
// stores, as those of information_schema are.
func systemView(row sql.Row) {
	const typeColumn, engineColumn, formatColumn = 3, 4, 6
	row[typeColumn], row[engineColumn], row[formatColumn] = uint16(3), nil, nil
}

// both reads the rows of a catalog and then those of the server's own tables, each of
// which is mended.
func both(ctx *sql.Context, c sql.Catalog, p *Parts, read func(*sql.Context, sql.Catalog) (sql.RowIter, error), mend func(sql.Row)) (sql.RowIter, error) {
	stored, err := read(ctx, c)
	if err != nil {
		return nil, err
	}
	rows, err := sql.RowIterToRows(ctx, stored)
	if err != nil {
		return nil, err
	}
	catalog, err := p.catalog(c)
	if err != nil {
		return nil, err
	}
	own, err := read(ctx, catalog)
	if err != nil {
		return nil, err
	}
	ownRows, err := sql.RowIterToRows(ctx, own)
	if err != nil {
		return nil, err
	}
	for _, row := range ownRows {
		mend(row)
		rows = append(rows, row)
	}
	return sql.RowsToRowIter(rows...), nil
}

// ownCatalog is a catalog of the server's own tables alone, and the columns of all.
type ownCatalog struct {
	sql.Catalog
	tables  []sql.Table
	columns sql.Schema
}

func (p *Parts) catalog(stock sql.Catalog) (ownCatalog, error) {
	c := ownCatalog{Catalog: stock}
	for _, t := range p.Tables {
		schema, err := schemaOf(t.Columns, t.Name)
		if err != nil {
			return c, err
		}
		for _, column := range schema {
			column.DatabaseSource = dbname.System
		}
		c.tables = append(c.tables, shownTable{&ownTable{of: p, table: &t, schema: schema, whole: schema}})
		c.columns = append(c.columns, schema...)
	}
	return c, nil
}

// AllDatabases implements sql.DatabaseProvider.
func (c ownCatalog) AllDatabases(*sql.Context) []sql.Database {
	return []sql.Database{ownDatabase{c.tables}}
}

// shownTable is one of the server's own by the name that statements give it.
type shownTable struct{ *ownTable }

// Name implements sql.Nameable.
func (t shownTable) Name() string { return t.table.Name }

// ownDatabase has the server's own tables.
type ownDatabase struct{ tables []sql.Table }

// Name implements sql.Nameable.
func (ownDatabase) Name() string { return dbname.System }

// GetTableInsensitive implements sql.Database.
func (d ownDatabase) GetTableInsensitive(_ *sql.Context, name string) (sql.Table, bool, error) {
	for _, t := range d.tables {
		if strings.EqualFold(t.Name(), name) {
			return t, true, nil
		}
	}
	return nil, false, nil
}

// GetTableNames implements sql.Database.
func (d ownDatabase) GetTableNames(*sql.Context) (names []string, err error) {
	for _, t := range d.tables {
		names = append(names, t.Name())
	}
	return names, nil
}

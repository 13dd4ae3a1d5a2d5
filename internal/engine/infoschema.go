package engine

import (
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/information_schema"
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
		return d.engine.processes.Table(processes), ok, err
	}
	if err == nil && ok {
		if routines := d.engine.catalog.Routines(name, table); routines != nil {
			return routines, true, nil
		}
	}
	return d.engine.own.InfoSchema(table), ok, err
}

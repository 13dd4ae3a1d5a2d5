package catalog

import (
	"strings"

	"github.com/dolthub/go-mysql-server/sql"

	"airglow/internal/engine/fault"
	"airglow/internal/mlsql"
)

// IsNative reports whether a function of the name exists in every database.
func (c *Catalog) IsNative(ctx *sql.Context, name string) bool {
	_, builtin := mlsql.FindBuiltin(name)
	return builtin || c.IsStock(ctx, strings.ToLower(name))
}

// IsStock reports whether the engine has a function of a name in lower case.
func (c *Catalog) IsStock(ctx *sql.Context, lower string) bool {
	_, stock := c.natives.Function(ctx, lower)
	return stock
}

// lookup finds the function that a statement about functions names.
func (c *Catalog) lookup(ctx *sql.Context, name mlsql.FunctionName) (*mlsql.Function, error) {
	database, err := c.databaseOf(ctx, name)
	if err != nil {
		return nil, err
	}
	f := c.Get(database, name.Name)
	if f == nil {
		return nil, fault.NoFunction(database, name.Name)
	}
	return f, nil
}

// databaseOf returns the database that a function's name means.
func (c *Catalog) databaseOf(ctx *sql.Context, name mlsql.FunctionName) (string, error) {
	database := name.Database
	if database == "" {
		database = ctx.GetCurrentDatabase()
	}
	if database == "" {
		return "", fault.NoDatabase()
	}
	if !c.HasDatabase(ctx, database) {
		return "", fault.UnknownDatabase(database)
	}
	return database, nil
}

// HasDatabase reports whether a database exists, whatever the session may see
// of it.
func (c *Catalog) HasDatabase(ctx *sql.Context, name string) bool {
	return c.source.Databases.DbProvider.HasDatabase(ctx, name) || c.source.Databases.HasDatabase(ctx, name)
}

package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"airglow/internal/dolt"
	"airglow/internal/engine/catalog"
	"airglow/internal/mlsql"
)

// functionStore keeps the engine's function definitions in the storage, as the
// text of SHOW CREATE FUNCTION and what that text does not hold.
type functionStore struct {
	rows   *dolt.FunctionStore
	logger *slog.Logger
}

var _ catalog.Store = functionStore{}

// Load implements catalog.Store. A definition that cannot be read does not keep
// the server from starting: it is logged and left where it is.
func (s functionStore) Load(ctx context.Context) ([]mlsql.Function, error) {
	rows, err := s.rows.Load(ctx)
	if err != nil {
		return nil, err
	}
	functions := make([]mlsql.Function, 0, len(rows))
	for _, row := range rows {
		f, err := readFunction(row)
		if err != nil {
			s.logger.Error("a model function is left out", "database", row.DB, "function", row.Name, "error", err)
			continue
		}
		functions = append(functions, f)
	}
	return functions, nil
}

// readFunction parses a stored definition.
func readFunction(row dolt.FunctionRow) (mlsql.Function, error) {
	stmt, _, err := mlsql.Parse(row.Definition, mlsql.OptionsFor(row.SQLMode))
	if err != nil {
		return mlsql.Function{}, fmt.Errorf("read the stored definition: %w", err)
	}
	create, ok := stmt.(*mlsql.CreateFunction)
	if !ok {
		return mlsql.Function{}, errors.New("the stored definition is no CREATE FUNCTION")
	}
	f := create.Function
	f.Database, f.Name = row.DB, row.Name
	f.Created, f.Modified = row.Created, row.Modified
	f.SQLMode = row.SQLMode
	f.CharacterSetClient = row.CharsetClient
	f.CollationConnection, f.DatabaseCollation = row.CollationConnection, row.CollationDatabase
	return f, nil
}

// Put implements catalog.Store.
func (s functionStore) Put(ctx context.Context, f mlsql.Function) error {
	return s.rows.Put(ctx, dolt.FunctionRow{
		DB: f.Database, Name: f.Name, Definition: f.CreateStatement(),
		DefinerUser: f.Definer.Name, DefinerHost: f.Definer.Host, SQLMode: f.SQLMode,
		CharsetClient: f.CharacterSetClient, CollationConnection: f.CollationConnection,
		CollationDatabase: f.DatabaseCollation, Created: f.Created, Modified: f.Modified,
	})
}

// Delete implements catalog.Store.
func (s functionStore) Delete(ctx context.Context, database, name string) error {
	return s.rows.Delete(ctx, database, name)
}

// DeleteDatabase implements catalog.Store.
func (s functionStore) DeleteDatabase(ctx context.Context, database string) error {
	return s.rows.DeleteDatabase(ctx, database)
}

package app

import (
	"context"
	"fmt"

	"airglow/internal/dolt"
	"airglow/internal/engine"
	"airglow/internal/mlsql"
)

// functionStore keeps the engine's function definitions in the storage, as the
// text of SHOW CREATE FUNCTION and what that text does not hold.
type functionStore struct{ rows *dolt.FunctionStore }

var _ engine.Store = functionStore{}

// Load implements engine.Store.
func (s functionStore) Load(ctx context.Context) ([]mlsql.Function, error) {
	rows, err := s.rows.Load(ctx)
	if err != nil {
		return nil, err
	}
	functions := make([]mlsql.Function, len(rows))
	for i, row := range rows {
		if functions[i], err = readFunction(row); err != nil {
			return nil, err
		}
	}
	return functions, nil
}

// readFunction parses a stored definition.
func readFunction(row dolt.FunctionRow) (mlsql.Function, error) {
	stmt, _, err := mlsql.Parse(row.Definition, mlsql.OptionsFor(row.SQLMode))
	create, ok := stmt.(*mlsql.CreateFunction)
	if err != nil || !ok {
		return mlsql.Function{}, fmt.Errorf("stored definition of function %s.%s cannot be read: %w", row.DB, row.Name, err)
	}
	f := create.Function
	f.Database, f.Name = row.DB, row.Name
	f.Created, f.Modified = row.Created, row.Modified
	f.SQLMode = row.SQLMode
	f.CharacterSetClient = row.CharsetClient
	f.CollationConnection, f.DatabaseCollation = row.CollationConnection, row.CollationDatabase
	return f, nil
}

// Put implements engine.Store.
func (s functionStore) Put(ctx context.Context, f mlsql.Function) error {
	return s.rows.Put(ctx, dolt.FunctionRow{
		DB: f.Database, Name: f.Name, Definition: f.CreateStatement(),
		DefinerUser: f.Definer.Name, DefinerHost: f.Definer.Host, SQLMode: f.SQLMode,
		CharsetClient: f.CharacterSetClient, CollationConnection: f.CollationConnection,
		CollationDatabase: f.DatabaseCollation, Created: f.Created, Modified: f.Modified,
	})
}

// Delete implements engine.Store.
func (s functionStore) Delete(ctx context.Context, database, name string) error {
	return s.rows.Delete(ctx, database, name)
}

// DeleteDatabase implements engine.Store.
func (s functionStore) DeleteDatabase(ctx context.Context, database string) error {
	return s.rows.DeleteDatabase(ctx, database)
}

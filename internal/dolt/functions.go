package dolt

import (
	"context"
	"fmt"
	"time"

	"github.com/dolthub/go-mysql-server/sql"
)

// FunctionRow is one declared model function, as the table airglow.functions
// holds it.
type FunctionRow struct {
	// DB and Name are kept as the declaration wrote them, and found without
	// regard to case.
	DB   string
	Name string
	// Definition is the text that declares the function.
	Definition string
	// DefinerUser and DefinerHost are the account that declared it.
	DefinerUser string
	DefinerHost string
	// SQLMode, CharsetClient, CollationConnection and CollationDatabase are the
	// settings it was declared under, which SHOW CREATE FUNCTION prints.
	SQLMode             string
	CharsetClient       string
	CollationConnection string
	CollationDatabase   string
	// Created and Modified are in UTC with microseconds.
	Created  time.Time
	Modified time.Time
}

// FunctionStore keeps declared functions in the system database. It is safe
// for concurrent use.
type FunctionStore struct{ storage *Storage }

// write runs a statement that changes the table. One at a time, so that none is
// refused because of another.
func (f *FunctionStore) write(ctx context.Context, query string, args ...any) error {
	f.storage.functions.Lock()
	defer f.storage.functions.Unlock()
	return f.storage.Exec(ctx, query, args...)
}

// Functions returns the store of declared functions.
func (s *Storage) Functions() *FunctionStore { return &FunctionStore{storage: s} }

const functionColumns = "`db`, `name`, `definition`, `definer_user`, `definer_host`, `sql_mode`, " +
	"`charset_client`, `collation_connection`, `collation_database`, `created`, `modified`"

const functionTable = "`" + SystemDatabase + "`.`functions`"

// Load returns all declared functions, ordered by database and name.
func (f *FunctionStore) Load(ctx context.Context) ([]FunctionRow, error) {
	rows, err := f.storage.Query(ctx, "SELECT "+functionColumns+" FROM "+functionTable+" ORDER BY `db`, `name`")
	if err != nil {
		return nil, fmt.Errorf("load functions: %w", err)
	}
	functions := make([]FunctionRow, 0, len(rows))
	for _, row := range rows {
		function, err := scanFunction(ctx, row)
		if err != nil {
			return nil, fmt.Errorf("load functions: %w", err)
		}
		functions = append(functions, function)
	}
	return functions, nil
}

// Put declares a function, in place of one of the same name.
func (f *FunctionStore) Put(ctx context.Context, row FunctionRow) error {
	err := f.write(ctx,
		"REPLACE INTO "+functionTable+" ("+functionColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		row.DB, row.Name, row.Definition, row.DefinerUser, row.DefinerHost, row.SQLMode,
		row.CharsetClient, row.CollationConnection, row.CollationDatabase,
		datetime(row.Created), datetime(row.Modified))
	if err != nil {
		return fmt.Errorf("store function %s.%s: %w", row.DB, row.Name, err)
	}
	return nil
}

// Delete forgets a function; it is no error when there is none.
func (f *FunctionStore) Delete(ctx context.Context, db, name string) error {
	err := f.write(ctx, "DELETE FROM "+functionTable+" WHERE `db` = ? AND `name` = ?", db, name)
	if err != nil {
		return fmt.Errorf("forget function %s.%s: %w", db, name, err)
	}
	return nil
}

// DeleteDatabase forgets all functions of a database.
func (f *FunctionStore) DeleteDatabase(ctx context.Context, db string) error {
	if err := f.write(ctx, "DELETE FROM "+functionTable+" WHERE `db` = ?", db); err != nil {
		return fmt.Errorf("forget functions of database %s: %w", db, err)
	}
	return nil
}

func datetime(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05.000000") }

// scanFunction reads a row of functionColumns. Long texts arrive wrapped,
// because the storage keeps them out of line.
func scanFunction(ctx context.Context, row sql.Row) (FunctionRow, error) {
	texts := make([]string, 9)
	for i := range texts {
		value, err := sql.UnwrapAny(ctx, row[i])
		if err != nil {
			return FunctionRow{}, err
		}
		text, ok := value.(string)
		if !ok {
			return FunctionRow{}, fmt.Errorf("column %d is a %T, not a text", i+1, value)
		}
		texts[i] = text
	}
	created, ok1 := row[9].(time.Time)
	modified, ok2 := row[10].(time.Time)
	if !ok1 || !ok2 {
		return FunctionRow{}, fmt.Errorf("the times of %s.%s are a %T and a %T", texts[0], texts[1], row[9], row[10])
	}
	return FunctionRow{
		DB: texts[0], Name: texts[1], Definition: texts[2], DefinerUser: texts[3], DefinerHost: texts[4],
		SQLMode: texts[5], CharsetClient: texts[6], CollationConnection: texts[7], CollationDatabase: texts[8],
		Created: created.UTC(), Modified: modified.UTC(),
	}, nil
}

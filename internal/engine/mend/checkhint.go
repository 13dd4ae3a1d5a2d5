package mend

import (
	"slices"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/engine/grammar"
	"airglow/internal/mysqlerr"
)

// checkHint refuses a hint that names an index that its table does not have.
// The beginning of a name is enough where it is that of one index alone.
func (t tables) checkHint(ctx *sql.Context, from *sqlparser.AliasedTableExpr) error {
	name, ok := from.Expr.(sqlparser.TableName)
	if from.Hints == nil || !ok {
		return nil
	}
	table := t.named(ctx, name)
	if table == nil {
		return nil // a common table expression, or none that exists
	}
	known, err := indexNames(ctx, table)
	if err != nil {
		return err
	}
	shown := name.Name.String()
	if !from.As.IsEmpty() {
		shown = from.As.String()
	}
	for _, index := range from.Hints.Indexes {
		hinted := grammar.HintedIndex(index.String())
		if !namesOne(known, strings.ToLower(hinted)) {
			return mysqlerr.New(1176, "Key '"+hinted+"' doesn't exist in table '"+shown+"'")
		}
	}
	return nil
}

// named is the table of a name in a statement; nil when there is none.
func (t tables) named(ctx *sql.Context, name sqlparser.TableName) sql.Table {
	database := name.DbQualifier.String()
	if database == "" {
		database = ctx.GetCurrentDatabase()
	}
	if database == "" {
		return nil
	}
	table, _, err := t.catalog.Table(ctx, database, name.Name.String())
	if err != nil {
		return nil
	}
	return table
}

func indexNames(ctx *sql.Context, table sql.Table) ([]string, error) {
	indexed, ok := table.(sql.IndexAddressable)
	if !ok {
		return nil, nil
	}
	indexes, err := indexed.GetIndexes(ctx)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(indexes))
	for i, index := range indexes {
		names[i] = strings.ToLower(index.ID())
	}
	return names, nil
}

func namesOne(known []string, name string) bool {
	if slices.Contains(known, name) {
		return true
	}
	found := 0
	for _, one := range known {
		if strings.HasPrefix(one, name) {
			found++
		}
	}
	return found == 1
}

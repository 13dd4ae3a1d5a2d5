package qualify

import (
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/planbuilder"
	"github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/aggregate"
	"airglow/internal/engine/walk"
)

// The engine gives what it calls sum and avg the type DOUBLE, whatever they return.
// The parser therefore calls them by names that it knows nothing of, and that no
// statement can spell, when it has read a statement. Over windows they are the
// engine's.
var exactAggregates = map[string]func(sql.Expression) sql.Expression{
	"sum": aggregate.Sum, "avg": aggregate.Avg,
}

// exactDatabase is before the separator in those names.
const exactDatabase = ""

// Aggregates gives the calls of a statement those names. Few texts have any.
func Aggregates(stmt sqlparser.Statement) {
	walk.EachFunction(stmt, func(f *sqlparser.FuncExpr) {
		name := f.Name.Lowered()
		if exactAggregates[name] != nil && f.Qualifier.IsEmpty() && f.Over == nil {
			f.Name = sqlparser.NewColIdent(mangle(exactDatabase, name))
		}
	})
}

// Aggregate is the function of such a name, in its parts.
func Aggregate(database, name string) (sql.Function, bool) {
	make := exactAggregates[name]
	if make == nil || database != exactDatabase {
		return nil, false
	}
	return sql.Function1{Name: name, Fn: make}, true
}

// IsAggregate tells the engine which names are those of aggregate functions.
func IsAggregate(name string) bool {
	database, unqualified, ok := Split(name)
	if ok && database == exactDatabase {
		return exactAggregates[strings.ToLower(unqualified)] != nil
	}
	return planbuilder.IsMySQLAggregateFuncName(name)
}

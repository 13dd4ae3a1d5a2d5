package lookahead

import (
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/expression/function"
	"github.com/dolthub/go-mysql-server/sql/plan"
)

// HasCall reports whether an expression calls a model, subqueries left out: the
// plans in them have nodes of their own.
func HasCall(e sql.Expression) bool {
	found := false
	sql.Inspect(e, func(e sql.Expression) bool {
		if _, ok := e.(Call); ok {
			found = true
		}
		return !found
	})
	return found
}

// askable reports whether an expression may be evaluated more than once, and
// beside the statement. Subqueries are run on copies of their plans.
func (p planner) askable(e sql.Expression) bool {
	if p.changing {
		return askable(e)
	}
	return askableWithin(e, false)
}

// askable reports whether an expression may be evaluated more than once, and
// beside the statement: it has no state, changes nothing, gives the same each
// time, and reads no table.
func askable(e sql.Expression) bool {
	ok := true
	sql.Inspect(e, func(e sql.Expression) bool {
		ok = ok && repeatable(e)
		return ok
	})
	return ok
}

// unrepeatable are functions that the engine does not mark as such: they wait,
// take locks, change something or count.
var unrepeatable = map[string]bool{
	"sleep": true, "get_lock": true, "release_lock": true, "release_all_locks": true, "is_free_lock": true,
	"is_used_lock": true, "nextval": true, "last_insert_id": true, "row_count": true, "found_rows": true,
	"rand": true, "uuid": true, "uuid_short": true, "random_bytes": true, "benchmark": true,
	"sysdate": true, "load_file": true, "master_pos_wait": true, "wait_for_executed_gtid_set": true,
}

func repeatable(e sql.Expression) bool {
	switch e := e.(type) {
	case Call:
		return true
	case *plan.Subquery, sql.Aggregation, sql.WindowAggregation, *expression.SetField:
		return false
	case *function.Rand, *function.UUIDFunc, *function.RandomBytes, *function.Sleep:
		return false
	case sql.FunctionExpression:
		name := strings.ToLower(e.FunctionName())
		return !unrepeatable[name] && !strings.HasPrefix(name, "dolt_")
	}
	return true
}

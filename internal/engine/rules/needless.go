package rules

import (
	"reflect"
	"runtime"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/analyzer"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/transform"
)

// The engine runs every rule over every plan, and most walk through all of it to
// find that it has nothing of theirs: a SELECT is searched for triggers to load,
// columns to alter, unions and procedures. Together that costs more than all that
// we do with a statement, and so the plan is looked at once for several of them.

// ruleNeeds says which rules of the engine change or refuse nothing in a plan that
// has none of these. Each was read for it; the names are the engine's.
func ruleNeeds() map[string]shape {
	const other = hasOther | deletes // a DELETE that is not simple
	return map[string]shape{
		// before
		"replaceCountStar": hasGroup | other, "validateOffsetAndLimit": hasLimit | other,
		"validateCreateTable": other, "validateAlterTable": other,
		"resolveDropConstraint": other, "ResolveAlterColumn": other, "validateDropTables": other,
		"resolveCreateSelect": other, "validateDropConstraint": other, "resolveUnions": other,
		"validateCreateTrigger": other, "validateColumnDefaults": other,
		"validateReadOnlyDatabase": writes | other, "validateReadOnlyTransaction": writes | other,
		"validateDatabaseSet": other, "validateDeleteFrom": other,
		"validateGroupBy": aggregates,
		// repeated
		"hoistOutOfScopeFilters": nested, "replaceSubqueries": nested, "pushdownSubqueryAliasFilters": other,
		"validateCheckConstraints": other, "unnestInSubqueries": nested, "resolveSubqueries": nested,
		"replaceCrossJoins": hasJoin | other,
		// after
		"unnestExistsSubqueries": nested, "moveJoinConditionsToFilter": hasJoin | other,
		"finalizeUnions": other, "loadTriggers": other, "processTruncate": other,
		"stripTableNamesFromColumnDefaults": other, "finalizeSubqueries": nested,
		"applyIndexesFromOuterScope": outer | hasJoin | other, // a join may name a table twice
		"replaceAgg":                 aggregates, "replaceIdxSort": hasSort | other, "flattenDistinct": hasDistinct | other,
		"insertTopNNodes": hasLimit | other, "replaceIdxOrderByDistance": hasLimit | other,
		"applyHashIn": hasFilter | other, "assignRoutines": other, "modifyUpdateExprsForJoin": writes | other,
		"applyForeignKeys": writes | other, "interpreter": other,
		"validateIndexCreation": other, "validateUnionSchemasMatch": other, "validateAggregations": aggregates,
		// last, and the only ones for most changes of one table
		"resolveInsertRows": inserts | hasOther, "applyTriggers": writes | deletes | inserts | hasOther, "applyProcedures": hasOther,
		"inlineSubqueryAliasRefs": nested, "cacheSubqueryAliasesInJoins": hasOther, "quoteDefaultColumnValueNames": hasOther,
	}
}

// overridesRule is a rule that asks every node and expression whether it takes
// functionality of another engine than MySQL's. None of the engine's does, nor of
// the storage's. It has no name but that of its function.
const overridesRule = "engineOverrides"

// Needed are the rules, with those of ruleNeeds running only where they have
// something to do. Neighbours of them become one.
func Needed(rules []analyzer.Rule) []analyzer.Rule {
	var list []analyzer.Rule
	var run neighbours
	needs := ruleNeeds()
	for _, rule := range rules {
		if need, ok := needs[rule.Id.String()]; ok {
			run = append(run, shapedRule{rule, need})
			continue
		}
		if isFunction(rule.Apply, overridesRule) {
			continue
		}
		list = append(run.appendTo(list), rule)
		run = nil
	}
	return run.appendTo(list)
}

func isFunction(apply analyzer.RuleFunc, name string) bool {
	f := runtime.FuncForPC(reflect.ValueOf(apply).Pointer())
	return f != nil && strings.HasSuffix(f.Name(), "/analyzer."+name)
}

// shapedRule is a rule and what a plan must have for it to do anything.
type shapedRule struct {
	analyzer.Rule
	need shape
}

// neighbours are rules that follow one another.
type neighbours []shapedRule

// appendTo appends them as one rule. Each of them is still left out where the
// engine leaves it out by its id.
func (r neighbours) appendTo(list []analyzer.Rule) []analyzer.Rule {
	if len(r) == 0 {
		return list
	}
	return append(list, analyzer.Rule{Id: ID, Apply: r.apply})
}

func (r neighbours) apply(ctx *sql.Context, a *analyzer.Analyzer, n sql.Node, scope *plan.Scope,
	sel analyzer.RuleSelector, flags *sql.QueryFlags) (sql.Node, transform.TreeIdentity, error) {
	has, allSame := shapeOf(n, scope, flags), transform.SameTree
	for i := range r {
		if has&r[i].need == 0 || !sel(r[i].Id) {
			continue
		}
		next, same, err := r[i].Apply(ctx, a, n, scope, sel, flags)
		if err != nil {
			return n, allSame, err
		}
		n, allSame = next, allSame && same
		has = shapeOf(n, scope, flags) // rules that change a plan do not always say so
	}
	return n, allSame, nil
}

package rules

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/analyzer"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/transform"

	"airglow/internal/engine/dbname"
	"airglow/internal/engine/walk"
)

// The names of the engine's rules that read the text of triggers. The first puts them
// into plans.
const (
	applyTriggersRule = "applyTriggers"
	loadTriggersRule  = "loadTriggers"
)

// TriggersAtHome returns the rules, with those that read the text of triggers
// running in the database of the table that the plan is about. The engine reads
// the text in the session's database, and silently leaves out a trigger whose
// table it does not find there.
func TriggersAtHome(rules []analyzer.Rule) []analyzer.Rule {
	return around(rules, atHome, applyTriggersRule, loadTriggersRule)
}

func atHome(rule analyzer.RuleFunc) analyzer.RuleFunc {
	return func(ctx *sql.Context, a *analyzer.Analyzer, n sql.Node, scope *plan.Scope,
		sel analyzer.RuleSelector, flags *sql.QueryFlags) (sql.Node, transform.TreeIdentity, error) {
		if home := TableDatabase(n); home != "" && home != ctx.GetCurrentDatabase() {
			defer dbname.Use(ctx, home)()
		}
		return rule(ctx, a, n, scope, sel, flags)
	}
}

// Triggered are the rules, with the first of them left out for a change of a table in a
// database that has no triggers. The engine makes itself ready to read their texts
// before it looks whether there are any.
func Triggered(rules []analyzer.Rule) []analyzer.Rule {
	return around(rules, whereTriggers, applyTriggersRule)
}

func whereTriggers(rule analyzer.RuleFunc) analyzer.RuleFunc {
	return func(ctx *sql.Context, a *analyzer.Analyzer, n sql.Node, scope *plan.Scope,
		sel analyzer.RuleSelector, flags *sql.QueryFlags) (sql.Node, transform.TreeIdentity, error) {
		if lacksTriggers(ctx, a, n) {
			return n, transform.SameTree, nil
		}
		return rule(ctx, a, n, scope, sel, flags)
	}
}

// lacksTriggers reports whether a plan changes rows of a table whose database has no
// triggers. It asks the database that the engine asks; where that fails it is false,
// and the engine meets the failure.
func lacksTriggers(ctx *sql.Context, a *analyzer.Analyzer, n sql.Node) bool {
	switch n.(type) {
	case *plan.InsertInto, *plan.Update, *plan.DeleteFrom:
	default:
		return false // the bodies of triggers have changes in them
	}
	home := ownDatabase(n)
	if home == "" {
		return false
	}
	database, err := a.Catalog.Database(ctx, home)
	if err != nil {
		return false
	}
	with, ok := database.(sql.TriggerDatabase)
	if !ok {
		return true
	}
	triggers, err := with.GetTriggers(ctx)
	return err == nil && len(triggers) == 0
}

// TableDatabase is the database of the table that a plan writes or drops, or
// whose triggers it shows; empty when there is none.
func TableDatabase(n sql.Node) string { return walk.FirstOf(n, ownDatabase) }

// ownDatabase is that of a node itself.
func ownDatabase(n sql.Node) string {
	switch n := n.(type) {
	case *plan.InsertInto:
		return databaseName(n.Database())
	case *plan.Update:
		return updatedDatabase(n)
	case *plan.DeleteFrom:
		return n.Database()
	case *plan.ShowTriggers:
		return databaseName(n.Database())
	case *plan.DropTrigger:
		return databaseName(n.Database())
	case *plan.DropTable:
		if len(n.Tables) > 0 {
			if table, ok := n.Tables[0].(*plan.ResolvedTable); ok {
				return databaseName(table.SqlDatabase)
			}
		}
	}
	return ""
}

// updatedDatabase is that of the table of an UPDATE, found without lists of
// children where it is one table.
func updatedDatabase(n *plan.Update) string {
	for at := n.Child; ; {
		switch below := at.(type) {
		case *plan.UpdateSource:
			at = below.Child
		case *plan.Filter:
			at = below.Child
		case *plan.ResolvedTable:
			return databaseName(below.SqlDatabase)
		case *plan.IndexedTableAccess:
			return databaseName(below.Database())
		default:
			return n.Database()
		}
	}
}

func databaseName(db sql.Database) string {
	if db == nil {
		return ""
	}
	return db.Name()
}

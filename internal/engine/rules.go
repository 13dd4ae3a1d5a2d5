package engine

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/analyzer"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/transform"

	"airglow/internal/arithmetic"
	"airglow/internal/engine/dbname"
	"airglow/internal/engine/walk"
	"airglow/internal/lookahead"
)

// ourRuleID is the id of our rules. The engine leaves out rules by their ids where
// it analyses a part of a plan, and never this one. It is one of the engine's own,
// because for each rule that runs the engine makes the name of its id, and does so
// without work for those that it has a name for.
const ourRuleID = analyzer.ValidateOperandsId

// planRule is the last rule of every analysis, also of the plans that run few
// others. It puts our nodes in the place of those that need more than the
// engine does, wherever they are: the body of a trigger holds CALL, too.
func planRule(e *Engine) analyzer.Rule {
	return analyzer.Rule{Id: ourRuleID, Apply: func(ctx *sql.Context, a *analyzer.Analyzer, n sql.Node,
		_ *plan.Scope, _ analyzer.RuleSelector, flags *sql.QueryFlags) (sql.Node, transform.TreeIdentity, error) {
		found := surveyOf(ctx, n)
		correctCommit(n, found, flags)
		notePlan(ctx, n, found)
		if err := guardSystemTables(ctx, n, found); err != nil {
			return nil, transform.SameTree, err
		}
		e.applyHints(ctx)
		if err := e.limitExecution(ctx, found, flags); err != nil {
			return nil, transform.SameTree, err
		}
		if !found.readOnly {
			if err := beginUndo(ctx); err != nil {
				return nil, transform.SameTree, err
			}
			n = lenient(ctx, n)
		}
		n, err := e.improve(ctx, a.Runner, n, found)
		if err != nil {
			return nil, transform.SameTree, err
		}
		switch n := n.(type) {
		case *plan.DropDB:
			return &dropDatabase{DropDB: n, engine: e}, transform.NewTree, nil
		case *plan.DropSchema: // the same by another name
			return &dropDatabase{DropDB: n.DropDB, engine: e}, transform.NewTree, nil
		case *plan.DropUser:
			return &dropUser{n, e}, transform.NewTree, nil
		case *plan.CreateUser:
			if n.Locked {
				return &createLocked{n, e}, transform.NewTree, nil
			}
		case *plan.TableCopier:
			if _, ok := n.Destination.(*plan.CreateTable); ok {
				return &createSelect{n}, transform.NewTree, nil
			}
		case *plan.CreateProcedure:
			return e.createProcedure(ctx, n)
		}
		if with, ok := newConstrained(n); ok {
			return with, transform.NewTree, nil
		}
		return n, transform.SameTree, nil
	}}
}

// improve puts into a plan what was found to belong there.
func (e *Engine) improve(ctx *sql.Context, runner sql.StatementRunner, n sql.Node, found survey) (sql.Node, error) {
	var err error
	if found.texts {
		if n, err = loadTexts(n); err != nil {
			return nil, err
		}
	}
	if found.computes {
		if n, _, err = transform.NodeExprsWithOpaque(n, arithmetic.Check(ctx)); err != nil {
			return nil, err
		}
	}
	if found.calls {
		if n, err = lookahead.Plan(n, e.settingsOf); err != nil {
			return nil, err
		}
	}
	if update, source := updateOf(n); source != nil && found.replaces == 1 {
		return assignUpdate(update, source)
	}
	if found.replaces > 0 {
		n, _, err = transform.NodeWithOpaque(n, func(n sql.Node) (sql.Node, transform.TreeIdentity, error) {
			return e.replace(ctx, runner, n)
		})
	}
	return n, err
}

// correctCommit takes the mark of DDL, which makes the engine commit the open
// transaction, from statements that are none. The engine reads the text of
// every view in a statement as CREATE VIEW, and so marks all that read a view.
func correctCommit(n sql.Node, found survey, flags *sql.QueryFlags) {
	if flags == nil {
		return
	}
	switch n.(type) {
	case *plan.CreateView, *plan.TableCopier, *plan.CreateTrigger, *plan.CreateProcedure, *plan.CreateEvent:
		flags.Set(sql.QFlagDDL) // the analysis of the SELECT in it took the mark
	case *plan.InsertInto, *plan.Update, *plan.DeleteFrom, *plan.Call, *plan.Set:
		flags.Unset(sql.QFlagDDL)
	default:
		if found.readOnly {
			flags.Unset(sql.QFlagDDL)
		}
	}
}

// guardSystemTables keeps clients from changing the server's own tables, which
// CREATE FUNCTION and DROP FUNCTION write.
func guardSystemTables(ctx *sql.Context, n sql.Node, found survey) error {
	if found.readOnly || statementFrom(ctx) == nil {
		return nil
	}
	if found.protected || dbname.IsSystem(dbname.Base(tableDatabase(n))) {
		return errSystemDatabase(dbname.System)
	}
	return nil
}

// replace returns our node for one of the engine's that may stand below another:
// below a filter or LIMIT, or in the body of a trigger.
func (e *Engine) replace(ctx *sql.Context, runner sql.StatementRunner, n sql.Node) (sql.Node, transform.TreeIdentity, error) {
	switch n := n.(type) {
	case *plan.ShowColumns:
		return &showColumns{n}, transform.NewTree, nil
	case *plan.ShowTables:
		if dbname.IsSystem(n.Database().Name()) && n.AsOf() == nil {
			return &showTables{n, e}, transform.NewTree, nil
		}
	case *plan.ShowProcessList:
		return &showProcesses{n, e}, transform.NewTree, nil
	case *plan.ShowCreateProcedure:
		return &showCreateProcedure{n}, transform.NewTree, nil
	case *plan.DropProcedure:
		if n.IfExists {
			return &dropProcedure{n}, transform.NewTree, nil
		}
	case *plan.ShowStatus:
		return &showStatus{n, e}, transform.NewTree, nil
	case *plan.Call:
		if n.Database() != nil {
			return newRoutineCall(ctx, e, n, runner), transform.NewTree, nil
		}
	case *plan.InsertInto, *plan.UpdateSource, *plan.Update, *plan.DeleteFrom:
		return assignColumns(n)
	}
	return n, transform.SameTree, nil
}

// The names of the engine's rules that read the text of triggers.
var triggerRules = map[string]bool{"applyTriggers": true, "loadTriggers": true}

// triggersAtHome returns the rules, with those that read the text of triggers
// running in the database of the table that the plan is about. The engine reads
// the text in the session's database, and silently leaves out a trigger whose
// table it does not find there.
func triggersAtHome(rules []analyzer.Rule) []analyzer.Rule {
	list := append([]analyzer.Rule{}, rules...)
	for i, rule := range list {
		if triggerRules[rule.Id.String()] {
			list[i].Apply = atHome(rule.Apply)
		}
	}
	return list
}

func atHome(rule analyzer.RuleFunc) analyzer.RuleFunc {
	return func(ctx *sql.Context, a *analyzer.Analyzer, n sql.Node, scope *plan.Scope,
		sel analyzer.RuleSelector, flags *sql.QueryFlags) (sql.Node, transform.TreeIdentity, error) {
		if home := tableDatabase(n); home != "" && home != ctx.GetCurrentDatabase() {
			defer dbname.Use(ctx, home)()
		}
		return rule(ctx, a, n, scope, sel, flags)
	}
}

// tableDatabase is the database of the table that a plan writes or drops, or
// whose triggers it shows; empty when there is none.
func tableDatabase(n sql.Node) string { return walk.FirstOf(n, ownDatabase) }

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

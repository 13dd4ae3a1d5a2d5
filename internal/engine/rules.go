package engine

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/analyzer"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/transform"
	"github.com/dolthub/vitess/go/mysql"

	"airglow/internal/arithmetic"
	"airglow/internal/engine/dbname"
	"airglow/internal/engine/fault"
	"airglow/internal/engine/rules"
	"airglow/internal/engine/show"
	"airglow/internal/engine/write"
	"airglow/internal/lookahead"
)

// planRule is the last rule of every analysis, also of the plans that run few
// others. It puts our nodes in the place of those that need more than the
// engine does, wherever they are: the body of a trigger holds CALL, too.
func planRule(e *Engine) analyzer.Rule {
	return analyzer.Rule{Id: rules.ID, Apply: func(ctx *sql.Context, a *analyzer.Analyzer, n sql.Node,
		_ *plan.Scope, _ analyzer.RuleSelector, flags *sql.QueryFlags) (sql.Node, transform.TreeIdentity, error) {
		within := statementFrom(ctx)
		found, s := rules.SurveyOf(n, within != nil), within.ofClient(ctx)
		correctCommit(n, found, flags)
		s.notePlan(ctx, n, found)
		if within != nil {
			if err := guardSystemTables(n, found); err != nil {
				return nil, transform.SameTree, err
			}
		}
		e.applyHints(ctx, s)
		if err := e.limitExecution(ctx, found, flags); err != nil {
			return nil, transform.SameTree, err
		}
		if !found.ReadOnly {
			if err := s.beginUndo(ctx); err != nil {
				return nil, transform.SameTree, err
			}
			n = s.lenient(n)
			if err := e.needsRoom(n); err != nil {
				return nil, transform.SameTree, err
			}
		}
		n, err := e.improve(ctx, a.Runner, n, found)
		if err != nil {
			return nil, transform.SameTree, err
		}
		switch n := n.(type) {
		case *plan.DropDB:
			return e.catalog.DropDatabase(n), transform.NewTree, nil
		case *plan.DropSchema: // the same by another name
			return e.catalog.DropDatabase(n.DropDB), transform.NewTree, nil
		case *plan.DropUser:
			return e.access.DropUser(n), transform.NewTree, nil
		case *plan.CreateUser:
			if n.Locked {
				return e.access.CreateLocked(n), transform.NewTree, nil
			}
		case *plan.TableCopier:
			if _, ok := n.Destination.(*plan.CreateTable); ok {
				return write.NewCreateSelect(n, e.room), transform.NewTree, nil
			}
		case *plan.CreateProcedure:
			return e.createProcedure(ctx, n)
		}
		if with, ok := write.Constrain(n, e.room); ok {
			return with, transform.NewTree, nil
		}
		return n, transform.SameTree, nil
	}}
}

// needsRoom returns why a statement of another kind than those that change rows may not
// write; those ask while they run. What takes things away may.
func (e *Engine) needsRoom(n sql.Node) error {
	switch n := n.(type) {
	case *plan.Block: // the parts of an ALTER TABLE
		for _, part := range n.Children() {
			if err := e.needsRoom(part); err != nil {
				return err
			}
		}
	case *plan.CreateTable, *plan.TableCopier, *plan.CreateIndex, *plan.AlterIndex, *plan.AddColumn, *plan.ModifyColumn,
		*plan.AlterPK, *plan.CreateForeignKey, *plan.CreateDB, *plan.CreateView, *plan.CreateTrigger, *plan.CreateProcedure:
		return e.room()
	}
	return nil
}

// room returns why nothing may be written to the databases: MySQL's error of a full
// disk, before the disk is, since the storage does not outlive that.
func (e *Engine) room() error {
	if e.storageRoom == nil {
		return nil
	}
	err := e.storageRoom()
	if err == nil {
		return nil
	}
	return mysql.NewSQLError(1021, "HY000", "Disk full: %v; nothing is written until there is room, and statements that read go on", err)
}

// improve puts into a plan what was found to belong there.
func (e *Engine) improve(ctx *sql.Context, runner sql.StatementRunner, n sql.Node, found rules.Survey) (sql.Node, error) {
	var err error
	if found.Texts {
		if n, err = rules.LoadTexts(n); err != nil {
			return nil, err
		}
	}
	if found.Computes {
		if n, _, err = transform.NodeExprsWithOpaque(n, arithmetic.Check(ctx)); err != nil {
			return nil, err
		}
	}
	if found.Calls {
		if n, err = lookahead.Plan(ctx, n, e.settingsOf); err != nil {
			return nil, err
		}
	}
	if found.Replaces == 1 {
		if change, ok, err := write.AssignWhole(n, e.room); ok || err != nil {
			return change, err
		}
	}
	if found.Replaces > 0 {
		n, _, err = transform.NodeWithOpaque(n, func(n sql.Node) (sql.Node, transform.TreeIdentity, error) {
			return e.replace(ctx, runner, n)
		})
	}
	return n, err
}

// correctCommit takes the mark of DDL, which makes the engine commit the open
// transaction, from statements that are none. The engine reads the text of
// every view in a statement as CREATE VIEW, and so marks all that read a view.
func correctCommit(n sql.Node, found rules.Survey, flags *sql.QueryFlags) {
	if flags == nil {
		return
	}
	switch n.(type) {
	case *plan.CreateView, *plan.TableCopier, *plan.CreateTrigger, *plan.CreateProcedure, *plan.CreateEvent:
		flags.Set(sql.QFlagDDL) // the analysis of the SELECT in it took the mark
	case *plan.InsertInto, *plan.Update, *plan.DeleteFrom, *plan.Call, *plan.Set:
		flags.Unset(sql.QFlagDDL)
	default:
		if found.ReadOnly {
			flags.Unset(sql.QFlagDDL)
		}
	}
}

// guardSystemTables keeps clients from changing the server's own tables, which
// CREATE FUNCTION and DROP FUNCTION write.
func guardSystemTables(n sql.Node, found rules.Survey) error {
	if found.ReadOnly {
		return nil
	}
	if found.Protected || dbname.IsSystem(dbname.Base(rules.TableDatabase(n))) {
		return fault.SystemDatabase(dbname.System)
	}
	return nil
}

// replace returns our node for one of the engine's that may stand below another:
// below a filter or LIMIT, or in the body of a trigger.
func (e *Engine) replace(ctx *sql.Context, runner sql.StatementRunner, n sql.Node) (sql.Node, transform.TreeIdentity, error) {
	switch n := n.(type) {
	case *plan.ShowColumns:
		return show.Columns(n), transform.NewTree, nil
	case *plan.ShowTables:
		if dbname.IsSystem(n.Database().Name()) && n.AsOf() == nil {
			return e.own.ShowTables(n), transform.NewTree, nil
		}
	case *plan.ShowProcessList:
		return e.processes.Show(n), transform.NewTree, nil
	case *plan.ShowCreateProcedure:
		return show.CreateProcedure(n), transform.NewTree, nil
	case *plan.DropProcedure:
		if n.IfExists {
			return show.DropProcedure(n), transform.NewTree, nil
		}
	case *plan.ShowCreateTable:
		return e.own.ShowCreate(n), transform.NewTree, nil
	case *plan.ShowVariables:
		return show.Variables(n), transform.NewTree, nil
	case *plan.ShowStatus:
		return e.status.Show(n), transform.NewTree, nil
	case *plan.Call:
		if n.Database() != nil {
			return newRoutineCall(ctx, e, n, runner), transform.NewTree, nil
		}
	case *plan.InsertInto, *plan.UpdateSource, *plan.Update, *plan.DeleteFrom:
		return write.Assign(n, e.room)
	}
	return n, transform.SameTree, nil
}

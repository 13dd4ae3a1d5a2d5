// Package engine teaches go-mysql-server the machine-learning SQL of Aurora
// MySQL. It and the packages below it are the adapter: they alone know both that
// engine's plans and our model functions, and its oddities stay there, each with a
// comment. This one makes the calls and puts the others together.
//
// The tour, in the order in which a statement meets the files:
//
//   - parser.go wraps the stock parser: statements that the stock grammar lacks
//     are read by mlsql and injected, and package grammar hides from it what else
//     it does not read. Package qualify keeps the database of calls, and mend changes
//     what the engine would do otherwise than MySQL.
//   - inject.go says what runs the statements that are injected: package catalog, which
//     has the definitions of functions, or access, which has accounts, roles and grants.
//   - guard.go mends what the engine checks otherwise than MySQL.
//   - resolve.go answers which function a name means.
//   - call.go is the expression of one model call; request.go turns its
//     arguments into a request and answer.go turns the answer into a value.
//     mask.go keeps every analysis from evaluating one.
//   - comprehend.go is the expression of the sentiment functions.
//   - rowerror.go says what a failed call does to its row and its statement, budget.go
//     and overbudget.go what there is to be spent.
//   - rules.go changes the plans of CALL and others that package rules finds something
//     in, as packages write, show, access and catalog have them; lookahead.go says how
//     far calls run ahead, and package exec runs EXPLAIN, for which billing.go has
//     package bill say what calls will come to.
//   - session.go keeps what a connection has of ours, and the statement under way.
//   - routine.go is the node of CALL, createroutine.go checks CREATE PROCEDURE.
//   - caller.go says who calls what is the server's own (package own), accounts.go what
//     accounts may do outside of SQL.
//   - ledger.go tells the ledger of the statements that make calls, and the calls
//     which recorded answers they may have; mode.go says whether any model is asked
//     at all, publishfigures.go shows what the last one used, and settle.go what became
//     of those in a transaction.
//   - Package variable has the system variables; executiontime.go keeps one that the
//     engine does not, and statementhints.go sets them for one statement.
//   - showconditions.go takes what a statement raised into the session's
//     diagnostics area, and shows it.
//   - infoschema.go adds what is ours to information_schema.
//   - conflict.go says which statements are run again after a conflict.
//   - processstate.go says what processes are at, and givenup.go whether anybody still
//     waits for them.
//
// The engine's functions, variables and rules are global to the process, so
// one process serves one Engine: Install says so.
package engine

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	gms "github.com/dolthub/go-mysql-server"
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/analyzer"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/planbuilder"

	"airglow/internal/engine/access"
	"airglow/internal/engine/catalog"
	"airglow/internal/engine/exec"
	"airglow/internal/engine/own"
	"airglow/internal/engine/qualify"
	"airglow/internal/engine/rules"
	"airglow/internal/engine/show"
	"airglow/internal/engine/variable"
	"airglow/internal/explain"
	"airglow/internal/infer"
	"airglow/internal/ledger"
)

// Options are what an Engine is built from.
type Options struct {
	// Runner makes the model calls.
	Runner *infer.Runner
	// Counters are the process's; the Runner counts in them.
	Counters *infer.Counters
	// Ledger records the statements that make calls; nil records none.
	Ledger Ledger
	// Prices tell what models cost; nil knows none.
	Prices ledger.Pricing
	// Now tells the time; nil is time.Now.
	Now func() time.Time
	// Settings are the values of our system variables.
	Settings variable.Settings
	// Procedures and Tables are the server's own, called and read as airglow.<name>.
	Procedures []own.Procedure
	Tables     []own.Table
	// AccountsDropped is called after each DROP USER; nil is not.
	AccountsDropped func() error
	// Below returns a copy of a session of the storage's, which shares all with it
	// but the session that it is built upon: that one is changed. nil is for a
	// storage that takes any session.
	Below func(session sql.Session, change func(sql.Session) sql.Session) sql.Session
	// Room returns why nothing may be written to the databases; nil is always room.
	Room func() error
	// Logger receives what operators should see; nil discards.
	Logger *slog.Logger
}

// Engine is our part of the SQL engine. Build it with New, give its Overrides
// to the storage that opens go-mysql-server, then Attach it.
type Engine struct {
	runner   *infer.Runner
	ledger   Ledger
	prices   ledger.Pricing
	now      func() time.Time
	settings variable.Settings
	log      *slog.Logger
	catalog  *catalog.Catalog
	below    func(session sql.Session, change func(sql.Session) sql.Session) sql.Session
	// storageRoom may be nil.
	storageRoom func() error

	own    *own.Parts
	gms    *gms.Engine // set by Attach
	access *access.Control
	// status and processes are what SHOW shows of the server.
	status    *show.Status
	processes *show.Processes
	// accountsDropped may be nil.
	accountsDropped func() error
	sessions        sessions

	// rerunning is held by the statement whose turn it is to be run again.
	rerunning chan struct{}
}

// New returns an Engine that is not yet attached to a go-mysql-server.
func New(o Options) *Engine {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Counters == nil {
		o.Counters = &infer.Counters{}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	e := &Engine{
		runner:   o.Runner,
		ledger:   o.Ledger,
		prices:   o.Prices,
		now:      o.Now,
		settings: o.Settings.WithDefaults(),
		log:      o.Logger,
		catalog:  catalog.New(),
		below:    o.Below,

		storageRoom: o.Room,

		accountsDropped: o.AccountsDropped,
		rerunning:       make(chan struct{}, 1),
		sessions:        sessions{open: map[uint32]*session{}},
	}
	e.status = &show.Status{Counters: o.Counters, Session: e.sessions.counters, Now: o.Now, Started: o.Now()}
	e.own = &own.Parts{Procedures: o.Procedures, Tables: o.Tables, Caller: e.caller}
	return e
}

// installed guards the process-wide hooks of go-mysql-server.
var installed sync.Mutex

// Install sets the hooks of go-mysql-server that exist once per process: its
// function provider, some of its analysis rules, and our system variables. It
// must run before the storage is opened, and fails when another Engine of this
// process has done so and was not uninstalled. The returned function undoes it.
func (e *Engine) Install() (uninstall func(), err error) {
	if !installed.TryLock() {
		return nil, fmt.Errorf("install engine: this process already serves one; start another process for a second server")
	}
	if err := e.settings.Declare(); err != nil {
		installed.Unlock()
		return nil, fmt.Errorf("install engine: %w", err)
	}
	always, before, repeated := analyzer.AlwaysBeforeDefault, analyzer.OnceBeforeDefault, analyzer.DefaultRules
	later, valid, after := analyzer.OnceAfterDefault, analyzer.DefaultValidationRules, analyzer.OnceAfterAll
	table, text := plan.DescribeSchema, plan.DescribePlanSchema
	plan.DescribeSchema, plan.DescribePlanSchema = explain.TableSchema(), explain.TextSchema()
	analyzer.ExternalFunctionProvider = provider{e}
	analyzer.AlwaysBeforeDefault = append(append([]analyzer.Rule{}, always...), rules.Unused())
	analyzer.OnceBeforeDefault = rules.Needed(rules.Masked(before))
	analyzer.DefaultRules = rules.Needed(rules.Correlated(rules.Nested(rules.Counted(repeated))))
	analyzer.OnceAfterDefault = rules.Needed(rules.TriggersAtHome(rules.Nested(later)))
	analyzer.DefaultValidationRules = rules.Needed(valid)
	analyzer.OnceAfterAll = append(rules.Needed(rules.Triggered(rules.TriggersAtHome(rules.Computing(after)))), planRule(e))
	planbuilder.IsAggregateFunc = qualify.IsAggregate
	forget := variable.KnowDefaultModes()
	return func() {
		forget()
		planbuilder.IsAggregateFunc = planbuilder.IsMySQLAggregateFuncName
		analyzer.ExternalFunctionProvider = nil
		analyzer.AlwaysBeforeDefault, analyzer.OnceBeforeDefault, analyzer.DefaultRules = always, before, repeated
		analyzer.OnceAfterDefault, analyzer.DefaultValidationRules, analyzer.OnceAfterAll = later, valid, after
		plan.DescribeSchema, plan.DescribePlanSchema = table, text
		installed.Unlock()
	}, nil
}

// Overrides are the parts of go-mysql-server that the Engine replaces.
func (e *Engine) Overrides() sql.EngineOverrides {
	return sql.EngineOverrides{Builder: sql.BuilderOverrides{Parser: &parser{engine: e}}}
}

// Attach connects the Engine to the opened go-mysql-server, reads the stored
// functions, and makes sure that Aurora's roles exist and that root has them.
func (e *Engine) Attach(ctx context.Context, server *gms.Engine, store catalog.Store) error {
	e.gms = server
	server.ProcessList = killed{server.ProcessList, e}
	e.access = &access.Control{
		Grants: server.Analyzer.Catalog.MySQLDb, SessionOf: e.sessions.access, Dropped: e.accountsDropped, Now: e.now,
	}
	e.status.Access = e.access
	e.processes = &show.Processes{List: server.ProcessList, Access: e.access, StateOf: e.stateOf}
	from := catalog.Source{Store: store, Access: e.access, Databases: server.Analyzer.Catalog}
	if err := e.catalog.Open(ctx, from); err != nil {
		return err
	}
	builder := server.Analyzer.ExecBuilder
	builder.PriorityBuilder = &exec.Builder{
		Storage: builder.PriorityBuilder, Engine: builder, SettingsOf: e.settingsOf, Bill: e.bill, Spending: e.spending,
	}
	server.Analyzer.Catalog.InfoSchema = newInfoSchema(server.Analyzer.Catalog.InfoSchema, e)
	return e.access.CreateRoles()
}

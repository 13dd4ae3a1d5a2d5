package show

import (
	"strconv"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/information_schema"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/types"
	"github.com/dolthub/vitess/go/mysql"
	"github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/engine/access"
)

// The engine shows the process list to holders of PROCESS alone, and lets only
// administrators kill. In MySQL everyone sees and ends their own statements,
// and nobody without PROCESS sees those of others: prompts are private.

func errUnknownThread(id uint64) error {
	return mysql.NewSQLError(1094, "HY000", "Unknown thread id: %d", id)
}

func errNotOwner(id uint64) error {
	return mysql.NewSQLError(1095, "HY000", "You are not owner of thread %d", id)
}

// Processes are those of a server.
type Processes struct {
	// List is the server's.
	List sql.ProcessList
	// Access says who may see and end those of others.
	Access *access.Control
	// StateOf is the column State of a connection, whose command is that of the
	// process list.
	StateOf func(conn uint32, command any) string
}

// Show is SHOW PROCESSLIST in the place of the engine's node.
func (p *Processes) Show(n *plan.ShowProcessList) sql.Node { return &showProcesses{n, p} }

// Table is information_schema.processlist in the place of the engine's table.
func (p *Processes) Table(t *information_schema.InformationSchemaTable) sql.Table {
	return &processTable{t, p}
}

// Guard opens the statements about processes to everyone; what they
// show and end is limited here and in visibleProcesses.
func (p *Processes) Guard(ctx *sql.Context, stmt sqlparser.Statement) error {
	switch s := stmt.(type) {
	case *sqlparser.Show:
		if strings.EqualFold(s.Type, "processlist") {
			s.Auth.AuthType, s.Auth.TargetType = sqlparser.AuthType_IGNORE, sqlparser.AuthTargetType_Ignore
		}
	case *sqlparser.Kill:
		literal, ok := s.ConnID.(*sqlparser.SQLVal)
		if !ok {
			return nil
		}
		id, err := strconv.ParseUint(string(literal.Val), 10, 64)
		if err != nil {
			return nil // the engine refuses it in its own words
		}
		if err := p.mayKill(ctx, id); err != nil {
			return err
		}
		s.Auth.AuthType, s.Auth.TargetType = sqlparser.AuthType_IGNORE, sqlparser.AuthTargetType_Ignore
	}
	return nil
}

// mayKill checks that a connection exists and is the session's own, unless the
// session may end those of others.
func (p *Processes) mayKill(ctx *sql.Context, id uint64) error {
	for _, process := range p.List.Processes() {
		if uint64(process.Connection) != id {
			continue
		}
		if process.User == ctx.Session.Client().User || access.HasEverywhere(ctx, sql.PrivilegeType_Super) ||
			p.Access.Grants.UserHasPrivileges(ctx, sql.NewDynamicPrivilegedOperation("connection_admin")) {
			return nil
		}
		return errNotOwner(id)
	}
	return errUnknownThread(id)
}

// visibleProcesses is a process list that shows those of one user, or of all
// when the user is empty. It leaves out how far each table was read, which the
// engine draws as a tree into the state.
type visibleProcesses struct {
	sql.ProcessList
	user string
}

// Processes implements sql.ProcessList.
func (v visibleProcesses) Processes() []sql.Process {
	var visible []sql.Process
	for _, p := range v.ProcessList.Processes() {
		if v.user == "" || p.User == v.user {
			p.Progress = nil
			visible = append(visible, p)
		}
	}
	return visible
}

// stated puts our states into the rows of a process list: the engine has one for
// all statements. SHOW PROCESSLIST and information_schema have the same columns.
type stated struct {
	sql.RowIter
	of *Processes
}

// The columns that stated reads and writes.
const (
	processID      = 0
	processCommand = 4
	processState   = 6
)

// Next implements sql.RowIter.
func (s stated) Next(ctx *sql.Context) (sql.Row, error) {
	row, err := s.RowIter.Next(ctx)
	if err != nil {
		return row, err
	}
	id, _, err := types.Uint32.Convert(ctx, row[processID])
	if err != nil {
		return nil, err
	}
	with := row.Copy()
	with[processState] = s.of.StateOf(id.(uint32), row[processCommand])
	return with, nil
}

// withVisibleProcesses returns a context whose process list is what the session
// may see.
func withVisibleProcesses(ctx *sql.Context) *sql.Context {
	limited := ctx.WithContext(ctx.Context)
	list := visibleProcesses{ProcessList: ctx.ProcessList}
	if !access.HasEverywhere(ctx, sql.PrivilegeType_Process) {
		list.user = ctx.Session.Client().User
	}
	limited.ProcessList = list
	return limited
}

// showProcesses is SHOW PROCESSLIST.
type showProcesses struct {
	*plan.ShowProcessList
	of *Processes
}

var _ sql.ExecBuilderNode = (*showProcesses)(nil)

// BuildRowIter implements sql.ExecBuilderNode.
func (s *showProcesses) BuildRowIter(ctx *sql.Context, b sql.NodeExecBuilder, row sql.Row) (sql.RowIter, error) {
	rows, err := b.Build(withVisibleProcesses(ctx), s.ShowProcessList, row)
	return stated{rows, s.of}, err
}

// WithChildren implements sql.Node.
func (s *showProcesses) WithChildren(children ...sql.Node) (sql.Node, error) {
	if len(children) != 0 {
		return nil, sql.ErrInvalidChildrenNumber.New(s, len(children), 0)
	}
	return s, nil
}

// processTable is information_schema.processlist.
type processTable struct {
	*information_schema.InformationSchemaTable
	of *Processes
}

// AssignCatalog implements sql.CatalogTable.
func (t *processTable) AssignCatalog(c sql.Catalog) sql.Table {
	return &processTable{t.InformationSchemaTable.AssignCatalog(c).(*information_schema.InformationSchemaTable), t.of}
}

// PartitionRows implements sql.Table.
func (t *processTable) PartitionRows(ctx *sql.Context, p sql.Partition) (sql.RowIter, error) {
	rows, err := t.InformationSchemaTable.PartitionRows(withVisibleProcesses(ctx), p)
	return stated{rows, t.of}, err
}

package show

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/vitess/go/mysql"
	"github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/engine/access"
	"airglow/internal/engine/fault"
	"airglow/internal/engine/inject"
	"airglow/internal/infer"
)

// Status is the state of a server and its sessions, as far as it is ours.
type Status struct {
	// Counters are the server's, Session returns those of a session.
	Counters *infer.Counters
	Session  func(ctx *sql.Context) *infer.Counters
	// Access says who may set them back.
	Access *access.Control
	// Now tells the time; Started is when the server was.
	Now     func() time.Time
	Started time.Time

	mu sync.Mutex
	// flushed is when FLUSH STATUS was last run; zero before.
	flushed time.Time
}

// Show is SHOW STATUS in the place of the engine's node.
func (u *Status) Show(n *plan.ShowStatus) sql.Node { return &showStatus{n, u} }

// showStatus is SHOW STATUS, with the variables of ours and those that the
// engine knows and leaves at 0.
type showStatus struct {
	*plan.ShowStatus
	of *Status
}

var _ sql.ExecSourceRel = (*showStatus)(nil)

// RowIter implements sql.ExecSourceRel.
func (s *showStatus) RowIter(ctx *sql.Context, _ sql.Row) (sql.RowIter, error) {
	iter, err := s.ShowStatus.RowIter(ctx, nil)
	if err != nil {
		return nil, err
	}
	rows, err := sql.RowIterToRows(ctx, iter)
	if err != nil {
		return nil, err
	}
	counters := s.of.Counters
	if global := *plan.NewShowStatus(true); *s.ShowStatus != global {
		counters = s.of.Session(ctx)
	}
	uptime, sinceFlush := s.of.uptime()
	rows = slices.DeleteFunc(rows, func(row sql.Row) bool { return row[0] == uptimeName || row[0] == sinceFlushName })
	rows = append(rows, mlStatus(counters.Snapshot())...)
	rows = append(rows, sql.Row{uptimeName, seconds(uptime)}, sql.Row{sinceFlushName, seconds(sinceFlush)})
	slices.SortFunc(rows, func(a, b sql.Row) int { return strings.Compare(a[0].(string), b[0].(string)) })
	return sql.RowsToRowIter(rows...), nil
}

// WithChildren implements sql.Node.
func (s *showStatus) WithChildren(children ...sql.Node) (sql.Node, error) {
	if len(children) != 0 {
		return nil, sql.ErrInvalidChildrenNumber.New(s, len(children), 0)
	}
	return s, nil
}

const (
	uptimeName     = "Uptime"
	sinceFlushName = "Uptime_since_flush_status"
)

func seconds(d time.Duration) int64 { return int64(d / time.Second) }

// mlStatus are Aurora's counters of model calls.
func mlStatus(n infer.Counts) []sql.Row {
	return []sql.Row{
		{"Airglow_ml_reused_cnt", n.Reused},
		{"Aurora_ml_actual_request_cnt", n.ActualRequest},
		{"Aurora_ml_actual_response_cnt", n.ActualResponse},
		{"Aurora_ml_cache_hit_cnt", n.CacheHit},
		{"Aurora_ml_logical_request_cnt", n.LogicalRequest},
		{"Aurora_ml_logical_response_cnt", n.LogicalResponse},
		{"Aurora_ml_retry_request_cnt", n.RetryRequest},
		{"Aurora_ml_single_request_cnt", n.SingleRequest},
	}
}

// uptime returns how long the server has run, and how long since FLUSH STATUS.
func (u *Status) uptime() (whole, sinceFlush time.Duration) {
	now := u.Now()
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.flushed.IsZero() {
		return now.Sub(u.Started), now.Sub(u.Started)
	}
	return now.Sub(u.Started), now.Sub(u.flushed)
}

// Flush answers the FLUSH statements that the engine refuses. There are no logs
// of the server's own, so nothing of them waits to be written.
func (u *Status) Flush(stmt sqlparser.Statement) sqlparser.Statement {
	f, ok := stmt.(*sqlparser.Flush)
	if !ok || f.Option == nil {
		return stmt
	}
	if f.Option.ReadLock {
		return inject.Refuse(errReadLock)
	}
	switch f.Type = ""; strings.ToLower(f.Option.Name) {
	case "status":
		return inject.Command("FLUSH STATUS", u.flushStatus)
	case "logs", "error logs", "relay logs", "general logs", "slow logs", "hosts", "optimizer_costs", "user_resources":
		return inject.Command("FLUSH", mayFlush)
	}
	return stmt
}

func mayFlush(ctx *sql.Context) error {
	if access.HasEverywhere(ctx, sql.PrivilegeType_Reload) {
		return nil
	}
	return fault.NeedsPrivilege("RELOAD")
}

// flushStatus sets the session's counters to zero, and Aurora's counters of the
// whole server.
func (u *Status) flushStatus(ctx *sql.Context) error {
	if !access.HasEverywhere(ctx, sql.PrivilegeType_Reload) &&
		!u.Access.Grants.UserHasPrivileges(ctx, sql.NewDynamicPrivilegedOperation("flush_status")) {
		return mysql.NewSQLError(1227, "42000",
			"Access denied; you need (at least one of) the RELOAD or FLUSH_STATUS privilege(s) for this operation")
	}
	for name, v := range ctx.Session.GetAllStatusVariables(ctx) {
		if _, counts := v.(*sql.MutableStatusVarValue); !counts {
			continue
		}
		if err := ctx.Session.SetStatusVariable(ctx, name, uint64(0)); err != nil {
			return err
		}
	}
	u.Session(ctx).Reset()
	u.Counters.Reset()
	u.mu.Lock()
	defer u.mu.Unlock()
	u.flushed = u.Now()
	return nil
}

// errReadLock refuses a lock that the storage does not have, rather than let a
// backup believe in it.
var errReadLock = mysql.NewSQLError(1235, "42000",
	"This version of Airglow doesn't yet support 'FLUSH TABLES WITH READ LOCK'; a transaction (mysqldump --single-transaction) sees one state of all tables without it")

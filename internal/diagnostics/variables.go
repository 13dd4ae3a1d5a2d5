package diagnostics

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
	"github.com/dolthub/vitess/go/mysql"
)

const (
	warningCount = "warning_count"
	errorCount   = "error_count"
)

// Variables are the system variables of the area, which the engine lacks.
func Variables() []sql.SystemVariable {
	return []sql.SystemVariable{newCount(warningCount), newCount(errorCount)}
}

// Publish makes the counts the values of the session's variables.
func Publish(ctx *sql.Context, n Counts) error {
	if err := ctx.Session.SetSessionVariable(ctx, warningCount, published(n.All)); err != nil {
		return err
	}
	return ctx.Session.SetSessionVariable(ctx, errorCount, published(n.Errors))
}

// Counted returns what Publish made the values of the session's variables.
func Counted(ctx *sql.Context) Counts {
	return Counts{All: int(variable(ctx, warningCount)), Errors: int(variable(ctx, errorCount))}
}

// Kept is the session's max_error_count, how many conditions an area keeps.
// Those beyond are counted.
func Kept(ctx *sql.Context) int { return int(variable(ctx, "max_error_count")) }

// variable is the value of a system variable that is a whole number.
func variable(ctx *sql.Context, name string) int64 {
	value, err := ctx.GetSessionVariable(ctx, name)
	n, ok := value.(int64)
	if err != nil || !ok {
		return 0
	}
	return n
}

// published is a count that the server sets; a statement sets other types.
type published int64

// count is a variable that clients read and the server sets. The engine sets a
// variable that is read only once, when a session begins; this one it takes for
// one that can be set, and SetValue tells who does.
type count struct{ *sql.MysqlSystemVariable }

func newCount(name string) count {
	return count{&sql.MysqlSystemVariable{
		Name:    name,
		Scope:   sql.GetMysqlScope(sql.SystemVariableScope_Session),
		Dynamic: true,
		Type:    types.NewSystemIntType(name, 0, 1<<62, false),
		Default: int64(0),
	}}
}

// SetValue implements sql.SystemVariable.
func (c count) SetValue(_ *sql.Context, value any, _ bool) (sql.SystemVarValue, error) {
	n, ours := value.(published)
	if !ours {
		return sql.SystemVarValue{}, mysql.NewSQLError(1238, "HY000", "Variable '%s' is a read only variable", c.Name)
	}
	return sql.SystemVarValue{Var: c, Val: int64(n)}, nil
}

// InitValue implements sql.SystemVariable.
func (c count) InitValue(_ *sql.Context, value any, _ bool) (sql.SystemVarValue, error) {
	return sql.SystemVarValue{Var: c, Val: value}, nil
}

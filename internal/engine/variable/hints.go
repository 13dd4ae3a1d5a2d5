package variable

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
	"github.com/dolthub/vitess/go/mysql"
	"github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/engine/fault"
	"airglow/internal/mysqlerr"
)

// Hints are the comments behind the first word of a statement, of which those
// that begin with + are optimizer hints. The engine reads those of joins only.
type Hints sqlparser.Comments

// HintsOf returns the hints of a statement; of an EXPLAIN those of what it
// explains.
func HintsOf(stmt sqlparser.Statement) Hints {
	switch s := stmt.(type) {
	case *sqlparser.Select:
		return Hints(s.Comments)
	case *sqlparser.SetOp:
		return HintsOf(s.Left)
	case *sqlparser.ParenSelect:
		return HintsOf(s.Select)
	case *sqlparser.Insert:
		return Hints(s.Comments)
	case *sqlparser.Update:
		return Hints(s.Comments)
	case *sqlparser.Delete:
		return Hints(s.Comments)
	case *sqlparser.Explain:
		return HintsOf(s.Statement)
	}
	return nil
}

// Several hints may share a comment.
var (
	maxExecutionTimeHint = regexp.MustCompile(`(?i)\bMAX_EXECUTION_TIME\s*\(\s*(\d+)\s*\)`)
	setVarHint           = regexp.MustCompile(`(?i)\bSET_VAR\s*\(\s*([\w$]+)\s*=\s*('[^']*'|"[^"]*"|[^\s)]+)\s*\)`)
)

// each calls do for what a hint's pattern has found, in order, until it returns
// false.
func (h Hints) each(pattern *regexp.Regexp, do func(found []string) bool) {
	for _, comment := range h {
		text, ok := strings.CutPrefix(string(comment), "/*+")
		if !ok {
			continue
		}
		for _, found := range pattern.FindAllStringSubmatch(text, -1) {
			if !do(found) {
				return
			}
		}
	}
}

// ExecutionTime is the time of MAX_EXECUTION_TIME. 0 is none: then the variable
// counts.
func (h Hints) ExecutionTime() (limit time.Duration) {
	h.each(maxExecutionTimeHint, func(found []string) bool {
		ms, _ := strconv.ParseUint(found[1], 10, 32) // MySQL's limit too
		limit = time.Duration(ms) * time.Millisecond
		return false
	})
	return limit
}

// SetHinted sets variables as SET_VAR says and returns what sets them back. A hint
// that cannot be followed raises a warning and changes nothing, as in MySQL.
func SetHinted(ctx *sql.Context, found Hints) (restore func()) {
	before := map[string]any{}
	found.each(setVarHint, func(hint []string) bool {
		name := strings.ToLower(hint[1])
		if _, again := before[name]; again {
			return true // the first counts
		}
		value, err := setVariable(ctx, name, hint[2])
		if err != nil {
			fault.Warn(ctx, err)
			return true
		}
		before[name] = value
		return true
	})
	return func() {
		for name, value := range before {
			_ = ctx.Session.SetSessionVariable(ctx, name, value) // it was its value
		}
	}
}

// setVariable sets a variable of the session as a hint says, and returns its value
// before.
func setVariable(ctx *sql.Context, name, text string) (before any, err error) {
	variable, _, ok := sql.SystemVariables.GetGlobal(name)
	if !ok {
		return nil, mysql.NewSQLError(3128, "HY000", "Unresolved name '%s' for SET_VAR hint", name)
	}
	if known, ok := variable.(*sql.MysqlSystemVariable); !ok || !known.SetVarHintApplies || !known.Dynamic {
		return nil, mysql.NewSQLError(3637, "HY000", "Variable '%s' cannot be set using SET_VAR hint.", name)
	}
	if before, err = ctx.GetSessionVariable(ctx, name); err != nil {
		return nil, err
	}
	if err := ctx.Session.SetSessionVariable(ctx, name, hintedValue(text)); err != nil {
		return nil, mysqlerr.Translate(err, mysqlerr.Statement{})
	}
	return before, nil
}

// hintedValue is the value that a hint's text stands for.
func hintedValue(text string) any {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n
	}
	return strings.Trim(text, `'"`)
}

// maxExecutionTimeVariable bounds SELECT statements, in milliseconds; 0 does
// not. The engine knows it and does nothing with it.
const maxExecutionTimeVariable = "max_execution_time"

// MaxExecutionTime is the session's; 0 for none.
func MaxExecutionTime(ctx *sql.Context) (time.Duration, error) {
	value, err := ctx.GetSessionVariable(ctx, maxExecutionTimeVariable)
	if err != nil {
		return 0, err
	}
	ms, _, err := types.Int64.Convert(ctx, value)
	if err != nil || ms.(int64) <= 0 {
		return 0, err
	}
	return time.Duration(ms.(int64)) * time.Millisecond, nil
}

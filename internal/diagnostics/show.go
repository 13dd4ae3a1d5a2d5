package diagnostics

import (
	"math"
	"strconv"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
	"github.com/dolthub/vitess/go/mysql"
	"github.com/dolthub/vitess/go/sqltypes"
	"github.com/dolthub/vitess/go/vt/sqlparser"
)

// Show is SHOW WARNINGS, SHOW ERRORS, or SHOW COUNT(*) of either.
type Show struct {
	errorsOnly, count bool
	// offset and rows are the LIMIT of a list.
	offset, rows uint64
}

// AsShow returns the statement as one about the diagnostics area. ok is false
// when it is about something else.
func AsShow(stmt sqlparser.Statement) (s Show, ok bool, err error) {
	show, isShow := stmt.(*sqlparser.Show)
	if !isShow {
		return Show{}, false, nil
	}
	s = Show{errorsOnly: strings.EqualFold(show.Type, "errors"), count: show.CountStar, rows: math.MaxUint64}
	if !s.errorsOnly && !strings.EqualFold(show.Type, "warnings") {
		return Show{}, false, nil
	}
	if limit := show.Limit; limit != nil {
		if s.offset, err = wholeNumber(limit.Offset); err == nil {
			s.rows, err = wholeNumber(limit.Rowcount)
		}
	}
	return s, true, err
}

// wholeNumber reads a number of LIMIT; none is 0.
func wholeNumber(e sqlparser.Expr) (uint64, error) {
	if e == nil {
		return 0, nil
	}
	if literal, ok := e.(*sqlparser.SQLVal); ok && literal.Type == sqlparser.IntVal {
		if n, err := strconv.ParseUint(string(literal.Val), 10, 64); err == nil {
			return n, nil
		}
	}
	return 0, mysql.NewSQLError(1235, "42000",
		"This version of Airglow doesn't yet support 'SHOW WARNINGS LIMIT' with anything but whole numbers; write the numbers into the statement")
}

// Schema is the schema of the result.
func (s Show) Schema() sql.Schema {
	switch {
	case s.count && s.errorsOnly:
		return sql.Schema{{Name: "@@session." + errorCount, Type: types.Uint64}}
	case s.count:
		return sql.Schema{{Name: "@@session." + warningCount, Type: types.Uint64}}
	}
	return sql.Schema{
		{Name: "Level", Type: levelType},
		{Name: "Code", Type: types.Uint32},
		{Name: "Message", Type: messageType},
	}
}

// The types of MySQL's columns.
var (
	levelType   = types.MustCreateStringWithDefaults(sqltypes.VarChar, 7)
	messageType = types.MustCreateStringWithDefaults(sqltypes.VarChar, 512)
)

// Rows are the rows of the result, of an area's conditions and of the counts,
// which may be higher than what the area keeps.
func (s Show) Rows(conditions []Condition, n Counts) []sql.Row {
	if s.count {
		if s.errorsOnly {
			return []sql.Row{{uint64(n.Errors)}}
		}
		return []sql.Row{{uint64(n.All)}}
	}
	var rows []sql.Row
	for _, c := range conditions {
		if !s.errorsOnly || c.Level == LevelError {
			rows = append(rows, sql.Row{c.Level, uint32(c.Code), c.Message})
		}
	}
	rows = rows[min(s.offset, uint64(len(rows))):]
	return rows[:min(s.rows, uint64(len(rows)))]
}

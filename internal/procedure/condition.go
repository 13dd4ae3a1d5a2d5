package procedure

import (
	"strconv"

	"github.com/dolthub/vitess/go/mysql"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/diagnostics"
	"airglow/internal/mysqlerr"
)

// condition is an error, a warning or a note, or what a handler or SIGNAL names
// of one: a number or a state alone.
type condition struct {
	number  int
	state   string
	level   string
	message string
	// items are the other things that SIGNAL said about it.
	items map[ast.SignalConditionItemName]string
}

// The classes of states, their first two characters.
const (
	classSuccess  = "00"
	classWarning  = "01"
	classNotFound = "02"
)

// class returns the class of the condition's state.
func (c condition) class() string {
	if len(c.state) < 2 {
		return ""
	}
	return c.state[:2]
}

func (c condition) asError() *mysql.SQLError {
	return &mysql.SQLError{Num: c.number, State: c.state, Message: c.message}
}

// conditionOf is the condition of an error.
func conditionOf(e *mysql.SQLError) condition {
	return condition{number: e.Num, state: e.State, level: diagnostics.LevelError, message: e.Message}
}

// fromShown is a condition of the area as it is shown.
func fromShown(c diagnostics.Condition) condition {
	return condition{number: c.Code, state: c.State, level: c.Level, message: c.Message}
}

// declaredCondition is what DECLARE … CONDITION names.
func declaredCondition(d *ast.DeclareCondition) (condition, error) {
	if d.SqlStateValue != "" {
		return condition{state: d.SqlStateValue}, checkState(d.SqlStateValue)
	}
	number, err := strconv.Atoi(string(d.MysqlErrorCode.Val))
	if err != nil || number == 0 {
		return condition{}, mysqlerr.New(1525, "Incorrect CONDITION value: '"+string(d.MysqlErrorCode.Val)+"'")
	}
	return condition{number: number}, nil
}

// checkState refuses what is no SQLSTATE, or that of success.
func checkState(state string) error {
	bad := len(state) != 5 || state[:2] == classSuccess
	for _, c := range state {
		bad = bad || !(c >= '0' && c <= '9' || c >= 'A' && c <= 'Z')
	}
	if bad {
		return mysqlerr.New(1407, "Bad SQLSTATE: '"+state+"'")
	}
	return nil
}

package engine

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/mysql"

	"airglow/internal/budget"
	"airglow/internal/ledger"
)

// overBudget is what a statement knows of the rows that got NULL since a budget had no
// room for them. The first has a warning like that of any row; thousands of others
// would only say the same, so that they are counted in it. Only the statement's own
// goroutine uses it.
type overBudget struct {
	// failure is the last of a call that a budget had no room for, and of its.
	failure *mysql.SQLError
	of      ledger.BudgetKey
	rows    map[ledger.BudgetKey]*overRows
}

// overRows are the rows of one budget.
type overRows struct {
	warning *sql.Warning
	// first names the first row, empty when that is not known; more is how many
	// others there are.
	first, message string
	more           int
}

// note notes which budget a failed call had no room in, if that is why it failed.
func (o *overBudget) note(failure, cause error) {
	var over budget.Over
	if errors.As(cause, &over) && errors.As(failure, &o.failure) {
		o.of = over.Budget
	}
}

// warned notes the warning of a failure.
func (o *overBudget) warned(failure *mysql.SQLError, rows *overRows) {
	if failure != o.failure {
		return
	}
	if o.rows == nil {
		o.rows = map[ledger.BudgetKey]*overRows{}
	}
	o.rows[o.of] = rows
}

// warnAgain counts a failure in the warning that its budget has, if it has one. In a
// procedure, that of a statement before may be gone.
func (o *overBudget) warnAgain(ctx *sql.Context, failure *mysql.SQLError, inRoutine bool) bool {
	if failure != o.failure {
		return false
	}
	rows := o.rows[o.of]
	if rows == nil || inRoutine && !slices.Contains(ctx.Session.Warnings(), rows.warning) {
		return false
	}
	rows.more++
	rows.warning.Message = fmt.Sprintf("%s and %d more: %s", cmp.Or(rows.first, "A row"), rows.more, rows.message)
	return true
}

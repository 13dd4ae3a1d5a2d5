// Package ledgersql is the SQL about the ledger: the tables airglow.invocations,
// airglow.usage, airglow.statements, airglow.prices, airglow.budgets and
// airglow.recordings, and the procedures that go with them.
//
// tables.go has the tables, prices.go the prices, budgets.go the budgets,
// recordings.go the recordings, purge.go what forgets, and without.go what a server
// has that records nothing. An
// account sees its own calls, one with PROCESS everybody's; SUPER is needed for
// what changes anything.
package ledgersql

import (
	"errors"
	"slices"
	"time"

	"airglow/internal/bolt"
	"airglow/internal/budget"
	"airglow/internal/engine/own"
	"airglow/internal/ledger"
	"airglow/internal/mysqlerr"
)

// SQL is the tables and procedures over a Store.
type SQL struct {
	store   *bolt.Store
	budgets *budget.Keeper
}

// New returns the SQL about a store and the budgets that it keeps.
func New(store *bolt.Store, budgets *budget.Keeper) SQL { return SQL{store, budgets} }

// Tables are the tables.
func (s SQL) Tables() []own.Table {
	return []own.Table{
		{Name: "invocations", Columns: columns(invocationColumns), Keyed: s.invocations},
		{Name: "statements", Columns: columns(statementColumns), Keyed: s.statements},
		{Name: "usage", Columns: columns(usageColumns), Rows: s.usage},
		{Name: "prices", Columns: priceColumns, Rows: s.priceRows},
		{Name: "budgets", Columns: columns(budgetColumns), Rows: s.budgetRows},
		{Name: "recordings", Columns: columns(recordingColumns), Rows: s.recordings},
	}
}

// Procedures are the procedures.
func (s SQL) Procedures() []own.Procedure {
	return []own.Procedure{
		{Name: "invocation", Least: 1, Most: 1, Columns: bodyColumns, Run: s.bodies},
		{Name: "set_price", Least: 3, Most: 5, Run: s.setPrice},
		{Name: "drop_price", Least: 1, Most: 1, Run: s.dropPrice},
		{Name: "set_budget", Least: 5, Most: 5, Run: s.setBudget},
		{Name: "drop_budget", Least: 4, Most: 4, Run: s.dropBudget},
		{Name: "drop_recording", Least: 1, Most: 1, Run: s.dropRecording},
		{Name: "purge", Least: 1, Most: 2, Columns: purgeColumns, Run: s.purge},
	}
}

// column is a column of a table whose rows are of type R.
type column[R any] struct {
	name, kind string
	value      func(R) any
}

func columns[R any](list []column[R]) []own.Column {
	named := make([]own.Column, len(list))
	for i, c := range list {
		named[i] = own.Column{Name: c.name, Type: c.kind}
	}
	return named
}

// some are the values of the columns at these positions.
func some[R any](list []column[R], row R, at []int) []any {
	out := make([]any, len(at))
	for i, column := range at {
		out[i] = list[column].value(row)
	}
	return out
}

// rowError is the error of a record that cannot be read, which the others are read
// without, or another.
func rowError(err error) error {
	var unreadable *bolt.Unreadable
	if errors.As(err, &unreadable) {
		return &own.RowWarning{Message: "Left out: " + unreadable.Error()}
	}
	return err
}

func idsOf(keys own.KeyRange) bolt.IDs {
	return bolt.IDs{First: keys.First, Last: keys.Last, Ascending: keys.Ascending}
}

func values[R any](list []column[R], row R) []any {
	out := make([]any, len(list))
	for i, c := range list {
		out[i] = c.value(row)
	}
	return out
}

// sees reports whether a caller may see what a user did.
func sees(caller own.Caller, user string) bool {
	return caller.Process || user == caller.Account.Name+"@"+caller.Account.Host
}

// The types of columns.
const (
	nameType  = "varchar(288)" // name@host
	modelType = "varchar(2048)"
	countType = "bigint"
	timeType  = "datetime(6)"
	moneyType = "decimal(20,12)"
)

// text is a text, NULL when it is empty.
func text[T ~string](s T) any {
	if s == "" {
		return nil
	}
	return string(s)
}

// at is a time in UTC, NULL when it is zero.
func at(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC()
}

// milliseconds is how long something took, NULL while it goes on.
func milliseconds(begun, ended time.Time) any {
	if ended.IsZero() {
		return nil
	}
	return ended.Sub(begun).Milliseconds()
}

func money(m *ledger.Money) any {
	if m == nil {
		return nil
	}
	return m.Decimal()
}

// sum is the cost of a usage, NULL where no call in it has a price.
func sum(u ledger.Usage) any {
	if u.Unpriced > 0 && u.Cost == 0 {
		return nil
	}
	return u.Cost.Decimal()
}

// needsSuper refuses who may not change what concerns all.
func needsSuper(caller own.Caller) error {
	if caller.Super {
		return nil
	}
	return mysqlerr.New(1227, "Access denied; you need (at least one of) the SUPER privilege(s) for this operation")
}

// sorted are the scopes of usage, the newest day first.
func sorted(all map[ledger.Scope]ledger.Usage) []ledger.Scope {
	scopes := make([]ledger.Scope, 0, len(all))
	for scope := range all {
		scopes = append(scopes, scope)
	}
	slices.SortFunc(scopes, compareScopes)
	return scopes
}

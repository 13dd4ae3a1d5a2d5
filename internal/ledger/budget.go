package ledger

import (
	"math"
	"slices"
	"strings"
	"time"
)

// BudgetScope says whose calls a budget bounds.
type BudgetScope string

// The scopes of budgets.
const (
	ScopeUser       BudgetScope = "user"
	ScopeRole       BudgetScope = "role"
	ScopeDatabase   BudgetScope = "database"
	ScopeEverywhere BudgetScope = "everywhere"
	// ScopeStatement is that of the session's variables; it is never kept.
	ScopeStatement BudgetScope = "statement"
)

// Period is how long a budget lasts before it is there anew, in UTC.
type Period string

// The periods. A statement's budget has none.
const (
	Hour  Period = "hour"
	Daily Period = "day"
	Month Period = "month"
)

// Start returns when the period that a time is in began.
func (p Period) Start(t time.Time) time.Time {
	t = t.UTC()
	switch p {
	case Hour:
		return t.Truncate(time.Hour)
	case Daily:
		return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	case Month:
		return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
	}
	return time.Time{}
}

// End returns when it ends and the next begins.
func (p Period) End(t time.Time) time.Time {
	start := p.Start(t)
	switch p {
	case Hour:
		return start.Add(time.Hour)
	case Daily:
		return start.AddDate(0, 0, 1)
	case Month:
		return start.AddDate(0, 1, 0)
	}
	return start
}

// Unit is what a budget counts.
type Unit string

// The units. The amount of dollars is a Money.
const (
	UnitDollars Unit = "dollars"
	UnitTokens  Unit = "tokens"
	UnitCalls   Unit = "calls"
)

// Budget is a limit of what may be spent.
type Budget struct {
	BudgetKey
	// Amount is how much, in the Unit; of dollars it is a Money.
	Amount int64 `json:"amount"`
}

// BudgetKey names a budget: there is one of each.
type BudgetKey struct {
	Scope BudgetScope `json:"scope"`
	// Name is the account, name@host, of a user or a role, or the database in
	// lower case; empty for everywhere.
	Name   string `json:"name,omitempty"`
	Period Period `json:"period"`
	Unit   Unit   `json:"unit"`
}

// Payer is by whom something is spent, and in which hour it began.
type Payer struct {
	// Hour counts the hours since 1970 began, in UTC.
	Hour int64
	// User and Database are as Origin has them, the database in lower case and
	// without a branch behind it.
	User, Database string
	// Roles are as Origin has them.
	Roles string
}

// rolesSeparator stands between the roles of an Origin: no name has it.
const rolesSeparator = "\n"

// JoinRoles puts roles, each name@host, into an Origin's text.
func JoinRoles(roles []string) string { return strings.Join(roles, rolesSeparator) }

// RoleNames are the roles of a Payer, each name@host.
func (p Payer) RoleNames() []string {
	if p.Roles == "" {
		return nil
	}
	return strings.Split(p.Roles, rolesSeparator)
}

// Began returns when the payer's hour began.
func (p Payer) Began() time.Time { return time.Unix(p.Hour*3600, 0).UTC() }

// PayerOf is who pays for what begins at a time.
func PayerOf(o Origin, begun time.Time) Payer {
	return Payer{Hour: begun.Unix() / 3600, User: o.User, Database: BudgetDatabase(o.Database), Roles: o.Roles}
}

// BudgetDatabase is a database's name as budgets have it.
func BudgetDatabase(name string) string {
	base, _, _ := strings.Cut(name, "/")
	return strings.ToLower(base)
}

// Charge is what counts against budgets: what was used, and where that is not
// known the most that it can have been.
type Charge struct {
	Calls  int64 `json:"calls,omitempty"`
	Tokens int64 `json:"tokens,omitempty"`
	Cost   Money `json:"cost,omitempty"`
}

// IsZero reports whether nothing is charged.
func (c Charge) IsZero() bool { return c == Charge{} }

// Plus returns the sum of two charges. What does not fit stays at the most there
// is.
func (c Charge) Plus(o Charge) Charge {
	return Charge{
		Calls: Saturated(c.Calls, o.Calls), Tokens: Saturated(c.Tokens, o.Tokens),
		Cost: Money(Saturated(int64(c.Cost), int64(o.Cost))),
	}
}

// Of returns the charge in a unit.
func (c Charge) Of(u Unit) int64 {
	switch u {
	case UnitDollars:
		return int64(c.Cost)
	case UnitTokens:
		return c.Tokens
	}
	return c.Calls
}

// Saturated is the sum of two numbers that are not negative, at most the largest
// there is.
func Saturated(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

// Binds reports whether a budget bounds what a payer spends.
func (k BudgetKey) Binds(p Payer) bool {
	switch k.Scope {
	case ScopeEverywhere:
		return true
	case ScopeUser:
		return k.Name == p.User
	case ScopeDatabase:
		return k.Name == p.Database
	case ScopeRole:
		return slices.Contains(p.RoleNames(), k.Name)
	}
	return false
}

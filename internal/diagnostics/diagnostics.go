// Package diagnostics is the diagnostics area of a session: the conditions that
// its last statement raised, which SHOW WARNINGS, SHOW ERRORS and GET
// DIAGNOSTICS show, and how many they were, in @@warning_count and
// @@error_count.
//
// The engine collects the warnings of the statement under way in its session.
// When the statement has ended, they and its error come here, where they stay
// until a statement that counts replaces them: one that used a table or raised
// conditions itself. Within a procedure the area is the procedure's own.
package diagnostics

import (
	"slices"
	"strings"
	"sync"

	"github.com/dolthub/go-mysql-server/sql"

	"airglow/internal/mysqlerr"
)

// LevelError and the others are the levels of conditions, as SHOW WARNINGS
// shows them.
const (
	LevelError   = "Error"
	LevelWarning = "Warning"
	LevelNote    = "Note"
)

// The numbers of warnings that the sql_mode decides about.
const (
	divisionByZero = 1365
	incorrectValue = 1292
)

// Counts are how many conditions a statement raised, of all levels and of level
// Error. MySQL names the first @@warning_count.
type Counts struct{ All, Errors int }

// Condition is an error, a warning or a note.
type Condition struct {
	Level   string
	Code    int
	State   string // the SQLSTATE
	Message string
}

// Raised are the conditions that the session's statement has raised, the oldest
// first. The engine warns of every division by zero; MySQL does where the
// sql_mode says so.
func Raised(ctx *sql.Context) []Condition {
	list := Conditions(ctx.Session.Warnings())
	quiet := func(c Condition) bool { return c.Code == divisionByZero && c.Level == LevelWarning }
	if slices.ContainsFunc(list, quiet) && !sql.LoadSqlMode(ctx).ModeEnabled(sql.ErrorForDivisionByZero) {
		return slices.DeleteFunc(list, quiet)
	}
	return list
}

// Refused is the first of some warnings, the latest first, that strict mode makes
// an error: those of what changes data, or gives a variable of a procedure its
// value. Nil is none.
func Refused(ctx *sql.Context, latestFirst []*sql.Warning) error {
	if len(latestFirst) == 0 {
		return nil
	}
	mode := sql.LoadSqlMode(ctx)
	if !mode.Strict() {
		return nil
	}
	for _, w := range slices.Backward(latestFirst) {
		if w.Code == divisionByZero && mode.ModeEnabled(sql.ErrorForDivisionByZero) ||
			w.Code == incorrectValue && strings.HasPrefix(w.Message, "Truncated incorrect") {
			return mysqlerr.New(w.Code, mysqlerr.WarningText(w.Code, w.Message))
		}
	}
	return nil
}

// Conditions are the engine's warnings as conditions, the oldest first; the
// engine has them the other way, and without state.
func Conditions(latestFirst []*sql.Warning) []Condition {
	list := make([]Condition, 0, len(latestFirst))
	for _, w := range slices.Backward(latestFirst) {
		list = append(list, Condition{Level: w.Level, Code: w.Code, State: stateOf(w), Message: mysqlerr.WarningText(w.Code, w.Message)})
	}
	return list
}

// stateOf is the SQLSTATE of a warning: the class says whether it is an error, a
// warning, or that there were no more rows.
func stateOf(w *sql.Warning) string {
	if known := mysqlerr.New(w.Code, w.Message); w.Level == LevelError || strings.HasPrefix(known.State, noData) {
		return known.State
	}
	return warningState
}

// The states of warnings, and the class of those that say that there were no
// rows.
const (
	warningState = "01000"
	noData       = "02"
)

// Count counts conditions.
func Count(conditions []Condition) Counts {
	counts := Counts{All: len(conditions)}
	for _, c := range conditions {
		if c.Level == LevelError {
			counts.Errors++
		}
	}
	return counts
}

// Area is the diagnostics area of a session. The zero value is empty. Its
// methods may be called from any goroutine.
type Area struct {
	mu         sync.Mutex
	conditions []Condition // the oldest first
	// running is true while a statement is under way, whose conditions are not
	// here yet.
	running bool
	// raised is how many conditions the statement raised that filled the area,
	// which may be more than it keeps.
	raised int
	// last is how many conditions the last statement raised, which need not be
	// those that the area holds.
	last int
}

// Begin notes that a statement begins.
func (a *Area) Begin() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.running = true
}

// Keep notes that a statement has ended that leaves the area as it is.
func (a *Area) Keep() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.running, a.last = false, 0
}

// Replace notes that a statement has ended that raised these conditions, the
// oldest first, of which the area keeps the first few.
func (a *Area) Replace(conditions []Condition, keep int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.running, a.last, a.raised = false, len(conditions), len(conditions)
	a.conditions = slices.Clone(conditions[:min(keep, len(conditions))])
}

// KeepEmpty is Keep for an area that has nothing, and of which nothing was left out.
// It reports whether that is so, and does nothing where it is not.
func (a *Area) KeepEmpty() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.raised > 0 {
		return false
	}
	a.running, a.last = false, 0
	return true
}

// Append adds a condition.
func (a *Area) Append(c Condition) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.conditions = append(a.conditions, c)
	a.raised++
}

// Conditions returns what the area holds, the oldest first.
func (a *Area) Conditions() []Condition {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.conditions)
}

// LastCount returns how many conditions the last statement raised, for the end
// of its reply. ended is false while it runs.
func (a *Area) LastCount() (n int, ended bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.last, !a.running
}

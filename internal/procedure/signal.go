package procedure

import (
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/dolthub/go-mysql-server/sql"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/assign"
	"airglow/internal/diagnostics"
	"airglow/internal/mysqlerr"
)

// signalled is a condition that SIGNAL or RESIGNAL raised, on its way to a
// handler.
type signalled struct{ condition }

// Error implements error.
func (s *signalled) Error() string { return s.message }

// signal runs SIGNAL.
func (f *frame) signal(ctx *sql.Context, s *scope, stmt *ast.Signal) error {
	f.begin(ctx)
	c, err := f.named(s, stmt)
	if err != nil {
		return err
	}
	c.setDefaults()
	if err := f.describe(ctx, s, &c, stmt.Info); err != nil {
		return err
	}
	return f.emit(ctx, c)
}

// resignal runs RESIGNAL, in a handler: the condition that is being handled
// goes on to the handlers around this one, changed by what the statement says.
func (f *frame) resignal(ctx *sql.Context, s *scope, stmt *ast.Resignal) error {
	if len(f.handled) == 0 {
		return mysqlerr.New(1645, "RESIGNAL when handler not active")
	}
	current := f.handled[len(f.handled)-1]
	current.again = true
	c := current.condition
	if stmt.ConditionName != "" || stmt.SqlStateValue != "" {
		named, err := f.named(s, &stmt.Signal)
		if err != nil {
			return err
		}
		message, items := c.message, c.items
		c = named
		c.setDefaults()
		if c.class() == current.class() || len(stmt.Info) == 0 {
			c.message, c.items = message, items
		}
		f.area = append([]condition{}, current.area...)
		f.raised = diagnostics.Count(shown(f.area))
	} else {
		f.begin(ctx) // the condition takes its own place
	}
	if err := f.describe(ctx, s, &c, stmt.Info); err != nil {
		return err
	}
	return f.emit(ctx, c)
}

// named is the condition that a statement names.
func (f *frame) named(s *scope, stmt *ast.Signal) (condition, error) {
	if stmt.ConditionName == "" {
		return condition{state: stmt.SqlStateValue}, checkState(stmt.SqlStateValue)
	}
	c, err := s.condition(stmt.ConditionName)
	if err == nil && c.state == "" {
		err = mysqlerr.New(1646, "SIGNAL/RESIGNAL can only use a CONDITION defined with SQLSTATE")
	}
	return condition{state: c.state}, err
}

// setDefaults fills in what follows from the state.
func (c *condition) setDefaults() {
	switch c.class() {
	case classWarning:
		c.number, c.level, c.message = 1642, diagnostics.LevelWarning, "Unhandled user-defined warning condition"
	case classNotFound:
		c.number, c.level, c.message = 1643, diagnostics.LevelError, "Unhandled user-defined not found condition"
	default:
		c.number, c.level, c.message = 1644, diagnostics.LevelError, "Unhandled user-defined exception condition"
	}
}

// describe changes a condition by the SET clause of a statement.
func (f *frame) describe(ctx *sql.Context, s *scope, c *condition, info []ast.SignalInfo) error {
	seen := map[ast.SignalConditionItemName]bool{}
	for _, item := range info {
		if seen[item.ConditionItemName] {
			return mysqlerr.New(1641, fmt.Sprintf("Duplicate condition information item '%s'", itemName(item)))
		}
		seen[item.ConditionItemName] = true
		value, err := f.evaluate(ctx, s, item.Value)
		if err != nil {
			return err
		}
		if value.value == nil {
			return badItem(item, "NULL")
		}
		text, err := assign.Text(ctx, value.plain())
		if err != nil {
			return err
		}
		if err := c.set(item, text); err != nil {
			return err
		}
	}
	return nil
}

// The lengths of items, in characters.
const (
	maxMessage = 128
	maxItem    = 64
)

func (c *condition) set(item ast.SignalInfo, text string) error {
	switch item.ConditionItemName {
	case ast.SignalConditionItemName_MysqlErrno:
		number, err := strconv.ParseUint(text, 10, 16)
		if err != nil || number == 0 {
			return badItem(item, text)
		}
		c.number = int(number)
	case ast.SignalConditionItemName_MessageText:
		if utf8.RuneCountInString(text) > maxMessage {
			return mysqlerr.New(1648, "Data too long for condition item 'MESSAGE_TEXT'")
		}
		c.message = text
	default:
		if utf8.RuneCountInString(text) > maxItem {
			return mysqlerr.New(1648, fmt.Sprintf("Data too long for condition item '%s'", itemName(item)))
		}
		items := map[ast.SignalConditionItemName]string{item.ConditionItemName: text}
		for name, before := range c.items {
			if name != item.ConditionItemName {
				items[name] = before
			}
		}
		c.items = items
	}
	return nil
}

func itemName(item ast.SignalInfo) string {
	name := []byte(item.ConditionItemName)
	for i, b := range name {
		if b >= 'a' && b <= 'z' {
			name[i] = b - 'a' + 'A'
		}
	}
	return string(name)
}

func badItem(item ast.SignalInfo, text string) error {
	return mysqlerr.New(1231, fmt.Sprintf("Variable '%s' can't be set to the value of '%s'", itemName(item), text))
}

// emit raises a condition: a warning goes among the warnings, anything else is
// an error.
func (f *frame) emit(ctx *sql.Context, c condition) error {
	if c.level == diagnostics.LevelWarning {
		f.note(ctx, c)
		return nil
	}
	return &signalled{c}
}

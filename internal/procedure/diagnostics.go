package procedure

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
	"github.com/dolthub/vitess/go/mysql"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/diagnostics"
	"airglow/internal/mysqlerr"
)

// begin empties the diagnostics area before a statement that has one of its
// own.
func (f *frame) begin(ctx *sql.Context) {
	f.area, f.fresh, f.raised = nil, false, diagnostics.Counts{}
	ctx.Session.ClearWarnings()
	f.publish(ctx)
}

// publish makes the counts of the area the values of the session's variables.
func (f *frame) publish(ctx *sql.Context) {
	if f.published != nil && *f.published == f.raised {
		return
	}
	counts := f.raised
	f.published = &counts
	if err := diagnostics.Publish(ctx, counts); err != nil {
		ctx.GetLogger().Error(err)
	}
}

// show runs a statement that shows the area, and leaves it as it is.
func (f *frame) show(ctx *sql.Context, stmt diagnostics.Show) error {
	return f.deliver(ctx, &resultSet{schema: stmt.Schema(), rows: stmt.Rows(shown(f.area), f.raised)})
}

// shown are conditions as they are shown.
func shown(area []condition) []diagnostics.Condition {
	list := make([]diagnostics.Condition, len(area))
	for i, c := range area {
		list[i] = diagnostics.Condition{Level: c.level, Code: c.number, State: c.state, Message: c.message}
	}
	return list
}

// collect takes the warnings that a statement raised into the area.
func (f *frame) collect(ctx *sql.Context) {
	raised := diagnostics.Raised(ctx)
	f.area, f.fresh, f.raised = nil, len(raised) > 0, diagnostics.Count(raised)
	for _, c := range raised[:min(diagnostics.Kept(ctx), len(raised))] {
		f.area = append(f.area, fromShown(c))
	}
	f.publish(ctx)
}

// note puts a condition into the area and among the session's warnings.
func (f *frame) note(ctx *sql.Context, c condition) {
	f.fresh = true
	f.raised.All++
	if c.level == diagnostics.LevelError {
		f.raised.Errors++
	}
	f.publish(ctx)
	ctx.Session.Warn(&sql.Warning{Level: c.level, Code: c.number, Message: c.message})
	if len(f.area) < diagnostics.Kept(ctx) {
		f.area = append(f.area, c)
	}
}

// forget takes a condition that was handled out of the area.
func (f *frame) forget(ctx *sql.Context, c condition) {
	for i := range f.area {
		if f.area[i].number == c.number && f.area[i].message == c.message && f.area[i].level == c.level {
			f.begin(ctx)
			return
		}
	}
}

// Diagnostics is GET DIAGNOSTICS.
type Diagnostics struct {
	stacked bool
	// condition is the number of the condition asked about; empty asks about
	// the statement.
	condition string
	items     []diagnosticsItem
}

type diagnosticsItem struct{ target, name string }

// knows reports whether an item can be asked for.
func (d *Diagnostics) knows(item string) bool {
	if d.condition == "" {
		return item == "NUMBER" || item == "ROW_COUNT"
	}
	switch item {
	case "RETURNED_SQLSTATE", "MYSQL_ERRNO", "MESSAGE_TEXT", "CLASS_ORIGIN", "SUBCLASS_ORIGIN",
		"CONSTRAINT_CATALOG", "CONSTRAINT_SCHEMA", "CONSTRAINT_NAME", "CATALOG_NAME", "SCHEMA_NAME",
		"TABLE_NAME", "COLUMN_NAME", "CURSOR_NAME":
		return true
	}
	return false
}

// WithResolvedChildren implements sqlparser.Injectable. A statement of a body
// is not planned.
func (d *Diagnostics) WithResolvedChildren([]any) (any, error) {
	return nil, unsupported("GET DIAGNOSTICS here")
}

// Answer runs the statement outside a procedure: it puts what is asked for of an
// area into user variables. What the statement itself does wrong is returned as
// one more condition of the area.
func (d *Diagnostics) Answer(ctx *sql.Context, area []diagnostics.Condition) (*diagnostics.Condition, error) {
	f := newFrame(Call{}, nil)
	for _, c := range area {
		f.area = append(f.area, fromShown(c))
	}
	if err := f.diagnose(ctx, f.params, d); err != nil || len(f.area) == len(area) {
		return nil, err
	}
	own := shown(f.area[len(area):])[0]
	return &own, nil
}

// String names the statement.
func (d *Diagnostics) String() string { return "get diagnostics" }

// diagnose runs GET DIAGNOSTICS. It leaves the area as it is.
func (f *frame) diagnose(ctx *sql.Context, s *scope, d *Diagnostics) error {
	area := f.area
	if d.stacked {
		if len(f.handled) == 0 {
			return mysqlerr.New(1887, "GET STACKED DIAGNOSTICS when handler not active")
		}
		area = f.handled[len(f.handled)-1].area
	}
	f.fresh = false
	err := f.answer(ctx, s, d, area)
	if e := new(mysql.SQLError); errors.As(err, &e) {
		// It tells of the statement's own failure in the area, too, and goes on.
		f.note(ctx, conditionOf(e))
		f.fresh = false
		return nil
	}
	return err
}

// answer puts what is asked for into its targets.
func (f *frame) answer(ctx *sql.Context, s *scope, d *Diagnostics, area []condition) error {
	if d.condition == "" {
		return f.fill(ctx, s, d, func(item string) typed {
			if item == "NUMBER" {
				return typed{int64(len(area)), types.Int64}
			}
			return typed{ctx.GetLastQueryInfo().RowCount.Load(), types.Int64}
		})
	}
	n, err := f.conditionNumber(ctx, s, d.condition)
	if err != nil {
		return err
	}
	if n < 1 || n > int64(len(area)) {
		return mysqlerr.New(1758, "Invalid condition number")
	}
	c := area[n-1]
	return f.fill(ctx, s, d, c.item)
}

func (f *frame) conditionNumber(ctx *sql.Context, s *scope, text string) (int64, error) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, nil
	}
	var value any
	if v := s.variable(text); v != nil {
		value = v.value
	} else if name, ok := strings.CutPrefix(text, "@"); ok {
		var err error
		if _, value, err = ctx.GetUserVariable(ctx, name); err != nil {
			return 0, err
		}
	}
	n, _, err := types.Int64.Convert(ctx, value)
	if err != nil || n == nil {
		return 0, mysqlerr.New(1758, "Invalid condition number")
	}
	return n.(int64), nil
}

// fill puts the items asked for into their targets.
func (f *frame) fill(ctx *sql.Context, s *scope, d *Diagnostics, get func(item string) typed) error {
	for _, item := range d.items {
		if err := f.put(ctx, s, item.target, get(item.name)); err != nil {
			return err
		}
	}
	return nil
}

// item is what GET DIAGNOSTICS gives for an item of a condition.
func (c condition) item(name string) typed {
	switch name {
	case "RETURNED_SQLSTATE":
		return typed{c.state, types.LongText}
	case "MYSQL_ERRNO":
		return typed{int64(c.number), types.Int64}
	case "MESSAGE_TEXT":
		return typed{c.message, types.LongText}
	}
	text, said := c.items[ast.SignalConditionItemName(strings.ToLower(name))]
	if !said && (name == "CLASS_ORIGIN" || name == "SUBCLASS_ORIGIN") {
		text = "ISO 9075"
		if c.class() == "HY" || c.class() != "" && c.class()[0] > '4' {
			text = "MySQL"
		}
	}
	return typed{fmt.Sprint(text), types.LongText}
}

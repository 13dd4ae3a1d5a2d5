package write

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/vitess/go/mysql"

	"airglow/internal/assign"
	"airglow/internal/engine/dbname"
	"airglow/internal/mysqlerr"
)

// Constrained is a statement that changes rows, with the errors of keys and
// foreign keys in MySQL's words. The engine's have neither the name of the key
// nor the columns of the foreign key; the table knows them. It goes on while there is
// room for what it writes.
type Constrained struct {
	plan.UnaryNode
	// children is Child as a list. The engine asks for it several times as it runs a
	// statement, and never changes it.
	children [1]sql.Node
	room     Room
}

var _ sql.ExecBuilderNode = (*Constrained)(nil)

// Constrain wraps a whole plan: the engine looks at the iterators below for
// what counts the rows. It returns n when that changes no rows of a table. It begins only
// where there is room.
func Constrain(n sql.Node, room Room) (sql.Node, bool) {
	change := changeOf(n)
	if _, source := updateOf(change); source == nil && targetOf(change) == nil {
		return n, false
	}
	return newConstrained(n, room), true
}

func newConstrained(n sql.Node, room Room) *Constrained {
	return &Constrained{plan.UnaryNode{Child: n}, [1]sql.Node{n}, room}
}

// targetOf is the table that a statement changes; nil when there is none. The
// engine asks for it when it runs the statement, too.
func targetOf(change sql.Node) sql.Table {
	var target sql.Table
	var err error
	switch n := change.(type) {
	case *plan.InsertInto:
		target, err = plan.GetInsertable(n.Destination)
	case *plan.Update:
		target, err = plan.GetUpdatable(n.Child)
	case *plan.DeleteFrom:
		target, err = plan.GetDeletable(n.Child)
	}
	if err != nil {
		return nil
	}
	return target
}

// updateOf returns the parts of an UPDATE of one table; nil when it is another
// statement.
func updateOf(n sql.Node) (*plan.Update, *plan.UpdateSource) {
	update, ok := n.(*plan.Update)
	if !ok {
		return nil, nil
	}
	source, _ := update.Child.(*plan.UpdateSource)
	return update, source
}

// database is the database of the table; nil when it is not known.
func (c *Constrained) database() sql.Database {
	switch n := changeOf(c.Child).(type) {
	case *plan.InsertInto:
		return n.Database()
	case *plan.Update:
		return plan.GetDatabase(n.Child)
	case *plan.DeleteFrom:
		return plan.GetDatabase(n.Child)
	}
	return nil
}

// changeOf returns what a statement that changes rows does, below its triggers.
func changeOf(n sql.Node) sql.Node {
	if trigger, ok := n.(*plan.TriggerExecutor); ok {
		return changeOf(trigger.Left())
	}
	return n
}

// BuildRowIter implements sql.ExecBuilderNode.
func (c *Constrained) BuildRowIter(ctx *sql.Context, b sql.NodeExecBuilder, row sql.Row) (sql.RowIter, error) {
	if err := c.room.check(); err != nil {
		return nil, err
	}
	iter, err := b.Build(ctx, c.Child, row)
	if err != nil {
		return nil, err
	}
	return &constrainedRows{iter, c}, nil
}

// Carried implements explain.Carrier.
func (c *Constrained) Carried() sql.Node { return c.Child }

// IsReadOnly implements sql.Node.
func (c *Constrained) IsReadOnly() bool { return false }

// String implements sql.Node. Plans show what the statement says.
func (c *Constrained) String() string { return c.Child.String() }

// Children implements sql.Node.
func (c *Constrained) Children() []sql.Node { return c.children[:] }

// WithChildren implements sql.Node.
func (c *Constrained) WithChildren(children ...sql.Node) (sql.Node, error) {
	if len(children) != 1 {
		return nil, sql.ErrInvalidChildrenNumber.New(c, len(children), 1)
	}
	return newConstrained(children[0], c.room), nil
}

type constrainedRows struct {
	sql.RowIter
	of *Constrained
}

// Next implements sql.RowIter.
func (r *constrainedRows) Next(ctx *sql.Context) (sql.Row, error) {
	before := int(ctx.WarningCount())
	row, err := r.RowIter.Next(ctx)
	if err == nil || errors.Is(err, io.EOF) {
		r.of.completeWarnings(ctx, before)
		return row, err
	}
	return row, r.of.complete(ctx, err)
}

// GetChildIter implements sql.MutableRowIter: the engine looks through it for
// what counts the rows.
func (r *constrainedRows) GetChildIter() sql.RowIter { return r.RowIter }

// WithChildIter implements sql.MutableRowIter.
func (r *constrainedRows) WithChildIter(child sql.RowIter) sql.RowIter {
	return &constrainedRows{child, r.of}
}

// completeWarnings gives what IGNORE let pass, since there were so many
// warnings, the form of MySQL's warnings. The engine makes them of the texts of
// its own errors.
func (c *Constrained) completeWarnings(ctx *sql.Context, before int) {
	if int(ctx.WarningCount()) == before {
		return
	}
	warnings := ctx.Session.Warnings() // the newest first
	for _, w := range warnings[:max(len(warnings)-before, 0)] {
		known := mysqlerr.Translate(errors.New(w.Message), mysqlerr.Statement{})
		switch known.Num {
		case mysql.ERDupEntry:
			known = c.duplicate(ctx, known, nil)
		case mysql.ErNoReferencedRow2, mysql.ERRowIsReferenced2:
			known = c.foreign(ctx, errors.New(w.Message), known)
		case mysql.ERBadNullError, codeCheckViolated:
		default:
			continue
		}
		w.Level, w.Code, w.Message = "Warning", known.Num, known.Message
	}
}

// complete returns the error in MySQL's words, where it is about a key.
func (c *Constrained) complete(ctx *sql.Context, err error) error {
	cause := sql.UnwrapError(err)
	switch {
	case sql.ErrPrimaryKeyViolation.Is(cause), sql.ErrUniqueKeyViolation.Is(cause):
		found := existing(cause)
		return c.duplicate(ctx, mysqlerr.Translate(cause, mysqlerr.Statement{}), found.Existing)
	case sql.ErrForeignKeyChildViolation.Is(cause), sql.ErrForeignKeyParentViolation.Is(cause):
		return c.foreign(ctx, cause, mysqlerr.Translate(cause, mysqlerr.Statement{}))
	}
	return err
}

// existing is the row that a duplicate one meets; the zero value when the
// engine's error does not have it.
func existing(err error) (found sql.UniqueKeyError) {
	var caused interface{ Cause() error } // the engine's kinds do not unwrap
	if errors.As(err, &caused) {
		_ = errors.As(caused.Cause(), &found)
	}
	return found
}

// duplicate names the key of which the table has a row's values already. When
// the row is not known, the first key of as many columns is taken.
func (c *Constrained) duplicate(ctx *sql.Context, e *mysql.SQLError, row sql.Row) *mysql.SQLError {
	table := targetOf(changeOf(c.Child))
	indexed, ok := table.(sql.IndexAddressable)
	if !ok {
		return e
	}
	indexes, err := indexed.GetIndexes(ctx)
	if err != nil {
		return e
	}
	duplicate := mysqlerr.DuplicateOf(e)
	for _, index := range indexes {
		if !index.IsUnique() || duplicate.Primary != (index.ID() == "PRIMARY") {
			continue
		}
		key := table.Name() + "." + index.ID()
		if values, ok := (storedRow{table.Schema(), row}).keyValues(ctx, index); ok && duplicate.Has(values) {
			return mysqlerr.Duplicate(strings.Join(values, "-"), key)
		}
		if row == nil && len(index.Expressions()) == duplicate.Columns {
			return mysqlerr.Duplicate(duplicate.Values, key)
		}
	}
	return e
}

// storedRow is a row of a table; without values when it is not known.
type storedRow struct {
	schema sql.Schema
	values sql.Row
}

// keyValues are the values of an index in a row, as text.
func (r storedRow) keyValues(ctx *sql.Context, index sql.Index) ([]string, bool) {
	if r.values == nil {
		return nil, false
	}
	var values []string
	for _, expression := range index.Expressions() {
		i := r.schema.IndexOfColName(expression[strings.LastIndexByte(expression, '.')+1:])
		if i < 0 || i >= len(r.values) {
			return nil, false
		}
		text := "NULL"
		if r.values[i] != nil {
			var err error
			if text, err = assign.Text(ctx, assign.Value{Value: r.values[i], Type: r.schema[i].Type}); err != nil {
				return nil, false
			}
		}
		values = append(values, text)
	}
	return values, true
}

// foreign says which columns the foreign key has, and which it refers to.
func (c *Constrained) foreign(ctx *sql.Context, err error, e *mysql.SQLError) *mysql.SQLError {
	name, child, ok := mysqlerr.ForeignKeyOf(err)
	database := c.database()
	if !ok || database == nil {
		return e
	}
	table, ok, err := database.GetTableInsensitive(ctx, child)
	keyed, isKeyed := table.(sql.ForeignKeyTable)
	if err != nil || !ok || !isKeyed {
		return e
	}
	keys, err := keyed.GetDeclaredForeignKeys(ctx)
	if err != nil {
		return e
	}
	for _, key := range keys {
		if strings.EqualFold(key.Name, name) {
			return mysqlerr.ForeignKey(e.Num, keyText(key))
		}
	}
	return e
}

// keyText is a foreign key as MySQL's errors show it.
func keyText(key sql.ForeignKeyConstraint) string {
	parent := "`" + key.ParentTable + "`"
	if !strings.EqualFold(key.ParentDatabase, key.Database) {
		parent = "`" + key.ParentDatabase + "`." + parent
	}
	return fmt.Sprintf("`%s`.`%s`, CONSTRAINT `%s` FOREIGN KEY (%s) REFERENCES %s (%s)%s%s",
		dbname.Base(key.Database), key.Table, key.Name, quotedNames(key.Columns), parent, quotedNames(key.ParentColumns),
		action(" ON DELETE ", key.OnDelete), action(" ON UPDATE ", key.OnUpdate))
}

func quotedNames(names []string) string { return "`" + strings.Join(names, "`, `") + "`" }

func action(on string, a sql.ForeignKeyReferentialAction) string {
	switch a {
	case sql.ForeignKeyReferentialAction_Cascade, sql.ForeignKeyReferentialAction_SetNull,
		sql.ForeignKeyReferentialAction_Restrict:
		return on + string(a)
	}
	return ""
}

// codeCheckViolated is MySQL's number for a violated check constraint.
const codeCheckViolated = 3819

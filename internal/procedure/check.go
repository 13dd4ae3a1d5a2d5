package procedure

import (
	"fmt"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/mysqlerr"
)

// Check refuses a procedure whose body cannot run: names that nothing declares,
// declarations that are twice or in the wrong place, and statements that a
// procedure may not have.
func Check(spec *ast.ProcedureSpec) error {
	hidden, ok := spec.Body.(ast.InjectedStatement)
	if !ok {
		return nil
	}
	body, ok := hidden.Statement.(*Body)
	if !ok {
		return nil
	}
	c := newChecker(nil)
	for _, p := range spec.Params {
		c.variables[strings.ToLower(p.Name)] = true
	}
	return c.check(body.statement)
}

// checker is the scope of one block while it is checked.
type checker struct {
	outer      *checker
	variables  map[string]bool
	cursors    map[string]bool
	conditions map[string]condition
	handled    map[string]bool
	// stage is what the block has declared last: the order is fixed.
	stage stage
	// labels are those that LEAVE can name; true for loops, which ITERATE can.
	labels map[string]bool
}

type stage int

const (
	variables stage = iota // and conditions
	cursors
	handlers
	statementsBegun
)

func newChecker(outer *checker) *checker {
	c := &checker{
		outer:      outer,
		variables:  map[string]bool{},
		cursors:    map[string]bool{},
		conditions: map[string]condition{},
		handled:    map[string]bool{},
		labels:     map[string]bool{},
	}
	if outer != nil {
		for label, isLoop := range outer.labels {
			c.labels[label] = isLoop
		}
	}
	return c
}

func (c *checker) check(stmt ast.Statement) error {
	switch stmt := stmt.(type) {
	case *ast.BeginEndBlock:
		return c.labelled(stmt.Label, false, func() error { return newChecker(c).list(stmt.Statements) })
	case *ast.IfStatement:
		for _, b := range stmt.Conditions {
			if err := c.list(b.Statements); err != nil {
				return err
			}
		}
		return c.list(stmt.Else)
	case *ast.CaseStatement:
		for _, b := range stmt.Cases {
			if err := c.list(b.Statements); err != nil {
				return err
			}
		}
		return c.list(stmt.Else)
	case *ast.Loop:
		return c.labelled(stmt.Label, true, func() error { return c.list(stmt.Statements) })
	case *ast.While:
		return c.labelled(stmt.Label, true, func() error { return c.list(stmt.Statements) })
	case *ast.Repeat:
		return c.labelled(stmt.Label, true, func() error { return c.list(stmt.Statements) })
	case *ast.Declare:
		return c.declare(stmt)
	}
	return c.simple(stmt)
}

func (c *checker) list(list ast.Statements) error {
	for _, stmt := range list {
		if _, ok := stmt.(*ast.Declare); !ok {
			c.stage = statementsBegun
		}
		if err := c.check(stmt); err != nil {
			return err
		}
	}
	return nil
}

// labelled checks what stands within a label.
func (c *checker) labelled(label string, isLoop bool, within func() error) error {
	key := strings.ToLower(label)
	if key == "" {
		return within()
	}
	if _, ok := c.labels[key]; ok {
		return mysqlerr.New(1309, "Redefining label "+label)
	}
	c.labels[key] = isLoop
	defer delete(c.labels, key)
	return within()
}

// simple checks a statement that holds no others.
func (c *checker) simple(stmt ast.Statement) error {
	switch stmt := stmt.(type) {
	case *ast.Leave:
		if _, ok := c.labels[strings.ToLower(stmt.Label)]; !ok {
			return mysqlerr.New(1308, "LEAVE with no matching label: "+stmt.Label)
		}
	case *ast.Iterate:
		if !c.labels[strings.ToLower(stmt.Label)] {
			return mysqlerr.New(1308, "ITERATE with no matching label: "+stmt.Label)
		}
	case *ast.OpenCursor:
		return c.cursor(stmt.Name)
	case *ast.CloseCursor:
		return c.cursor(stmt.Name)
	case *ast.FetchCursor:
		if err := c.cursor(stmt.Name); err != nil {
			return err
		}
		return c.targets(stmt.Variables)
	case *ast.Signal:
		return c.signal(stmt)
	case *ast.Resignal:
		return c.signal(&stmt.Signal)
	case *ast.Set:
		return c.set(stmt)
	case ast.SelectStatement:
		if into := stmt.GetInto(); into != nil {
			return c.targets(names(into.Variables))
		}
	case ast.InjectedStatement:
		if d, ok := stmt.Statement.(*Diagnostics); ok {
			for _, item := range d.items {
				if err := c.targets([]string{item.target}); err != nil {
					return err
				}
			}
		}
	default:
		return forbidden(stmt)
	}
	return nil
}

// forbidden refuses the statements that a procedure may not have.
func forbidden(stmt ast.Statement) error {
	switch stmt := stmt.(type) {
	case *ast.Return:
		return mysqlerr.New(1313, "RETURN is only allowed in a FUNCTION")
	case *ast.Use:
		return mysqlerr.New(1314, "USE is not allowed in stored procedures")
	case *ast.LockTables, *ast.UnlockTables:
		return mysqlerr.New(1314, "LOCK is not allowed in stored procedures")
	case *ast.Load:
		return mysqlerr.New(1314, "LOAD DATA is not allowed in stored procedures")
	case *ast.DDL:
		switch {
		case stmt.Action != ast.CreateStr:
		case stmt.ProcedureSpec != nil:
			return mysqlerr.New(1303, "Can't create a PROCEDURE from within another stored routine")
		case stmt.TriggerSpec != nil:
			return mysqlerr.New(1303, "Can't create a TRIGGER from within another stored routine")
		case stmt.EventSpec != nil:
			return mysqlerr.New(1303, "Can't create a EVENT from within another stored routine")
		}
	}
	return nil
}

func (c *checker) declare(d *ast.Declare) error {
	switch {
	case d.Variables != nil:
		if err := c.inOrder(variables); err != nil {
			return err
		}
		for _, name := range d.Variables.Names {
			if c.variables[name.Lowered()] {
				return mysqlerr.New(1331, "Duplicate variable: "+name.String())
			}
			c.variables[name.Lowered()] = true
		}
	case d.Condition != nil:
		return c.declareCondition(d.Condition)
	case d.Cursor != nil:
		if err := c.inOrder(cursors); err != nil {
			return err
		}
		name := strings.ToLower(d.Cursor.Name)
		if c.cursors[name] {
			return mysqlerr.New(1333, "Duplicate cursor: "+d.Cursor.Name)
		}
		c.cursors[name] = true
	case d.Handler != nil:
		return c.declareHandler(d.Handler)
	}
	return nil
}

func (c *checker) declareCondition(d *ast.DeclareCondition) error {
	if err := c.inOrder(variables); err != nil {
		return err
	}
	name := strings.ToLower(d.Name)
	if _, ok := c.conditions[name]; ok {
		return mysqlerr.New(1332, "Duplicate condition: "+d.Name)
	}
	declared, err := declaredCondition(d)
	c.conditions[name] = declared
	return err
}

func (c *checker) declareHandler(d *ast.DeclareHandler) error {
	if err := c.inOrder(handlers); err != nil {
		return err
	}
	if d.Action == ast.DeclareHandlerAction_Undo {
		return unsupported("UNDO HANDLER")
	}
	for _, named := range d.ConditionValues {
		one, err := newHandled(c, named)
		if err != nil {
			return err
		}
		if c.handled[one.key()] {
			return mysqlerr.New(1413, "Duplicate handler declared in the same block")
		}
		c.handled[one.key()] = true
	}
	within := newChecker(c)
	within.labels = map[string]bool{}
	return within.check(d.Statement)
}

// inOrder refuses a declaration after those that must follow it.
func (c *checker) inOrder(now stage) error {
	switch {
	case c.stage == statementsBegun:
		return mysqlerr.New(1064, "You have an error in your SQL syntax; DECLARE comes before the other statements of its block")
	case now == variables && c.stage > now:
		return mysqlerr.New(1337, "Variable or condition declaration after cursor or handler declaration")
	case now == cursors && c.stage > now:
		return mysqlerr.New(1338, "Cursor declaration after handler declaration")
	}
	c.stage = now
	return nil
}

// condition implements conditions.
func (c *checker) condition(name string) (condition, error) {
	key := strings.ToLower(name)
	for ; c != nil; c = c.outer {
		if found, ok := c.conditions[key]; ok {
			return found, nil
		}
	}
	return condition{}, mysqlerr.New(1319, "Undefined CONDITION: "+name)
}

func (c *checker) cursor(name string) error {
	key := strings.ToLower(name)
	for ; c != nil; c = c.outer {
		if c.cursors[key] {
			return nil
		}
	}
	return mysqlerr.New(1324, "Undefined CURSOR: "+name)
}

func (c *checker) declares(name string) bool {
	key := strings.ToLower(name)
	for ; c != nil; c = c.outer {
		if c.variables[key] {
			return true
		}
	}
	return false
}

// targets refuses variables that nothing declares as places for values.
func (c *checker) targets(list []string) error {
	for _, name := range list {
		if !strings.HasPrefix(name, "@") && !c.declares(name) {
			return mysqlerr.New(1327, "Undeclared variable: "+name)
		}
	}
	return nil
}

func (c *checker) set(stmt *ast.Set) error {
	for _, e := range stmt.Exprs {
		name := e.Name.Name.String()
		if e.Scope != ast.SetScope_None || strings.HasPrefix(name, "@") || c.declares(name) || !e.Name.Qualifier.IsEmpty() {
			continue
		}
		if _, _, known := sql.SystemVariables.GetGlobal(name); !known && !setWords[strings.ToLower(name)] {
			return mysqlerr.New(1193, fmt.Sprintf("Unknown system variable '%s'", name))
		}
	}
	return nil
}

// setWords are what the parser has as names for forms of SET that are not
// assignments.
var setWords = map[string]bool{"names": true, "charset": true, "character set": true, "transaction": true}

func (c *checker) signal(stmt *ast.Signal) error {
	if stmt.ConditionName != "" {
		found, err := c.condition(stmt.ConditionName)
		if err != nil {
			return err
		}
		if found.state == "" {
			return mysqlerr.New(1646, "SIGNAL/RESIGNAL can only use a CONDITION defined with SQLSTATE")
		}
		return nil
	}
	if stmt.SqlStateValue != "" {
		return checkState(stmt.SqlStateValue)
	}
	return nil
}

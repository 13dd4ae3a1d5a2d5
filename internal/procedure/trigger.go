package procedure

import (
	"strings"

	ast "github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/mysqlerr"
)

// CheckTrigger refuses the creation of a trigger whose body has what no trigger
// may have. What a procedure does that it calls shows only when it runs.
func CheckTrigger(stmt ast.Statement) error {
	ddl, ok := stmt.(*ast.DDL)
	if !ok || ddl.TriggerSpec == nil {
		return nil
	}
	return checkTriggered(ddl.TriggerSpec.Body)
}

func checkTriggered(stmt ast.Statement) error {
	for _, within := range nested(stmt) {
		if err := checkTriggered(within); err != nil {
			return err
		}
	}
	if err := forbidden(stmt); err != nil {
		return err
	}
	return forbiddenInTrigger(stmt)
}

// nested are the statements within a compound one.
func nested(stmt ast.Statement) ast.Statements {
	switch stmt := stmt.(type) {
	case *ast.BeginEndBlock:
		return stmt.Statements
	case *ast.IfStatement:
		list := append(ast.Statements{}, stmt.Else...)
		for _, branch := range stmt.Conditions {
			list = append(list, branch.Statements...)
		}
		return list
	case *ast.CaseStatement:
		list := append(ast.Statements{}, stmt.Else...)
		for _, branch := range stmt.Cases {
			list = append(list, branch.Statements...)
		}
		return list
	case *ast.Loop:
		return stmt.Statements
	case *ast.While:
		return stmt.Statements
	case *ast.Repeat:
		return stmt.Statements
	case *ast.Declare:
		if stmt.Handler != nil {
			return ast.Statements{stmt.Handler.Statement}
		}
	}
	return nil
}

// forbiddenInTrigger refuses what procedures may do and triggers may not.
func forbiddenInTrigger(stmt ast.Statement) error {
	switch stmt := stmt.(type) {
	case *ast.Prepare, *ast.Execute, *ast.Deallocate:
		return mysqlerr.New(1336, "Dynamic SQL is not allowed in stored function or trigger")
	case *ast.Flush:
		return mysqlerr.New(1336, "FLUSH is not allowed in stored function or trigger")
	case *ast.Set:
		for _, e := range stmt.Exprs {
			if strings.EqualFold(e.Name.Name.String(), "autocommit") && !strings.HasPrefix(e.Name.String(), "@@global") {
				return mysqlerr.New(1445, "Not allowed to set autocommit from a stored function or trigger")
			}
		}
	case *ast.Show, *ast.Explain, *ast.Analyze:
		return errResultInTrigger()
	case ast.SelectStatement:
		if stmt.GetInto() == nil {
			return errResultInTrigger()
		}
	}
	if commits(stmt) {
		return errCommitInTrigger()
	}
	return nil
}

func errResultInTrigger() error {
	return mysqlerr.New(1415, "Not allowed to return a result set from a trigger")
}

func errCommitInTrigger() error {
	return mysqlerr.New(1422, "Explicit or implicit commit is not allowed in stored function or trigger.")
}

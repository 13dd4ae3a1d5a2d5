package procedure

import (
	"errors"
	"strings"

	"github.com/dolthub/go-mysql-server/sql/plan"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/mysqlerr"
)

// Body is the body of a procedure within a parsed CREATE PROCEDURE. It stands
// where the body stood, so that the engine carries it from the parser to the
// CALL without reading it: its own reading refuses much and panics at some.
type Body struct {
	statement ast.Statement
	params    []ast.ProcedureParam
	// text is that of CREATE PROCEDURE, in which positions count.
	text string
}

// Hide puts a Body into a CREATE PROCEDURE that was parsed from text; other
// statements stay as they are. Two parameters of one name are refused.
func Hide(stmt ast.Statement, text string) error {
	ddl, ok := stmt.(*ast.DDL)
	if !ok || ddl.ProcedureSpec == nil || ddl.ProcedureSpec.Body == nil {
		return nil
	}
	seen := map[string]bool{}
	for _, p := range ddl.ProcedureSpec.Params {
		name := strings.ToLower(p.Name)
		if seen[name] {
			return mysqlerr.New(1330, "Duplicate parameter: "+p.Name)
		}
		seen[name] = true
	}
	nameColumns(ddl.ProcedureSpec.Body, text)
	ddl.ProcedureSpec.Body = ast.InjectedStatement{
		Statement: &Body{statement: ddl.ProcedureSpec.Body, params: ddl.ProcedureSpec.Params, text: text},
		Auth:      ignored,
	}
	return nil
}

// ignored is the authorisation of what has nothing to authorise.
var ignored = ast.AuthInformation{AuthType: ast.AuthType_IGNORE, TargetType: ast.AuthTargetType_Ignore}

// WithResolvedChildren implements sqlparser.Injectable.
func (b *Body) WithResolvedChildren([]any) (any, error) {
	return nil, errors.New("the body of a procedure runs by CALL only")
}

// String returns the body as SQL.
func (b *Body) String() string { return ast.String(b.statement) }

// bodyOf returns the body that came with a resolved procedure.
func bodyOf(p *plan.Procedure) (*Body, error) {
	if p.ValidationError != nil {
		return nil, p.ValidationError
	}
	if len(p.Ops) == 1 {
		if hidden, ok := p.Ops[0].PrimaryData.(ast.InjectedStatement); ok {
			if body, ok := hidden.Statement.(*Body); ok {
				return body, nil
			}
		}
	}
	return nil, mysqlerr.Internal("procedure without body")
}

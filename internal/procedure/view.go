package procedure

import (
	"strings"

	ast "github.com/dolthub/vitess/go/vt/sqlparser"
)

// viewText is the text of a CREATE VIEW in the body, which the engine stores:
// it finds the query by its position in the text.
func (f *frame) viewText(stmt ast.Statement) (string, bool) {
	ddl, ok := stmt.(*ast.DDL)
	if !ok || ddl.ViewSpec == nil || ddl.SubStatementPositionStart >= ddl.SubStatementPositionEnd ||
		ddl.SubStatementPositionEnd > len(f.body.text) {
		return "", false
	}
	text := "CREATE "
	if ddl.OrReplace {
		text += "OR REPLACE "
	}
	text += "VIEW " + ast.String(ddl.ViewSpec.ViewName)
	if len(ddl.ViewSpec.Columns) > 0 {
		text += " " + ast.String(ddl.ViewSpec.Columns)
	}
	query := strings.TrimSpace(f.body.text[ddl.SubStatementPositionStart:ddl.SubStatementPositionEnd])
	return text + " AS " + strings.TrimRight(query, "; \t\n"), true
}

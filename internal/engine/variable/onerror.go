package variable

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
)

// onErrorVariable says what a call that failed does to its statement: fail ends
// it with the error of the first row that fails; null gives the row NULL, with
// a warning, and goes on.
const (
	onErrorVariable = "airglow_on_error"
	onErrorFail     = "fail"
	onErrorNull     = "null"
)

func onErrorSystemVariable() sql.SystemVariable {
	return &sql.MysqlSystemVariable{
		Name: onErrorVariable, Scope: sql.GetMysqlScope(sql.SystemVariableScope_Both),
		Dynamic: true, SetVarHintApplies: true,
		Type: types.NewSystemEnumType(onErrorVariable, onErrorFail, onErrorNull), Default: onErrorFail,
	}
}

// GivesNull reports whether the session's airglow_on_error is null.
func GivesNull(ctx *sql.Context) bool {
	value, err := ctx.GetSessionVariable(ctx, onErrorVariable)
	return err == nil && value == onErrorNull
}

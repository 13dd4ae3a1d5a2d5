package variable

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
	"github.com/dolthub/vitess/go/mysql"

	"airglow/internal/ledger"
)

// figureNames are the variables with the figures of the session's last statement
// that called models, each with what it shows. A statement without calls leaves
// them.
var figureNames = []struct {
	name string
	of   func(ledger.Usage) any
}{
	{"airglow_last_calls", func(u ledger.Usage) any { return u.Calls }},
	{"airglow_last_reused", func(u ledger.Usage) any { return u.Reused }},
	{"airglow_last_failed", func(u ledger.Usage) any { return u.Failed }},
	{"airglow_last_input_tokens", func(u ledger.Usage) any { return u.Tokens.InputTokens }},
	{"airglow_last_output_tokens", func(u ledger.Usage) any { return u.Tokens.OutputTokens }},
	{costFigure, func(u ledger.Usage) any {
		if u.Unpriced > 0 {
			return nil // a sum that leaves something out is no cost
		}
		return u.Cost.Decimal()
	}},
}

const costFigure = "airglow_last_cost"

// figure is a variable that clients read and the server sets. The engine would
// set a variable that is read only once, when a session begins; this one it takes
// for one that can be set, and SetValue tells who does.
type figure struct{ *sql.MysqlSystemVariable }

// figureValue is a value that the server sets; a statement sets other types.
type figureValue struct{ value any }

func figureVariables() []sql.SystemVariable {
	list := make([]sql.SystemVariable, len(figureNames))
	for i, f := range figureNames {
		v := &sql.MysqlSystemVariable{
			Name: f.name, Scope: sql.GetMysqlScope(sql.SystemVariableScope_Session), Dynamic: true,
			Type: types.NewSystemIntType(f.name, 0, 1<<62, false), Default: int64(0),
		}
		if f.name == costFigure {
			v.Type, v.Default = types.NewSystemStringType(f.name), ledger.Money(0).Decimal()
		}
		list[i] = figure{v}
	}
	return list
}

// SetValue implements sql.SystemVariable.
func (f figure) SetValue(_ *sql.Context, value any, _ bool) (sql.SystemVarValue, error) {
	v, ours := value.(figureValue)
	if !ours {
		return sql.SystemVarValue{}, mysql.NewSQLError(1238, "HY000", "Variable '%s' is a read only variable", f.Name)
	}
	return sql.SystemVarValue{Var: f, Val: v.value}, nil
}

// InitValue implements sql.SystemVariable.
func (f figure) InitValue(_ *sql.Context, value any, _ bool) (sql.SystemVarValue, error) {
	return sql.SystemVarValue{Var: f, Val: value}, nil
}

// SetFigures makes what a statement used the values of the session's variables.
func SetFigures(ctx *sql.Context, used ledger.Usage) error {
	for _, f := range figureNames {
		if err := ctx.Session.SetSessionVariable(ctx, f.name, figureValue{f.of(used)}); err != nil {
			return err
		}
	}
	return nil
}

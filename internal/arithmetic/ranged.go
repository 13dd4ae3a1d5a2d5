package arithmetic

import (
	"fmt"
	"math"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/expression/function"
	"github.com/dolthub/go-mysql-server/sql/types"

	"airglow/internal/mysqlerr"
)

// ranged is an operation or a function of one of the kinds of isRanged, whose
// result must be in range.
type ranged struct{ sql.Expression }

// isRanged tells the others whose results may be out of range: DIV, the minus
// before an integer, ABS, EXP and POW.
func isRanged(e sql.Expression) bool {
	switch e := e.(type) {
	case *expression.IntDiv, *function.AbsVal, *function.Exp, *function.Power:
		return true
	case *expression.UnaryMinus:
		_, literal := e.Child.(*expression.Literal)
		return !literal && types.IsInteger(e.Child.Type())
	}
	return false
}

// Eval implements sql.Expression.
func (r *ranged) Eval(ctx *sql.Context, row sql.Row) (any, error) {
	result, err := r.Expression.Eval(ctx, row)
	if err != nil {
		if _, minus := r.Expression.(*expression.UnaryMinus); minus && mysqlerr.Translate(err, mysqlerr.Statement{}).Num == codeOutOfColumn {
			return nil, r.outOfRange("BIGINT")
		}
		return nil, err
	}
	switch v := result.(type) {
	case nil:
		if r.hidden(ctx, row) {
			return nil, r.outOfRange("DOUBLE")
		}
	case float64:
		if math.IsInf(v, 0) {
			return nil, r.outOfRange("DOUBLE")
		}
	case int64:
		if v == math.MinInt64 && r.wrapped(ctx, row) {
			return nil, r.outOfRange("BIGINT")
		}
	}
	return result, nil
}

// codeOutOfColumn is the number that the engine has for a minus whose result no
// BIGINT holds.
const codeOutOfColumn = 1264

// wrapped reports whether the least integer is a result that was too large: it is
// no absolute value, and no quotient of a division by -1.
func (r *ranged) wrapped(ctx *sql.Context, row sql.Row) bool {
	switch e := r.Expression.(type) {
	case *function.AbsVal:
		return true
	case *expression.IntDiv:
		divisor, err := e.RightChild.Eval(ctx, row)
		return err == nil && fmt.Sprint(divisor) == "-1"
	}
	return false
}

// hidden reports whether NULL stands for a result that is no double: the engine's
// functions give it, and the arguments are not NULL.
func (r *ranged) hidden(ctx *sql.Context, row sql.Row) bool {
	switch r.Expression.(type) {
	case *function.Exp, *function.Power:
	default:
		return false
	}
	for _, child := range r.Children() {
		if value, err := child.Eval(ctx, row); err != nil || value == nil {
			return false
		}
	}
	return true
}

func (r *ranged) outOfRange(kind string) error {
	return mysqlerr.New(1690, fmt.Sprintf("%s value is out of range in '%s'", kind, operandText(r)))
}

// text is the operation as MySQL's error shows it.
func (r *ranged) text() string {
	switch e := r.Expression.(type) {
	case *expression.IntDiv:
		return fmt.Sprintf("(%s DIV %s)", operandText(e.LeftChild), operandText(e.RightChild))
	case *expression.UnaryMinus:
		return "-(" + operandText(e.Child) + ")"
	}
	name := "pow"
	if f, ok := r.Expression.(sql.FunctionExpression); ok {
		name = strings.ToLower(f.FunctionName())
	}
	texts := make([]string, len(r.Children()))
	for i, child := range r.Children() {
		texts[i] = operandText(child)
	}
	return name + "(" + strings.Join(texts, ",") + ")"
}

// WithChildren implements sql.Expression.
func (r *ranged) WithChildren(children ...sql.Expression) (sql.Expression, error) {
	e, err := r.Expression.WithChildren(children...)
	if err != nil {
		return nil, err
	}
	return &ranged{e}, nil
}

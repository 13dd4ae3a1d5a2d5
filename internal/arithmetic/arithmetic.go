// Package arithmetic gives +, -, *, DIV and some functions the errors that MySQL
// has for results out of range. The engine wraps integers around and lets doubles
// become infinite. arithmetic.go has the first three, ranged.go the others.
// Check is all of it; plans and the expressions that procedures compute in place
// both go through it.
package arithmetic

import (
	"fmt"
	"math"
	"math/big"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/transform"
	"github.com/dolthub/go-mysql-server/sql/types"

	"airglow/internal/mysqlerr"
)

// checked is +, - or * of integers, or of doubles, whose result must be one.
type checked struct {
	*expression.Arithmetic
	// signed is true when a difference is signed whatever its operands are, as
	// the mode NO_UNSIGNED_SUBTRACTION wants it.
	signed bool
	// integers, unsigned and typ are what follows from the operands' types, found
	// once: operands may be nested deep.
	integers, unsigned bool
	typ                sql.Type
}

func newChecked(a *expression.Arithmetic, signed bool) *checked {
	c := &checked{Arithmetic: a, signed: signed, integers: areIntegers(a)}
	c.unsigned = !signed && (unsignedOperand(a.LeftChild) || unsignedOperand(a.RightChild))
	switch {
	case c.integers && c.unsigned:
		c.typ = types.Uint64
	case c.integers && signed:
		c.typ = types.Int64
	default:
		c.typ = a.Type()
	}
	return c
}

// Concerns reports whether Check is for an expression, apart from its children.
// Looking is much less work than changing.
func Concerns(e sql.Expression) bool {
	_, ok := e.(*expression.Arithmetic)
	return ok || isRanged(e)
}

// Check returns what puts checked arithmetic in the place of the engine's, in
// the session's mode.
func Check(ctx *sql.Context) transform.ExprFunc {
	signed := sql.LoadSqlMode(ctx).ModeEnabled(sql.NoUnsignedSubtraction)
	return func(e sql.Expression) (sql.Expression, transform.TreeIdentity, error) {
		if isRanged(e) {
			return &ranged{e}, transform.NewTree, nil
		}
		a, ok := e.(*expression.Arithmetic)
		if !ok || !types.IsFloat(a.Type()) && !areIntegers(a) {
			return e, transform.SameTree, nil
		}
		return newChecked(a, signed && a.Op == "-"), transform.NewTree, nil
	}
}

func areIntegers(a *expression.Arithmetic) bool {
	return types.IsInteger(a.LeftChild.Type()) && types.IsInteger(a.RightChild.Type())
}

// unsignedOperand reports whether an operand makes the result unsigned, as in
// MySQL. The engine's functions have unsigned types where MySQL's have not, and
// do not count.
func unsignedOperand(e sql.Expression) bool {
	switch e.(type) {
	case *expression.GetField, *expression.Literal, *expression.Convert, *checked:
		return types.IsUnsigned(e.Type())
	}
	return false
}

// Type implements sql.Expression.
func (a *checked) Type() sql.Type { return a.typ }

// Eval implements sql.Expression.
func (a *checked) Eval(ctx *sql.Context, row sql.Row) (any, error) {
	if !a.integers {
		result, err := a.Arithmetic.Eval(ctx, row)
		if f, ok := result.(float64); ok && math.IsInf(f, 0) {
			return nil, a.outOfRange("DOUBLE")
		}
		return result, err
	}
	left, err := a.LeftChild.Eval(ctx, row)
	if err != nil {
		return nil, err
	}
	right, err := a.RightChild.Eval(ctx, row)
	if err != nil || left == nil || right == nil {
		return nil, err
	}
	if l, ok := left.(int64); ok && !a.unsigned {
		if r, ok := right.(int64); ok {
			if result, ok := a.small(l, r); ok {
				return result, nil
			}
		}
	}
	l, leftOK := bigInteger(left)
	r, rightOK := bigInteger(right)
	if !leftOK || !rightOK { // some functions have integer types and other values
		literal := expression.NewArithmetic(expression.NewLiteral(left, a.LeftChild.Type()),
			expression.NewLiteral(right, a.RightChild.Type()), a.Op)
		return literal.Eval(ctx, row)
	}
	return a.inRange(a.result(l, r))
}

// small is the result where that needs no thought: far from the bounds.
func (a *checked) small(l, r int64) (result int64, ok bool) {
	const half, root = math.MaxInt64 / 2, 1 << 31
	switch {
	case a.Op == "*" && l > -root && l < root && r > -root && r < root:
		return l * r, true
	case l < -half || l > half || r < -half || r > half:
		return 0, false
	case a.Op == "+":
		return l + r, true
	case a.Op == "-":
		return l - r, true
	}
	return 0, false
}

// result is what the operation gives.
func (a *checked) result(l, r *big.Int) *big.Int {
	switch a.Op {
	case "+":
		return l.Add(l, r)
	case "-":
		return l.Sub(l, r)
	default:
		return l.Mul(l, r)
	}
}

// inRange returns the result as the engine has integers.
func (a *checked) inRange(result *big.Int) (any, error) {
	switch {
	case a.unsigned && result.IsUint64():
		return result.Uint64(), nil
	case a.unsigned:
		return nil, a.outOfRange("BIGINT UNSIGNED")
	case result.IsInt64():
		return result.Int64(), nil
	default:
		return nil, a.outOfRange("BIGINT")
	}
}

func (a *checked) outOfRange(kind string) error {
	return mysqlerr.New(1690, fmt.Sprintf("%s value is out of range in '%s'", kind, operandText(a)))
}

// Loading is an operand that loads the value of a column, whose name it is known by.
type Loading interface {
	sql.Expression
	// Loaded is the column.
	Loaded() sql.Expression
}

// operandText is an operand as MySQL's error shows it.
func operandText(e sql.Expression) string {
	switch e := e.(type) {
	case *checked:
		return fmt.Sprintf("(%s %s %s)", operandText(e.LeftChild), e.Op, operandText(e.RightChild))
	case *ranged:
		return e.text()
	case *expression.GetField:
		if e.Table() == "" {
			return "`" + e.Name() + "`"
		}
		if e.Database() == "" {
			return "`" + e.Table() + "`.`" + e.Name() + "`"
		}
		database, _, _ := strings.Cut(e.Database(), "/") // what follows is a revision of the storage
		return "`" + database + "`.`" + e.Table() + "`.`" + e.Name() + "`"
	case Loading:
		return operandText(e.Loaded())
	case *expression.Convert:
		to := strings.NewReplacer("bigint unsigned", "unsigned", "bigint", "signed").Replace(e.Type().String())
		return fmt.Sprintf("cast(%s as %s)", operandText(e.Child), to)
	}
	return e.String()
}

// bigInteger is an integer of any of the engine's integer types.
func bigInteger(v any) (*big.Int, bool) {
	switch v := v.(type) {
	case bool:
		if v {
			return big.NewInt(1), true
		}
		return new(big.Int), true
	case uint64:
		return new(big.Int).SetUint64(v), true
	case uint:
		return new(big.Int).SetUint64(uint64(v)), true
	case int64:
		return big.NewInt(v), true
	case int:
		return big.NewInt(int64(v)), true
	case int32:
		return big.NewInt(int64(v)), true
	case uint32:
		return big.NewInt(int64(v)), true
	case int16:
		return big.NewInt(int64(v)), true
	case uint16:
		return big.NewInt(int64(v)), true
	case int8:
		return big.NewInt(int64(v)), true
	case uint8:
		return big.NewInt(int64(v)), true
	}
	return nil, false
}

// WithChildren implements sql.Expression.
func (a *checked) WithChildren(children ...sql.Expression) (sql.Expression, error) {
	e, err := a.Arithmetic.WithChildren(children...)
	if with, ok := e.(*expression.Arithmetic); ok && err == nil {
		return newChecked(with, a.signed), nil
	}
	return e, err
}

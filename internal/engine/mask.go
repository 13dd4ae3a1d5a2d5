package engine

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/types"
)

// masked returns the arguments of a call followed by an expression that the
// analyzer takes for a procedure's parameter. It never evaluates ahead of
// execution what contains one: that keeps EXPLAIN, PREPARE and every analysis
// from calling a model whose arguments are constants.
func masked(args []sql.Expression) []sql.Expression {
	mask := expression.NewProcedureParam("model call", types.Null)
	return append(append(make([]sql.Expression, 0, len(args)+1), args...), mask)
}

// unmasked returns the arguments without the mask.
func unmasked(args []sql.Expression) []sql.Expression { return args[:len(args)-1] }

// Arguments implements lookahead.Call.
func (c *modelCall) Arguments() []sql.Expression { return unmasked(c.args) }

// Arguments implements lookahead.Call.
func (c *sentimentCall) Arguments() []sql.Expression { return unmasked(c.args) }

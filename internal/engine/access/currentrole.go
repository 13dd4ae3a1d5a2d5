package access

import (
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
)

// currentRole is CURRENT_ROLE(), which the engine lacks: the active roles with
// commas and no spaces between them, or NONE.
type currentRole struct{ of *Control }

// CurrentRole is the expression of CURRENT_ROLE().
func (c *Control) CurrentRole() sql.Expression { return &currentRole{c} }

// Eval implements sql.Expression.
func (c *currentRole) Eval(ctx *sql.Context, _ sql.Row) (any, error) {
	roles := c.of.activeRoles(ctx)
	if len(roles) == 0 {
		return "NONE", nil
	}
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = r.String()
	}
	return strings.Join(names, ","), nil
}

// FunctionName implements sql.FunctionExpression.
func (c *currentRole) FunctionName() string { return "current_role" }

// Description implements sql.FunctionExpression.
func (c *currentRole) Description() string { return "returns the active roles of the session" }

// IsNonDeterministic implements sql.NonDeterministicExpression: SET ROLE
// changes the answer.
func (c *currentRole) IsNonDeterministic() bool { return true }

// Resolved implements sql.Expression.
func (c *currentRole) Resolved() bool { return true }

// Type implements sql.Expression.
func (c *currentRole) Type() sql.Type { return types.LongText }

// IsNullable implements sql.Expression.
func (c *currentRole) IsNullable() bool { return false }

// Children implements sql.Expression.
func (c *currentRole) Children() []sql.Expression { return nil }

// WithChildren implements sql.Expression.
func (c *currentRole) WithChildren(children ...sql.Expression) (sql.Expression, error) {
	if len(children) != 0 {
		return nil, sql.ErrInvalidChildrenNumber.New(c, len(children), 0)
	}
	return c, nil
}

// String implements sql.Expression.
func (c *currentRole) String() string { return "CURRENT_ROLE()" }

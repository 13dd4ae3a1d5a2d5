package qualify

import (
	"fmt"

	"github.com/dolthub/vitess/go/vt/sqlparser"
)

// checkNames gives the checks of a statement that have no name the one that MySQL
// gives them: that of the table, and their number among those without a name.
type checkNames struct {
	table   string
	unnamed map[*sqlparser.ConstraintDefinition]int
}

// see notes what a part of a statement says of names. Parts come with those around
// them first.
func (c *checkNames) see(part any) {
	switch part := part.(type) {
	case *sqlparser.AlterTable:
		c.table = part.Table.Name.String()
	case *sqlparser.DDL:
		if name := part.Table.Name.String(); name != "" {
			c.table = name
		}
	case *sqlparser.TableSpec: // with the checks of its columns
		for _, constraint := range part.Constraints {
			c.name(constraint)
		}
	}
}

// name is the name of a check.
func (c *checkNames) name(check *sqlparser.ConstraintDefinition) string {
	if _, ok := check.Details.(*sqlparser.CheckConstraintDefinition); !ok || check.Name != "" {
		return check.Name
	}
	if c.unnamed == nil {
		c.unnamed = map[*sqlparser.ConstraintDefinition]int{}
	}
	if c.unnamed[check] == 0 {
		c.unnamed[check] = len(c.unnamed) + 1
	}
	return fmt.Sprintf("%s_chk_%d", c.table, c.unnamed[check])
}

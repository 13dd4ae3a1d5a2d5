package explain

import "github.com/dolthub/go-mysql-server/sql"

// Carrier is a node that does something beside what its child does, as naming
// the child's errors. EXPLAIN shows the child in its place.
type Carrier interface {
	// Carried is the child.
	Carried() sql.Node
}

// carried is the node that EXPLAIN shows for n.
func carried(n sql.Node) sql.Node {
	for {
		c, ok := n.(Carrier)
		if !ok {
			return n
		}
		n = c.Carried()
	}
}

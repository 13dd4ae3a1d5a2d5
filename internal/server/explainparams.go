package server

import (
	"context"
	"strings"

	"github.com/dolthub/vitess/go/mysql"
	"github.com/dolthub/vitess/go/vt/sqlparser"
)

// countExplained counts the parameters of a prepared EXPLAIN. The protocol code
// does not look for any in the statement that is explained.
func (h *handler) countExplained(ctx context.Context, c *mysql.Conn, prepare *mysql.PrepareData) error {
	options, err := h.ParserOptionsForConnection(c)
	if err != nil {
		return err
	}
	stmt, err := sqlparser.ParseWithOptions(ctx, prepare.PrepareStmt, options)
	explain, ok := stmt.(*sqlparser.Explain)
	if err != nil || !ok {
		return nil // the protocol code has read it before, and says what is wrong
	}
	count := uint16(0)
	err = sqlparser.Walk(func(node sqlparser.SQLNode) (bool, error) {
		if value, ok := node.(*sqlparser.SQLVal); ok && strings.HasPrefix(string(value.Val), ":v") {
			count++
		}
		return true, nil
	}, explain.Statement)
	takeParameters(prepare, count)
	return err
}

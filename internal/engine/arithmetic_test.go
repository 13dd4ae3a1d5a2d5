package engine

import (
	"context"
	"strings"
	"testing"

	"github.com/dolthub/go-mysql-server/sql"
)

// TestInsertsCheckArithmetic looks for MySQL's error wherever an INSERT is given
// computed values.
func TestInsertsCheckArithmetic(t *testing.T) {
	c := newCompared(t)
	defer c.install(t)()
	c.run(t, c.with, c.ours, "CREATE TABLE c (id INT UNSIGNED PRIMARY KEY, n BIGINT)")
	c.run(t, c.with, c.ours, "INSERT INTO c (id, n) VALUES (7, 9223372036854775807 - 9223372036854775800)")
	for _, text := range []string{
		"INSERT INTO c VALUES (9223372036854775807 + 1, 1)",
		"INSERT INTO c SELECT id - 8, 1 FROM c",
		"INSERT INTO c VALUES (7, 1) ON DUPLICATE KEY UPDATE id = id - 8",
		"INSERT INTO c (id, n) VALUES (8, (SELECT id - 8 FROM (SELECT 7 AS id) AS s) + 9223372036854775807 + 9)",
	} {
		within := sql.NewContext(c.ours.BeginStatement(context.Background(), conn), sql.WithSession(c.sessions[c.with]))
		_, rows, _, err := c.with.Query(within, text)
		for err == nil {
			_, err = rows.Next(within)
		}
		if rows != nil {
			_ = rows.Close(within)
		}
		c.ours.EndStatement(within, conn, nil)
		if !strings.Contains(err.Error(), "out of range") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

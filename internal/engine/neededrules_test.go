package engine

import (
	"context"
	"testing"

	gms "github.com/dolthub/go-mysql-server"
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/analyzer"

	"airglow/internal/engine/rules"
)

// analysed are statements with what rules look for, alone and together.
var analysed = []string{
	"SELECT 1", "SELECT * FROM t", "SELECT COUNT(*) FROM t", "SELECT COUNT(*), v FROM t GROUP BY v HAVING COUNT(*) > 1",
	"SELECT DISTINCT v FROM t WHERE NOT (id = 1 OR id = 2)", "SELECT v FROM t WHERE id IN (1, 2, 3) ORDER BY id DESC LIMIT 2",
	"SELECT id FROM t ORDER BY id LIMIT 2 OFFSET 3", "SELECT MAX(id) FROM t", "SELECT v FROM t ORDER BY v",
	"SELECT * FROM t, t AS u WHERE t.id = u.id AND u.v = 'a'", "SELECT * FROM t JOIN t AS u ON t.id = u.id AND t.v = 'b'",
	"SELECT * FROM t LEFT JOIN t AS u ON t.id = u.id ORDER BY t.id LIMIT 1", "SELECT t.v, SUM(u.id) OVER () FROM t CROSS JOIN t AS u",
	"SELECT (SELECT v FROM t AS u WHERE u.id = t.id) FROM t", "SELECT * FROM t WHERE id IN (SELECT id FROM t AS u WHERE u.v = t.v)",
	"SELECT * FROM t WHERE EXISTS (SELECT 1 FROM t AS u WHERE u.id = t.id + 1)", "SELECT * FROM (SELECT id, v FROM t) AS s WHERE s.id = 1",
	"WITH s AS (SELECT v FROM t) SELECT * FROM s JOIN t ON s.v = t.v", "SELECT v FROM t UNION SELECT v FROM t LIMIT 1",
	"SELECT * FROM t, LATERAL (SELECT v FROM t AS u WHERE u.id = t.id) AS s", "SELECT * FROM information_schema.columns WHERE table_name = 't'",
	"SELECT routine_name FROM information_schema.routines", "SHOW TABLES LIKE 't%'", "SHOW COLUMNS FROM t", "SHOW TRIGGERS",
	"UPDATE t SET v = UPPER(v) WHERE id = 4", "UPDATE t SET v = 'x' ORDER BY id LIMIT 1", "UPDATE t, t AS u SET t.v = u.v WHERE t.id = u.id",
	"UPDATE t SET v = (SELECT MAX(v) FROM (SELECT v FROM t) AS s)", "DELETE FROM t WHERE id = 1", "DELETE FROM t",
	"INSERT INTO t VALUES (9, 'i')", "INSERT INTO t SELECT id + 100, v FROM t WHERE id > 2 ON DUPLICATE KEY UPDATE v = 'z'",
	"ALTER TABLE t ADD COLUMN w INT DEFAULT 1", "CREATE TABLE n AS SELECT id FROM t", "DROP TABLE t", "CREATE VIEW w AS SELECT v FROM t",
}

// TestNeededRules has statements analysed with all rules of the engine as well, and
// compares the plans.
func TestNeededRules(t *testing.T) {
	c := newCompared(t)
	whole := [][]analyzer.Rule{
		rules.Masked(analyzer.OnceBeforeDefault), rules.Correlated(rules.Nested(rules.Counted(analyzer.DefaultRules))),
		rules.TriggersAtHome(rules.Nested(analyzer.OnceAfterDefault)), analyzer.DefaultValidationRules, rules.TriggersAtHome(analyzer.OnceAfterAll),
	}
	defer c.install(t)()
	whole[4] = append(whole[4], planRule(c.ours))
	for _, text := range analysed {
		needed := planOf(c, text)
		lists := []*[]analyzer.Rule{
			&analyzer.OnceBeforeDefault, &analyzer.DefaultRules, &analyzer.OnceAfterDefault,
			&analyzer.DefaultValidationRules, &analyzer.OnceAfterAll,
		}
		for i, list := range lists {
			*list, whole[i] = whole[i], *list
		}
		if all := planOf(c, text); needed != all {
			t.Errorf("%s\nwith the rules that are needed\n%s\nwith all\n%s", text, needed, all)
		}
		for i, list := range lists {
			*list, whole[i] = whole[i], *list
		}
	}
}

// planOf is the plan of a statement, or its error, by the rules as they are set.
func planOf(c *compared, text string) string {
	server := gms.New(analyzer.NewBuilder(c.tables).AddOverrides(c.ours.Overrides()).Build(), nil)
	ctx := sql.NewContext(context.Background(), sql.WithSession(c.session()))
	n, err := server.AnalyzeQuery(ctx, text)
	if err != nil {
		return err.Error()
	}
	return sql.DebugString(n)
}

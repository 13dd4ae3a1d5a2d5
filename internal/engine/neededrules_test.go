package engine

import (
	"context"
	"strings"
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
	"UPDATE t SET v = 'x'", "UPDATE d.t SET v = 'y' WHERE v = 'a' AND id IN (1, 2)", "UPDATE IGNORE t SET id = 7 WHERE id = 8",
	"UPDATE u SET id = id + 1 WHERE id > 3", "UPDATE k SET t = 2", "DELETE FROM k WHERE t = 1", "DELETE FROM t WHERE v = 'a' ORDER BY id LIMIT 1",
	"DELETE t FROM t JOIN t AS u ON t.id = u.id WHERE u.v = 'a'", "INSERT INTO u VALUES (1), (2)", "INSERT INTO k (id, t) VALUES (2, DEFAULT)",
	"INSERT INTO t VALUES (9, 'i')", "REPLACE INTO t VALUES (1, 'r')",
	"INSERT IGNORE INTO t (id) VALUES (1), (10), (NULL)", "INSERT INTO t SET id = 11, v = DEFAULT", "INSERT INTO u VALUES (1 + 2), (-1)",
	"INSERT INTO t VALUES (1, 'd') ON DUPLICATE KEY UPDATE v = CONCAT(VALUES(v), v)", "INSERT INTO u SELECT id FROM t WHERE id > 4",
	"INSERT INTO t VALUES (1, 'd') ON DUPLICATE KEY UPDATE v = (SELECT MAX(v) FROM (SELECT v FROM t) AS s)",
	"INSERT INTO u VALUES ((SELECT MAX(id) + 1 FROM t))", "INSERT INTO c (id) VALUES (1)", "DELETE FROM t WHERE id IN (SELECT id FROM u) LIMIT 1",
	"DELETE FROM t ORDER BY v, id LIMIT 2", "DELETE FROM u WHERE EXISTS (SELECT 1 FROM t WHERE t.id = u.id)", "UPDATE nowhere.t SET v = 'n'", "INSERT INTO t SELECT id + 100, v FROM t WHERE id > 2 ON DUPLICATE KEY UPDATE v = 'z'",
	"ALTER TABLE t ADD COLUMN w INT DEFAULT 1", "CREATE TABLE n AS SELECT id FROM t", "DROP TABLE t", "CREATE VIEW w AS SELECT v FROM t",
}

// TestNeededRules has statements analysed with all rules of the engine as well, and
// compares the plans.
func TestNeededRules(t *testing.T) {
	c := newCompared(t)
	c.run(t, c.plain, nil, "CREATE TABLE u (id INT PRIMARY KEY, CHECK (id > 0))")
	c.run(t, c.plain, nil, "CREATE TABLE k (id INT PRIMARY KEY, t INT, twice INT AS (t * 2) STORED, FOREIGN KEY (t) REFERENCES t (id))")
	c.run(t, c.plain, nil, "INSERT INTO k (id, t) VALUES (1, 1)")
	c.run(t, c.plain, nil, "CREATE TABLE c (id INT UNSIGNED PRIMARY KEY AUTO_INCREMENT, n INT DEFAULT (id - 2), w VARCHAR(9) DEFAULT 'w')")
	whole := [][]analyzer.Rule{
		rules.Masked(analyzer.OnceBeforeDefault), rules.Correlated(rules.Nested(rules.Counted(analyzer.DefaultRules))),
		rules.TriggersAtHome(rules.Nested(analyzer.OnceAfterDefault)), analyzer.DefaultValidationRules, rules.TriggersAtHome(analyzer.OnceAfterAll),
	}
	defer c.install(t)()
	whole[4] = append(whole[4], planRule(c.ours))
	compareRules(t, c, whole)
	c.run(t, c.with, c.ours, "CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW SET NEW.v = LOWER(NEW.v)")
	c.run(t, c.with, c.ours, "CREATE TRIGGER f BEFORE INSERT ON t FOR EACH ROW SET NEW.v = LOWER(NEW.v)")
	c.run(t, c.with, c.ours, "CREATE TRIGGER h AFTER DELETE ON t FOR EACH ROW INSERT INTO u VALUES (OLD.id)")
	compareRules(t, c, whole)
	const update = "UPDATE t SET v = 'x' WHERE id = 1"
	if with := planOf(c, update); !strings.Contains(with, "Trigger") {
		t.Errorf("%s\nhas no trigger in\n%s", update, with)
	}
}

// compareRules has the statements analysed with both lists of rules.
func compareRules(t *testing.T, c *compared, whole [][]analyzer.Rule) {
	t.Helper()
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

package dolt

import (
	"slices"
	"testing"
	"time"

	"github.com/dolthub/dolt/go/libraries/doltcore/sqle/dsess"
	"github.com/dolthub/go-mysql-server/sql"
)

// client is a session that stays open between its statements.
type client struct {
	storage *Storage
	ctx     *sql.Context
}

// connect opens a session in the database d, which ends with the test.
func connect(t testing.TB, s *Storage) *client {
	t.Helper()
	session, err := s.newSession(t.Context(), sql.NewBaseSession())
	if err != nil {
		t.Fatal(err)
	}
	session.SetClient(sql.Client{User: sessionUser, Address: "localhost"})
	if err := sql.SessionCommandBegin(session); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		sql.SessionCommandEnd(session)
		sql.SessionEnd(session)
	})
	c := &client{s, s.ContextFactory()(t.Context(), sql.WithSession(session))}
	c.ctx.SetCurrentDatabase("d")
	return c
}

func (c *client) exec(query string) error {
	_, iter, _, err := c.storage.Engine().Query(c.ctx, query)
	if err != nil {
		return err
	}
	_, err = drain(c.ctx, iter)
	return err
}

// all runs statements up to the first that fails.
func (c *client) all(queries ...string) error {
	for _, query := range queries {
		if err := c.exec(query); err != nil {
			return err
		}
	}
	return nil
}

func (c *client) must(t testing.TB, queries ...string) {
	t.Helper()
	if err := c.all(queries...); err != nil {
		t.Fatal(err)
	}
}

// overlapSetup makes what the transactions of TestOverlap change.
var overlapSetup = []string{
	"CREATE TABLE t (id INT PRIMARY KEY, a INT, b LONGTEXT)",
	"INSERT INTO t VALUES (1, 1, 'x'), (2, 2, 'x'), (3, 3, 'x')",
	"CREATE TABLE bare (a INT, b INT)",
	"INSERT INTO bare VALUES (1, 1), (2, 2), (2, 2)",
	"CREATE TABLE pair (x VARCHAR(10), y INT, v INT, PRIMARY KEY (x, y))",
	"INSERT INTO pair VALUES ('k', 1, 0), ('k', 2, 0)",
	"CREATE TABLE numbered (id INT PRIMARY KEY AUTO_INCREMENT, v INT)",
	"CREATE TABLE text (id INT PRIMARY KEY, v TEXT, FULLTEXT (v))",
	"INSERT INTO text VALUES (1, 'one word')",
	"CREATE TABLE parent (id INT PRIMARY KEY)",
	"CREATE TABLE child (id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES parent (id))",
	"INSERT INTO parent VALUES (1), (2)",
	"CALL dolt_commit('-Am', 'setup')", "CALL dolt_branch('other')",
}

// overlapCases are a transaction's statements and those that another session
// commits after it has begun.
var overlapCases = []struct {
	name         string
	mine, theirs []string
	refused      bool
}{
	{"equal updates", sqls("UPDATE t SET a = a + 1 WHERE id = 1"), sqls("UPDATE t SET a = a + 1 WHERE id = 1"), true},
	{"other columns", sqls("UPDATE t SET b = a WHERE id = 1"), sqls("UPDATE t SET a = 5 WHERE id = 1"), true},
	{"other rows", sqls("UPDATE t SET a = 5 WHERE id = 1"), sqls("UPDATE t SET a = 5 WHERE id = 2"), false},
	{"one row of many", sqls("UPDATE t SET a = a + 1"), sqls("UPDATE t SET a = 5 WHERE id = 3"), true},
	{"other tables", sqls("UPDATE t SET a = a + 1"), sqls("UPDATE bare SET a = a + 1"), false},
	{"equal inserts", sqls("INSERT INTO t VALUES (4, 4, 'y')"), sqls("INSERT INTO t VALUES (4, 4, 'y')"), true},
	{"other inserts", sqls("INSERT INTO t VALUES (4, 4, 'y')"), sqls("INSERT INTO t VALUES (5, 4, 'y')"), false},
	{"both delete", sqls("DELETE FROM t WHERE id = 1"), sqls("DELETE FROM t WHERE id = 1"), true},
	{"delete and update", sqls("DELETE FROM t WHERE id = 1"), sqls("UPDATE t SET a = 5 WHERE id = 1"), true},
	{"nothing changed", sqls("UPDATE t SET a = a WHERE id = 1"), sqls("UPDATE t SET a = 5 WHERE id = 1"), false},
	{"only read", sqls("SELECT * FROM t"), sqls("UPDATE t SET a = 5"), false},
	// MySQL would make the other wait for the end of the transaction.
	{"a row that is read for update", sqls("SELECT a FROM t WHERE id = 1 LOCK IN SHARE MODE", "SELECT a FROM t WHERE id = 1 FOR UPDATE", "UPDATE t SET a = 5 WHERE id = 2"),
		sqls("UPDATE t SET a = 5 WHERE id = 1"), false},
	{"changed and changed back", sqls("UPDATE t SET a = 9 WHERE id = 1", "UPDATE t SET a = 1 WHERE id = 1"),
		sqls("UPDATE t SET a = 5 WHERE id = 1"), false},

	{"composite keys", sqls("UPDATE pair SET v = 1 WHERE y = 1"), sqls("UPDATE pair SET v = 1 WHERE y = 1"), true},
	{"other composite keys", sqls("UPDATE pair SET v = 1 WHERE y = 1"), sqls("UPDATE pair SET v = 1 WHERE y = 2"), false},
	{"keys equal but for case", sqls("INSERT INTO pair VALUES ('a', 1, 0)"), sqls("INSERT INTO pair VALUES ('A', 1, 0)"), true},
	{"no key", sqls("UPDATE bare SET b = b + 1 WHERE a = 1"), sqls("UPDATE bare SET b = b + 1 WHERE a = 1"), true},
	{"no key, another row", sqls("UPDATE bare SET b = 7 WHERE a = 1"), sqls("UPDATE bare SET b = 8 WHERE a = 2"), false},
	{"no key, equal rows", sqls("DELETE FROM bare WHERE a = 2 LIMIT 1"), sqls("DELETE FROM bare WHERE a = 2 LIMIT 1"), true},
	{"numbered", sqls("INSERT INTO numbered (v) VALUES (1)"), sqls("INSERT INTO numbered (v) VALUES (1)"), false},
	{"words in common", sqls("INSERT INTO text VALUES (2, 'one word')"), sqls("INSERT INTO text VALUES (3, 'one word')"), false},
	{"foreign keys", sqls("INSERT INTO child VALUES (1, 1)"), sqls("INSERT INTO child VALUES (2, 1)"), false},

	{"a column more, other rows", sqls("UPDATE t SET a = 5 WHERE id = 1"),
		sqls("ALTER TABLE t ADD COLUMN c INT", "UPDATE t SET a = 5 WHERE id = 2"), false},
	{"a column more, the same row", sqls("UPDATE t SET a = 5 WHERE id = 1"),
		sqls("ALTER TABLE t ADD COLUMN c INT", "UPDATE t SET a = 5 WHERE id = 1"), true},
	{"a column more here", sqls("ALTER TABLE t ADD COLUMN c INT DEFAULT 3"), sqls("UPDATE t SET a = 5 WHERE id = 1"), false},
	{"an index more", sqls("UPDATE t SET a = 5 WHERE id = 1"), sqls("CREATE INDEX i ON t (a)"), false},
	{"both create", sqls("CREATE TABLE new (id INT PRIMARY KEY)"), sqls("CREATE TABLE new (id INT PRIMARY KEY)"), true},
	{"create others", sqls("CREATE TABLE new (id INT PRIMARY KEY)"), sqls("CREATE TABLE new2 (id INT PRIMARY KEY)"), false},
	{"both drop", sqls("DROP TABLE bare"), sqls("DROP TABLE bare"), true},
	{"both create a view", sqls("CREATE VIEW v AS SELECT 1"), sqls("CREATE VIEW v AS SELECT 1"), true},

	{"a branch", sqls("UPDATE `d/other`.t SET a = 5 WHERE id = 1"), sqls("UPDATE `d/other`.t SET a = 5 WHERE id = 1"), true},
	{"another branch", sqls("UPDATE t SET a = 5 WHERE id = 1"), sqls("UPDATE `d/other`.t SET a = 5 WHERE id = 1"), false},
	{"a branch checked out", sqls("CALL dolt_checkout('other')", "UPDATE t SET a = 5 WHERE id = 1"),
		sqls("UPDATE `d/other`.t SET a = 5 WHERE id = 1"), true},
	{"a commit of Dolt's", sqls("UPDATE t SET a = 5 WHERE id = 1", "CALL dolt_commit('-am', 'mine')"),
		sqls("UPDATE t SET a = 5 WHERE id = 1"), true},
	{"a commit of Dolt's, other rows", sqls("UPDATE t SET a = 5 WHERE id = 1", "CALL dolt_commit('-am', 'mine')"),
		sqls("UPDATE t SET a = 5 WHERE id = 2"), false},
	{"a commit of Dolt's by the other", sqls("UPDATE t SET a = 5 WHERE id = 1"),
		sqls("UPDATE t SET a = 5 WHERE id = 1", "CALL dolt_commit('-am', 'theirs')"), true},
	{"a transaction within", sqls("UPDATE t SET a = 5 WHERE id = 1", "START TRANSACTION"),
		sqls("UPDATE t SET a = 5 WHERE id = 1"), true},
}

func sqls(queries ...string) []string { return queries }

// TestOverlap refuses the commits that would merge with another's change of the
// same row, and no others.
func TestOverlap(t *testing.T) {
	s := open(t, Options{Dir: t.TempDir()})
	for _, c := range overlapCases {
		t.Run(c.name, func(t *testing.T) {
			if err := s.Exec(t.Context(), "CREATE DATABASE d"); err != nil {
				t.Fatal(err)
			}
			connect(t, s).must(t, overlapSetup...)
			me, other := connect(t, s), connect(t, s)
			me.must(t, "START TRANSACTION")
			other.must(t, c.theirs...)
			err := me.all(append(slices.Clone(c.mine), "COMMIT")...)
			if refused := sql.ErrLockDeadlock.Is(err); refused != c.refused || err != nil && !refused {
				t.Errorf("got %v, want it refused: %v", err, c.refused)
			}
			if err := me.all("ROLLBACK", "USE d", "UPDATE t SET a = 77 WHERE id = 1"); err != nil {
				t.Errorf("the session is of no use after it: %v", err)
			}
			if err := s.Exec(t.Context(), "DROP DATABASE d"); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// TestEvents run, and their sessions are guarded as all others are.
func TestEvents(t *testing.T) {
	s := open(t, Options{Dir: t.TempDir()})
	if err := s.Exec(t.Context(), "CREATE DATABASE d"); err != nil {
		t.Fatal(err)
	}
	c := connect(t, s)
	c.must(t, "CREATE TABLE t (id INT PRIMARY KEY)", "CREATE EVENT e ON SCHEDULE AT CURRENT_TIMESTAMP DO INSERT INTO t VALUES (1)")
	for deadline := time.Now().Add(10 * time.Second); ; {
		rows, err := s.Query(t.Context(), "SELECT * FROM d.t")
		if err != nil || time.Now().After(deadline) {
			t.Fatalf("the event did not run: %v", err)
		}
		if len(rows) == 1 {
			break
		}
	}
	ctx, err := s.eventContext()
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := dsess.DSessFromSess(ctx.Session).Session.(guardedSession); !ok {
		t.Error("the session of an event is not guarded")
	}
}

// BenchmarkCommit compares transactions with the guard and without, in turns, so
// that both meet the same disk: one that finds the store as it was, and ones
// that are merged, of a row and of all rows of a larger table.
func BenchmarkCommit(b *testing.B) {
	for _, c := range []struct {
		name         string
		mine, theirs []string
	}{
		{"alone", sqls("UPDATE t SET a = a + 1 WHERE id = 1"), nil},
		{"merged", sqls("UPDATE t SET a = a + 1 WHERE id = 1"), sqls("UPDATE t SET a = a + 1 WHERE id = 2")},
		{"merged whole", sqls("UPDATE large SET a = a + 1 WHERE id % 2 = 0"), sqls("UPDATE large SET a = a + 1 WHERE id % 2 = 1")},
	} {
		b.Run(c.name, func(b *testing.B) { compareCommits(b, c.mine, c.theirs) })
	}
}

func compareCommits(b *testing.B, mine, theirs []string) {
	s, err := Open(b.Context(), Options{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	if err := s.Exec(b.Context(), "CREATE DATABASE d"); err != nil {
		b.Fatal(err)
	}
	guarded, other, unguarded := connect(b, s), connect(b, s), connect(b, s)
	guarded.must(b, overlapSetup...)
	guarded.must(b, "CREATE TABLE large (id INT PRIMARY KEY, a INT)",
		"INSERT INTO large WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) SELECT i, i FROM n")
	session := dsess.DSessFromSess(unguarded.ctx.Session)
	session.Session = session.Session.(guardedSession).Session

	var took [2]time.Duration
	for b.Loop() {
		for i, c := range []*client{guarded, unguarded} {
			c.must(b, "START TRANSACTION")
			c.must(b, mine...)
			other.must(b, theirs...)
			began := time.Now()
			c.must(b, "COMMIT")
			took[i] += time.Since(began)
		}
	}
	b.ReportMetric(float64(took[0].Microseconds())/float64(b.N), "guarded-us/commit")
	b.ReportMetric(float64(took[1].Microseconds())/float64(b.N), "unguarded-us/commit")
}

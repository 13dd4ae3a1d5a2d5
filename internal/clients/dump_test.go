package clients

import (
	"database/sql"
	"strings"
	"testing"

	"airglow/internal/awstest"
)

// dumped is a database with one of everything that a dump has to carry.
var dumped = []string{
	"CREATE DATABASE shop", "USE shop",
	"CREATE TABLE item (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(40) NOT NULL DEFAULT 'none', price DECIMAL(8,2), made TIMESTAMP NULL, raw VARBINARY(20), doc JSON, note TEXT, kind ENUM('a','b'), UNIQUE KEY by_name (name))",
	`INSERT INTO item (name, price, made, raw, doc, note, kind) VALUES
		('tea', 3.50, '2026-01-02 03:04:05', x'00FF27', '{"a": [1, "x"]}', 'it''s a "note"\nwith \\ and 🙂', 'a'), ('coffee', NULL, NULL, NULL, NULL, NULL, NULL)`,
	"CREATE TABLE part (item INT, n INT, PRIMARY KEY (item, n), FOREIGN KEY (item) REFERENCES item (id))",
	"INSERT INTO part VALUES (1, 1), (1, 2)",
	"CREATE TABLE log (what VARCHAR(80))",
	"CREATE VIEW dear AS SELECT name, price FROM item WHERE price > 2",
	"CREATE TRIGGER note AFTER INSERT ON item FOR EACH ROW INSERT INTO log VALUES (CONCAT('new ', NEW.name))",
	"CREATE PROCEDURE names(IN most INT) BEGIN SELECT name FROM item ORDER BY id LIMIT 1; END",
	`CREATE FUNCTION ask(request_body TEXT) RETURNS TEXT ALIAS AWS_BEDROCK_INVOKE_MODEL
		MODEL ID 'anthropic.claude-3-haiku-20240307-v1:0' CONTENT_TYPE 'application/json' ACCEPT 'application/json' TIMEOUT_MS 5000`,
	"CREATE FUNCTION score(a DOUBLE, b VARCHAR(20)) RETURNS VARCHAR(10) CHARSET utf8mb4 SQL SECURITY INVOKER ALIAS AWS_SAGEMAKER_INVOKE_ENDPOINT ENDPOINT NAME 'anomaly' MAX_BATCH_SIZE 12",
}

func (s *server) dump(t testing.TB, args ...string) outcome {
	t.Helper()
	login := []string{"--host=" + s.host(), "--port=" + s.port(), "--protocol=tcp", "--user=root"}
	return s.mariadbTool(t, "mariadb-dump", "", append(login, args...)...)
}

// picture is all that a database holds, as text.
func picture(t testing.TB, s *server, database string) map[string]string {
	t.Helper()
	conn := session(t, open(t, s.driverConfig(account{database: database})))
	pictures := map[string]string{}
	for _, query := range []string{
		"SELECT id, name, price, made, HEX(raw), doc, note, kind FROM item ORDER BY id",
		"SELECT * FROM part ORDER BY item, n", "SELECT * FROM log", "SELECT * FROM dear",
		"SHOW CREATE TABLE item", "SHOW CREATE TABLE part", "SHOW CREATE FUNCTION ask", "SHOW CREATE FUNCTION score",
		"SHOW TABLES", "CALL names(1)",
		"SELECT trigger_name, event_manipulation, event_object_table, action_statement FROM information_schema.triggers WHERE trigger_schema = DATABASE()",
		"SELECT routine_name, routine_type, security_type FROM information_schema.routines WHERE routine_schema = DATABASE() ORDER BY 1",
	} {
		pictures[query] = rows(t, conn, query)
	}
	return pictures
}

func samePicture(t testing.TB, got, want map[string]string) {
	t.Helper()
	for query := range want {
		same(t, query, got[query], want[query])
	}
}

// works calls what came out of a dump.
func works(t testing.TB, s *server, cloud *cloud, database string) {
	t.Helper()
	conn := session(t, open(t, s.driverConfig(account{database: database})))
	cloud.Queue(awstest.InvokeModel, claude("a model"))
	contains(t, "the function", rows(t, conn, "SELECT ask('{}')"), "a model")
	must(t, conn, "INSERT INTO item (name) VALUES ('mate')")
	same(t, "the trigger", rows(t, conn, "SELECT what FROM log"), "new mate")
	if _, err := conn.ExecContext(bounded(t), "INSERT INTO part VALUES (99, 1)"); err == nil {
		t.Error("the foreign key is gone")
	}
}

func dumpServer(t testing.TB) (*server, *cloud, *sql.DB) {
	t.Helper()
	cloud := newCloud(t)
	s := start(t, cloud.setup(setup{}))
	db := s.root(t)
	conn := session(t, db)
	must(t, conn, dumped...)
	return s, cloud, db
}

// TestDump takes a database out with mariadb-dump, drops it, and puts it back.
func TestDump(t *testing.T) {
	s, cloud, db := dumpServer(t)
	before := picture(t, s, "shop")
	dump := s.dump(t, "--routines", "--databases", "shop")
	if dump.code != 0 || dump.err != "" {
		t.Fatalf("mariadb-dump: %s", dump)
	}
	must(t, db, "DROP DATABASE shop")
	same(t, "routines of a dropped database", rows(t, db, "SELECT routine_name FROM information_schema.routines WHERE routine_schema = 'shop'"), "")
	load := s.mariadb(t, dump.out, "--user=root")
	if load.code != 0 {
		t.Fatalf("load: %s\n%s", load, dump.out)
	}
	samePicture(t, picture(t, s, "shop"), before)
	works(t, s, cloud, "shop")
}

// TestDumpIntoAnother loads the dump of a database into one of another name,
// on another server.
func TestDumpIntoAnother(t *testing.T) {
	s, _, _ := dumpServer(t)
	before := picture(t, s, "shop")
	dump := s.dump(t, "--routines", "shop")
	if dump.code != 0 {
		t.Fatalf("mariadb-dump: %s", dump)
	}
	cloud := newCloud(t)
	other := start(t, cloud.setup(setup{}))
	must(t, other.root(t), "CREATE DATABASE stock")
	if load := other.mariadb(t, dump.out, "--user=root", "--database=stock"); load.code != 0 {
		t.Fatalf("load: %s\n%s", load, dump.out)
	}
	after := picture(t, other, "stock")
	for query, text := range after {
		after[query] = strings.ReplaceAll(strings.ReplaceAll(text, "`stock`", "`shop`"), "Tables_in_stock", "Tables_in_shop")
	}
	samePicture(t, after, before)
	works(t, other, cloud, "stock")
}

// TestDumpSnapshot is a dump in one transaction, with its savepoints.
func TestDumpSnapshot(t *testing.T) {
	s, _, _ := dumpServer(t)
	dump := s.dump(t, "--routines", "--single-transaction", "shop")
	if dump.code != 0 || dump.err != "" {
		t.Fatalf("mariadb-dump: exit code %d\n%s", dump.code, dump.err)
	}
	contains(t, "the dump", dump.out, "CREATE DEFINER=`root`@`localhost` FUNCTION `ask`", "ALIAS AWS_BEDROCK_INVOKE_MODEL", "Dump completed")
	contains(t, "the dump", dump.out, "DEFINER=`root`@`localhost` PROCEDURE names")
}

// TestDumpEverything: a dump of all databases does not fail on those that are
// the server's own.
func TestDumpEverything(t *testing.T) {
	s, _, _ := dumpServer(t)
	dump := s.dump(t, "--all-databases", "--routines", "--events")
	if dump.code != 0 {
		t.Fatalf("mariadb-dump: exit code %d\n%s", dump.code, dump.err)
	}
	contains(t, "the dump", dump.out, "CREATE DATABASE /*!32312 IF NOT EXISTS*/ `shop`", "ALIAS AWS_BEDROCK_INVOKE_MODEL", "Dump completed")
	knownGap(t, "SHOW TABLE STATUS has no rows for the tables of mysql", func(t testing.TB) {
		same(t, "what it complains of", dump.err, "")
	})
}

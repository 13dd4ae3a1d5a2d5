package clients

import (
	"net"
	"os"
	"path/filepath"
	"testing"
)

func TestSecondProcessIsRefused(t *testing.T) {
	first := start(t, setup{})
	second := refused(t, setup{dir: first.dir})
	if second.code != 1 {
		t.Errorf("a second server on the same data ended with %s", second)
	}
	contains(t, "the second server", second.err, "another airglow has this data directory open", "stop it, or choose another directory")
	same(t, "the first server goes on", rows(t, first.root(t), "SELECT 1"), "1")
	first.stop(t)
	start(t, setup{dir: first.dir}) // the lock went with the process
}

// TestOpenRootBeyondLoopback uses a port that is taken on loopback: a server
// that listened before it looked at root's password would say that instead.
func TestOpenRootBeyondLoopback(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, port, _ := net.SplitHostPort(taken.Addr().String())
	for _, address := range []string{"0.0.0.0:" + port, "[::]:" + port, ":" + port} {
		result := refused(t, setup{listen: address})
		if result.code != 1 {
			t.Errorf("with --listen %s the server ended with %s", address, result)
		}
		contains(t, "--listen "+address, result.err, "root has no password", "--root-password", "127.0.0.1")
	}
}

// TestOpenRootStaysRefused: the password belongs to the data directory, so an
// existing one without is refused just as a new one.
func TestOpenRootStaysRefused(t *testing.T) {
	s := start(t, setup{})
	s.stop(t)
	result := refused(t, setup{dir: s.dir, listen: "0.0.0.0:0"})
	contains(t, "an old directory", result.err, "root has no password")
}

func TestRootPassword(t *testing.T) {
	file := filepath.Join(newDir(t), "password")
	if err := os.WriteFile(file, []byte("from the file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		way, password string
		setup         setup
	}{
		{"flag", "s3cret of a flag", setup{args: []string{"--root-password", "s3cret of a flag"}}},
		{"environment", "s3cret", setup{env: map[string]string{"AIRGLOW_ROOT_PASSWORD": "s3cret"}}},
		{"file", "from the file", setup{args: []string{"--root-password-file", file}}},
	} {
		t.Run(c.way, func(t *testing.T) {
			s := start(t, c.setup)
			fails(t, s.root(t), "SELECT 1", "1045 (28000): Access denied for user 'root'@'localhost'", "(using password: NO)")
			fails(t, open(t, s.driverConfig(account{password: "wrong"})), "SELECT 1", "1045 (28000)", "(using password: YES)")
			same(t, "login", rows(t, open(t, s.driverConfig(account{password: c.password})), "SELECT CURRENT_USER()"), "root@localhost")
			s.stop(t)
			// The password is kept: nothing on the command line is needed again.
			again := start(t, setup{dir: s.dir})
			fails(t, again.root(t), "SELECT 1", "1045 (28000)")
			same(t, "login after a restart", rows(t, open(t, again.driverConfig(account{password: c.password})), "SELECT 1"), "1")
		})
	}
}

func TestRestartKeepsEverything(t *testing.T) {
	s := start(t, setup{})
	db := s.root(t)
	must(t, session(t, db),
		"CREATE DATABASE shop", "USE shop",
		"CREATE TABLE item (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(40) DEFAULT 'none', KEY by_name (name))",
		"INSERT INTO item (name) VALUES ('tea'), ('coffee')",
		"CREATE VIEW names AS SELECT name FROM item",
		"CREATE TABLE log (what VARCHAR(80))",
		"CREATE TRIGGER note AFTER INSERT ON item FOR EACH ROW INSERT INTO log VALUES (CONCAT('new ', NEW.name))",
		"CREATE PROCEDURE cheap() SELECT name FROM item ORDER BY id LIMIT 1",
		"CREATE FUNCTION ask(body TEXT) RETURNS TEXT ALIAS AWS_BEDROCK_INVOKE_MODEL MODEL ID 'amazon.titan-text-express-v1' TIMEOUT_MS 4000",
		"CREATE FUNCTION score(v DOUBLE) RETURNS DOUBLE ALIAS AWS_SAGEMAKER_INVOKE_ENDPOINT ENDPOINT NAME 'anomaly' MAX_BATCH_SIZE 7",
		"CREATE ROLE reader", "GRANT SELECT ON shop.* TO reader",
		"CREATE USER ada@localhost IDENTIFIED BY 'pw'",
		"GRANT reader TO ada@localhost",
		"GRANT EXECUTE ON FUNCTION shop.ask TO ada@localhost",
	)
	looks := []string{
		"SELECT id, name FROM shop.item ORDER BY id",
		"SHOW CREATE TABLE shop.item",
		"SHOW CREATE FUNCTION shop.ask",
		"SHOW CREATE FUNCTION shop.score",
		"SHOW GRANTS FOR ada@localhost",
		"SELECT user, host FROM mysql.user ORDER BY user, host",
	}
	before := map[string]string{}
	for _, look := range looks {
		before[look] = rows(t, db, look)
	}
	s.stop(t)
	again := s.restart(t, setup{})
	db = again.root(t)
	for _, look := range looks {
		same(t, look, rows(t, db, look), before[look])
	}
	must(t, db, "INSERT INTO shop.item (name) VALUES ('milk')")
	same(t, "the trigger and the counter", rows(t, db, "SELECT id, what FROM shop.item, shop.log WHERE name = 'milk'"), "3|new milk")
	same(t, "the procedure", rows(t, db, "CALL shop.cheap()"), "tea")
	same(t, "the view", rows(t, open(t, again.driverConfig(account{database: "shop"})), "SELECT * FROM names ORDER BY name"), "coffee\nmilk\ntea")
	must(t, db, "GRANT AWS_BEDROCK_ACCESS TO ada@localhost")
	ada := open(t, again.driverConfig(account{name: "ada", password: "pw", database: "shop"}))
	same(t, "the role's right", rows(t, ada, "SELECT name FROM item WHERE id = 1"), "tea")
	fails(t, ada, "DELETE FROM item", "1142 (42000)")
	fails(t, ada, "SELECT score(1)", "1370 (42000)")
}

// TestViewFromAnywhere: a view belongs to its database, wherever its user is.
func TestViewFromAnywhere(t *testing.T) {
	s := start(t, setup{})
	must(t, s.root(t), "CREATE DATABASE d", "CREATE DATABASE other", "CREATE TABLE d.t (id INT)", "INSERT INTO d.t VALUES (7)",
		"CREATE TABLE other.t (id INT)", "CREATE VIEW d.one AS SELECT 1 AS one")
	must(t, open(t, s.driverConfig(account{database: "d"})), "CREATE VIEW seven AS SELECT id FROM t")
	for _, database := range []string{"", "other", "d"} {
		db := open(t, s.driverConfig(account{database: database}))
		same(t, "a view without tables, seen from "+database, rows(t, db, "SELECT * FROM d.one"), "1")
		same(t, "a view of a table, seen from "+database, rows(t, db, "SELECT * FROM d.seven"), "7")
	}
}

// TestShowGrantsInOrder: what SHOW GRANTS says is the same at each start.
func TestShowGrantsInOrder(t *testing.T) {
	s := start(t, setup{})
	must(t, s.root(t), "CREATE USER ada@localhost IDENTIFIED BY 'pw'", "CREATE ROLE r1, r2, r3",
		"GRANT r3, r1, AWS_BEDROCK_ACCESS, r2 TO ada@localhost")
	knownGap(t, "roles come in any order, with spaces", func(t testing.TB) {
		contains(t, "the roles", rows(t, s.root(t), "SHOW GRANTS FOR ada@localhost"),
			"GRANT `AWS_BEDROCK_ACCESS`@`%`,`r1`@`%`,`r2`@`%`,`r3`@`%` TO `ada`@`localhost`")
	})
}

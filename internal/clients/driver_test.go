package clients

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"

	"airglow/internal/awstest"
)

// driverServer is a server with the tables and functions of these tests, whose
// model answers with what it was sent.
func driverServer(t testing.TB) *server {
	t.Helper()
	cloud := newCloud(t)
	cloud.Handle(awstest.InvokeModel, func(c awstest.Call) awstest.Answer { return awstest.JSON(string(c.Body)) })
	s := start(t, cloud.setup(setup{}))
	must(t, s.root(t), "CREATE DATABASE d", askFunction, "CREATE TABLE d.t (id INT PRIMARY KEY, v VARCHAR(200), f DOUBLE, at DATETIME(6))")
	return s
}

func TestGoDriverPrepared(t *testing.T) {
	db := open(t, driverServer(t).driverConfig(account{database: "d"}))
	insert, err := db.PrepareContext(bounded(t), "INSERT INTO t VALUES (?, ?, ?, ?)")
	if err != nil {
		t.Fatal(err)
	}
	defer insert.Close()
	const text = "it's \\ \"🙂\"\x00"
	for i := range 3 {
		result, err := insert.ExecContext(bounded(t), i, text, 0.5, nil)
		if err != nil {
			t.Fatal(err)
		}
		if n, _ := result.RowsAffected(); n != 1 {
			t.Errorf("%d rows were affected", n)
		}
	}
	same(t, "the rows", rows(t, db, "SELECT id, v, f, at FROM t WHERE id >= ? AND v = ? ORDER BY id LIMIT ?", 1, text, 2),
		"1|"+text+"|0.5|NULL\n2|"+text+"|0.5|NULL")
	same(t, "a model call", rows(t, db, "SELECT ask(JSON_OBJECT('q', ?)), ?", "it's", 7), `{"q": "it's"}|7`)
	result, err := db.ExecContext(bounded(t), "UPDATE t SET v = ask(?) WHERE id > ?", `{"v":1}`, 0)
	if err != nil {
		t.Fatal(err)
	}
	if n, _ := result.RowsAffected(); n != 2 {
		t.Errorf("%d rows were affected by the update", n)
	}
}

func TestGoDriverTransactions(t *testing.T) {
	s := driverServer(t)
	db := open(t, s.driverConfig(account{database: "d"}))
	for _, end := range []struct {
		name string
		end  func(*sql.Tx) error
		want string
	}{{"rollback", (*sql.Tx).Rollback, "0"}, {"commit", (*sql.Tx).Commit, "1"}} {
		tx, err := db.BeginTx(bounded(t), nil)
		if err != nil {
			t.Fatal(err)
		}
		must(t, tx, "INSERT INTO t (id, v) VALUES (10, ask('{}'))")
		same(t, "within", rows(t, tx, "SELECT v FROM t"), "{}")
		same(t, "outside", rows(t, s.root(t), "SELECT COUNT(*) FROM d.t"), "0")
		if err := end.end(tx); err != nil {
			t.Fatal(err)
		}
		same(t, "after the "+end.name, rows(t, db, "SELECT COUNT(*) FROM t"), end.want)
	}
}

func TestGoDriverMultiStatements(t *testing.T) {
	s := driverServer(t)
	config := s.driverConfig(account{database: "d"})
	config.MultiStatements = true
	conn := session(t, open(t, config))
	must(t, conn, "INSERT INTO t (id) VALUES (1); INSERT INTO t (id, v) VALUES (2, 'a;b'); UPDATE t SET f = 3")
	same(t, "the results", strings.Join(firstColumns(t, conn, "SELECT id FROM t ORDER BY id; SELECT v FROM t WHERE id = 2; SELECT ask('{}')"), ","),
		"1,2,a;b,{}")
	_, err := conn.ExecContext(bounded(t), "INSERT INTO t (id) VALUES (5); INSERT INTO t (id) VALUES (1); INSERT INTO t (id) VALUES (6)")
	contains(t, "the failing one", failure(err), "1062 (23000)")
	same(t, "those before it", rows(t, conn, "SELECT id FROM t WHERE id > 4"), "5")
	// A client that did not ask for several statements has one.
	fails(t, s.root(t), "SELECT 1; SELECT 2", "1064 (42000)", "near 'SELECT 2'")
}

// firstColumns returns the first column of all results of a query.
func firstColumns(t testing.TB, on runner, query string) []string {
	t.Helper()
	result, err := on.QueryContext(bounded(t), query)
	if err != nil {
		t.Fatal(err)
	}
	defer result.Close()
	var all []string
	for more := true; more; more = result.NextResultSet() {
		for result.Next() {
			var value string
			if err := result.Scan(&value); err != nil {
				t.Fatal(err)
			}
			all = append(all, value)
		}
	}
	if result.Err() != nil {
		t.Fatal(result.Err())
	}
	return all
}

func TestGoDriverInterpolation(t *testing.T) {
	config := driverServer(t).driverConfig(account{database: "d"})
	config.InterpolateParams = true
	db := open(t, config)
	const text = "it's \\ \"🙂\" ? \r\n\x00\x1a"
	same(t, "a text", rows(t, db, "SELECT ?, ?, ?, ?", text, nil, true, 1.5), text+"|NULL|1|1.5")
	same(t, "a model call", rows(t, db, "SELECT ask(?)", `{"q":"it's \\ ok"}`), `{"q":"it's \\ ok"}`)
	const at = "2026-02-03 04:05:06.500000"
	same(t, "a time", rows(t, db, "SELECT CAST('2026-02-03 04:05:06.5' AS DATETIME(6)) = ?", at), "1")
}

// TestGoDriverLargeTexts: packets beyond the protocol's 16 MB are put together.
func TestGoDriverLargeTexts(t *testing.T) {
	config := driverServer(t).driverConfig(account{database: "d"})
	config.MaxAllowedPacket = 64 << 20
	db := open(t, config)
	large := strings.Repeat("0123456789abcdef", 17<<16) // 17 MB
	var back string
	if err := db.QueryRowContext(bounded(t), "SELECT ?", large).Scan(&back); err != nil {
		t.Fatal(err)
	}
	if back != large {
		t.Errorf("of %d bytes came %d back, or others", len(large), len(back))
	}
}

// TestJSONControlCharacters: a text with any characters can be put into a
// request by JSON_OBJECT.
func TestJSONControlCharacters(t *testing.T) {
	text := "nul\x00 and \x1a and \x01"
	same(t, "the text", rows(t, driverServer(t).root(t), "SELECT JSON_UNQUOTE(JSON_EXTRACT(d.ask(JSON_OBJECT('t', ?)), '$.t'))", text), text)
}

// TestGoDriverLogin logs in with each kind of account, with and without TLS.
func TestGoDriverLogin(t *testing.T) {
	s := start(t, setup{})
	must(t, s.root(t), accounts...)
	for _, user := range accountNames {
		for _, tls := range []string{"skip-verify", "preferred", "false"} {
			t.Run(user+" with tls="+tls, func(t *testing.T) {
				config := s.driverConfig(account{name: user, password: passwordOf(user)})
				config.TLSConfig = tls
				same(t, "login", rows(t, open(t, config), "SELECT CURRENT_USER()"), user+"@%")
				config.Passwd = "wrong"
				fails(t, open(t, config), "SELECT 1", "1045 (28000): Access denied for user '"+user+"'@'localhost' (using password: YES)")
			})
		}
	}
}

// TestGoDriverCancel: ending a statement's context ends the statement on the
// server, and its request.
func TestGoDriverCancel(t *testing.T) {
	cloud := newCloud(t)
	s := start(t, cloud.setup(setup{}))
	db := s.root(t)
	must(t, db, "CREATE DATABASE d", askFunction)
	arrived, _ := cloud.hold(awstest.InvokeModel, claude("late"))
	ctx, cancel := context.WithCancel(bounded(t))
	done := inBackground(ctx, db, "SELECT d.ask('{}')")
	receive(t, "the call", arrived)
	cancel()
	if err := await(t, "the statement", done).err; !errors.Is(err, context.Canceled) {
		t.Errorf("the statement ended with %v", err)
	}
	receive(t, "the end of the request", cloud.abandoned)
	same(t, "the pool", rows(t, db, "SELECT 1"), "1")
}

// Tools read EXPLAIN's numbers as numbers, in both protocols.
func TestGoDriverExplain(t *testing.T) {
	db := open(t, driverServer(t).driverConfig(account{database: "d"}))
	must(t, db, "INSERT INTO t (id) VALUES (1), (2), (3)")
	for name, args := range map[string][]any{"EXPLAIN SELECT * FROM t WHERE id > 1": nil, "EXPLAIN SELECT * FROM t WHERE id > ?": {1}} {
		plan, err := db.QueryContext(bounded(t), name, args...)
		if err != nil {
			t.Fatal(err)
		}
		columns, err := plan.ColumnTypes()
		if err != nil {
			t.Fatal(err)
		}
		var types []string
		for _, column := range columns {
			types = append(types, column.DatabaseTypeName())
		}
		same(t, name, strings.Join(types, " "),
			"UNSIGNED BIGINT VARCHAR VARCHAR TEXT VARCHAR VARCHAR VARCHAR VARCHAR VARCHAR UNSIGNED BIGINT DOUBLE VARCHAR")
		for plan.Next() {
			var id, read uint64
			var kind, table, access, partitions, possible, key, length, ref, extra sql.NullString
			var filtered sql.NullFloat64
			err := plan.Scan(&id, &kind, &table, &partitions, &access, &possible, &key, &length, &ref, &read, &filtered, &extra)
			if err != nil || id != 1 || read != 2 || key.String != "PRIMARY" {
				t.Errorf("%s: id %d, rows %d, key %q, %v", name, id, read, key.String, err)
			}
		}
		if err := plan.Err(); err != nil {
			t.Error(err)
		}
		plan.Close()
	}
}

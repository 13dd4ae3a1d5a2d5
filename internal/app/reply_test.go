package app_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"airglow/internal/config"
	"airglow/internal/model"
	"airglow/internal/testkit"
)

// TestErrors checks that errors have MySQL's numbers on the wire, however the
// statement is sent.
func TestErrors(t *testing.T) {
	kit := testkit.Start(t)
	kit.Exec("CREATE DATABASE d", "CREATE TABLE d.t (id INT PRIMARY KEY, v VARCHAR(3) NOT NULL)", "INSERT INTO d.t VALUES (1, 'a')")
	db := kit.DB("root", "")
	for _, c := range []struct {
		statement string
		number    uint16
		state     string
		text      string
	}{
		{"SELECT nosuch FROM d.t", 1054, "42S22", "Unknown column 'nosuch' in 'field list'"},
		{"SELECT * FROM d.t WHERE nosuch = 1", 1054, "42S22", "Unknown column 'nosuch' in 'where clause'"},
		{"SELECT * FROM d.nosuch", 1146, "42S02", ""},
		{"SELECT * FROM nosuch.t", 1049, "42000", "Unknown database 'nosuch'"},
		{"DROP TABLE d.nosuch", 1051, "42S02", ""},
		{"CALL d.nosuch()", 1305, "42000", "PROCEDURE d.nosuch does not exist"},
		{"SELECT nosuch(1)", 1305, "42000", ""},
		{"INSERT INTO d.t VALUES (1, 'b')", 1062, "23000", "Duplicate entry '1' for key 't.PRIMARY'"},
		{"INSERT INTO d.t VALUES (2, NULL)", 1048, "23000", "Column 'v' cannot be null"},
		{"INSERT INTO d.t VALUES (2, 'long')", 1406, "22001", "Data too long for column 'v' at row 1"},
		{"INSERT INTO d.t (id) VALUES (2)", 1364, "HY000", "Field 'v' doesn't have a default value"},
		{"SELECT (SELECT 1 UNION SELECT 2)", 1242, "21000", "Subquery returns more than 1 row"},
		{"SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'division by zero'", 1644, "45000", "division by zero"},
	} {
		_, err := db.Exec(c.statement)
		wantError(t, err, c.number, c.state, c.text)
	}
	_, err := db.Exec("SELEC 1")
	wantError(t, err, 1064, "42000", "")
	// Parameters make the driver prepare; the protocol code parses by itself.
	_, err = db.Exec("SELEC ?", 1)
	wantError(t, err, 1064, "42000", "")
	_, err = db.Exec("SELECT nosuch FROM d.t WHERE id = ?", 1)
	wantError(t, err, 1054, "42S22", "Unknown column 'nosuch' in 'field list'")
}

// TestPrepareAsText sends PREPARE as a statement; its reply has a text, whose
// length the protocol code does not write.
func TestPrepareAsText(t *testing.T) {
	kit := testkit.Start(t)
	for _, parameters := range [][]string{nil, {"tls=skip-verify"}} {
		conn, err := kit.DB("root", "", parameters...).Conn(kit.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, statement := range []string{"SET @a = 3", "PREPARE s FROM 'SELECT ? + 1'"} {
			if _, err := conn.ExecContext(kit.Context(), statement); err != nil {
				t.Fatalf("%s: %v", statement, err)
			}
		}
		var sum int
		if err := conn.QueryRowContext(kit.Context(), "EXECUTE s USING @a").Scan(&sum); err != nil || sum != 4 {
			t.Errorf("EXECUTE gives %d, %v", sum, err)
		}
	}
}

// TestErrorAmongRows fails a statement when rows are on their way: the client
// gets the error after them, and keeps its connection.
func TestErrorAmongRows(t *testing.T) {
	kit := testkit.Start(t)
	insert := make([]string, 1000)
	for i := range insert {
		insert[i] = fmt.Sprintf("(%d)", i)
	}
	kit.Exec("CREATE DATABASE d", "CREATE TABLE d.t (id INT PRIMARY KEY)",
		"INSERT INTO d.t VALUES "+strings.Join(insert, ","), declareF)
	kit.Provider.Answer(func(req model.Request) (model.Response, error) {
		if strings.Contains(string(req.Body), "900") {
			return model.Response{}, &model.Error{Kind: model.Denied, Service: model.Bedrock, Code: "AccessDeniedException", Message: "no"}
		}
		return model.Response{Body: req.Body}, nil
	})
	for _, parameters := range [][]string{nil, {"tls=skip-verify"}} {
		conn, err := kit.DB("root", "", parameters...).Conn(kit.Context())
		if err != nil {
			t.Fatal(err)
		}
		// The second run is a prepared statement.
		for _, args := range [][]any{nil, {0}} {
			statement := "SELECT d.f(JSON_OBJECT('n', id)) FROM d.t WHERE id >= 0 ORDER BY id"
			if args != nil {
				statement = strings.Replace(statement, ">= 0", ">= ?", 1)
			}
			rows, err := conn.QueryContext(kit.Context(), statement, args...)
			count := 0
			if err == nil {
				for rows.Next() {
					count++
				}
				err = rows.Err()
				_ = rows.Close()
			}
			wantError(t, err, 63986, "HY000", "Bedrock API returned error: AccessDeniedException: no")
			t.Logf("%v %v: %d rows before the error", parameters, args, count)
			var one int
			if err := conn.QueryRowContext(kit.Context(), "SELECT 1").Scan(&one); err != nil || one != 1 {
				t.Fatalf("the connection is of no use after the error: %v", err)
			}
		}
	}
}

// TestTooManyConnections has the next client told so, and the one after it
// admitted again.
func TestTooManyConnections(t *testing.T) {
	kit := testkit.Start(t, func(c *config.Config) { c.MaxConnections = 2 })
	first, err := kit.DB("root", "").Conn(kit.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := kit.DB("root", "").Conn(kit.Context()); err != nil {
		t.Fatal(err)
	}
	err = kit.DB("root", "").Ping()
	if err == nil || !strings.Contains(err.Error(), "Too many connections") {
		t.Errorf("a third connection: %v", err)
	}
	raw := func(c any) error { return c.(interface{ Close() error }).Close() }
	_ = first.Raw(raw)
	ctx := kit.Context()
	for kit.DB("root", "").Ping() != nil {
		if ctx.Err() != nil {
			t.Fatal("the freed connection is never given to another client")
		}
	}
}

// TestProviderPanic ends the statement whose provider panics, and nothing else.
// Panics of the engine are tested where statements pass, in package server.
func TestProviderPanic(t *testing.T) {
	kit := testkit.Start(t)
	kit.Exec("CREATE DATABASE d", declareF)
	kit.Provider.Answer(func(model.Request) (model.Response, error) { panic("a secret of the provider") })
	db := kit.DB("root", "")
	for _, statement := range []string{"SELECT d.f('{}')", "SELECT d.f(JSON_OBJECT('n', n)) FROM (SELECT 1 AS n UNION SELECT 2) x"} {
		_, err := db.Exec(statement)
		wantError(t, err, 63986, "HY000", "")
		if strings.Contains(err.Error(), "secret") {
			t.Errorf("the client is told what the provider said: %v", err)
		}
	}
	kit.Provider.Answer(nil)
	if got := query(t, kit, "SELECT d.f('{}')"); got[0] != "{}" {
		t.Errorf("after the panic the function answers %q", got)
	}
}

// TestClientGone cancels the model call of a client that goes away, with and
// without TLS.
func TestClientGone(t *testing.T) {
	kit := testkit.Start(t)
	kit.Exec("CREATE DATABASE d", declareF)
	for _, parameters := range [][]string{nil, {"tls=skip-verify"}} {
		asked, cancelled := make(chan struct{}), make(chan struct{})
		kit.Provider.AnswerContext(func(ctx context.Context, _ model.Request) (model.Response, error) {
			close(asked)
			<-ctx.Done()
			close(cancelled)
			return model.Response{}, ctx.Err()
		})
		ctx, leave := context.WithCancel(kit.Context())
		go func() {
			// The driver closes the connection when the context ends.
			_, _ = kit.DB("root", "", parameters...).ExecContext(ctx, "SELECT d.f('{}')")
		}()
		<-asked
		leave()
		select {
		case <-cancelled:
		case <-kit.Context().Done():
			t.Fatalf("%v: the call outlived its client", parameters)
		}
	}
}

package sqlclient

import (
	"bytes"
	"context"
	"database/sql/driver"
	"errors"
	"flag"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
)

func fake() *server {
	one := set{[]string{"one"}, []string{"INT"}, [][]driver.Value{{int64(1)}}}
	return &server{
		waiting: make(chan struct{}),
		answers: map[string]reply{
			"SELECT * FROM t": {sets: []set{{
				[]string{"id", "name", "score"}, []string{"BIGINT", "VARCHAR", "DOUBLE"},
				[][]driver.Value{{int64(1), []byte("日本"), 0.5}, {int64(20), nil, 1e20}, {int64(3), []byte("two\nlines\x1b[2J\t."), -2.0}},
			}}},
			"SELECT 1":                 {sets: []set{one}},
			"SELECT none":              {sets: []set{{columns: []string{"x"}, types: []string{"INT"}}}},
			"CALL p()":                 {sets: []set{one, one, {}}},
			"EXECUTE s":                {},
			"INSERT INTO t VALUES (1)": {affected: 1},
			"UPDATE t SET a = 1":       {affected: 12},
			"SELECT ROW_COUNT()":       {sets: []set{one}},
			"USE demo":                 {},
			"use demo":                 {},
			"SLEEP":                    {wait: true},
			"LOST":                     {err: mysql.ErrInvalidConn},
		},
		warnings: map[string][][]driver.Value{
			"UPDATE t SET a = 1": {{[]byte("Warning"), int64(1265), []byte("Data truncated")}},
			"SELECT 1":           {{[]byte("Note"), int64(1), []byte("a\x07")}, {[]byte("Warning"), int64(2), []byte("b")}},
		},
	}
}

// client runs a script and returns what it printed, times made equal.
func client(t *testing.T, s *server, o Options, script string) (out, errOut string, exit int) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	exit = run(t.Context(), o, s, streams{strings.NewReader(script), &stdout, &stderr})
	return regexp.MustCompile(`\(\d+\.\d\d sec\)`).ReplaceAllString(stdout.String(), "(T)"), stderr.String(), exit
}

func TestTable(t *testing.T) {
	out, errOut, exit := client(t, fake(), Options{}, "SELECT * FROM t; SELECT none;")
	want := `+----+----------------+-------+
| id | name           | score |
+----+----------------+-------+
|  1 | 日本           |   0.5 |
| 20 | NULL           |  1e20 |
|  3 | two            |    -2 |
|    | lines�[2J    . |       |
+----+----------------+-------+
3 rows in set (T)

Empty set (T)

`
	if out != want || errOut != "" || exit != 0 {
		t.Errorf("exit %d, %s\n%s\nwant\n%s", exit, errOut, out, want)
	}
}

func TestVerticalAndBatch(t *testing.T) {
	out, _, _ := client(t, fake(), Options{}, `SELECT * FROM t\G`)
	stars := strings.Repeat("*", 27)
	want := stars + " 1. row " + stars + "\n   id: 1\n name: 日本\nscore: 0.5\n" +
		stars + " 2. row " + stars + "\n   id: 20\n name: NULL\nscore: 1e20\n" +
		stars + " 3. row " + stars + "\n   id: 3\n name: two\nlines\ufffd[2J    .\nscore: -2\n3 rows in set (T)\n\n"
	if out != want {
		t.Errorf("got\n%s", out)
	}
	out, _, _ = client(t, fake(), Options{Batch: true}, `SELECT * FROM t; UPDATE t SET a = 1; SELECT none`)
	if want := "id\tname\tscore\n1\t日本\t0.5\n20\tNULL\t1e20\n3\ttwo\\nlines\x1b[2J\\t.\t-2\nx\n"; out != want {
		t.Errorf("got  %q\nwant %q", out, want)
	}
}

func TestFooters(t *testing.T) {
	for _, c := range []struct {
		o            Options
		script, want string
	}{
		{Options{}, "INSERT INTO t VALUES (1)", "Query OK, 1 row affected (T)\n\n"},
		{Options{}, "UPDATE t SET a = 1", "Query OK, 12 rows affected, 1 warning (T)\n\n"},
		{Options{ShowWarnings: true}, "UPDATE t SET a = 1", "Query OK, 12 rows affected, 1 warning (T)\n\nWarning (Code 1265): Data truncated\n\n"},
		{Options{ShowWarnings: true, Batch: true}, "SELECT 1", "one\n1\nNote (Code 1): a\ufffd\nWarning (Code 2): b\n"},
		{Options{}, "/* to */ use demo", "Database changed (T)\n\n"},
		{Options{}, "EXECUTE s", "Query OK (T)\n\n"},
		{Options{}, "CALL p()", "+-----+\n| one |\n+-----+\n|   1 |\n+-----+\n1 row in set (T)\n\n+-----+\n| one |\n+-----+\n|   1 |\n+-----+\n1 row in set (T)\n\n"},
		{Options{Echo: true}, "-- why\nUPDATE t SET a = 1;", "-- why\nmysql> UPDATE t SET a = 1;\nQuery OK, 12 rows affected, 1 warning (T)\n\n"},
		// asking for the warnings would change what ROW_COUNT() says
		{Options{Batch: false}, "UPDATE t SET a = 1;SELECT ROW_COUNT()", "Query OK, 12 rows affected (T)\n\n+-----+\n| one |\n+-----+\n|   1 |\n+-----+\n1 row in set (T)\n\n"},
	} {
		if out, errOut, _ := client(t, fake(), c.o, c.script); out != c.want || errOut != "" {
			t.Errorf("%s: %s\n%s\nwant\n%s", c.script, errOut, out, c.want)
		}
	}
}

func TestErrors(t *testing.T) {
	dir := t.TempDir()
	inner := filepath.Join(dir, "inner.sql")
	loop := filepath.Join(dir, "loop.sql")
	for path, text := range map[string]string{inner: "USE demo\n\nBAD ONE;\nSELECT 1;", loop: "source " + loop} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		script string
		force  bool
		want   string
		sent   []string
	}{
		{"USE demo;\nBAD;\nSELECT 1;", false, "ERROR 1064 (42000) at line 2: near \"BAD\"\n", []string{"USE demo", "BAD"}},
		{"BAD;SELECT 1;BAD", true, "ERROR 1064 (42000) at line 1: near \"BAD\"\nERROR 1064 (42000) at line 1: near \"BAD\"\n", []string{"BAD", "SELECT 1", "BAD"}},
		{"SELECT 1;quit\nBAD", false, "", []string{"SELECT 1"}},
		{"source " + inner + "\nSELECT 1", false, "ERROR 1064 (42000) at line 3 in file " + inner + ": near \"BAD ONE\"\n", []string{"USE demo", "BAD ONE"}},
		{"source " + loop, true, "ERROR at line 1 in file " + loop + ": SOURCE " + loop + ": files run each other more than 16 deep\n", nil},
		{"\nLOST;SELECT 1", true, "ERROR 2013 (HY000) at line 2: the connection to the server is lost\n", []string{"LOST"}},
		{"SELECT 1;\nDELIMITER\nSELECT 1", true, "ERROR at line 2: DELIMITER needs the new delimiter after it\n", []string{"SELECT 1"}},
	} {
		s := fake()
		_, errOut, exit := client(t, s, Options{Force: c.force, Batch: true}, c.script)
		if errOut != c.want || (exit == 1) != (c.want != "") || !slices.Equal(s.sent[1:], c.sent) {
			t.Errorf("%q: exit %d, %s\nwant %s sent %q", c.script, exit, errOut, c.want, s.sent)
		}
	}
}

func TestInterruptEndsTheSessionOnTheServer(t *testing.T) {
	s := fake()
	ctx, cancel := context.WithCancel(t.Context())
	var stderr bytes.Buffer
	done := make(chan int)
	go func() {
		done <- run(ctx, Options{Force: true, Execute: "SLEEP; SELECT 1"}, s, streams{nil, io.Discard, &stderr})
	}()
	<-s.waiting
	cancel()
	if exit := <-done; exit != 1 || stderr.String() != "ERROR 1317 (70100) at line 1: interrupted\n" {
		t.Errorf("exit %d, %s", exit, &stderr)
	}
	if want := []string{"SELECT CONNECTION_ID()", "SLEEP", "KILL 7"}; !slices.Equal(s.sent, want) {
		t.Errorf("sent %q, want %q", s.sent, want)
	}
}

func TestNobodyListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	var stderr bytes.Buffer
	if exit := Run(t.Context(), Options{Server: Server{Port: port}, Execute: "SELECT 1"}, nil, io.Discard, &stderr); exit != 1 || !strings.HasPrefix(stderr.String(), "ERROR 2003 (HY000): cannot connect to the server at 127.0.0.1:") {
		t.Errorf("exit %d, %s", exit, &stderr)
	}
	refused := Server{}.Explain(&mysql.MySQLError{Number: 1045, SQLState: [5]byte{'2', '8', '0', '0', '0'}, Message: "Access denied"})
	if refused.Error() != "1045 (28000): Access denied" {
		t.Errorf("got %s", refused)
	}
}

func TestParse(t *testing.T) {
	env := func(name string) (string, bool) {
		value, ok := map[string]string{"MYSQL_PWD": "one", "AIRGLOW_PASSWORD": "two"}[name]
		return value, ok
	}
	parse := func(args ...string) (Options, error) {
		flags := flag.NewFlagSet("sql", flag.ContinueOnError)
		flags.SetOutput(io.Discard)
		return Parse(flags, args, env)
	}
	o, err := parse("-e", "SELECT 1", "--port=3307", "--echo")
	if err != nil || o.Execute != "SELECT 1" || o.Port != 3307 || !o.Echo || o.Password != "two" || o.address() != "127.0.0.1:3307" {
		t.Errorf("%+v, %v", o, err)
	}
	if o, _ := parse("--password", "given"); o.Password != "given" {
		t.Errorf("%+v", o)
	}
	for _, args := range [][]string{{"SELECT 1"}, {"-e", "x", "-f", "y"}, {"--nosuch"}} {
		if _, err := parse(args...); err == nil {
			t.Errorf("%q is taken", args)
		}
	}
	if _, err := parse("-h"); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("help: %v", err)
	}
}

func TestTLSNames(t *testing.T) {
	for name, want := range map[string]string{"": "preferred", "preferred": "preferred", "skip-verify": "skip-verify", "verify": "true", "off": "false"} {
		if c, err := (Server{TLS: name}).driverConfig(); err != nil || c.TLSConfig != want || c.Addr != "127.0.0.1:3306" || c.User != "root" {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
	}
	if c, err := (Server{Socket: "/s"}).driverConfig(); err != nil || c.TLSConfig != "false" || c.Net != "unix" || c.Addr != "/s" {
		t.Errorf("%+v, %v", c, err)
	}
	if _, err := (Server{TLS: "yes"}).driverConfig(); err == nil {
		t.Error("an unknown mode is taken")
	}
}

func TestCellOf(t *testing.T) {
	for _, c := range []struct {
		value any
		typ   string
		want  string
	}{
		{nil, "INT", "NULL"}, {[]byte("NULL"), "", "NULL"}, {[]byte{1}, "BIT", "0x01"}, {[]byte{0xff, 0}, "BLOB", "0xFF00"},
		{[]byte("text"), "BLOB", "text"}, {int64(-5), "INT", "-5"}, {uint64(1 << 63), "UNSIGNED BIGINT", "9223372036854775808"},
		{float32(0.1), "FLOAT", "0.1"}, {1e14, "DOUBLE", "100000000000000"}, {1e15, "DOUBLE", "1e15"}, {1e-15, "DOUBLE", "0.000000000000001"},
		{1e-16, "DOUBLE", "1e-16"}, {1.5e300, "DOUBLE", "1.5e300"}, {0.0, "DOUBLE", "0"},
	} {
		if got := cellOf(c.value, c.typ).String(); got != c.want {
			t.Errorf("%v as %s: %s, want %s", c.value, c.typ, got, c.want)
		}
	}
}

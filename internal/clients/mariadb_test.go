package clients

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"airglow/internal/awstest"
)

// mariadb runs the MariaDB command-line client with its own arguments after the
// address of the server.
func (s *server) mariadb(t testing.TB, input string, args ...string) outcome {
	t.Helper()
	return s.mariadbTool(t, "mariadb", input, append([]string{"--host=" + s.host(), "--port=" + s.port(), "--protocol=tcp"}, args...)...)
}

// mariadbTool runs one of the MariaDB clients without the machine's settings.
func (s *server) mariadbTool(t testing.TB, tool, input string, args ...string) outcome {
	t.Helper()
	command := exec.Command(program(t, tool, "mariadb-client"), append([]string{"--no-defaults"}, args...)...)
	command.Dir, command.Env = s.dir, cleanEnvironment(s.dir, nil)
	return finish(t, command, input)
}

// TestMariaDBScript runs a script in the client and compares all that it
// prints, tables, counts and errors, with the golden file. Where Airglow does
// what MySQL does, the file has MySQL's words.
func TestMariaDBScript(t *testing.T) {
	cloud := newCloud(t)
	cloud.Handle(awstest.InvokeModel, func(c awstest.Call) awstest.Answer { return claude("you sent " + string(c.Body)) })
	s := start(t, cloud.setup(setup{}))
	script, err := os.ReadFile(filepath.Join("testdata", "mariadb.sql"))
	if err != nil {
		t.Fatal(err)
	}
	// Unbuffered, so that errors stand where they happened.
	command := exec.Command(program(t, "mariadb", "mariadb-client"), "--no-defaults", "--socket="+s.socket, "--user=root",
		"--table", "--force", "--unbuffered", "--default-character-set=utf8mb4")
	command.Dir, command.Env = s.dir, cleanEnvironment(s.dir, nil)
	command.Stdin = strings.NewReader(string(script))
	got, err := command.CombinedOutput()
	if err != nil && command.ProcessState.ExitCode() != 1 {
		t.Fatalf("%v\n%s", err, got)
	}
	compareGolden(t, filepath.Join("testdata", "mariadb.golden"), string(got))
}

func compareGolden(t testing.TB, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	gotLines, wantLines := strings.Split(got, "\n"), strings.Split(string(want), "\n")
	for i := range max(len(gotLines), len(wantLines)) {
		if g, w := lineAt(gotLines, i), lineAt(wantLines, i); g != w {
			t.Errorf("%s:%d (run with -update to take the new output)\n got: %s\nwant: %s\nin:\n%s",
				file, i+1, g, w, strings.Join(gotLines[max(0, i-12):min(len(gotLines), i+5)], "\n"))
			return
		}
	}
}

func lineAt(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "(nothing)"
}

// TestMariaDBLogin logs in with each kind of account, over each kind of
// connection, and is refused with a wrong password.
func TestMariaDBLogin(t *testing.T) {
	s := start(t, setup{})
	must(t, s.root(t), accounts...)
	ways := []struct {
		name string
		args []string
		tls  bool
	}{
		{"TLS", []string{"--ssl"}, true},
		{"cleartext", []string{"--skip-ssl"}, false},
		{"socket", []string{"--protocol=socket", "--socket=" + s.socket, "--skip-ssl"}, false},
	}
	for _, user := range accountNames {
		for _, way := range ways {
			t.Run(user+" over "+way.name, func(t *testing.T) {
				login := append([]string{"--user=" + user, "--batch", "--skip-column-names"}, way.args...)
				// The first login takes the long way, the second may take the cached one.
				for range 2 {
					in := s.mariadb(t, "SELECT CURRENT_USER(); SHOW STATUS LIKE 'Ssl_cipher'", append(login, "--password="+passwordOf(user))...)
					if in.code != 0 || !strings.HasPrefix(in.out, user+"@%\n") {
						t.Fatal(in)
					}
				}
				for _, first := range []string{"mysql_native_password", "caching_sha2_password"} {
					in := s.mariadb(t, "SELECT 1", append(login, "--password="+passwordOf(user), "--default-auth="+first)...)
					same(t, "a client that begins with "+first, in.String(), outcome{0, "1\n", ""}.String())
				}
				status := s.mariadb(t, `\s`, append(login, "--password="+passwordOf(user))...)
				if encrypted := strings.Contains(status.out, "Cipher in use is TLS"); encrypted != way.tls {
					t.Errorf("TLS is %v in\n%s", encrypted, status.out)
				}
				for _, password := range []string{"wrong", ""} {
					out := s.mariadb(t, "SELECT 1", append(login, "--password="+password)...)
					if out.code != 1 || !strings.Contains(out.err, "ERROR 1045 (28000): Access denied for user '"+user+"'@'localhost'") {
						t.Errorf("with the password %q: %s", password, out)
					}
				}
			})
		}
	}
	unknown := s.mariadb(t, "SELECT 1", "--user=nobody", "--password=x")
	contains(t, "an unknown account", unknown.err, "ERROR 1045 (28000): Access denied for user 'nobody'@'localhost' (using password: YES)")
}

// accountNames are accounts, one for each way of keeping a password.
var accountNames = []string{"native", "sha2", "plain"}

func passwordOf(user string) string { return "pä$$ 'of' " + user }

// accounts makes them.
var accounts = []string{
	"CREATE USER native@'%' IDENTIFIED WITH mysql_native_password BY '" + strings.ReplaceAll(passwordOf("native"), "'", "''") + "'",
	"CREATE USER sha2@'%' IDENTIFIED WITH caching_sha2_password BY '" + strings.ReplaceAll(passwordOf("sha2"), "'", "''") + "'",
	"CREATE USER plain@'%' IDENTIFIED BY '" + strings.ReplaceAll(passwordOf("plain"), "'", "''") + "'",
}

// TestMariaDBRequiredTLS: with tls.mode required, nobody comes in over TCP
// without it, and the socket needs none.
func TestMariaDBRequiredTLS(t *testing.T) {
	dir := newDir(t)
	cert, key := selfSigned(t, dir)
	s := start(t, setup{dir: dir, args: []string{"--tls-mode", "required", "--tls-cert", cert, "--tls-key", key}})
	verified := s.mariadb(t, "SELECT 1", "--user=root", "--ssl", "--ssl-ca="+cert, "--ssl-verify-server-cert", "--batch", "-N")
	same(t, "with the certificate verified", verified.String(), outcome{0, "1\n", ""}.String())
	bare := s.mariadb(t, "SELECT 1", "--user=root", "--skip-ssl")
	if bare.code != 1 {
		t.Errorf("without TLS: %s", bare)
	}
	contains(t, "without TLS", bare.err, "ERROR")
	socket := s.mariadb(t, "SELECT 1", "--user=root", "--protocol=socket", "--socket="+s.socket, "--batch", "-N")
	same(t, "over the socket", socket.out, "1\n")
}

// TestMariaDBSeveralResults: a CALL shows every result of its procedure.
func TestMariaDBSeveralResults(t *testing.T) {
	s := start(t, setup{})
	must(t, s.root(t), "CREATE DATABASE d")
	const script = "DELIMITER //\nCREATE PROCEDURE p() BEGIN SELECT 1 AS one; SELECT 2 AS two; END//\nDELIMITER ;\nCALL p();"
	same(t, "the output", s.mariadb(t, script, "--user=root", "--batch", "--database=d").out, "one\n1\ntwo\n2\n")
}

// TestMariaDBGaps are what the client should print, and does not yet.
func TestMariaDBGaps(t *testing.T) {
	program(t, "mariadb", "mariadb-client") // its absence is not the failure that is expected
	s := start(t, setup{})
	for name, gap := range map[string]struct{ reason, script, want string }{
		"JSON_VALUE":   {"JSON_VALUE keeps the quotes", `SELECT JSON_VALUE('{"a":"x"}', '$.a') AS v`, "v\nx\n"},
		"DEFAULT NULL": {"SHOW CREATE TABLE leaves DEFAULT NULL out", "CREATE TABLE t (a INT); SHOW CREATE TABLE t", "Table\tCreate Table\nt\tCREATE TABLE `t` (\\n  `a` int DEFAULT NULL\\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_bin\n"},
	} {
		t.Run(name, func(t *testing.T) {
			must(t, s.root(t), "DROP DATABASE IF EXISTS d", "CREATE DATABASE d")
			knownGap(t, gap.reason, func(t testing.TB) {
				same(t, "the output", s.mariadb(t, gap.script, "--user=root", "--batch", "--force", "--database=d").out, gap.want)
			})
		})
	}
}

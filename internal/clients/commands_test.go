package clients

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestVersion(t *testing.T) {
	form := regexp.MustCompile(`^airglow \S.* \(go1\.\S+, \w+/\w+\), MySQL protocol version 8\.0\.\d+-airglow\n$`)
	for _, flag := range []string{"version", "--version", "-v"} {
		if result := airglow(t, "", flag); result.code != 0 || !form.MatchString(result.out) {
			t.Errorf("airglow %s: %s", flag, result)
		}
	}
}

func TestUsage(t *testing.T) {
	help := airglow(t, "", "--help")
	if help.code != 0 {
		t.Errorf("--help: %s", help)
	}
	contains(t, "--help", help.out, "serve", "sql", "config", "version")
	for _, wrong := range [][]string{{}, {"nonsense"}, {"serve", "--nonsense"}, {"serve", "--listen", "nowhere"}, {"config", "argument"}, {"sql", "-e", "x", "-f", "y"}} {
		if result := airglow(t, "", wrong...); result.code != 2 || result.err == "" || result.out != "" {
			t.Errorf("airglow %s: %s\nwant exit code 2 and a sentence", strings.Join(wrong, " "), result)
		}
	}
}

func TestConfig(t *testing.T) {
	file := filepath.Join(newDir(t), "a.toml")
	text := "listen = \"127.0.0.1:4000\"\n[aws]\nregion = \"eu-north-1\"\n[[models]]\nmatch = \"anthropic.*\"\nprovider = \"builtin\"\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	shown := airglow(t, "", "config", "--config", file, "--root-password", "hidden", "--drain-timeout", "3s")
	if shown.code != 0 {
		t.Fatal(shown)
	}
	contains(t, "config", shown.out, `listen = "127.0.0.1:4000"`, `region = "eu-north-1"`, `match = "anthropic.*"`,
		`drain-timeout = "3s"  # --drain-timeout`, `max-connections = 151  # default`, "root-password = ")
	if strings.Contains(shown.out, "hidden") {
		t.Errorf("the configuration shows the password:\n%s", shown.out)
	}
	// What is shown is a configuration file: it can be read again.
	if err := os.WriteFile(file, []byte(strings.Replace(shown.out, "root-password", "#root-password", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	again := airglow(t, "", "config", "--config", file)
	contains(t, "config of its own output", again.out, `listen = "127.0.0.1:4000"`, `drain-timeout = "3s"`)

	reference := airglow(t, "", "config", "--reference")
	contains(t, "--reference", reference.out, "AIRGLOW_AWS_BEDROCK_ROLE", "--drain-timeout", "[[models]]")
	if reference.code != 0 {
		t.Error(reference)
	}
}

func TestConfigMistake(t *testing.T) {
	file := filepath.Join(newDir(t), "a.toml")
	if err := os.WriteFile(file, []byte("listen = \"127.0.0.1:4000\"\n\n[aws]\nregoin = \"eu-north-1\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	result := airglow(t, "", "serve", "--config", file)
	if result.code != 2 {
		t.Error(result)
	}
	contains(t, "a misspelt option", result.err, "a.toml:4", "regoin")
}

// sql runs `airglow sql` against the server.
func (s *server) sql(t testing.TB, input string, args ...string) outcome {
	t.Helper()
	return airglow(t, input, append([]string{"sql", "--host", s.host(), "--port", s.port()}, args...)...)
}

// airglowProcess starts `airglow sql` and does not wait for it.
func airglowProcess(t testing.TB, s *server, query string) *os.Process {
	t.Helper()
	command := exec.Command(binary, "sql", "--host", s.host(), "--port", s.port(), "-e", query)
	command.Env = cleanEnvironment(s.dir, nil)
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill() // it has ended when the test went well
		_ = command.Wait()
	})
	return command.Process
}

func TestSQLCommand(t *testing.T) {
	s := start(t, setup{})
	script := "CREATE DATABASE d;\nUSE d;\nCREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(10));\nINSERT INTO t VALUES (1, 'a;b'), (2, NULL);\n" +
		"DELIMITER //\nCREATE PROCEDURE p() BEGIN SELECT v FROM t WHERE id = 1; END//\nDELIMITER ;\nCALL p();\n"
	file := filepath.Join(newDir(t), "a.sql")
	if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	made := s.sql(t, "", "-f", file, "--batch")
	same(t, "-f", made.String(), outcome{0, "v\na;b\n", ""}.String())
	table := s.sql(t, "", "-e", "SELECT * FROM d.t ORDER BY id")
	contains(t, "-e", table.out, "+----+------+\n| id | v    |\n+----+------+\n|  1 | a;b  |\n|  2 | NULL |\n+----+------+\n")
	socket := airglow(t, "SELECT COUNT(*) FROM d.t", "sql", "--socket", s.socket, "--batch")
	same(t, "standard input over the socket", socket.out, "COUNT(*)\n2\n")
	failed := s.sql(t, "", "-e", "SELECT 1; SELECT nosuch FROM d.t; SELECT 2", "--batch")
	if failed.code != 1 || strings.Contains(failed.out, "2") {
		t.Errorf("a script with a mistake: %s", failed)
	}
	contains(t, "the mistake", failed.err, "1054", "42S22", "Unknown column 'nosuch'")
	refusal := s.sql(t, "", "-e", "SELECT 1", "--password", "wrong")
	contains(t, "a wrong password", refusal.err, "1045 (28000)")
	s.stop(t)
	gone := s.sql(t, "", "-e", "SELECT 1")
	if gone.code != 1 {
		t.Errorf("without a server: %s", gone)
	}
	contains(t, "without a server", gone.err, "2003", s.address)
}

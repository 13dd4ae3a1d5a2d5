package clients

import (
	"encoding/json"
	"maps"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"airglow/internal/awstest"
)

// python runs one of the programs of test/clients/python.
func (s *server) python(t testing.TB, connection map[string]any, input string, args ...string) outcome {
	t.Helper()
	args[0] = clientProgram("python", args[0])
	command := exec.Command(pythonWithPyMySQL(t), append([]string{"-B"}, args...)...)
	return s.outside(t, command, connection, input)
}

// outside runs a program with the connection in its environment.
func (s *server) outside(t testing.TB, command *exec.Cmd, connection map[string]any, input string) outcome {
	t.Helper()
	port, err := strconv.Atoi(s.port())
	if err != nil {
		t.Fatal(err)
	}
	options := map[string]any{"host": s.host(), "port": port, "user": "root"}
	maps.Copy(options, connection)
	text, err := json.Marshal(options)
	if err != nil {
		t.Fatal(err)
	}
	command.Dir, command.Env = s.dir, cleanEnvironment(s.dir, map[string]string{"AIRGLOW_TEST": string(text)})
	return finish(t, command, input)
}

// decode reads the JSON that a program printed.
func decode(t testing.TB, result outcome, into any) {
	t.Helper()
	if result.code != 0 {
		t.Fatal(result)
	}
	if err := json.Unmarshal([]byte(result.out), into); err != nil {
		t.Fatalf("%v in %s", err, result)
	}
}

// loginResult is what the login programs print.
type loginResult struct {
	User     string
	TLS      bool
	Error    int
	Code     string
	State    string
	Sentence string
}

// TestPyMySQLFeed runs a loader of the shape of the walkthrough's, and the
// walkthrough's kind of question about what it loaded.
func TestPyMySQLFeed(t *testing.T) {
	cloud := newCloud(t)
	cloud.Handle(awstest.InvokeModel, func(c awstest.Call) awstest.Answer { return claude("short") })
	s := start(t, cloud.setup(setup{}))
	conn := session(t, s.root(t))
	must(t, conn, "CREATE DATABASE d", askFunction, `CREATE TABLE d.t_feed (
		id INT NOT NULL AUTO_INCREMENT, title VARCHAR(1024) DEFAULT NULL, link VARCHAR(2048) DEFAULT NULL, product VARCHAR(512) DEFAULT NULL,
		description TEXT, summary TEXT, modify_user VARCHAR(300) DEFAULT (CURRENT_USER()) COMMENT 'If an import error occurs, remove this column',
		updated_time DATETIME DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, PRIMARY KEY (id), KEY idx_update_time (updated_time)
		) ENGINE=InnoDB AUTO_INCREMENT=1 DEFAULT CHARSET=utf8mb4`)
	file, err := filepath.Abs(filepath.Join("testdata", "feed.xml"))
	if err != nil {
		t.Fatal(err)
	}
	result := s.python(t, map[string]any{"database": "d"}, "", "feed.py", file)
	same(t, "the loader", result.String(), outcome{0, "3 items\n", ""}.String())
	same(t, "the rows", rows(t, conn, "SELECT id, title, link, description, modify_user FROM d.t_feed ORDER BY id"),
		`1|The lighthouse has a new lamp|https://example.com/lamp?a=1&b=2|The keeper\'s \"new\" lamp is twice as bright. Ships see it from afar.|root@localhost`+"\n"+
			`2|Fährverkehr & café 🙂|https://example.com/ferry|100 % of the ferries\' crews say: C:\new\path is a path.|root@localhost`+"\n"+
			`3|Nothing to say|https://example.com/nothing||root@localhost`)
	must(t, conn, `UPDATE d.t_feed SET summary = JSON_UNQUOTE(JSON_EXTRACT(d.ask(JSON_OBJECT('text', description)), '$.content[0].text'))`)
	same(t, "the summaries", rows(t, conn, "SELECT DISTINCT summary FROM d.t_feed"), "short")
}

func TestPyMySQLLogin(t *testing.T) {
	s := start(t, setup{})
	must(t, s.root(t), accounts...)
	for _, user := range accountNames {
		for way, connection := range map[string]map[string]any{
			"TLS": {"tls": true}, "cleartext": {"tls": false}, "socket": {"unix_socket": s.socket},
		} {
			t.Run(user+" over "+way, func(t *testing.T) {
				for _, password := range []string{passwordOf(user), "wrong"} {
					arguments := map[string]any{"user": user, "password": password}
					maps.Copy(arguments, connection)
					var got loginResult
					decode(t, s.python(t, arguments, "", "login.py"), &got)
					switch {
					case password == "wrong":
						if got.Error != 1045 {
							t.Errorf("a wrong password: %+v", got)
						}
					case got.User != user+"@%" || got.Error != 0:
						t.Errorf("login: %+v", got)
					case got.TLS != (way == "TLS") && way != "socket": // PyMySQL calls every socket secure
						t.Errorf("TLS is %v", got.TLS)
					}
				}
			})
		}
	}
}

// TestPyMySQLTexts sends texts that are hard to quote there and back, by
// statement and through a model.
func TestPyMySQLTexts(t *testing.T) {
	cloud := newCloud(t)
	cloud.Handle(awstest.InvokeModel, func(c awstest.Call) awstest.Answer { return awstest.JSON(string(c.Body)) })
	s := start(t, cloud.setup(setup{}))
	must(t, session(t, s.root(t)), "CREATE DATABASE d", "USE d", askFunction, "CREATE TABLE texts (id INT PRIMARY KEY, text TEXT, answer TEXT)",
		"CREATE PROCEDURE pair(a VARCHAR(10), b VARCHAR(10)) SELECT a AS one, b AS two")
	texts := []string{"it's", `say "hello"`, `C:\new\table\`, "emoji 🙂👩‍👩‍👧", "%s %% {} ? :x", "line\r\nbreak\ttab", "日本語 العربية", "'; DROP TABLE texts; --", ""}
	input, err := json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Stored, Answered []string
		Updated          int
		AfterRollback    int `json:"after rollback"`
		Called           [][]string
		Error            []any
	}
	decode(t, s.python(t, map[string]any{"database": "d"}, string(input), "texts.py"), &got)
	for i, text := range texts {
		same(t, "stored", got.Stored[i], text)
		same(t, "answered", got.Answered[i], text)
	}
	if got.Updated != len(texts) {
		t.Errorf("the update changed %d rows", got.Updated)
	}
	// PyMySQL begins without autocommit, as Python's drivers must. It turns it
	// off only where the greeting says that it is on.
	if got.AfterRollback != 0 {
		t.Errorf("after rollback() %d rows are still changed", got.AfterRollback)
	}
	if len(got.Called) != 1 || len(got.Called[0]) != 2 || got.Called[0][0] != "a" || got.Called[0][1] != "b" {
		t.Errorf("the procedure returned %v", got.Called)
	}
	// PyMySQL reads the number as a signed one, so that 63986 comes as -1550.
	if len(got.Error) != 2 || got.Error[1] != float64(63986-1<<16) {
		t.Errorf("a refused call raised %v", got.Error)
	}
}

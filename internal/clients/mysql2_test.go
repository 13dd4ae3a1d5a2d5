package clients

import (
	"encoding/json"
	"fmt"
	"maps"
	"os/exec"
	"slices"
	"testing"

	"airglow/internal/awstest"
)

// node runs one of the programs of test/clients/node.
func (s *server) node(t testing.TB, connection map[string]any, name string) outcome {
	t.Helper()
	return s.outside(t, exec.Command(nodeWithMySQL2(t), clientProgram("node", name)), connection, "")
}

func TestMySQL2Login(t *testing.T) {
	s := start(t, setup{})
	must(t, s.root(t), accounts...)
	for _, user := range accountNames {
		for way, connection := range map[string]map[string]any{
			"TLS": {"tls": true}, "cleartext": {}, "socket": {"socketPath": s.socket},
		} {
			t.Run(user+" over "+way, func(t *testing.T) {
				for _, password := range []string{passwordOf(user), "wrong"} {
					options := map[string]any{"user": user, "password": password}
					maps.Copy(options, connection)
					var got loginResult
					decode(t, s.node(t, options, "login.js"), &got)
					switch {
					case password == "wrong":
						if got.Error != 1045 || got.Code != "ER_ACCESS_DENIED_ERROR" || got.State != "28000" {
							t.Errorf("a wrong password: %+v", got)
						}
					case got.User != user+"@%" || got.Error != 0 || got.TLS != (way == "TLS"):
						t.Errorf("login: %+v", got)
					}
				}
			})
		}
	}
}

// mysql2Calls is what calls.js prints.
type mysql2Calls struct {
	Query, Execute, Again struct{ Answer string }
	Types                 map[string]any
	Inserted              []int
	Updated               int
	Rows                  []struct {
		ID           int
		Text, Answer string
	}
	Refused, Unknown, Syntax struct {
		Errno       int
		Code, State string
	}
	Alive []map[string]int
	Pool  []string
}

// TestMySQL2Calls calls model functions through the text and the binary
// protocol, alone and ten at a time.
func TestMySQL2Calls(t *testing.T) {
	cloud := newCloud(t)
	cloud.Handle(awstest.InvokeModel, func(c awstest.Call) awstest.Answer { return awstest.JSON(string(c.Body)) })
	cloud.Handle(awstest.InvokeEndpoint, func(c awstest.Call) awstest.Answer { return awstest.CSV("0.125") })
	s := start(t, cloud.setup(setup{}))
	must(t, s.root(t), modelFunctions...)
	must(t, s.root(t), "CREATE TABLE d.t (id INT PRIMARY KEY AUTO_INCREMENT, text VARCHAR(100), answer TEXT)")
	var got mysql2Calls
	decode(t, s.node(t, map[string]any{"database": "d", "timezone": "Z"}, "calls.js"), &got)

	const text = `it's \ "🙂" ?`
	same(t, "query", got.Query.Answer, text)
	same(t, "execute", got.Execute.Answer, text)
	same(t, "execute again", got.Again.Answer, "again")
	types, err := json.Marshal(got.Types)
	if err != nil {
		t.Fatal(err)
	}
	want, err := json.Marshal(map[string]any{"text": text, "number": 1.5, "nothing": nil, "whole": 7, "at": "2026-01-02T03:04:05.000Z", "score": 0.125})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "types", string(types), string(want))
	if !slices.Equal(got.Inserted, []int{1, 1}) || got.Updated != 1 {
		t.Errorf("inserted %v, updated %d", got.Inserted, got.Updated)
	}
	same(t, "the row", fmt.Sprintf("%+v", got.Rows), fmt.Sprintf("[{ID:1 Text:%s Answer:%s}]", text, `{"text": "it's \\ \"🙂\" ?"}`))
	same(t, "a refused call", fmt.Sprint(got.Refused.Errno, got.Refused.State), "63986HY000")
	same(t, "an unknown function", fmt.Sprint(got.Unknown), "{1305 ER_SP_DOES_NOT_EXIST 42000}")
	same(t, "a syntax error", fmt.Sprint(got.Syntax), "{1064 ER_PARSE_ERROR 42000}")
	same(t, "the connection after errors", fmt.Sprint(got.Alive), "[map[one:1]]")
	if len(got.Pool) != 10 {
		t.Fatalf("the pool answered %v", got.Pool)
	}
	for i, answer := range got.Pool {
		same(t, "a call of the pool", answer, fmt.Sprintf("call %d", i))
	}
}

// sessionLeft is what session.js prints of a session.
type sessionLeft struct {
	User, DB                    string
	Variable                    any
	Setting, Unlocked, Warnings int
	Role, State                 string
	Wrong                       int
	Alive                       bool
}

// TestMySQL2Reset: COM_RESET_CONNECTION leaves nothing but the user and the
// default database.
func TestMySQL2Reset(t *testing.T) {
	s := start(t, setup{})
	must(t, s.root(t), "CREATE DATABASE d", "CREATE TABLE d.t (a INT)", "CREATE ROLE r", "GRANT r TO root@localhost")
	var got struct {
		After    sessionLeft
		Rows     int
		Prepared any
		Sentence string
	}
	decode(t, s.node(t, map[string]any{"user": "root", "database": "d"}, "session.js"), &got)
	if got.After.Role == "`r`@`%`" { // all of them are active again, as after a login
		t.Error("the role that was chosen is active still")
	}
	got.After.Role = ""
	same(t, "after", fmt.Sprintf("%+v", got.After), fmt.Sprintf("%+v", sessionLeft{User: "root@localhost", DB: "d", Unlocked: 1, Alive: true}))
	if got.Rows != 0 || got.Prepared != 1243.0 || got.Sentence != "" {
		t.Errorf("rows left %d, prepared statement %v, %s", got.Rows, got.Prepared, got.Sentence)
	}
}

// TestMySQL2ChangeUser: COM_CHANGE_USER leaves nothing of the session before it,
// and a wrong password ends the connection.
func TestMySQL2ChangeUser(t *testing.T) {
	s := start(t, setup{})
	root := s.root(t)
	must(t, root, accounts...)
	must(t, root, "CREATE DATABASE d", "CREATE TABLE d.t (a INT)", "CREATE ROLE r", "GRANT r TO root@localhost")
	for _, user := range accountNames {
		must(t, root, "GRANT ALL ON d.* TO "+user+"@'%'")
		for way, connection := range map[string]map[string]any{
			"TLS": {"tls": true}, "cleartext": {}, "socket": {"socketPath": s.socket},
		} {
			t.Run(user+" over "+way, func(t *testing.T) {
				options := map[string]any{"user": "root", "to": map[string]any{"user": user, "password": passwordOf(user), "database": "d"}}
				maps.Copy(options, connection)
				var got struct {
					Before, After sessionLeft
					Rows          int
					Prepared      any
					Sentence      string
				}
				decode(t, s.node(t, options, "session.js"), &got)
				same(t, "before", fmt.Sprintf("%+v", got.Before), fmt.Sprintf("%+v", sessionLeft{
					User: "root@localhost", Variable: 1.0, Setting: 9999, Role: "`r`@`%`", Warnings: 1}))
				same(t, "after", fmt.Sprintf("%+v", got.After), fmt.Sprintf("%+v", sessionLeft{
					User: user + "@%", DB: "d", Role: "NONE", Unlocked: 1, Wrong: 1873, State: "28000"}))
				if got.Rows != 0 || got.Prepared != 1243.0 || got.Sentence != "" {
					t.Errorf("rows left %d, prepared statement %v, %s", got.Rows, got.Prepared, got.Sentence)
				}
			})
		}
	}
}

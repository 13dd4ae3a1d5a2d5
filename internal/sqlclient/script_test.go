package sqlclient

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestSplit(t *testing.T) {
	for _, c := range []struct {
		name, script string
		want         []string // line:text, |G for vertical
	}{
		{"empty", " \n\t", nil},
		{"only comments", "-- a;\n# b;\n/* c; */\n--", nil},
		{"two", "SELECT 1;\nSELECT 2;", []string{"1:SELECT 1", "2:SELECT 2"}},
		{"no terminator", "SELECT 1;\n\n SELECT\n2 ", []string{"1:SELECT 1", "3:SELECT\n2"}},
		{"empty statements", ";;SELECT 1;;\n;", []string{"1:SELECT 1"}},
		{"strings", `SELECT ';', 'it''s; \'; "', "a;""b';", ` + "`x;``y\\`;SELECT 2", []string{`1:SELECT ';', 'it''s; \'; "', "a;""b';", ` + "`x;``y\\`", "1:SELECT 2"}},
		{"open string", "SELECT 'a; SELECT 2;", []string{"1:SELECT 'a; SELECT 2;"}},
		{"open comment", "SELECT 1 /* ; x", []string{"1:SELECT 1 /* ; x"}},
		{"comments inside", "SELECT 1 -- ; a\n+ 2 # ; b\n/* ; */;SELECT 5--3;", []string{"1:SELECT 1 -- ; a\n+ 2 # ; b\n/* ; */", "3:SELECT 5--3"}},
		{"comment before", "-- why\nSELECT 1;", []string{"2:SELECT 1"}},
		{"executable comment", "/*!40101 SET NAMES utf8mb4 */;", []string{"1:/*!40101 SET NAMES utf8mb4 */"}},
		{"quote in a comment", "-- it's\nSELECT 1; # don't\nSELECT 2", []string{"2:SELECT 1", "3:SELECT 2"}},
		{"vertical", "SELECT 1\\G\nSELECT '\\G'\\g SELECT 3\\G;", []string{"1:SELECT 1|G", `2:SELECT '\G'`, "2:SELECT 3|G"}},
		{"delimiter", "DELIMITER //\nCREATE PROCEDURE p() BEGIN SELECT 1; END//\ndelimiter ;\nCALL p();", []string{"2:CREATE PROCEDURE p() BEGIN SELECT 1; END", "4:CALL p()"}},
		{"delimiter of letters", "DELIMITER $$ ignored\nSELECT ';$$'$$SELECT 2$$", []string{"2:SELECT ';$$'", "2:SELECT 2"}},
		{"windows lines", "DELIMITER //\r\nSELECT 1;//\r\n", []string{"2:SELECT 1;"}},
		{"use", "USE a\nuse `b`; SELECT 1;\nUSE c; SELECT 2", []string{"1:USE a", "2:use `b`", "2:SELECT 1", "3:USE c", "3:SELECT 2"}},
		{"use within", "DELIMITER //\nBEGIN\nuse x\nEND//", []string{"2:BEGIN\nuse x\nEND"}},
		{"user is no use", "used; sources; exits", []string{"1:used", "1:sources", "1:exits"}},
		{"source", "SOURCE a b.sql\n\\. c.sql\nsource\td.sql;SELECT 1", []string{"1:source a b.sql", "2:source c.sql", "3:source d.sql", "3:SELECT 1"}},
		{"quit", "SELECT 1;\nquit\nSELECT 2; exit; \\q", []string{"1:SELECT 1", "2:quit ", "3:SELECT 2", "3:quit ", "3:quit "}},
		{"byte order mark", "\ufeffSELECT 1", []string{"1:SELECT 1"}},
	} {
		got, err := split(c.script)
		if err != nil || fmt.Sprintf("%q", shown(got)) != fmt.Sprintf("%q", c.want) {
			t.Errorf("%s: got %q, %v\nwant %q", c.name, shown(got), err, c.want)
		}
	}
}

func shown(statements []statement) (all []string) {
	for _, st := range statements {
		text := fmt.Sprintf("%d:%s%s", st.line, map[command]string{source: "source ", quit: "quit "}[st.command], st.text)
		if st.vertical {
			text += "|G"
		}
		all = append(all, text)
	}
	return all
}

func TestSplitKeepsCommentsForTheEcho(t *testing.T) {
	got, _ := split("-- one\n\n/* two\n lines */ # three\r\nSELECT 1;\nSELECT 2")
	if len(got) != 2 || got[0].comment != "-- one\n/* two\n lines */\n# three\n" || got[1].comment != "" {
		t.Errorf("got %+v", got)
	}
}

func TestSplitReportsTheClientsMistakes(t *testing.T) {
	for script, want := range map[string]string{
		"SELECT 1;\nDELIMITER":     "line 2: DELIMITER needs the new delimiter after it",
		"SELECT 1;\ndelimiter \\":  `line 2: DELIMITER cannot take a backslash, which begins the client's commands`,
		"SELECT 1;\n\n\\. \nx":     "line 3: SOURCE needs the name of a file after it",
		"SELECT 1;\nsource ;\nx\n": "line 2: SOURCE needs the name of a file after it",
	} {
		got, err := split(script)
		var mistake *scriptError
		if !errors.As(err, &mistake) || err.Error() != want || len(got) != 1 {
			t.Errorf("%q: %v, %v", script, got, err)
		}
	}
}

// FuzzSplit checks what must hold of any script: it ends, no statement is
// empty or unknown to the script, and lines and order are the script's.
func FuzzSplit(f *testing.F) {
	for _, s := range []string{"SELECT 1;", "DELIMITER //\nx//", "'", "/*", "--", "\\G", "use x", "source y", "\\.", "#\n;", "`a\\`;", "DELIMITER", "quit;x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, script string) {
		statements, _ := split(script)
		from, line := 0, 1
		for _, st := range statements {
			at := strings.Index(script[from:], st.text)
			if st.command == toServer && (st.text == "" || at < 0) || st.line < line {
				t.Fatalf("%q: bad statement %+v", script, st)
			}
			if st.command == toServer {
				from += at + len(st.text)
			}
			line = st.line
		}
		if line > strings.Count(script, "\n")+1 {
			t.Fatalf("%q: line %d", script, line)
		}
	})
}

package diagnostics

import (
	"testing"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/vt/sqlparser"
)

func conditions() []Condition {
	return Conditions([]*sql.Warning{ // the latest first, as the engine has them
		{Level: LevelError, Code: 1062, Message: "third"},
		{Level: LevelNote, Code: 1305, Message: "second"},
		{Level: LevelWarning, Code: 1329, Message: "first"},
	})
}

func TestConditionsHaveStates(t *testing.T) {
	var states []string
	for _, c := range conditions() {
		states = append(states, c.State)
	}
	if want := []string{"02000", "01000", "23000"}; states[0] != want[0] || states[1] != want[1] || states[2] != want[2] {
		t.Errorf("states are %q, want %q", states, want)
	}
}

func TestAreaKeepsUntilReplaced(t *testing.T) {
	var a Area
	a.Begin()
	if _, ended := a.LastCount(); ended {
		t.Error("a statement that runs has ended")
	}
	a.Replace(conditions(), 2)
	if n, ended := a.LastCount(); n != 3 || !ended {
		t.Errorf("last count is %d, %v", n, ended)
	}
	a.Begin()
	a.Keep()
	if n, _ := a.LastCount(); n != 0 || len(a.Conditions()) != 2 {
		t.Errorf("after a statement that keeps the area: %d, %v", n, a.Conditions())
	}
}

func TestShow(t *testing.T) {
	for text, want := range map[string]string{
		"SHOW WARNINGS":           "first second third ",
		"SHOW WARNINGS LIMIT 2":   "first second ",
		"SHOW WARNINGS LIMIT 1,1": "second ",
		"SHOW WARNINGS LIMIT 9,1": "",
		"SHOW ERRORS":             "third ",
	} {
		stmt, err := sqlparser.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		show, ok, err := AsShow(stmt)
		if !ok || err != nil {
			t.Fatalf("%s: %v, %v", text, ok, err)
		}
		var got string
		for _, row := range show.Rows(conditions(), Counts{}) {
			got += row[2].(string) + " "
		}
		if got != want {
			t.Errorf("%s shows %q, want %q", text, got, want)
		}
	}
}

func TestShowRefusesWhatIsNoNumber(t *testing.T) {
	stmt, err := sqlparser.Parse("SHOW ERRORS LIMIT 18446744073709551616")
	if err != nil {
		t.Fatal(err)
	}
	if _, ok, err := AsShow(stmt); !ok || err == nil {
		t.Errorf("%v, %v", ok, err)
	}
}

package variable

import (
	"testing"

	"github.com/dolthub/go-mysql-server/sql"
)

// TestKnowDefaultModes compares what the engine makes of both defaults while it knows
// either, and that it makes the same one of MySQL's each time.
func TestKnowDefaultModes(t *testing.T) {
	stock := sql.DefaultSqlMode
	before := map[string]string{}
	for _, text := range []string{stock, defaultModes} {
		before[text] = ModesInOrder(sql.NewSqlModeFromString(text))
	}
	text := sql.NewSqlModeFromString(defaultModes).String()
	undo := KnowDefaultModes()
	if !isKnown(defaultModes) || isKnown(stock) {
		t.Error("MySQL's default is read anew, or the engine's is not")
	}
	if got := sql.NewSqlModeFromString(defaultModes).String(); got != text {
		t.Errorf("the default shows as %s, not %s", got, text)
	}
	check := func(when string) {
		for text, want := range before {
			if got := ModesInOrder(sql.NewSqlModeFromString(text)); got != want {
				t.Errorf("%s: %s is %s, want %s", when, text, got, want)
			}
		}
	}
	check("known")
	undo()
	check("undone")
	if sql.DefaultSqlMode != stock || !isKnown(stock) {
		t.Error("the engine's own default is not known again")
	}
}

// isKnown reports whether the engine gives the same modes each time.
func isKnown(text string) bool {
	once := sql.NewSqlModeFromString(text)
	return once == sql.NewSqlModeFromString(text)
}

package app_test

import (
	"errors"
	"testing"

	"github.com/go-sql-driver/mysql"

	"airglow/internal/testkit"
)

// wantError fails the test unless err is MySQL's error of a number, a state and,
// when it is not empty, a text.
func wantError(t *testing.T, err error, number uint16, state, text string) {
	t.Helper()
	var got *mysql.MySQLError
	if !errors.As(err, &got) {
		t.Fatalf("error is %v, want number %d", err, number)
	}
	if got.Number != number || string(got.SQLState[:]) != state {
		t.Errorf("error is %d (%s): %s, want %d (%s)", got.Number, got.SQLState, got.Message, number, state)
	}
	if text != "" && got.Message != text {
		t.Errorf("error text is %q, want %q", got.Message, text)
	}
}

// query returns the first column of a query's rows as texts.
func query(t *testing.T, kit *testkit.Kit, statement string) []string {
	t.Helper()
	rows, err := kit.DB("root", "").Query(statement)
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	defer rows.Close()
	var values []string
	for rows.Next() {
		var value string
		if err := rows.Scan(&value); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
		values = append(values, value)
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	return values
}

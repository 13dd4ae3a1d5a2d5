package mysqlerr

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/types"
	"github.com/dolthub/vitess/go/mysql"
	"github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/model"
)

// parse returns the parser's own error for a text.
func parse(text string) error {
	_, err := sqlparser.Parse(text)
	return err
}

// TestTranslate gives each error twice: as the engine makes it, and as it is
// when it has passed through the engine's handler, which leaves a text with
// number 1105.
func TestTranslate(t *testing.T) {
	const sel = "SELECT a FROM t WHERE b = 1"
	at := func(text string) Statement { return Statement{Text: text, Database: "d"} }
	for _, c := range []struct {
		err  error
		at   Statement
		want string
	}{
		{sql.ErrDatabaseNotFound.New("x"), at(""), "1049 42000 Unknown database 'x'"},
		{sql.ErrNoDatabaseSelected.New(), at(""), "1046 3D000 No database selected"},
		{sql.ErrTableNotFound.New("t"), at(sel), "1146 42S02 Table 'd.t' doesn't exist"},
		{sql.ErrTableNotFound.New("t, maybe you mean tt?"), at(sel), "1146 42S02 Table 'd.t' doesn't exist"},
		{sql.ErrTableNotFound.New("t"), at("SELECT * FROM `e`.`t`"), "1146 42S02 Table 'e.t' doesn't exist"},
		{sql.ErrTableNotFound.New("t"), Statement{}, "1146 42S02 Table 't' doesn't exist"},
		{sql.ErrTableNotFound.New("t"), at("/* a */ DROP TABLE t"), "1051 42S02 Unknown table 'd.t'"},
		{sql.ErrColumnNotFound.New("a"), at(sel), "1054 42S22 Unknown column 'a' in 'field list'"},
		{sql.ErrColumnNotFound.New("b"), at(sel), "1054 42S22 Unknown column 'b' in 'where clause'"},
		{sql.ErrColumnNotFound.New("c"), at("SELECT 1 FROM t ORDER BY c"), "1054 42S22 Unknown column 'c' in 'order clause'"},
		{sql.ErrColumnNotFound.New("c"), at("SET c = 1"), "1193 HY000 Unknown system variable 'c'"},
		{sql.ErrTableColumnNotFound.New("t", "c"), at("SELECT t.c FROM t"), "1054 42S22 Unknown column 't.c' in 'field list'"},
		{sql.ErrTableColumnNotFound.New("t", "c"), at("ALTER TABLE t DROP COLUMN c"), "1091 42000 Can't DROP 'c'; check that column/key exists"},
		{sql.ErrFunctionNotFound.New("f"), at("SELECT f(1)"), "1305 42000 FUNCTION d.f does not exist"},
		{sql.ErrStoredProcedureDoesNotExist.New("p"), at("CALL e.p()"), "1305 42000 PROCEDURE e.p does not exist"},
		{sql.ErrSavepointDoesNotExist.New("s"), at(""), "1305 42000 SAVEPOINT s does not exist"},
		{sql.ErrUnknownSystemVariable.New("@@v"), at(""), "1193 HY000 Unknown system variable 'v'"},
		{sql.ErrUnknownPreparedStatement.New("s"), at(""), "1243 HY000 Unknown prepared statement handler (s) given to EXECUTE"},

		{sql.ErrDatabaseExists.New("x"), at(""), "1007 HY000 Can't create database 'x'; database exists"},
		{sql.ErrTableAlreadyExists.New("t"), at(""), "1050 42S01 Table 't' already exists"},
		{sql.ErrColumnExists.New("c"), at(""), "1060 42S21 Duplicate column name 'c'"},
		{sql.ErrDuplicateKey.New("k"), at(""), "1061 42000 Duplicate key name 'k'"},
		{sql.ErrDuplicateAliasOrTable.New("t"), at(""), "1066 42000 Not unique table/alias: 't'"},
		{sql.ErrStoredProcedureAlreadyExists.New("p"), at(""), "1304 42000 PROCEDURE p already exists"},
		{sql.ErrAmbiguousColumnName.New("id", "a, b"), at(""), "1052 23000 Column 'id' in field list is ambiguous"},

		{sql.NewUniqueKeyErr("[1,x]", true, nil), at(""), "1062 23000 Duplicate entry '1-x' for key 'PRIMARY'"},
		{sql.NewUniqueKeyErr("[1]", false, nil), at(""), "1062 23000 Duplicate entry '1' for a unique key"},
		{sql.NewWrappedInsertError(nil, sql.NewUniqueKeyErr("[1]", true, nil)), at(""), "1062 23000 Duplicate entry '1' for key 'PRIMARY'"},
		{sql.ErrInsertIntoNonNullableProvidedNull.New("c"), at(""), "1048 23000 Column 'c' cannot be null"},
		{sql.ErrInsertIntoNonNullableDefaultNullColumn.New("c"), at(""), "1364 HY000 Field 'c' doesn't have a default value"},
		{sql.ErrColValCountMismatch.New(2), at(""), "1136 21S01 Column count doesn't match value count at row 2"},
		{sql.ErrForeignKeyChildViolation.New("fk", "c", "p", "[9]"), at(""),
			"1452 23000 Cannot add or update a child row: a foreign key constraint fails (`c`, CONSTRAINT `fk` REFERENCES `p`)"},
		{sql.ErrForeignKeyParentViolation.New("fk", "c", "p", "[9]"), at(""),
			"1451 23000 Cannot delete or update a parent row: a foreign key constraint fails (`c`, CONSTRAINT `fk` REFERENCES `p`)"},
		{sql.ErrCheckConstraintViolated.New("ck"), at(""), "3819 HY000 Check constraint 'ck' is violated."},
		{sql.ErrReadOnlyTransaction.New(), at(""), "1792 25006 Cannot execute statement in a READ ONLY transaction."},
		{sql.ErrLockDeadlock.New("conflict"), at(""), "1213 40001 " + conflictSentence},

		{types.ErrLengthBeyondLimit.New("long", "c"), at(""), "1406 22001 Data too long for column 'c' at row 1"},
		{types.ErrConvertingToTime.New("x"), at(""), "1292 22007 Incorrect datetime value: 'x'"},
		{sql.ErrInvalidValue.New("x", "int"), at(""), "1366 HY000 Incorrect integer value: 'x'"},
		{sql.ErrValueOutOfRange.New(300, "tinyint"), at(""), "1264 22003 Out of range value: 300 for tinyint"},
		{errors.New("BIGINT value is out of range (1 DIV 2)"), at(""), "1690 22003 BIGINT value is out of range (1 DIV 2)"},
		{errors.New("division by zero"), at(""), "1365 22012 Division by 0"},
		{sql.ErrInvalidJSONText.New(1, "json_extract", "{"), at(""), `3141 22032 Invalid JSON text in argument 1 to function json_extract: "{"`},
		{sql.ErrInvalidArgumentNumber.New("length", 1, 2), at(""), "1582 42000 Incorrect parameter count in the call to native function 'length'"},
		{sql.ErrCallIncorrectParameterCount.New("p", 1, 2), at("CALL p(1,2)"), "1318 42000 Incorrect number of arguments for PROCEDURE d.p; expected 1, got 2"},

		{sql.ErrExpectedSingleRow.New(), at(""), "1242 21000 Subquery returns more than 1 row"},
		{sql.ErrInvalidOperandColumns.New(1, 2), at(""), "1241 21000 Operand should contain 1 column(s)"},
		{sql.ErrMoreThanOneRow.New(), at(""), "1172 42000 Result consisted of more than one row"},
		{sql.ErrCursorNotOpen.New("c"), at(""), "1326 24000 Cursor is not open"},

		{sql.ErrDatabaseAccessDeniedForUser.New("'u'@'h'", "d"), at(""), "1044 42000 Access denied for user 'u'@'h' to database 'd'"},
		{sql.ErrPrivilegeCheckFailed.New("'u'@'h'"), at("INSERT INTO d.t VALUES (1)"), "1142 42000 INSERT command denied to user 'u'@'h' for table 't'"},
		{sql.ErrPrivilegeCheckFailed.New("'u'@'h'"), at("EXPLAIN ANALYZE FORMAT = TREE UPDATE d.t SET a = 1"), "1142 42000 UPDATE command denied to user 'u'@'h' for table 't'"},
		{sql.ErrPrivilegeCheckFailed.New("'u'@'h'"), at("CALL p()"), "1370 42000 execute command denied to user 'u'@'h' for routine 'd.p'"},
		{sql.ErrPrivilegeCheckFailed.New("'u'@'h'"), at("CREATE USER x"),
			"1227 42000 Access denied; you need (at least one of) the CREATE USER privilege(s) for this operation"},
		{sql.ErrPrivilegeCheckFailed.New("'u'@'h'"), at("DROP DATABASE x"), "1044 42000 Access denied for user 'u'@'h' to database 'x'"},

		{context.Canceled, at(""), "1317 70100 Query execution was interrupted"},
		{fmt.Errorf("scan: %w", context.DeadlineExceeded), at(""), "1317 70100 Query execution was interrupted"},
		{parse("SELEC 1"), at("SELEC 1"), "1064 42000 You have an error in your SQL syntax; check the manual that corresponds " +
			"to your MySQL server version for the right syntax to use near 'SELEC 1' at line 1"},
		{parse("SELECT 1\nFORM t WHERE"), at("SELECT 1\nFORM t WHERE"), "1064 42000 You have an error in your SQL syntax; check the manual " +
			"that corresponds to your MySQL server version for the right syntax to use near 't WHERE' at line 2"},
		{sql.ErrUnableSort.Wrap(expression.ErrIndexOutOfBounds.New(3, 2)), at(""), "1105 HY000 the SQL engine cannot run this statement as it is written (it looks for value 3 in a row of 2); write it in another way, such as with a derived table or without positions, and report it with the statement"},
		{errors.New("nobody knows this text"), at(""), "1105 HY000 nobody knows this text"},
	} {
		reduced := mysql.NewSQLError(mysql.ERUnknownError, "", "%s", c.err.Error())
		cast := sql.CastSQLError(c.err)
		for how, err := range map[string]error{"itself": c.err, "reduced": reduced, "cast": cast} {
			if errors.Is(c.err, context.DeadlineExceeded) && how != "itself" {
				continue // its text is no longer all there is of it
			}
			if got := show(Translate(err, c.at)); got != c.want {
				t.Errorf("%v (%s)\n got %s\nwant %s", c.err, how, got, c.want)
			}
		}
	}
}

func show(e *mysql.SQLError) string { return fmt.Sprintf("%d %s %s", e.Num, e.State, e.Message) }

// TestNumbersStay leaves errors alone that somebody has numbered.
func TestNumbersStay(t *testing.T) {
	signalled := &mysql.SQLError{Num: 1644, State: "45000", Message: "division by zero"}
	if got := Translate(signalled, Statement{}); *got != *signalled {
		t.Errorf("a SIGNAL became %s", show(got))
	}
	wrapped := fmt.Errorf("trigger: %w", signalled)
	if got := Translate(wrapped, Statement{}); *got != *signalled {
		t.Errorf("a wrapped SIGNAL became %s", show(got))
	}
	text := errors.New(signalled.Error())
	if got := Translate(text, Statement{}); got.Num != 1644 || got.State != "45000" || got.Message != signalled.Message {
		t.Errorf("a SIGNAL within a text became %s", show(got))
	}
	if Translate(nil, Statement{}) != nil {
		t.Error("no error became one")
	}
}

// TestFromModel numbers failures of models by their service.
func TestFromModel(t *testing.T) {
	failure := &model.Error{Kind: model.Throttled, Service: model.Bedrock, Code: "ThrottlingException", Message: "slow down"}
	const text = "Bedrock API returned error: ThrottlingException: slow down"
	for service, number := range map[model.Service]int{
		model.Bedrock: CodeBedrock, model.SageMaker: CodeSageMaker, model.Comprehend: CodeComprehend, "": 1105,
	} {
		e := *failure
		e.Service = service
		got := Translate(FromModel(fmt.Errorf("row 1: %w", &e)), Statement{})
		if got.Num != number || got.State != "HY000" || got.Message != e.Error() {
			t.Errorf("%s: %s", service, show(got))
		}
	}
	if got := Translate(failure, Statement{}); got.Num != CodeBedrock || got.Message != text {
		t.Errorf("untranslated: %s", show(got))
	}
	if got := Translate(FromModel(fmt.Errorf("call: %w", context.Canceled)), Statement{}); got.Num != 1317 {
		t.Errorf("interrupted: %s", show(got))
	}
	if FromModel(nil) != nil {
		t.Error("no error became one")
	}
}

// TestTableIsSound compiles the table and looks for entries that can never be
// found, that have no number, or whose sentence asks for more than there is.
func TestTableIsSound(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range patterns() {
		expression := p.expression.String()
		if seen[expression] {
			t.Errorf("the table has two entries for %s", expression)
		}
		seen[expression] = true
		if p.make == nil && p.number == 0 {
			t.Errorf("no number for %s", expression)
		}
		for i := p.expression.NumSubexp() + 1; i < 10; i++ {
			if strings.Contains(p.say, fmt.Sprintf("$%d", i)) {
				t.Errorf("%q has no $%d", p.say, i)
			}
		}
	}
}

func TestPanic(t *testing.T) {
	cause, stack, ok := Panic(errors.New("panic recovered: index out of range\ngoroutine 1\nmain.go:3"))
	if !ok || cause != "index out of range" || stack != "goroutine 1\nmain.go:3" {
		t.Errorf("%v %q %q", ok, cause, stack)
	}
	if _, _, ok := Panic(errors.New("panic attack")); ok {
		t.Error("an ordinary error was taken for a panic")
	}
	if _, _, ok := Panic(nil); ok {
		t.Error("nil was taken for a panic")
	}
}

// FuzzTranslate makes sure that no text breaks the table, and that what comes
// out can be sent: a state has five characters.
func FuzzTranslate(f *testing.F) {
	for _, seed := range []string{"table not found: t", "syntax error at position 99 near 'x'", "duplicate primary key given: [", "(errno 1) (sqlstate 00000)"} {
		f.Add(seed, "SELECT * FROM `t`")
	}
	f.Fuzz(func(t *testing.T, text, statement string) {
		e := Translate(errors.New(text), Statement{Text: statement, Database: "d"})
		if len(e.State) != 5 || e.Num <= 0 {
			t.Errorf("%q became %s", text, show(e))
		}
	})
}

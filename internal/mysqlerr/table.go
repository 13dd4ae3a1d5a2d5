package mysqlerr

import (
	"regexp"
	"strings"
	"sync"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/types"
	"github.com/dolthub/vitess/go/mysql"
	goerrors "gopkg.in/src-d/go-errors.v1"
)

// entry is a line of the table: how an error of the engine looks, and what
// MySQL says in its place.
type entry struct {
	// kind is the engine's own kind of error, whose text is a format. Where the
	// engine has no kind, text is the format; %s stands for anything.
	kind *goerrors.Kind
	text string
	// cause is true when ": " and the cause may follow the text.
	cause bool

	number int
	// say is MySQL's sentence, in which $1, $2, … are what the format's verbs
	// stand for; empty keeps the engine's text.
	say string
	// make makes the sentence, or the whole error, when say is not enough.
	make func(found []string, at Statement) *mysql.SQLError
}

// conflictSentence is MySQL's for a deadlock, with what happened here: the
// storage compares at commit. A statement that is a transaction of its own is
// run again before its client sees this.
const conflictSentence = "Deadlock found when trying to get lock; try restarting transaction: " +
	"another session has changed the same rows since this transaction began, and it was rolled back"

// entries is the table. The first entry that fits counts.
func entries() []entry {
	return []entry{
		// Names that do not exist.
		{kind: sql.ErrDatabaseNotFound, make: noDatabase},
		{kind: sql.ErrNoDatabaseSelected, number: 1046, say: "No database selected"},
		{text: "table not found: %s, maybe you mean %s?", make: noTable},
		{kind: sql.ErrTableNotFound, make: noTable},
		{kind: sql.ErrUnknownTable, number: 1051, make: unknownTable},
		{kind: sql.ErrViewDoesNotExist, number: 1051, say: "Unknown table '$1.$2'"},
		{kind: sql.ErrColumnNotFound, make: unknownColumn},
		{kind: sql.ErrTableColumnNotFound, make: unknownTableColumn},
		{kind: sql.ErrMisusedAlias, make: unknownColumn},
		{kind: sql.ErrUnknownColumn, number: 1054, say: "Unknown column '$1' in 'field list'"},
		{kind: sql.ErrUnknownIndexColumn, number: 1072, say: "Key column '$1' doesn't exist in table"},
		{kind: sql.ErrKeyColumnDoesNotExist, number: 1072, say: "Key column '$1' doesn't exist in table"},
		{kind: sql.ErrFunctionNotFound, make: noFunction},
		{kind: sql.ErrTableFunctionNotFound, make: noFunction},
		{kind: sql.ErrStoredProcedureDoesNotExist, make: noProcedure},
		{kind: sql.ErrTriggerDoesNotExist, number: 1360, say: "Trigger does not exist"},
		{kind: sql.ErrEventDoesNotExist, number: 1539, say: "Unknown event '$1'"},
		{kind: sql.ErrUnknownEvent, number: 1539},
		{kind: sql.ErrSavepointDoesNotExist, number: 1305},
		{text: "Unknown system variable '@@%s'", number: 1193, say: "Unknown system variable '$1'"},
		{kind: sql.ErrUnknownSystemVariable, number: 1193},
		{kind: sql.ErrUnknownUserVariable, number: 1193, say: "Unknown system variable '$1'"},
		{kind: sql.ErrUndeclaredVariable, number: 1327},
		{kind: sql.ErrUnknownPreparedStatement, make: noPrepared},
		{text: "bind variable not provided: '%s'", number: 1210, say: "Incorrect arguments to EXECUTE"},
		{text: "invalid arguments. expected: %d, found: %d", number: 1210, say: "Incorrect arguments to EXECUTE"},
		{kind: sql.ErrCantDropFieldOrKey, number: 1091, say: "Can't DROP '$1'; check that column/key exists"},
		{kind: sql.ErrUnknownConstraint, make: noConstraint},
		{text: "foreign key `%s` was not found on the table `%s`", number: 1091, say: "Can't DROP '$1'; check that column/key exists"},
		{kind: sql.ErrPartitionNotFound, number: 1526, say: "Table has no partition for value $1"},
		{kind: sql.ErrCollationUnknown, number: 1273, say: "Unknown collation: '$1'"},
		{kind: sql.ErrCharSetUnknown, number: 1115, say: "Unknown character set: '$1'"},
		{kind: sql.ErrInvalidTimeZone, number: 1298, say: "Unknown or incorrect time zone: '$1'"},
		{text: "unable to find index %s on table %s of database %s", number: 1176, say: "Key '$1' doesn't exist in table '$2'"},

		// Names that exist already, or twice.
		{kind: sql.ErrDatabaseExists, number: 1007, say: "Can't create database '$1'; database exists"},
		{text: "can't drop database %s; database doesn't exist", number: 1008, say: "Can't drop database '$1'; database doesn't exist"},
		{kind: sql.ErrTableAlreadyExists, number: 1050, say: "Table '$1' already exists"},
		{kind: sql.ErrExistingView, number: 1050, say: "Table '$2' already exists"},
		{kind: sql.ErrColumnExists, number: 1060, say: "Duplicate column name '$1'"},
		{kind: sql.ErrDuplicateColumn, number: 1060, say: "Duplicate column name '$1'"},
		{kind: sql.ErrDuplicateKey, number: 1061},
		{text: `an index with id "%s" has already been registered`, number: 1061, say: "Duplicate key name '$1'"},
		{text: "triggers `%s` already exists", number: 1359, say: "Trigger already exists"},
		{kind: sql.ErrDuplicateAliasOrTable, number: 1066, say: "Not unique table/alias: '$1'"},
		{kind: sql.ErrStoredProcedureAlreadyExists, number: 1304, say: "PROCEDURE $1 already exists"},
		{kind: sql.ErrEventAlreadyExists, number: 1537},
		{kind: sql.ErrColumnSpecifiedTwice, number: 1110, say: "Column '$1' specified twice"},
		{kind: sql.ErrAmbiguousColumnName, number: 1052, say: "Column '$1' in field list is ambiguous"},
		{kind: sql.ErrAmbiguousColumnOrAliasName, number: 1052, say: "Column '$1' in field list is ambiguous"},
		{kind: sql.ErrAmbiguousColumnInOrderBy, number: 1052, say: "Column '$1' in order clause is ambiguous"},

		// Rows that may not be.
		{kind: sql.ErrPrimaryKeyViolation, cause: true, make: duplicateEntry("'PRIMARY'")},
		{kind: sql.ErrUniqueKeyViolation, cause: true, make: duplicateEntry("")},
		{kind: sql.ErrDuplicateEntry, number: 1062},
		{kind: sql.ErrInsertIntoNonNullableProvidedNull, number: 1048, say: "Column '$1' cannot be null"},
		{kind: sql.ErrInsertIntoNonNullableDefaultNullColumn, number: 1364},
		{kind: sql.ErrColValCountMismatch, number: 1136},
		{kind: sql.ErrInsertIntoMismatchValueCount, make: valueCount},
		{kind: sql.ErrForeignKeyChildViolation, number: 1452,
			say: "Cannot add or update a child row: a foreign key constraint fails (`$2`, CONSTRAINT `$1` REFERENCES `$3`)"},
		{kind: sql.ErrForeignKeyParentViolation, number: 1451,
			say: "Cannot delete or update a parent row: a foreign key constraint fails (`$2`, CONSTRAINT `$1` REFERENCES `$3`)"},
		{kind: sql.ErrForeignKeyNotResolved, number: 1452},
		{kind: sql.ErrForeignKeyDropTable, number: 3730,
			say: "Cannot drop table '$1' referenced by a foreign key constraint '$2'."},
		{kind: sql.ErrTruncateReferencedFromForeignKey, make: truncateParent},
		{kind: sql.ErrCheckConstraintViolated, number: 3819, say: "Check constraint '$1' is violated."},
		{kind: sql.ErrGeneratedColumnValue, number: 3105,
			say: "The value specified for generated column '$1' in table '$2' is not allowed."},
		{kind: sql.ErrReadOnlyTransaction, number: 1792, say: "Cannot execute statement in a READ ONLY transaction."},
		{kind: sql.ErrLockDeadlock, number: 1213, say: conflictSentence},
		{text: "Committing this transaction resulted in a working set with constraint violations%s", number: 1213, say: conflictSentence},

		// Values that do not fit.
		{kind: types.ErrLengthBeyondLimit, number: 1406, say: "Data too long for column '$2' at row 1"},
		{kind: types.ErrLengthTooLarge, make: tooLarge},
		{kind: types.ErrBadCharsetString, number: 1366},
		{kind: types.ErrConvertingToTime, number: 1292},
		{kind: types.ErrConvertingToTimeOutOfRange, number: 1292, say: "Incorrect datetime value: '$1'"},
		{kind: types.ErrConvertingToTimeType, number: 1292, say: "Incorrect time value: '$1'"},
		{kind: types.ErrConvertingToYear, number: 1264, say: "Out of range value '$1' for a YEAR"},
		{kind: types.ErrConvertingToDecimal, number: 1366, say: "Incorrect decimal value: '$1'"},
		{text: "Out of range value for column of Decimal type", number: 1264, say: "Out of range value for a DECIMAL column"},
		{kind: types.ErrConvertingToEnum, number: 1265, say: "Data truncated: '$1' is not a value of the ENUM"},
		{kind: types.ErrDataTruncatedForColumn, number: 1265, say: "Data truncated for column '$1' at row 1"},
		{kind: types.ErrDataTruncatedForColumnAtRow, number: 1265},
		{kind: sql.ErrConvertingToSet, number: 1265, say: "Data truncated: '$1' is not a value of the SET"},
		{kind: sql.ErrInvalidSetValue, make: noMember},
		{text: "error: '%s' is not a valid value for '%s'", make: incorrectValue},
		{kind: sql.ErrTruncatedIncorrect, make: truncatedIncorrect},
		{kind: sql.ErrValueOutOfRange, number: 1264, say: "Out of range value: $1 for $2"},
		{text: "%s value is out of range in %s", number: 1690},
		{text: "%s value is out of range (%s)", number: 1690},
		{text: "division by zero", number: 1365, say: "Division by 0"},
		{kind: sql.ErrInvalidJSONText, number: 3141,
			say: `Invalid JSON text in argument $1 to function $2: "$3"`},
		{text: "expression '%s': couldn't convert to json: Invalid JSON text: %s", number: 3141,
			say: "Invalid JSON text in argument 1 to function cast_as_json: $2"},
		{kind: sql.ErrInvalidJson, number: 3140},
		{text: "failed to extract from expression '%s'; Invalid JSON path expression. %s", number: 3143,
			say: "Invalid JSON path expression. $2"},
		{kind: sql.ErrInvalidArgumentNumber, make: argumentCount},
		{kind: sql.ErrCallIncorrectParameterCount, make: parameterCount},
		{kind: sql.ErrSystemVariableReadOnly, number: 1238},
		{kind: sql.ErrSystemVariableSessionOnly, number: 1228},
		{kind: sql.ErrSystemVariableGlobalOnly, number: 1229},
		{kind: sql.ErrInvalidSystemVariableValue, make: wrongValue},
		{kind: sql.ErrInvalidColumnDefaultValue, number: 1067},
		{kind: sql.ErrIncompatibleDefaultType, cause: true, make: badDefault},
		{text: "invalid identifier: `%s`", make: badIdentifier},
		{text: "Too big precision %d specified. Maximum is %d.", make: badPrecision},
		{text: "Scale %d cannot be larger than the precision %d", make: badScale},
		{text: "duplicate entry: %s", make: duplicateMember},
		{kind: sql.ErrIdentifierIsTooLong, number: 1059},
		{kind: sql.ErrKeyTooLong, number: 1071, say: "Specified key was too long; max key length is 3072 bytes"},
		{kind: sql.ErrInvalidBlobTextKey, number: 1170, say: "BLOB/TEXT column '$1' used in key specification without a key length"},
		{kind: sql.ErrSecureFilePriv, number: 1290,
			say: "The MySQL server is running with the --secure-file-priv option so it cannot execute this statement"},
		{text: "LOAD DATA is unable to open file: The MySQL server is running with the --secure-file-priv option so it cannot execute this statement",
			number: 1290, say: "The MySQL server is running with the --secure-file-priv option so it cannot execute this statement"},
		{text: "LOAD DATA is unable to open file: stat %s: no such file or directory", make: noFile},
		{text: "stat %s: no such file or directory", make: noDirectory},
		{kind: sql.ErrLoadDataCannotOpen, number: 29, say: "File not found or not readable: $1"},
		{text: "local_infile needs to be set to 1 to use LOCAL", number: 3948,
			say: "Loading local data is disabled; this must be enabled on both the client and server sides"},
		{kind: sql.ErrFileExists, number: 1086},

		// Queries that make no sense.
		{kind: sql.ErrExpectedSingleRow, number: 1242, say: "Subquery returns more than 1 row"},
		{kind: sql.ErrMoreThanOneRow, number: 1172, say: "Result consisted of more than one row"},
		{text: "tuple should contain %d column(s), but has %d", make: viewColumns},
		{kind: sql.ErrInvalidOperandColumns, number: 1241, say: "Operand should contain $1 column(s)"},
		{kind: sql.ErrColumnNumberDoesNotMatch, number: 1222},
		{text: "cannot union two queries whose schemas are different lengths; left has %d column(s) right has %d column(s).",
			number: 1222, say: "The used SELECT statements have a different number of columns"},
		{kind: sql.ErrColumnCountMismatch, number: 1353},
		{text: "Expression #%d of SELECT list is not in GROUP BY clause and contains nonaggregated column '%s' %s", make: notGrouped},
		{text: "failed to resolve aggregate column argument: %s", number: 1111, say: "Invalid use of group function"},
		{kind: sql.ErrNonAggregatedColumnWithoutGroupBy, make: notAggregated},
		{text: "incorrect number of primary key ordinals: expected '%s', found '%s'", number: 1068, say: "Multiple primary key defined"},
		{kind: sql.ErrMultiplePrimaryKeysDefined, number: 1068, say: "Multiple primary key defined"},
		{kind: sql.ErrWrongAutoKey, number: 1075,
			say: "Incorrect table definition; there can be only one auto column and it must be defined as a key"},
		{kind: sql.ErrInvalidAutoIncCols, number: 1075,
			say: "Incorrect table definition; there can be only one auto column and it must be defined as a key"},
		{kind: sql.ErrNoTablesUsed, number: 1096},
		{kind: sql.ErrExpectedTableFoundView, make: notBaseTable},
		{text: "expected resolved table: %s", make: notBaseTable},
		{text: "'%!'(string=%s) is not VIEW", make: notView},
		{kind: plan.ErrTruncateNotSupported, make: noSubject},
		{kind: plan.ErrUpdateNotSupported, make: notUpdatable("UPDATE")},
		{kind: plan.ErrDeleteFromNotSupported, make: notUpdatable("DELETE")},
		{text: "expected insert destination to be resolved or unresolved table", make: notInsertable},
		{text: "no matching Full-Text index found on table `%s`", number: 1191,
			say: "Can't find FULLTEXT index matching the column list"},
		{text: "temporary tables do not support foreign keys", number: 1215, say: "Cannot add foreign key constraint"},
		{kind: sql.ErrCteRecursionLimitExceeded, number: 3636, say: "Recursive query aborted after 1001 iterations. Try increasing @@cte_max_recursion_depth to a larger value."},
		{text: "unsupported feature: resignal", number: 1645, say: "RESIGNAL when handler not active"},
		{kind: sql.ErrUnsupportedFeature, number: 1235, say: "This version of Airglow doesn't yet support '$1'"},
		{kind: sql.ErrUnsupportedSyntax, number: 1235, say: "This version of Airglow doesn't yet support '$1'"},
		{kind: sql.ErrTriggerTableInUse, number: 1442,
			say: "Can't update table '$1' in stored function/trigger because it is already used by statement which invoked this stored function/trigger."},

		// Procedures.
		{kind: sql.ErrCursorNotFound, number: 1324, say: "Undefined CURSOR: $1"},
		{kind: sql.ErrCursorAlreadyOpen, number: 1325, say: "Cursor is already open"},
		{kind: sql.ErrCursorNotOpen, number: 1326, say: "Cursor is not open"},
		{kind: sql.ErrFetchIncorrectCount, number: 1328, say: "Incorrect number of FETCH variables"},
		{kind: sql.ErrLoopLabelNotFound, number: 1308},
		{kind: sql.ErrLoopRedefinition, number: 1309, say: "Redefining label $1"},
		{kind: sql.ErrDeclareConditionNotFound, number: 1319, say: "Undefined CONDITION: $1"},
		{kind: sql.ErrDeclareVariableDuplicate, number: 1331, say: "Duplicate variable: $1"},
		{kind: sql.ErrDeclareConditionDuplicate, number: 1332, say: "Duplicate condition: $1"},
		{kind: sql.ErrDeclareCursorDuplicate, number: 1333, say: "Duplicate cursor: $1"},
		{kind: sql.ErrDeclareHandlerDuplicate, number: 1413, say: "Duplicate handler declared in the same block"},
		{kind: sql.ErrDeclareVariableOrderInvalid, number: 1337,
			say: "Variable or condition declaration after cursor or handler declaration"},
		{kind: sql.ErrDeclareCursorOrderInvalid, number: 1338, say: "Cursor declaration after handler declaration"},
		{kind: sql.ErrProcedureRecursiveCall, number: 1456,
			say: "Recursive limit 0 (as set by the max_sp_recursion_depth variable) was exceeded for routine $1"},

		// What one may not do.
		{kind: sql.ErrDatabaseAccessDeniedForUser, make: databaseDenied},
		{kind: sql.ErrTableAccessDeniedForUser, make: tableDenied},
		{kind: sql.ErrPrivilegeCheckFailed, make: commandDenied},
		{kind: sql.ErrGrantUserDoesNotExist, number: 1410, say: "You are not allowed to create a user with GRANT"},
		{kind: sql.ErrGrantRevokeRoleDoesNotExist, number: 3523, say: "Unknown authorization ID $1"},
		{kind: sql.ErrRevokeUserDoesNotExist, make: noGrant},
		{kind: sql.ErrUserCreationFailure, number: 1396},
		{kind: sql.ErrUserAlterFailure, number: 1396},
		{kind: sql.ErrRoleCreationFailure, number: 1396},
		{kind: sql.ErrUserDeletionFailure, number: 1396},
		{kind: sql.ErrRoleDeletionFailure, number: 1396},
		{kind: sql.ErrGrantRevokeIllegalPrivilege, number: 1144, say: illegalGrant},
		{kind: sql.ErrGrantRevokeIllegalPrivilegeWithMessage, number: 1144, say: illegalGrant},
		{kind: sql.ErrReadOnly, number: 1290,
			say: "The MySQL server is running with the --read-only option so it cannot execute this statement"},

		// What ended a statement.
		{text: "context canceled", number: 1317, say: "Query execution was interrupted"},
		{text: "context deadline exceeded", number: 1317, say: "Query execution was interrupted"},
		{text: "connection was closed", number: 1317, say: "Query execution was interrupted"},
		{text: "syntax error at position %s near '%s'", make: syntaxError},
		{text: "syntax error at position %s", make: syntaxError},
		{kind: sql.ErrInvalidSyntax, number: 1064},
		{text: "Query was empty", number: 1065},

		// A plan that the engine made wrong. Its text sends the user to the wrong place.
		{text: "unable to find field with index %s in row of %s columns. \n This is a bug. Please file an issue here: %s",
			number: mysql.ERUnknownError, say: "the SQL engine cannot run this statement as it is written (it looks for value $1 in a row of $2); " +
				"write it in another way, such as with a derived table or without positions, and report it with the statement"},
	}
}

// pattern is an entry with the expression that finds it.
type pattern struct {
	entry
	expression *regexp.Regexp
}

// patterns are the entries, compiled when the first error needs them.
var patterns = sync.OnceValue(func() []pattern {
	list := entries()
	compiled := make([]pattern, len(list))
	for i, e := range list {
		compiled[i] = pattern{entry: e, expression: e.compile()}
	}
	return compiled
})

// verb is what the formats of the engine have where a text varies.
var verb = regexp.MustCompile(`%[svdTq]`)

// compile turns the entry's format into an expression for the texts it makes.
func (e entry) compile() *regexp.Regexp {
	format := e.text
	if e.kind != nil {
		format = e.kind.Message
	}
	expression := verb.ReplaceAllStringFunc(regexp.QuoteMeta(format), func(v string) string {
		if v == "%q" {
			return `"((?:[^"\\]|\\.)*)"`
		}
		return `(.*?)`
	})
	if e.cause {
		expression += `(?:: (.*))?`
	}
	return regexp.MustCompile(`(?s)^` + expression + `$`)
}

// codePrefix is what errors of the parser have before their text when they are
// printed with all they hold.
var codePrefix = regexp.MustCompile(`^Code: [A-Z_]+\n`)

// lookUp finds the entry for a text and returns the error it stands for.
func lookUp(text string, at Statement) (*mysql.SQLError, bool) {
	text = strings.TrimPrefix(text, sql.ErrUnableSort.Message+": ") // of an expression in ORDER BY
	text = strings.TrimSpace(codePrefix.ReplaceAllString(text, ""))
	for _, p := range patterns() {
		found := p.expression.FindStringSubmatch(text)
		if found == nil {
			continue
		}
		if p.make != nil {
			return p.make(found, at), true
		}
		sentence := text
		if p.say != "" {
			sentence = fill(p.say, found)
		}
		return New(p.number, sentence), true
	}
	return nil, false
}

// fill puts what was found in the place of $1 to $9.
func fill(say string, found []string) string {
	var pairs []string
	for i := 1; i < len(found) && i < 10; i++ {
		pairs = append(pairs, "$"+string(rune('0'+i)), found[i])
	}
	return strings.NewReplacer(pairs...).Replace(say)
}

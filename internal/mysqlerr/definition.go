package mysqlerr

import (
	"regexp"
	"strings"

	"github.com/dolthub/vitess/go/mysql"
)

// The sentences about definitions, queries and files that need the statement.

// columnBefore finds the column in whose definition something stands, given as
// an expression; empty when it is not found.
func columnBefore(expression, text string) string {
	found := regexp.MustCompile("(?is)`?([\\w$]+)`?\\s+" + expression).FindStringSubmatch(text)
	if found == nil {
		return ""
	}
	return found[1]
}

// tooLarge is about the length of a type.
func tooLarge(found []string, at Statement) *mysql.SQLError {
	column := columnBefore(`\w+\s*\(\s*`+found[1]+`\s*\)`, at.Text)
	return say(1074, "Column length too big for column '%s' (max = %s); use BLOB or TEXT instead", column, found[2])
}

func badPrecision(found []string, at Statement) *mysql.SQLError {
	column := columnBefore(`\w+\s*\(\s*`+found[1]+`\b`, at.Text)
	return say(1426, "Too-big precision %s specified for '%s'. Maximum is %s.", found[1], column, found[2])
}

func badScale(found []string, at Statement) *mysql.SQLError {
	column := columnBefore(`\w+\s*\(\s*`+found[2]+`\s*,\s*`+found[1]+`\s*\)`, at.Text)
	return say(1427, "For float(M,D), double(M,D) or decimal(M,D), M must be >= D (column '%s').", column)
}

// badDefault finds the column by its default, of which the engine's text has the
// value at its end.
func badDefault(found []string, at Statement) *mysql.SQLError {
	value := found[1][strings.LastIndexByte(found[1], ' ')+1:]
	column := columnBefore(`\w+(?:\s*\([^)]*\))?[^,(]*\bDEFAULT\s+'?`+regexp.QuoteMeta(strings.Trim(value, "'")), at.Text)
	return say(1067, "Invalid default value for '%s'", column)
}

// maxIdentifier is how many characters a name may have.
const maxIdentifier = 64

func badIdentifier(found []string, _ Statement) *mysql.SQLError {
	if len([]rune(found[1])) > maxIdentifier {
		return say(1059, "Identifier name '%s' is too long", found[1])
	}
	return say(1103, "Incorrect table name '%s'", found[1])
}

func duplicateMember(found []string, at Statement) *mysql.SQLError {
	kind := "ENUM"
	column := columnBefore(`ENUM\s*\(`, at.Text)
	if column == "" {
		kind, column = "SET", columnBefore(`SET\s*\(`, at.Text)
	}
	return say(1291, "Column '%s' has duplicated value '%s' in %s", column, found[1], kind)
}

// wrongValue is about a system variable and a value that it does not take.
func wrongValue(found []string, _ Statement) *mysql.SQLError {
	value := found[2]
	if value == "<nil>" { // as the engine prints NULL
		value = "NULL"
	}
	return say(1231, "Variable '%s' can't be set to the value of '%s'", found[1], value)
}

// noMember is about a value of a variable, or of a column that is a SET.
func noMember(found []string, at Statement) *mysql.SQLError {
	variable := regexp.MustCompile(`([\w$]+)\s*:?=`).FindStringSubmatch(at.Text)
	if verbOf(at.Text) == "SET" && variable != nil {
		return say(1231, "Variable '%s' can't be set to the value of '%s'", variable[1], found[1])
	}
	return say(1265, "Data truncated: '%s' is not a value of the SET", found[1])
}

// viewColumns is about a view whose list of columns is not as long as that of
// its query, or else about an operand.
func viewColumns(found []string, at Statement) *mysql.SQLError {
	if firstWords(at.Text, "CREATE", "VIEW") {
		return say(1353, "In definition of view, derived table or common table expression, "+
			"SELECT list and column names list have different column counts")
	}
	return say(1241, "Operand should contain %s column(s)", found[1])
}

func notGrouped(found []string, at Statement) *mysql.SQLError {
	return say(1055, "Expression #%s of SELECT list is not in GROUP BY clause and contains nonaggregated column '%s' %s",
		found[1], inDatabase(found[2], at), found[3])
}

// inDatabase puts the database before the name of a column with its table.
func inDatabase(column string, at Statement) string {
	if at.Database == "" || strings.Count(column, ".") != 1 {
		return column
	}
	return at.Database + "." + column
}

// aggregate is a call of an aggregate function.
var aggregate = regexp.MustCompile(`(?i)\b(COUNT|SUM|AVG|MIN|MAX|GROUP_CONCAT)\s*\(`)

// notAggregated is about a column among aggregates, or about an aggregate in
// WHERE, where the engine sees the columns of the SELECT list amiss.
func notAggregated(found []string, at Statement) *mysql.SQLError {
	list, _, _ := strings.Cut(strings.ToUpper(at.Text), "WHERE")
	if aggregate.MatchString(at.Text) && !aggregate.MatchString(list) {
		return say(1111, "Invalid use of group function")
	}
	return say(1140, "In aggregated query without GROUP BY, expression #%s of SELECT list contains nonaggregated column '%s'; "+
		"this is incompatible with sql_mode=only_full_group_by", found[1], inDatabase(found[2], at))
}

var fileNames = regexp.MustCompile(`(?is)\b(?:INFILE|OUTFILE|DUMPFILE)\s+'([^']*)'`)

// fileName is the file that a statement names, else the one that the engine does.
func fileName(named string, at Statement) string {
	if found := fileNames.FindStringSubmatch(at.Text); found != nil {
		return found[1]
	}
	return named
}

func noFile(found []string, at Statement) *mysql.SQLError {
	return say(13, "Can't get stat of '%s' (OS errno 2 - No such file or directory)", fileName(found[1], at))
}

func noDirectory(found []string, at Statement) *mysql.SQLError {
	return say(1, "Can't create/write to file '%s' (OS errno 2 - No such file or directory)", fileName(found[1], at))
}

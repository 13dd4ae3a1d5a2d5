package mysqlerr

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/dolthub/vitess/go/mysql"
)

func say(number int, format string, args ...any) *mysql.SQLError {
	return New(number, fmt.Sprintf(format, args...))
}

// qualified returns a name with its database before it, as MySQL writes it: the
// database that the statement names, else the session's.
func qualified(name string, at Statement) string {
	if strings.Contains(name, ".") {
		return name
	}
	named := regexp.MustCompile("(?i)([\\w$]+)`?\\s*\\.\\s*`?" + regexp.QuoteMeta(name) + `(?:\W|$)`).FindStringSubmatch(at.Text)
	switch {
	case named != nil:
		return named[1] + "." + name
	case at.Database != "":
		return at.Database + "." + name
	default:
		return name
	}
}

func noDatabase(found []string, at Statement) *mysql.SQLError {
	if firstWords(at.Text, "DROP", "DATABASE") || firstWords(at.Text, "DROP", "SCHEMA") {
		return say(1008, "Can't drop database '%s'; database doesn't exist", found[1])
	}
	return say(1049, "Unknown database '%s'", found[1])
}

func noTable(found []string, at Statement) *mysql.SQLError {
	if column, ok := qualifies(found[1], at.Text); ok {
		return say(1054, "Unknown column '%s' in '%s'", column, clauseOf(column, at.Text))
	}
	if refersTo(found[1], at.Text) {
		return say(1824, "Failed to open the referenced table '%s'", found[1])
	}
	if firstWords(at.Text, "DROP") {
		return say(1051, "Unknown table '%s'", qualified(found[1], at))
	}
	return say(1146, "Table '%s' doesn't exist", qualified(found[1], at))
}

func unknownTable(found []string, at Statement) *mysql.SQLError {
	return say(1051, "Unknown table '%s'", qualified(found[1], at))
}

func unknownColumn(found []string, at Statement) *mysql.SQLError {
	if verbOf(at.Text) == "SET" {
		return say(1193, "Unknown system variable '%s'", found[1])
	}
	return say(1054, "Unknown column '%s' in '%s'", found[1], clauseOf(found[1], at.Text))
}

func unknownTableColumn(found []string, at Statement) *mysql.SQLError {
	if verbOf(at.Text) == "ALTER" && regexp.MustCompile(`(?i)\bDROP\b`).MatchString(at.Text) {
		return say(1091, "Can't DROP '%s'; check that column/key exists", found[2])
	}
	if verbOf(at.Text) == "ALTER" {
		return say(1054, "Unknown column '%s' in '%s'", found[2], found[1])
	}
	name := found[1] + "." + found[2]
	return say(1054, "Unknown column '%s' in '%s'", name, clauseOf(name, at.Text))
}

func noFunction(found []string, at Statement) *mysql.SQLError {
	return say(1305, "FUNCTION %s does not exist", qualified(found[1], at))
}

func noProcedure(found []string, at Statement) *mysql.SQLError {
	if verbOf(at.Text) == "SHOW" {
		return say(1305, "PROCEDURE %s does not exist", found[1])
	}
	return say(1305, "PROCEDURE %s does not exist", qualified(found[1], at))
}

// duplicateEntry says which values are there already; the engine lists them in
// brackets.
func duplicateEntry(key string) func([]string, Statement) *mysql.SQLError {
	return func(found []string, _ Statement) *mysql.SQLError {
		values := strings.TrimSuffix(strings.TrimPrefix(found[1], "["), "]")
		values = strings.ReplaceAll(values, ",", "-")
		if key == "" {
			return say(1062, "Duplicate entry '%s' for a unique key", values)
		}
		return say(1062, "Duplicate entry '%s' for key %s", values, key)
	}
}

// incorrectValue is about a value that is none of its column's type. The engine
// names the type; MySQL's word for it depends on the type as well.
func incorrectValue(found []string, _ Statement) *mysql.SQLError {
	kind := strings.ToLower(found[2])
	switch {
	case strings.Contains(kind, "int"):
		kind = "integer"
	case strings.Contains(kind, "date"), strings.Contains(kind, "time"):
		return say(1292, "Incorrect datetime value: '%s'", found[1])
	}
	return say(1366, "Incorrect %s value: '%s'", kind, found[1])
}

// truncatedIncorrect is about a value of which a conversion within an expression
// took a part. MySQL names the type in capitals, and all integers as one.
func truncatedIncorrect(found []string, _ Statement) *mysql.SQLError {
	kind, value := strings.ToUpper(found[1]), strings.TrimSuffix(strings.TrimPrefix(found[2], "'"), "'")
	switch {
	case strings.Contains(kind, "INT"):
		kind = "INTEGER"
	case strings.HasPrefix(kind, "DECIMAL"):
		kind = "DECIMAL"
	}
	return say(1292, "Truncated incorrect %s value: '%s'", kind, value)
}

// argumentCount names the function as the statement does.
func argumentCount(found []string, at Statement) *mysql.SQLError {
	name := found[1]
	if written := regexp.MustCompile(`(?i)\b` + regexp.QuoteMeta(name) + `\s*\(`).FindString(at.Text); written != "" {
		name = strings.TrimRight(written, " \t\r\n(")
	}
	return say(1582, "Incorrect parameter count in the call to native function '%s'", name)
}

func parameterCount(found []string, at Statement) *mysql.SQLError {
	return say(1318, "Incorrect number of arguments for PROCEDURE %s; expected %s, got %s",
		qualified(found[1], at), found[2], found[3])
}

func tableDenied(found []string, at Statement) *mysql.SQLError {
	return say(1142, "%s command denied to user %s for table '%s'", command(at), found[1], found[2])
}

// commandDenied makes MySQL's sentence of an engine's text that names the user
// alone. What MySQL says depends on what the statement is about.
func commandDenied(found []string, at Statement) *mysql.SQLError {
	user := found[1]
	name := subject(at.Text)
	switch {
	case firstWords(at.Text, "CREATE", "PROCEDURE"):
		return say(1044, "Access denied for user %s to database '%s'", user, at.Database)
	case firstWords(at.Text, "CALL"):
		return say(1370, "execute command denied to user %s for routine '%s'", user, qualified(name, at))
	case firstWords(at.Text, "CREATE", "DATABASE"), firstWords(at.Text, "DROP", "DATABASE"),
		firstWords(at.Text, "CREATE", "SCHEMA"), firstWords(at.Text, "DROP", "SCHEMA"):
		return say(1044, "Access denied for user %s to database '%s'", user, name)
	case onTable(at.Text) && name != "":
		return say(1142, "%s command denied to user %s for table '%s'", command(at), user, name)
	default:
		return say(1227, "Access denied; you need (at least one of) the %s privilege(s) for this operation", privilege(at.Text))
	}
}

// onTable reports whether a statement is about tables.
func onTable(text string) bool {
	switch verbOf(text) {
	case "SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "TRUNCATE", "ALTER", "LOCK", "WITH", "SHOW":
		return !firstWords(text, "ALTER", "USER")
	case "CREATE", "DROP":
		for _, object := range []string{"USER", "ROLE", "PROCEDURE", "FUNCTION", "EVENT"} {
			if firstWords(text, verbOf(text), object) {
				return false
			}
		}
		return true
	}
	return false
}

// privilege names what a statement that is not about tables needs.
func privilege(text string) string {
	switch {
	case firstWords(text, "CREATE", "USER"), firstWords(text, "DROP", "USER"), firstWords(text, "ALTER", "USER"),
		firstWords(text, "RENAME", "USER"):
		return "CREATE USER"
	case firstWords(text, "CREATE", "ROLE"):
		return "CREATE ROLE"
	case firstWords(text, "DROP", "ROLE"):
		return "DROP ROLE"
	case firstWords(text, "CREATE", "PROCEDURE"):
		return "CREATE ROUTINE"
	case firstWords(text, "CREATE", "EVENT"), firstWords(text, "DROP", "EVENT"):
		return "EVENT"
	case firstWords(text, "GRANT"), firstWords(text, "REVOKE"):
		return "GRANT OPTION"
	case firstWords(text, "SET"):
		return "SUPER or SYSTEM_VARIABLES_ADMIN"
	case firstWords(text, "FLUSH"):
		return "RELOAD"
	case firstWords(text, "KILL"):
		return "SUPER or CONNECTION_ADMIN"
	case firstWords(text, "SHOW"):
		return "PROCESS"
	default:
		return "SUPER"
	}
}

// command is the statement's verb as MySQL names it in denials.
func command(at Statement) string {
	switch v := verbOf(at.Text); v {
	case "":
		return "SELECT"
	case "REPLACE":
		return "INSERT"
	case "TRUNCATE":
		return "DROP"
	case "WITH":
		return "SELECT"
	default:
		return v
	}
}

var leading = regexp.MustCompile(`^(?:\s+|/\*(?s:.*?)\*/|--[ \t][^\n]*\n|#[^\n]*\n|\(|` +
	`(?i:EXPLAIN|DESCRIBE|DESC)\s+(?i:ANALYZE\s+)?(?i:FORMAT\s*=\s*\S+\s+)?)*`)

func verbOf(text string) string {
	word := regexp.MustCompile(`^[A-Za-z]+`).FindString(text[len(leading.FindString(text)):])
	return strings.ToUpper(word)
}

// firstWords reports whether a statement begins with the given words. Words
// such as DEFINER=… and OR REPLACE may stand between the first and the second.
func firstWords(text string, words ...string) bool {
	rest := text[len(leading.FindString(text)):]
	expression := `(?is)^` + words[0] + `\b`
	if len(words) > 1 {
		expression += `(?:\s+OR\s+REPLACE|\s+TEMPORARY|\s+DEFINER\s*=\s*\S+)*\s+` + words[1] + `\b`
	}
	matched, err := regexp.MatchString(expression, rest)
	return err == nil && matched
}

// subjects finds the name that a statement is about.
var subjects = regexp.MustCompile("(?is)\\b(?:FROM|INTO|UPDATE|JOIN|CALL|TABLE|VIEW|DATABASE|SCHEMA)\\s+" +
	"(?:IF\\s+(?:NOT\\s+)?EXISTS\\s+)?([\\w$.`]+)")

// subject returns the name, without quotes and without its database.
func subject(text string) string {
	found := subjects.FindStringSubmatch(text)
	if found == nil {
		return ""
	}
	name := strings.ReplaceAll(found[1], "`", "")
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		name = name[i+1:]
	}
	return name
}

// clauses are the words that begin a clause, and MySQL's names of the clauses.
var clauses = []struct {
	word *regexp.Regexp
	name string
}{
	{regexp.MustCompile(`(?i)\bWHERE\b`), "where clause"},
	{regexp.MustCompile(`(?i)\bON\b`), "on clause"},
	{regexp.MustCompile(`(?i)\bGROUP\s+BY\b`), "group statement"},
	{regexp.MustCompile(`(?i)\bHAVING\b`), "having clause"},
	{regexp.MustCompile(`(?i)\bORDER\s+BY\b`), "order clause"},
	{regexp.MustCompile(`(?i)\bSELECT\b|\bSET\b|\bKEY\s+UPDATE\b`), "field list"},
}

// clauseOf names the clause in which a statement first mentions a column. It
// looks at words, not at syntax: the number does not depend on it, and the
// name of the clause only helps to find the column.
func clauseOf(column, text string) string {
	name := column[strings.LastIndexByte(column, '.')+1:]
	at := regexp.MustCompile(`(?i)\b` + regexp.QuoteMeta(name) + `\b`).FindStringIndex(text)
	if at == nil {
		return "field list"
	}
	clause, nearest := "field list", -1
	for _, c := range clauses {
		for _, found := range c.word.FindAllStringIndex(text[:at[0]], -1) {
			if found[0] > nearest {
				clause, nearest = c.name, found[0]
			}
		}
	}
	return clause
}

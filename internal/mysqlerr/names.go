package mysqlerr

import (
	"regexp"
	"strings"

	"github.com/dolthub/vitess/go/mysql"
)

// The sentences about names and rights that need the statement.

const illegalGrant = "Illegal GRANT/REVOKE command; please consult the manual to see which privileges can be used"

// qualifies returns the column before which a statement puts the name of a table
// that it does not read. The engine takes it for a table that is missing.
func qualifies(table, text string) (column string, ok bool) {
	name := "`?\\b" + regexp.QuoteMeta(table) + "\\b`?"
	all := regexp.MustCompile(`(?i)`+name).FindAllStringIndex(text, -1)
	qualifying := regexp.MustCompile(`(?i)(`+name+"\\s*\\.\\s*`?[\\w$]+`?)").FindAllString(text, -1)
	if len(all) == 0 || len(all) != len(qualifying) {
		return "", false
	}
	return strings.ReplaceAll(qualifying[0], "`", ""), true
}

// refersTo reports whether a table is one that a foreign key of the statement
// refers to.
func refersTo(table, text string) bool {
	reference := "(?i)\\bREFERENCES\\s+(`?[\\w$]+`?\\.)?`?" + regexp.QuoteMeta(table) + "\\b"
	return regexp.MustCompile(reference).MatchString(text)
}

func noPrepared(found []string, at Statement) *mysql.SQLError {
	what := "EXECUTE" // a CALL does not tell which of the two its body has
	if verb := verbOf(at.Text); verb == "DEALLOCATE" || verb == "DROP" {
		what = "DEALLOCATE PREPARE"
	}
	return say(1243, "Unknown prepared statement handler (%s) given to %s", found[1], what)
}

func noConstraint(found []string, at Statement) *mysql.SQLError {
	name := strings.Trim(found[1], `"`)
	if regexp.MustCompile(`(?i)\bDROP\s+CHECK\b`).MatchString(at.Text) {
		return say(3821, "Check constraint '%s' is not found in the table.", name)
	}
	return say(3940, "Constraint '%s' does not exist.", name)
}

func notBaseTable(found []string, at Statement) *mysql.SQLError {
	return say(1347, "'%s' is not BASE TABLE", qualified(found[1], at))
}

func notView(found []string, at Statement) *mysql.SQLError {
	return say(1347, "'%s' is not VIEW", qualified(found[1], at))
}

// noSubject is about a view where only a table can be.
func noSubject(_ []string, at Statement) *mysql.SQLError {
	return say(1146, "Table '%s' doesn't exist", qualified(subject(at.Text), at))
}

func notUpdatable(command string) func([]string, Statement) *mysql.SQLError {
	return func(_ []string, at Statement) *mysql.SQLError {
		return say(1288, "The target table %s of the %s is not updatable", subject(at.Text), command)
	}
}

func notInsertable(_ []string, at Statement) *mysql.SQLError {
	return say(1471, "The target table %s of the INSERT is not insertable-into", subject(at.Text))
}

// databaseDenied is about a user without any right in a database. Statements on
// a table are denied by the table's name.
func databaseDenied(found []string, at Statement) *mysql.SQLError {
	if name := subject(at.Text); onTable(at.Text) && name != "" && verbOf(at.Text) != "SHOW" &&
		!firstWords(at.Text, "CREATE", "DATABASE") && !firstWords(at.Text, "DROP", "DATABASE") {
		return say(1142, "%s command denied to user %s for table '%s'", command(at), found[1], name)
	}
	return say(1044, "Access denied for user %s to database '%s'", found[1], found[2])
}

var grantedOn = regexp.MustCompile("(?is)\\bON\\s+(?:TABLE\\s+)?(?:`?[\\w$]+`?\\.)?`?([\\w$]+)`?\\s+FROM\\b")

func noGrant(found []string, at Statement) *mysql.SQLError {
	host := found[2]
	if host == "" {
		host = "%"
	}
	if on := grantedOn.FindStringSubmatch(at.Text); on != nil {
		return say(1147, "There is no such grant defined for user '%s' on host '%s' on table '%s'", found[1], host, on[1])
	}
	return say(1141, "There is no such grant defined for user '%s' on host '%s'", found[1], host)
}

package mysqlerr

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/dolthub/vitess/go/mysql"
	"github.com/dolthub/vitess/go/vt/sqlparser"
)

// maxNear is how many bytes of the statement MySQL quotes.
const maxNear = 80

// Syntax is MySQL's syntax error at an offset into a statement.
func Syntax(text string, offset int) *mysql.SQLError {
	offset = min(max(offset, 0), len(text))
	near := text[offset:]
	if len(near) > maxNear {
		near = near[:maxNear]
		for !utf8.ValidString(near) && len(near) > maxNear-utf8.UTFMax {
			near = near[:len(near)-1]
		}
	}
	line := 1 + strings.Count(text[:offset], "\n")
	return New(mysql.ERParseError, fmt.Sprintf("You have an error in your SQL syntax; check the manual that corresponds "+
		"to your MySQL server version for the right syntax to use near '%s' at line %d", near, line))
}

// syntaxError takes the parser's text, which has the position just after the
// word that it could not take, and the word.
func syntaxError(found []string, at Statement) *mysql.SQLError {
	position, err := strconv.Atoi(strings.Fields(found[1] + " ")[0])
	if err != nil || at.Text == "" {
		return New(mysql.ERParseError, "You have an error in your SQL syntax; "+found[0])
	}
	word := ""
	if len(found) > 2 {
		word = found[2]
	}
	if EndsEarly(at.Text, position) {
		return Syntax(at.Text, len(at.Text))
	}
	return Syntax(at.Text, offsetOf(at.Text, word, position))
}

// EndsEarly reports whether a text of which the parser gives the position of an
// error lacks something at its end: then what is put behind it moves the error.
func EndsEarly(text string, position int) bool {
	if position <= len(text) || emptyList.MatchString(text) {
		return false
	}
	_, err := sqlparser.Parse(text + " ) )")
	if err == nil {
		return true
	}
	moved := errorPosition.FindStringSubmatch(err.Error())
	if moved == nil {
		return false
	}
	at, err := strconv.Atoi(moved[1])
	return err == nil && at > position+1
}

// emptyList is a SELECT of nothing, which the parser takes and MySQL does not.
var emptyList = regexp.MustCompile(`(?i)\bSELECT\s+FROM\s*$`)

var errorPosition = regexp.MustCompile(`syntax error at position (\d+)`)

// offsetOf finds where the word that ends about position begins. The parser
// counts a little differently after comments and at the end of the text, and
// gives words in lower case.
func offsetOf(text, word string, position int) int {
	end := min(max(position, 0), len(text))
	if word == "" {
		return end
	}
	if i := strings.LastIndex(strings.ToLower(text[:end]), strings.ToLower(word)); i >= 0 {
		return i
	}
	return max(end-len(word)-1, 0)
}

// Package mysqlerr gives errors the form in which MySQL reports them: a number,
// an SQLSTATE and a sentence. It is the one table of them, and is applied last,
// where errors leave for the client.
//
// The tour: Translate (this file) takes any error. table.go is the table; its
// entries name the engine's own kinds of error, so that a kind is known both
// as itself and, after the engine has reduced it to a text, by that text.
// sentence.go makes the sentences that need more than the engine's text says,
// from the statement, names.go and definition.go those about names, rights and
// definitions, constraint.go those about keys. syntax.go does that for syntax errors. state.go has the
// SQLSTATE of each number. model.go has the failures of model calls.
//
// An error that has a number other than 1105, the number for everything
// else, has it from somebody who knew, and keeps it.
package mysqlerr

import (
	"context"
	"errors"
	"regexp"
	"strconv"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/mysql"

	"airglow/internal/model"
)

// Statement is what an error is about. The zero value is no statement.
type Statement struct {
	// Text is the statement as the client sent it; empty when unknown.
	Text string
	// Database is the session's default database; empty when there is none.
	Database string
}

// Translate returns err in its MySQL form, nil for nil.
func Translate(err error, at Statement) *mysql.SQLError {
	if err == nil {
		return nil
	}
	if numbered, ok := unwrap(err); ok {
		return complete(numbered, at)
	}
	var failure *model.Error
	switch {
	case errors.As(err, &failure):
		return fromModel(failure)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return Interrupted()
	}
	err = sql.UnwrapError(err)
	if known, ok := lookUp(err.Error(), at); ok {
		return known
	}
	return complete(sql.CastSQLError(err), at)
}

// unwrap finds the numbered error in err, however deep.
func unwrap(err error) (*mysql.SQLError, bool) {
	var numbered *mysql.SQLError
	if errors.As(err, &numbered) || errors.As(sql.UnwrapError(err), &numbered) {
		return numbered, true
	}
	return nil, false
}

// complete gives a numbered error the number, state and sentence that its text
// stands for.
func complete(e *mysql.SQLError, at Statement) *mysql.SQLError {
	text := e.Message
	if numbered, ok := quoted(text); ok {
		return complete(numbered, at)
	}
	if known, ok := lookUp(text, at); ok && mayReplace(e.Num, known.Num) {
		return known
	}
	if e.State == "" || e.State == mysql.SSUnknownSQLState {
		return &mysql.SQLError{Num: e.Num, State: stateOf(e.Num), Message: text}
	}
	return e
}

// mayReplace reports whether the table's number may take the place of another,
// which the engine gave without the statement before it.
// A number that a user's SIGNAL chose stays, whatever its text looks like.
func mayReplace(number, known int) bool {
	switch number {
	case mysql.ERUnknownError, known:
		return true
	case mysql.ERNoSuchTable:
		return known == mysql.ERBadTable || known == mysql.ERBadFieldError || known == 1824
	case mysql.ERBadDb:
		return known == 1008
	case mysql.ERMixOfGroupFuncAndFields:
		return known == 1111
	}
	return false
}

// quotedError is how an error with a number looks when it was made a part of
// another's text.
var quotedError = regexp.MustCompile(`(?s)^(.*) \(errno (\d+)\) \(sqlstate ([0-9A-Z]{5})\)$`)

func quoted(text string) (*mysql.SQLError, bool) {
	match := quotedError.FindStringSubmatch(text)
	if match == nil {
		return nil, false
	}
	number, err := strconv.Atoi(match[2])
	if err != nil {
		return nil, false
	}
	return &mysql.SQLError{Num: number, State: match[3], Message: match[1]}, true
}

// New returns an error with its number's state.
func New(number int, sentence string) *mysql.SQLError {
	return &mysql.SQLError{Num: number, State: stateOf(number), Message: sentence}
}

// WarningText is MySQL's sentence for a warning of the engine's.
func WarningText(number int, text string) string {
	if known, ok := lookUp(text, Statement{}); ok && known.Num == number {
		return known.Message
	}
	return text
}

// Interrupted is the error of a statement that was killed.
func Interrupted() *mysql.SQLError {
	return New(mysql.ERQueryInterrupted, "Query execution was interrupted")
}

// Shutdown is the error of a statement that the server has no time for.
func Shutdown() *mysql.SQLError {
	return New(mysql.ERServerShutdown, "Server shutdown in progress")
}

// Internal is the error of a defect of ours, of which the log says more.
func Internal(what string) *mysql.SQLError {
	return New(mysql.ERUnknownError, "internal error ("+what+") ended this statement; see the server's log")
}

// panicPrefix begins the text of a panic that the engine caught.
const panicPrefix = "panic recovered: "

// Panic reports whether err stands for a panic that the engine caught in one of
// its goroutines, and returns its cause and stack.
func Panic(err error) (cause, stack string, ok bool) {
	if err == nil {
		return "", "", false
	}
	_, text, ok := strings.Cut(err.Error(), panicPrefix)
	cause, stack, _ = strings.Cut(text, "\n")
	return cause, stack, ok
}

package mlsql

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// The MySQL error numbers that this package reports.
const (
	codeSyntax         = 1064
	codeLongName       = 1059
	codeFieldSpec      = 1063
	codeFieldLength    = 1074
	codeDatabaseName   = 1102
	codeCharset        = 1115
	codeIllegalGrant   = 1144
	codeUnsupported    = 1235
	codeCollationOf    = 1253
	codeCollation      = 1273
	codeBadCharacters  = 1300
	codeArgumentCount  = 1318
	codeDuplicateParam = 1331
	codeScale          = 1425
	codePrecision      = 1426
	codeScaleAbove     = 1427
	codeLongSet        = 1097
	codeDisplayWidth   = 1439
	codeRoutineName    = 1458
	codeLongString     = 1470
	codeWrongValue     = 1525
	codeNativeCount    = 1582
	codeYearWidth      = 1818
	codeFieldSize      = 3013
)

// nearLimit is how much of the text MySQL quotes in a syntax error, in bytes.
const nearLimit = 80

// SyntaxError is a statement that cannot be taken: a real syntax error or a
// check that CREATE FUNCTION makes.
type SyntaxError struct {
	// Code is MySQL's error number, 1064 for a real syntax error.
	Code uint16
	// SQLState is the five-character state that goes with Code.
	SQLState string
	// Message is MySQL's wording, followed by a reason in plain words where we
	// have one.
	Message string
	// Offset is the byte offset of the offending word in the text.
	Offset int
	// Near is the offending word as written; empty at the end of the text.
	Near string
}

// Error returns the message alone, as a client shows it.
func (e *SyntaxError) Error() string { return e.Message }

// sqlState returns the state that MySQL pairs with the code.
func sqlState(code uint16) string {
	switch code {
	case codeCollation, codeBadCharacters, codeLongString, codeWrongValue, codeYearWidth:
		return "HY000"
	}
	return "42000"
}

// failAt records the first failure, at tok; later ones are consequences.
func (p *parser) failAt(tok Token, code uint16, message string) {
	if p.err != nil {
		return
	}
	p.err = &SyntaxError{Code: code, SQLState: sqlState(code), Message: message, Offset: tok.Start, Near: tok.Text}
}

// syntaxAt records a syntax error at tok. The reason may be empty.
func (p *parser) syntaxAt(tok Token, reason string) {
	message := fmt.Sprintf("You have an error in your SQL syntax; check the manual that corresponds to "+
		"your MySQL server version for the right syntax to use near '%s' at line %d",
		cut(p.text[tok.Start:]), 1+strings.Count(p.text[:tok.Start], "\n"))
	if reason != "" {
		message += "; " + reason
	}
	p.failAt(tok, codeSyntax, message)
}

// syntax records a syntax error at the coming token.
func (p *parser) syntax(reason string) { p.syntaxAt(p.peek(), reason) }

// unsupportedAt records that what, a phrase, is not supported, and says in
// advice what is.
func (p *parser) unsupportedAt(tok Token, what, advice string) {
	p.failAt(tok, codeUnsupported, fmt.Sprintf("This version of Airglow doesn't yet support '%s'; %s", what, advice))
}

// cut returns at most nearLimit bytes of s and no part of a character.
func cut(s string) string {
	limit := nearLimit
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit]
}

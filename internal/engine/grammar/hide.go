// Package grammar stands between a text and the stock parser, whose grammar is not
// MySQL's in all: Hide hides what it does not read, at the same length, and Restore puts
// it into the parsed statement.
//
//   - body.go hides statements in the bodies of procedures, params.go what parameters
//     say of character sets, explainformat.go the formats of EXPLAIN, indexhint.go the
//     forms of index hints.
//   - view.go finds the name of a view, word.go what else is looked for in texts.
//   - words.go says which words a text has for which something is done.
//   - refusal.go gives the parser's refusals MySQL's numbers and words.
package grammar

import (
	"github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/mlsql"
)

// Hidden is a text with what the stock grammar does not read hidden from it.
type Hidden struct {
	// Text is the true text, Readable what the stock parser is given.
	Text, Readable string
	explained      explained
	statements     hiddenStatements
	charsets       charsets
}

// Hide hides what the stock parser is not to see. A statement of ours in a body is what
// inject makes of it.
func Hide(text string, modes mlsql.Options, inject injector) Hidden {
	h := Hidden{Text: text, explained: hideFormat(text, modes)}
	h.Readable, h.statements = hideStatements(PlainHints(h.explained.readable, modes), modes, inject)
	if h.statements != nil {
		h.Readable, h.charsets = hideCharsets(nameJSON(h.Readable, modes), modes)
	}
	return h
}

// Refused is the error of what was hidden, for which there is nothing to parse.
func (h Hidden) Refused() error { return h.explained.err }

// NameFormats gives every EXPLAIN in the parsed statement its format.
func (h Hidden) NameFormats(stmt sqlparser.Statement) error {
	h.explained.nameFormat(stmt)
	if h.statements == nil {
		return nil
	}
	return nameFormats(stmt)
}

// Restore puts back what was hidden.
func (h Hidden) Restore(stmt sqlparser.Statement) sqlparser.Statement {
	nameView(stmt)
	if len(h.statements) > 0 {
		restoreStatements(&stmt, h.statements)
	}
	restoreCharsets(stmt, h.charsets)
	return stmt
}

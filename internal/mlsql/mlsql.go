// Package mlsql is Aurora's machine-learning SQL as text and as values: the
// statements that the stock MySQL grammar lacks, the catalogue entry of a model
// function, and the places in a statement where functions are called. It knows
// no SQL engine.
//
// The tour:
//
//   - Parse, in this file, looks at a statement's first words. What is not ours
//     comes back as a nil Statement and belongs to the stock parser.
//   - statement.go lists the statements; function.go holds Function, the
//     catalogue entry, and prints it as SHOW CREATE FUNCTION does.
//   - lexer.go cuts MySQL text into tokens with byte offsets; parser.go walks
//     over them; parse_*.go read one family of statements each.
//   - calls.go finds function calls in any statement and qualifies their names.
//   - builtins.go lists the functions that need no CREATE FUNCTION.
//
// Every word of Aurora's grammar is read only where the grammar expects it, so
// alias, model, accept and the rest stay usable as names without quotes.
package mlsql

import "strings"

// DefaultVersion is the server version that version comments are compared
// with when Options names none: any release of MySQL 8.0.
const DefaultVersion = 80099

// Options say how a session's settings change the reading of a text. The zero
// value is MySQL's default mode.
type Options struct {
	// NoBackslashEscapes is sql_mode NO_BACKSLASH_ESCAPES: a backslash in a
	// string is an ordinary character.
	NoBackslashEscapes bool
	// ANSIQuotes is sql_mode ANSI_QUOTES: double quotes delimit names.
	ANSIQuotes bool
	// Version decides which version comments count: the content of
	// /*!50003 … */ is SQL when Version is 50003 or more. Zero means
	// DefaultVersion.
	Version int
}

// OptionsFor returns the options that a sql_mode, a list of mode names with
// commas between them, asks for. Unknown modes do not matter here.
func OptionsFor(sqlMode string) Options {
	var o Options
	for mode := range strings.SplitSeq(sqlMode, ",") {
		switch strings.ToUpper(strings.TrimSpace(mode)) {
		case "NO_BACKSLASH_ESCAPES":
			o.NoBackslashEscapes = true
		case "ANSI_QUOTES", "ANSI":
			o.ANSIQuotes = true
		}
	}
	return o
}

// Parse reads the first statement of text when it is one of ours. It returns
//
//   - nil, 0, nil when it is not: the stock parser takes the text as it is;
//   - the statement and the byte offset after its terminating semicolon, or
//     len(text) when there is none;
//   - nil, len(text) and a *SyntaxError when it is ours and wrong.
//
// A text that is not ours costs a look at its first words only.
func Parse(text string, opts Options) (stmt Statement, rest int, err error) {
	p := newParser(text, opts)
	read := p.recognise()
	if read == nil {
		return nil, 0, nil
	}
	stmt = read()
	rest = p.end()
	if p.err != nil {
		return nil, len(text), p.err
	}
	return stmt, rest, nil
}

// IsData reports whether a text begins like a statement that reads or changes
// rows; none of those is ours.
func IsData(text string, opts Options) bool {
	first := NewLexer(text, opts).Next()
	if first.Kind != Word {
		return false
	}
	for _, word := range [...]string{"SELECT", "UPDATE", "INSERT", "DELETE", "REPLACE", "WITH"} {
		if strings.EqualFold(first.Text, word) {
			return true
		}
	}
	return false
}

// recognise returns the reader of the coming statement, or nil when it is not
// ours. It consumes nothing.
func (p *parser) recognise() func() Statement {
	switch {
	case p.is("CREATE"):
		return p.when(p.isCreateFunction(), p.createFunction)
	case p.is("DROP", "FUNCTION"):
		return p.dropFunction
	case p.is("SHOW", "CREATE", "FUNCTION"):
		return p.showCreateFunction
	case p.is("SHOW", "FUNCTION", "STATUS"):
		return p.showFunctionStatus
	case p.is("ALTER", "FUNCTION"):
		return p.alterFunction
	case p.is("ALTER", "USER"):
		if p.isLock() {
			return p.lockAccounts
		}
		return p.when(p.isAlterDefaultRole(), p.alterDefaultRole)
	case p.is("SET", "DEFAULT", "ROLE"):
		return p.setDefaultRole
	case p.is("SET", "ROLE"):
		return p.when(p.isSetRole(), p.setRole)
	case p.is("GRANT"):
		return p.when(p.isOnFunction(), p.grantFunction)
	case p.is("REVOKE"):
		return p.when(p.isOnFunction(), p.revokeFunction)
	}
	return nil
}

// when returns read if ours holds, and nil otherwise.
func (p *parser) when(ours bool, read func() Statement) func() Statement {
	if !ours {
		return nil
	}
	return read
}

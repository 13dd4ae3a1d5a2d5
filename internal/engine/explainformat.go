package engine

import (
	"strings"

	"github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/explain"
	"airglow/internal/mlsql"
)

// explained is the beginning of a text that is EXPLAIN, as the stock grammar
// does not read it.
type explained struct {
	// readable is the text without FORMAT, with blanks in its place.
	readable string
	format   explain.Format
	named    bool
	err      error
}

// hideFormat reads EXPLAIN [ANALYZE] [FORMAT = name]: the stock grammar takes no
// name in quotes and none after ANALYZE, and refuses unknown ones in its own
// words.
func hideFormat(text string, modes mlsql.Options) explained {
	out := explained{readable: text}
	lexer := mlsql.NewLexer(text, modes)
	if !isWord(lexer.Next(), "EXPLAIN", "DESCRIBE", "DESC") {
		return out
	}
	tok := lexer.Next()
	analyze := isWord(tok, "ANALYZE")
	if analyze {
		tok = lexer.Next()
	}
	if isWord(tok, "FORMAT") {
		equals, name := lexer.Next(), lexer.Next()
		if equals.Text != "=" || name.Kind != mlsql.Word && name.Kind != mlsql.String && name.Kind != mlsql.QuotedName {
			return out // a table of that name, or what the stock parser refuses
		}
		out.format, out.err = explain.ParseFormat(unquoted(name))
		out.named = true
		out.readable = text[:tok.Start] + blanked(text[tok.Start:name.End], "") + text[name.End:]
		tok = lexer.Next()
	}
	switch {
	case out.err != nil:
	case isWord(tok, "FOR") && isWord(lexer.Next(), "CONNECTION"):
		out.err = errNotYet("EXPLAIN FOR CONNECTION")
	case analyze && out.named && out.format != explain.Tree:
		out.err = errNotYet("EXPLAIN ANALYZE with " + out.format.String() + " format")
	}
	return out
}

// unquoted is the text of a name or of a string.
func unquoted(tok mlsql.Token) string { return strings.Trim(tok.Text, "'\"`") }

// nameFormat gives a parsed EXPLAIN its format.
func (x explained) nameFormat(stmt sqlparser.Statement) {
	if parsed, ok := stmt.(*sqlparser.Explain); ok && x.named && !parsed.Analyze {
		parsed.ExplainFormat = engineFormat(x.format)
	}
}

// nameJSON puts a name of the same length in the place of JSON in the formats of
// a body: to the stock grammar that is a keyword, which names nothing.
func nameJSON(body string, modes mlsql.Options) string {
	lexer := mlsql.NewLexer(body, modes)
	for tok := lexer.Next(); tok.Kind != mlsql.EndOfText; {
		after := lexer.Next()
		if isWord(tok, "EXPLAIN", "DESCRIBE", "DESC") && isWord(after, "FORMAT") {
			equals, name := lexer.Next(), lexer.Next()
			if equals.Text == "=" && isWord(name, "JSON") {
				body = body[:name.Start] + nameOfJSON + " " + body[name.End:]
			}
			after = lexer.Next()
		}
		tok = after
	}
	return body
}

const nameOfJSON = "jsn"

// nameFormats gives every EXPLAIN in a body its format.
func nameFormats(body sqlparser.Statement) error {
	var err error
	visit(body, func(node any) {
		parsed, ok := node.(*sqlparser.Explain)
		if !ok || parsed.Analyze || err != nil {
			return
		}
		name := parsed.ExplainFormat
		if name == nameOfJSON {
			name = explain.JSON.String()
		}
		var format explain.Format
		if format, err = explain.ParseFormat(name); err == nil {
			parsed.ExplainFormat = engineFormat(format)
		}
	})
	return err
}

package grammar

import (
	"strings"

	"github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/engine/fault"
	"airglow/internal/engine/walk"
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
		out.readable = text[:tok.Start] + Blanked(text[tok.Start:name.End], "") + text[name.End:]
		tok = lexer.Next()
	}
	switch {
	case out.err != nil:
	case isWord(tok, "FOR") && isWord(lexer.Next(), "CONNECTION"):
		out.err = fault.NotYet("EXPLAIN FOR CONNECTION")
	case analyze && out.named && out.format != explain.Tree:
		out.err = fault.NotYet("EXPLAIN ANALYZE with " + out.format.String() + " format")
	}
	return out
}

// AnalyzedChange is the length of EXPLAIN ANALYZE [FORMAT = TREE] where a change of
// rows follows, or what may be one; else 0. The stock grammar has EXPLAIN ANALYZE of
// queries alone.
func AnalyzedChange(text string, modes mlsql.Options) int {
	lexer := mlsql.NewLexer(text, modes)
	if !isWord(lexer.Next(), "EXPLAIN", "DESCRIBE", "DESC") || !isWord(lexer.Next(), "ANALYZE") {
		return 0
	}
	tok := lexer.Next()
	if isWord(tok, "FORMAT") {
		lexer.Next()
		if format, err := explain.ParseFormat(unquoted(lexer.Next())); err != nil || format != explain.Tree {
			return 0 // refused as it is of a query
		}
		tok = lexer.Next()
	}
	if isWord(tok, "INSERT", "REPLACE", "UPDATE", "DELETE", "WITH") {
		return tok.Start
	}
	return 0
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
	walk.Visit(body, func(node any) {
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

// ExplainedText is the statement behind EXPLAIN and its options.
func ExplainedText(text string) string {
	lexer := mlsql.NewLexer(text, mlsql.Options{})
	if !isWord(lexer.Next(), "EXPLAIN", "DESCRIBE", "DESC") {
		return text
	}
	tok := lexer.Next()
	if isWord(tok, "ANALYZE") {
		tok = lexer.Next()
	}
	if isWord(tok, "FORMAT") {
		lexer.Next()
		lexer.Next()
		tok = lexer.Next()
	}
	return text[tok.Start:]
}

// engineFormat is the name that makes the engine's parser set those options. It
// knows no names but its own, and none for JSON.
func engineFormat(f explain.Format) string {
	switch f {
	case explain.JSON:
		return "estimates_debug"
	case explain.Tree:
		return "estimates"
	}
	return ""
}

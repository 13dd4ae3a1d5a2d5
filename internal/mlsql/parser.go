package mlsql

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// The longest names that MySQL takes, in characters.
const (
	maxName     = 64
	maxUserName = 32
	maxHostName = 255
)

// parser walks over the tokens of a text. After the first failure it sees only
// the end of the text, so that readers need not ask after every step.
type parser struct {
	text  string
	opts  Options
	lexer *Lexer
	seen  []Token // read so far
	at    int     // index of the coming token in seen
	err   *SyntaxError
}

func newParser(text string, opts Options) *parser {
	return &parser{text: text, opts: opts, lexer: NewLexer(text, opts)}
}

// peekAt returns the token that is k places ahead.
func (p *parser) peekAt(k int) Token {
	if p.err != nil {
		return Token{Kind: EndOfText, Start: len(p.text), End: len(p.text)}
	}
	for len(p.seen) <= p.at+k {
		p.seen = append(p.seen, p.lexer.Next())
	}
	return p.seen[p.at+k]
}

func (p *parser) peek() Token { return p.peekAt(0) }

func (p *parser) next() Token {
	tok := p.peekAt(0)
	if tok.Kind != EndOfText {
		p.at++
	}
	return tok
}

// value returns what a token stands for, which must be valid UTF-8.
func (p *parser) value(tok Token) string {
	v := tok.Value(p.opts)
	if !utf8.ValidString(v) {
		p.failAt(tok, codeBadCharacters, fmt.Sprintf("Invalid utf8mb4 character string: '%s'",
			strings.ToValidUTF8(cut(v), "?")))
	}
	return v
}

// isWord tells whether tok is the keyword word, which is in upper case.
func isWord(tok Token, word string) bool {
	return tok.Kind == Word && strings.EqualFold(tok.Text, word)
}

// is tells whether the coming tokens are these keywords.
func (p *parser) is(words ...string) bool {
	for k, word := range words {
		if !isWord(p.peekAt(k), word) {
			return false
		}
	}
	return true
}

// accept consumes the keywords if they are next, and tells whether it did.
func (p *parser) accept(words ...string) bool {
	if !p.is(words...) {
		return false
	}
	p.at += len(words)
	return true
}

// expect consumes the keywords, the first missing one of which is a syntax
// error.
func (p *parser) expect(words ...string) {
	for _, word := range words {
		if !p.accept(word) {
			p.syntax("")
			return
		}
	}
}

// isSymbol tells whether the coming token is the symbol.
func (p *parser) isSymbol(symbol string) bool {
	tok := p.peek()
	return tok.Kind == Symbol && tok.Text == symbol
}

// acceptSymbol consumes the symbol if it is next, and tells whether it did.
func (p *parser) acceptSymbol(symbol string) bool {
	if !p.isSymbol(symbol) {
		return false
	}
	p.at++
	return true
}

// expectSymbol consumes the symbol, whose absence is a syntax error.
func (p *parser) expectSymbol(symbol string) {
	if !p.acceptSymbol(symbol) {
		p.syntax("")
	}
}

// try runs read without consuming anything and returns its result, false when
// it failed.
func (p *parser) try(read func() bool) bool {
	at := p.at
	ok := read() && p.err == nil
	p.at, p.err = at, nil
	return ok
}

// name reads a name; without quotes it must not be a reserved word.
func (p *parser) name() (string, Token) {
	tok := p.peek()
	if tok.Kind == Word && isReserved(tok.Text) {
		p.syntax("")
	}
	return p.anyName()
}

// anyName reads a name that may be a reserved word, as after a dot.
func (p *parser) anyName() (string, Token) {
	tok := p.next()
	if tok.Kind != Word && tok.Kind != QuotedName {
		p.syntaxAt(tok, "")
		return "", tok
	}
	name := p.value(tok)
	if utf8.RuneCountInString(name) > maxName {
		p.failAt(tok, codeLongName, fmt.Sprintf("Identifier name '%s' is too long", name))
	}
	return name, tok
}

// functionName reads [db.]name.
func (p *parser) functionName() (FunctionName, Token) {
	name, tok := p.name()
	if !p.acceptSymbol(".") {
		p.checkName(tok, name, codeRoutineName, "Incorrect routine name '%s'")
		return FunctionName{Name: name}, tok
	}
	p.checkName(tok, name, codeDatabaseName, "Incorrect database name '%s'")
	database := name
	name, tok = p.anyName()
	p.checkName(tok, name, codeRoutineName, "Incorrect routine name '%s'")
	return FunctionName{Database: database, Name: name}, tok
}

// checkName refuses names that MySQL cannot store: empty, ending in a space, or
// with a NUL.
func (p *parser) checkName(tok Token, name string, code uint16, message string) {
	if name == "" || strings.HasSuffix(name, " ") || strings.Contains(name, "\x00") {
		p.failAt(tok, code, fmt.Sprintf(message, name))
	}
}

// checkLength refuses a value of more than limit characters; what names it.
func (p *parser) checkLength(tok Token, value, what string, limit int) {
	if utf8.RuneCountInString(value) > limit {
		p.failAt(tok, codeLongString, fmt.Sprintf("String '%s' is too long for %s (should be no longer than %d)",
			cut(value), what, limit))
	}
}

// literal reads a string literal: one or several adjacent strings, the first
// with an optional charset introducer. what names it in errors.
func (p *parser) literal(what string) (string, Token) {
	first := p.peek()
	if first.Kind == Word && isIntroducer(first.Text) && p.peekAt(1).Kind == String {
		p.next()
	}
	if p.peek().Kind != String {
		p.syntax(what + " takes a text in single quotes")
		return "", first
	}
	var b strings.Builder
	for p.peek().Kind == String {
		b.WriteString(p.value(p.next()))
	}
	return b.String(), first
}

// isIntroducer tells whether word introduces a string in a charset whose bytes
// are valid UTF-8 as they stand; the others would have to be converted.
func isIntroducer(word string) bool {
	switch strings.ToLower(word) {
	case "_utf8mb4", "_utf8mb3", "_utf8", "_ascii", "_binary":
		return true
	}
	return false
}

// end reads the end of the statement and returns the offset behind it.
func (p *parser) end() int {
	tok := p.next()
	if tok.Kind == EndOfText {
		return len(p.text)
	}
	if tok.Kind != Symbol || tok.Text != ";" {
		p.syntaxAt(tok, "")
		return len(p.text)
	}
	if !tok.inComment {
		return tok.End
	}
	// A semicolon inside a version comment ends the statement; what follows
	// begins behind the comment.
	after := p.peek()
	if after.inComment {
		p.syntaxAt(after, "")
	}
	return after.Start
}

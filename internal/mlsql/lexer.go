package mlsql

import "strings"

// Kind is the sort of a token.
type Kind int

// The kinds of token.
const (
	// EndOfText is returned at the end, again and again.
	EndOfText Kind = iota
	// Word is a keyword or a name without quotes.
	Word
	// QuotedName is a name in backquotes, or in double quotes under ANSI_QUOTES.
	QuotedName
	// String is a string literal, N'…' included; not its charset introducer,
	// which is a Word.
	String
	// Number is a number, a hexadecimal or a bit literal.
	Number
	// Variable is @name or @@name, also the host part of an account name.
	Variable
	// Symbol is an operator or a punctuation mark.
	Symbol
	// Invalid is a literal or comment without an end; it reaches to the end of
	// the text.
	Invalid
)

// Token is a piece of the text: Text is the text from byte Start up to byte End.
type Token struct {
	Kind       Kind
	Text       string
	Start, End int
	// inComment tells that the token stands inside a version comment.
	inComment bool
}

// Lexer cuts MySQL text into tokens. It takes time linear in the text and
// allocates nothing. The content of a version comment that applies yields
// tokens like any other text; every other comment is skipped. MariaDB's own
// form of version comment, beginning with /*M!, is a plain comment, as it is to
// MySQL: its content is meant for MariaDB alone.
type Lexer struct {
	text      string
	opts      Options
	pos       int
	inComment bool  // inside a version comment
	prev      Token // the last token returned
}

// NewLexer returns a lexer at the beginning of text.
func NewLexer(text string, opts Options) *Lexer {
	if opts.Version == 0 {
		opts.Version = DefaultVersion
	}
	return &Lexer{text: text, opts: opts}
}

// Next returns the next token.
func (l *Lexer) Next() Token {
	if bad := l.skipBlank(); bad >= 0 {
		return l.emit(Invalid, bad, len(l.text))
	}
	if l.pos < len(l.text) {
		return l.scan()
	}
	if l.inComment { // a version comment that nobody closed
		t := l.emit(Invalid, l.pos, l.pos)
		l.inComment = false
		return t
	}
	return l.emit(EndOfText, l.pos, l.pos)
}

// emit moves to end and returns the token between the offsets.
func (l *Lexer) emit(kind Kind, start, end int) Token {
	l.pos = end
	l.prev = Token{Kind: kind, Text: l.text[start:end], Start: start, End: end, inComment: l.inComment}
	return l.prev
}

// byteAt returns the byte at offset i, and 0 beyond the end.
func (l *Lexer) byteAt(i int) byte {
	if i < len(l.text) {
		return l.text[i]
	}
	return 0
}

// scan reads the token that begins at the current position.
func (l *Lexer) scan() Token {
	start := l.pos
	switch c := l.text[start]; {
	case isDigit(c) && !l.afterDot():
		return l.number()
	case isNameByte(c):
		return l.word()
	case c == '`', c == '"' && l.opts.ANSIQuotes:
		return l.emitClosed(QuotedName, start, l.skipQuoted(start, false))
	case c == '\'', c == '"':
		return l.emitClosed(String, start, l.skipQuoted(start, !l.opts.NoBackslashEscapes))
	case c == '.' && isDigit(l.byteAt(start+1)) && !l.afterName():
		return l.emit(Number, start, l.skipFraction(start))
	case c == '@':
		return l.variable()
	}
	return l.emit(Symbol, start, start+symbolLength(l.text[start:]))
}

// emitClosed emits a token that ends at end, or an Invalid one when end is
// negative.
func (l *Lexer) emitClosed(kind Kind, start, end int) Token {
	if end < 0 {
		return l.emit(Invalid, start, len(l.text))
	}
	return l.emit(kind, start, end)
}

// afterDot tells that the position directly follows a dot, where MySQL reads
// even digits as a name.
func (l *Lexer) afterDot() bool {
	return l.prev.End == l.pos && l.prev.Kind == Symbol && l.prev.Text == "."
}

// afterName tells that the position directly follows a name, where a dot
// separates names and begins no number.
func (l *Lexer) afterName() bool {
	return l.prev.End == l.pos && (l.prev.Kind == Word || l.prev.Kind == QuotedName)
}

// word reads a name or keyword, and the literals that begin with a letter:
// N'…', X'…' and B'…'.
func (l *Lexer) word() Token {
	start := l.pos
	if l.byteAt(start+1) == '\'' && !l.afterDot() {
		switch l.text[start] {
		case 'n', 'N':
			return l.emitClosed(String, start, l.skipQuoted(start+1, !l.opts.NoBackslashEscapes))
		case 'x', 'X', 'b', 'B':
			return l.emitClosed(Number, start, l.skipQuoted(start+1, false))
		}
	}
	return l.emit(Word, start, l.skipName(start))
}

// skipName returns the end of the name that begins at i.
func (l *Lexer) skipName(i int) int {
	for i < len(l.text) && isNameByte(l.text[i]) {
		i++
	}
	return i
}

// skipDigits returns the end of the digits that begin at i.
func (l *Lexer) skipDigits(i int) int {
	for i < len(l.text) && isDigit(l.text[i]) {
		i++
	}
	return i
}

// number reads a number, or a name that begins with a digit.
func (l *Lexer) number() Token {
	start := l.pos
	if end := l.skipPrefixed(start); end > 0 {
		return l.emit(Number, start, end)
	}
	end := l.skipDigits(start)
	switch {
	case l.byteAt(end) == '.':
		return l.emit(Number, start, l.skipFraction(end))
	case l.skipExponent(end) > end:
		return l.emit(Number, start, l.skipExponent(end))
	case isNameByte(l.byteAt(end)):
		return l.emit(Word, start, l.skipName(end))
	}
	return l.emit(Number, start, end)
}

// skipPrefixed returns the end of 0x1F or 0b01 at i, or 0 when there is none.
func (l *Lexer) skipPrefixed(i int) int {
	digits := ""
	switch {
	case strings.HasPrefix(l.text[i:], "0x"):
		digits = "0123456789abcdefABCDEF"
	case strings.HasPrefix(l.text[i:], "0b"):
		digits = "01"
	default:
		return 0
	}
	end := i + 2
	for end < len(l.text) && strings.IndexByte(digits, l.text[end]) >= 0 {
		end++
	}
	if end == i+2 || isNameByte(l.byteAt(end)) {
		return 0
	}
	return end
}

// skipFraction returns the end of the fraction and exponent whose dot is at i.
func (l *Lexer) skipFraction(i int) int { return l.skipExponent(l.skipDigits(i + 1)) }

// skipExponent returns the end of the exponent at i, or i when there is none.
func (l *Lexer) skipExponent(i int) int {
	if c := l.byteAt(i); c != 'e' && c != 'E' {
		return i
	}
	digits := i + 1
	if c := l.byteAt(digits); c == '+' || c == '-' {
		digits++
	}
	if end := l.skipDigits(digits); end > digits {
		return end
	}
	return i
}

// skipQuoted returns the end of the literal whose opening quote is at i, or a
// negative number when it has none. A doubled quote stands for one.
func (l *Lexer) skipQuoted(i int, backslash bool) int {
	quote := l.text[i]
	for i++; i < len(l.text); i++ {
		switch {
		case backslash && l.text[i] == '\\':
			i++
		case l.text[i] != quote:
		case l.byteAt(i+1) == quote:
			i++
		default:
			return i + 1
		}
	}
	return -1
}

// variable reads @name, @'name', @`name` and @@name; a lone @ is a symbol.
func (l *Lexer) variable() Token {
	start, i := l.pos, l.pos+1
	if l.byteAt(i) == '@' {
		i++
	}
	if c := l.byteAt(i); c == '`' || c == '\'' || c == '"' {
		backslash := c != '`' && !l.opts.NoBackslashEscapes && !(c == '"' && l.opts.ANSIQuotes)
		return l.emitClosed(Variable, start, l.skipQuoted(i, backslash))
	}
	end := i
	for end < len(l.text) && (isNameByte(l.text[end]) || l.text[end] == '.') {
		end++
	}
	if end == i {
		return l.emit(Symbol, start, i)
	}
	return l.emit(Variable, start, end)
}

// symbolLength returns the length of the operator at the beginning of s.
func symbolLength(s string) int {
	for _, op := range [...]string{"<=>", "->>", "<=", ">=", "<>", "!=", "<<", ">>", "||", "&&", ":=", "->"} {
		if strings.HasPrefix(s, op) {
			return len(op)
		}
	}
	return 1
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// isNameByte tells whether c may stand in a name without quotes. All bytes of
// a multi-byte character may.
func isNameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || isDigit(c) || c == '_' || c == '$' || c >= 0x80
}

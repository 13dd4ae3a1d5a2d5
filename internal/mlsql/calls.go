package mlsql

import "strings"

// NamePart is one name of a call, from byte Start to End of the text, quotes
// included.
type NamePart struct {
	// Text is the name without quotes.
	Text       string
	Start, End int
	Quoted     bool
}

// Call is a place where [db.]name( stands in a text.
type Call struct {
	// Database is zero when the name is unqualified.
	Database NamePart
	Name     NamePart
	// Paren is the byte offset of the opening parenthesis.
	Paren int
}

// Qualified reports whether the call names its database.
func (c Call) Qualified() bool { return c.Database.End > 0 }

// FunctionCalls returns the places in text that look like calls of stored
// functions, in order. It goes by tokens, so nothing inside a string or comment
// is one, and a name in quotes is. It knows no grammar: callers match the names
// with the functions that exist.
//
// Left out are reserved words without quotes or qualifier (VALUES, IF, VARCHAR,
// IN), names of three parts, and names before which a word stands that no call
// can follow: the table of INTO t(…), TABLE t(…), EXISTS t(…), REFERENCES t(…)
// and INSERT t(…), the index of KEY k(…), UNIQUE k(…) and INDEX k(…), AS x(…),
// WITH x(…), CALL p(…), and the names after PROCEDURE, FUNCTION and VIEW.
//
// Reported although they are no calls: the table of CREATE INDEX i ON t(…), as
// ON f(…) may be a join condition; the second name in a list such as
// WITH a(…) AS (…), b(…) AS (…); types that are no reserved words, such as
// DATETIME(6); and MySQL's own functions.
func FunctionCalls(text string, opts Options) []Call {
	s := callScanner{lexer: NewLexer(text, opts), opts: opts}
	var calls []Call
	for {
		tok := s.lexer.Next()
		if tok.Kind == EndOfText {
			return calls
		}
		if call, ok := s.add(tok); ok {
			calls = append(calls, call)
		}
	}
}

// MayQualify reports whether FunctionCalls may find a qualified call in text. It
// looks at what stands before parentheses, without reading tokens, and says yes
// when it is not sure.
func MayQualify(text string) bool {
	if strings.IndexByte(text, '.') < 0 || strings.IndexByte(text, '(') < 0 {
		return false
	}
	if strings.Contains(text, "/*") || strings.Contains(text, "--") || strings.Contains(text, "#") {
		return true // a comment may stand between the parts
	}
	for from := 0; ; {
		paren := strings.IndexByte(text[from:], '(')
		if paren < 0 {
			return false
		}
		if endsInQualified(text[:from+paren]) {
			return true
		}
		from += paren + 1
	}
}

// endsInQualified reports whether a text may end in a qualified name.
func endsInQualified(text string) bool {
	end := beforeBlanks(text, len(text))
	if end > 0 && (text[end-1] == '`' || text[end-1] == '"') {
		return true // quotes may hold anything
	}
	for end > 0 && isNameByte(text[end-1]) {
		end--
	}
	end = beforeBlanks(text, end)
	return end > 0 && text[end-1] == '.'
}

// beforeBlanks returns the end of what stands before the blanks that end at end.
func beforeBlanks(text string, end int) int {
	for end > 0 && isSpace(text[end-1]) {
		end--
	}
	return end
}

// callScanner remembers the name that the last tokens make.
type callScanner struct {
	lexer  *Lexer
	opts   Options
	parts  [3]Token // the names with dots between them; at most three kept
	count  int      // of names
	dot    bool     // the last token was a dot after a name
	before Token    // the token before the first name
	last   Token
}

// add takes the next token and returns the call that it opens.
func (s *callScanner) add(tok Token) (call Call, ok bool) {
	switch {
	case tok.Kind == Word || tok.Kind == QuotedName:
		if !s.dot {
			s.count, s.before = 0, s.last
		}
		s.parts[min(s.count, 2)] = tok
		s.count, s.dot = s.count+1, false
	case tok.Text == "." && s.count > 0 && !s.dot:
		s.dot = true
	default:
		if tok.Text == "(" && tok.Kind == Symbol && !s.dot {
			call, ok = s.call(tok)
		}
		s.count, s.dot = 0, false
	}
	s.last = tok
	return call, ok
}

// call returns the call whose parenthesis is paren, if the names make one.
func (s *callScanner) call(paren Token) (Call, bool) {
	if s.before.Kind == Word && precedesNoCall(s.before.Text) || s.afterBackquote() {
		return Call{}, false
	}
	switch {
	case s.count == 1 && !(s.parts[0].Kind == Word && isReserved(s.parts[0].Text)):
		return Call{Name: s.part(0), Paren: paren.Start}, true
	case s.count == 2:
		return Call{Database: s.part(0), Name: s.part(1), Paren: paren.Start}, true
	}
	return Call{}, false
}

// afterBackquote tells that the name touches the closing backquote of the token
// before it. No statement has a call there, and a qualified name in that place
// would become part of that token.
func (s *callScanner) afterBackquote() bool {
	return s.before.End == s.parts[0].Start && strings.HasSuffix(s.before.Text, "`")
}

func (s *callScanner) part(i int) NamePart {
	tok := s.parts[i]
	return NamePart{Text: tok.Value(s.opts), Start: tok.Start, End: tok.End, Quoted: tok.Kind == QuotedName}
}

// precedesNoCall tells whether a name after the word is never a call.
func precedesNoCall(word string) bool {
	switch strings.ToUpper(word) {
	case "INTO", "TABLE", "EXISTS", "REFERENCES", "INSERT", "REPLACE", "KEY", "INDEX", "UNIQUE", "FULLTEXT",
		"SPATIAL", "CONSTRAINT", "AS", "WITH", "RECURSIVE", "CALL", "PROCEDURE", "FUNCTION", "VIEW":
		return true
	}
	return false
}

// QualifyCalls returns text with `db`.`name` in place of every unqualified call
// whose name resolve knows. Every other byte stays as it is. What FunctionCalls
// reports besides calls is qualified too when resolve knows it, so resolve
// should know model functions alone.
func QualifyCalls(text string, opts Options, resolve func(name string) (db string, ok bool)) string {
	var b strings.Builder
	copied := 0
	for _, call := range FunctionCalls(text, opts) {
		if call.Qualified() {
			continue
		}
		db, ok := resolve(call.Name.Text)
		if !ok {
			continue
		}
		b.WriteString(text[copied:call.Name.Start])
		b.WriteString(QuoteName(db) + "." + QuoteName(call.Name.Text))
		copied = call.Name.End
	}
	if copied == 0 {
		return text
	}
	b.WriteString(text[copied:])
	return b.String()
}

package procedure

import (
	"errors"
	"strings"

	ast "github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/mlsql"
)

// Parse reads the statements of a body that the stock grammar lacks, or has
// with names that may be no words of the language: GET DIAGNOSTICS, FETCH and
// DO. It reads from the beginning of a text to the semicolon that ends the
// statement, or the text's end, and returns how far it read; nil when the text
// begins with something else.
func Parse(text string, modes mlsql.Options) (stmt ast.Statement, end int, err error) {
	p := &parser{lexer: mlsql.NewLexer(text, modes), text: text}
	p.advance()
	switch {
	case p.word("GET"):
		return p.diagnostics()
	case p.word("FETCH"):
		return p.fetch()
	case p.word("DO"):
		return p.do()
	}
	return nil, 0, nil
}

// errNotOurs refuses a statement. The stock parser does it again in its own
// words.
var errNotOurs = errors.New("syntax error")

// parser reads one statement.
type parser struct {
	lexer *mlsql.Lexer
	text  string
	token mlsql.Token
}

func (p *parser) advance() { p.token = p.lexer.Next() }

func (p *parser) word(w string) bool {
	if p.token.Kind != mlsql.Word || !strings.EqualFold(p.token.Text, w) {
		return false
	}
	p.advance()
	return true
}

func (p *parser) symbol(s string) bool {
	if p.token.Kind == mlsql.EndOfText || p.text[p.token.Start:p.token.End] != s {
		return false
	}
	p.advance()
	return true
}

// atEnd reports whether the statement has ended.
func (p *parser) atEnd() bool {
	return p.token.Kind == mlsql.EndOfText || p.text[p.token.Start:p.token.End] == ";"
}

// take returns the text of the next token, an @ and the name after it as one.
func (p *parser) take() string {
	at := p.token
	p.advance()
	raw := p.text[at.Start:at.End]
	if raw == "@" && p.token.Start == at.End && !p.atEnd() {
		return raw + p.take()
	}
	return strings.Trim(raw, "`")
}

// list reads names between commas up to the end.
func (p *parser) list() ([]string, bool) {
	var names []string
	for !p.atEnd() {
		names = append(names, p.take())
		if !p.symbol(",") {
			break
		}
	}
	return names, len(names) > 0 && p.atEnd()
}

// fetch reads FETCH [[NEXT] FROM] cursor INTO variables.
func (p *parser) fetch() (ast.Statement, int, error) {
	if p.word("NEXT") && !p.word("FROM") {
		return nil, 0, errNotOurs
	}
	p.word("FROM")
	stmt := &ast.FetchCursor{Name: p.take()}
	if !p.word("INTO") {
		return nil, 0, errNotOurs
	}
	names, ok := p.list()
	if !ok {
		return nil, 0, errNotOurs
	}
	stmt.Variables = names
	return stmt, p.token.Start, nil
}

// Do is DO within a body.
type Do struct {
	// Expressions are computed in their order.
	Expressions ast.SelectExprs
}

// WithResolvedChildren implements sqlparser.Injectable.
func (d *Do) WithResolvedChildren([]any) (any, error) {
	return nil, unsupported("DO outside a procedure")
}

// String returns the statement as SQL.
func (d *Do) String() string { return "do " + ast.String(d.Expressions) }

// do reads DO expressions.
func (p *parser) do() (ast.Statement, int, error) {
	from := p.token.Start
	for !p.atEnd() {
		p.advance()
	}
	stmt, err := ast.Parse("SELECT " + p.text[from:p.token.Start])
	query, ok := stmt.(*ast.Select)
	if err != nil || !ok || query.From != nil {
		return nil, 0, errNotOurs
	}
	return ast.InjectedStatement{Statement: &Do{query.SelectExprs}, Auth: ignored}, p.token.Start, nil
}

// diagnostics reads what follows GET.
func (p *parser) diagnostics() (ast.Statement, int, error) {
	d := &Diagnostics{stacked: p.word("STACKED")}
	if !d.stacked {
		p.word("CURRENT")
	}
	if !p.word("DIAGNOSTICS") {
		return nil, 0, errNotOurs
	}
	if p.word("CONDITION") {
		d.condition = p.take()
	}
	for {
		item := diagnosticsItem{target: p.take()}
		if !p.symbol("=") {
			return nil, 0, errNotOurs
		}
		item.name = strings.ToUpper(p.take())
		if !d.knows(item.name) {
			return nil, 0, errNotOurs
		}
		d.items = append(d.items, item)
		if !p.symbol(",") {
			break
		}
	}
	if !p.atEnd() {
		return nil, 0, errNotOurs
	}
	return ast.InjectedStatement{Statement: d, Auth: ignored}, p.token.Start, nil
}

package engine

import (
	"context"
	"errors"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/mysql"
	"github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/engine/grammar"
	"airglow/internal/engine/inject"
	"airglow/internal/engine/mend"
	"airglow/internal/engine/own"
	"airglow/internal/engine/qualify"
	"airglow/internal/engine/show"
	"airglow/internal/mlsql"
	"airglow/internal/procedure"
)

// parser wraps the stock parser. Statements that the stock grammar lacks are
// read by mlsql and injected; in the others, function names keep the database
// that they were written with or created in.
type parser struct {
	stock  sql.MysqlParser
	engine *Engine
}

// ParseSimple implements sql.Parser.
func (p *parser) ParseSimple(query string) (sqlparser.Statement, error) {
	return p.stock.ParseSimple(query)
}

// Parse implements sql.Parser.
func (p *parser) Parse(ctx *sql.Context, query string, multi bool) (sqlparser.Statement, string, string, error) {
	return p.ParseWithOptions(ctx, query, ';', multi, sql.LoadSqlMode(ctx).ParserOptions())
}

// ParseWithOptions implements sql.Parser.
func (p *parser) ParseWithOptions(ctx context.Context, query string, delimiter rune, multi bool,
	options sqlparser.ParserOptions) (stmt sqlparser.Statement, parsed, rest string, err error) {
	query = grammar.WithoutLeadingComment(sql.RemoveSpaceAndDelimiter(query, delimiter))
	source := p.read(ctx, query, options, multi)
	if source.err != nil && !errors.Is(source.err, sqlparser.ErrEmpty) {
		return inject.Refuse(source.err), source.text, "", nil
	}
	if source.err != nil || source.end == 0 || source.end >= len(source.text) {
		return source.stmt, source.text, "", source.err
	}
	return source.stmt, sql.RemoveSpaceAndDelimiter(source.text[:source.end], delimiter), source.text[source.end:], nil
}

// ParseOneWithOptions implements sql.Parser. Its callers keep the query as they
// sent it, so that a view created by a prepared statement keeps its text: an
// unqualified call in it then means the session's database.
func (p *parser) ParseOneWithOptions(ctx context.Context, query string, options sqlparser.ParserOptions) (sqlparser.Statement, int, error) {
	source := p.read(ctx, query, options, true)
	return source.stmt, source.end, source.err
}

// source is a text and the first statement in it.
type source struct {
	// text is the query, with calls qualified where it creates a view.
	text string
	stmt sqlparser.Statement
	// end is the offset after the first statement; 0 when there is one only.
	end int
	err error
}

// read reads the first statement of a text, or, unless several are allowed,
// its only one.
func (p *parser) read(ctx context.Context, text string, options sqlparser.ParserOptions, several bool) source {
	modes := mlsql.Options{ANSIQuotes: options.AnsiQuotes}
	session, _ := ctx.(*sql.Context)
	if session != nil && session.Session != nil {
		if s := clientStatement(session); s != nil {
			s.noteClient(session)
			if p.engine.access != nil {
				p.engine.access.ApplyRolesOf(session, &s.session.access)
			}
		}
		if strings.Contains(text, `\`) {
			modes.NoBackslashEscapes = sql.LoadSqlMode(session).ModeEnabled("NO_BACKSLASH_ESCAPES")
		}
	}
	called := &qualify.Calls{Catalog: p.engine.catalog, Session: session, Text: text, Modes: modes}
	if mlsql.IsData(text, modes) {
		return p.readData(ctx, called, manner{options, several})
	}
	ours, end, err := mlsql.Parse(text, modes)
	if err != nil {
		return source{text: text, err: syntaxError(err)}
	}
	if ours != nil && !isStock(ours) {
		if !several && strings.Trim(text[end:], "; \t\r\n") != "" {
			return source{text: text, err: grammar.Trailing(text, end)}
		}
		return source{text: text, stmt: p.engine.inject(ours), end: end}
	}
	if get, end := p.engine.getDiagnostics(text, modes); get != nil {
		if !several && strings.Trim(text[end:], "; \t\r\n") != "" {
			return source{text: text, err: grammar.Trailing(text, end)}
		}
		return source{text: text, stmt: get, end: end}
	}
	how := manner{options, several}
	if behind := grammar.AnalyzedChange(text, modes); behind > 0 {
		if change := p.readAnalyzed(ctx, text, behind, how); change != nil {
			return *change
		}
	}
	return p.readStock(ctx, called, how)
}

// manner says how the stock parser reads a text.
type manner struct {
	options sqlparser.ParserOptions
	// several is true when statements may follow.
	several bool
}

// isStock tells the statements that the stock engine runs well, over our rows
// in information_schema.
func isStock(s mlsql.Statement) bool {
	_, ok := s.(*mlsql.ShowFunctionStatus)
	return ok
}

// parse gives a text to the stock parser.
func (p *parser) parse(ctx context.Context, out *source, readable string, how manner) {
	if how.several {
		out.stmt, out.end, out.err = p.stock.ParseOneWithOptions(ctx, readable, how.options)
	} else {
		out.stmt, out.err = sqlparser.ParseWithOptions(ctx, readable, how.options)
	}
}

// parseReadable gives what is readable of a text to the stock parser. A failure is
// about the true text.
func (p *parser) parseReadable(ctx context.Context, h grammar.Hidden, how manner, modes mlsql.Options) source {
	out := source{text: h.Text}
	p.parse(ctx, &out, h.Readable, how)
	if out.err != nil {
		if hidden, ok := own.HidePurge(h.Readable, modes); ok {
			p.parse(ctx, &out, hidden, how)
		}
	}
	if out.err != nil && !errors.Is(out.err, sqlparser.ErrEmpty) {
		out.err = grammar.SyntaxError(h.Text, out.err)
	}
	return out
}

// readData reads a statement that reads or changes rows. What is done with others
// is not looked for in it.
func (p *parser) readData(ctx context.Context, called *qualify.Calls, how manner) source {
	h, words := grammar.Hidden{Text: called.Text, Readable: called.Text}, grammar.WordsIn(called.Text)
	if words.Index || words.Key {
		h.Readable = grammar.PlainHints(h.Text, called.Modes)
	}
	out := p.parseReadable(ctx, h, how, called.Modes)
	if out.err == nil {
		out.err = called.Check(out.stmt)
	}
	if out.err == nil && words.Mended() {
		out.err = p.engine.mend(called.Session, out.stmt)
	}
	if out.err != nil {
		return out
	}
	if s := statementFrom(ctx); s != nil {
		s.noteKind(out.stmt)
	}
	rewrite(called, words, out.stmt)
	out.stmt = p.engine.own.Statements(called.Session, words.System, out.stmt)
	return out
}

// rewrite gives a statement the form in which the engine runs it as MySQL does.
func rewrite(called *qualify.Calls, words grammar.Words, stmt sqlparser.Statement) {
	mend.Deletes(called.Session, stmt)
	called.Mangle(stmt)
	if words.Distinct {
		mend.Ordinals(stmt)
	}
	if words.Aggregates {
		qualify.Aggregates(stmt)
	}
}

// readStock reads any other statement of the stock grammar.
func (p *parser) readStock(ctx context.Context, called *qualify.Calls, how manner) source {
	h := grammar.Hide(called.Qualified(), called.Modes, p.engine.inject)
	if err := h.Refused(); err != nil {
		return source{text: h.Text, err: err}
	}
	out := p.parseReadable(ctx, h, how, called.Modes)
	if out.err != nil {
		return out
	}
	if out.err = h.NameFormats(out.stmt); out.err == nil {
		out.err = called.Check(out.stmt)
	}
	if out.err == nil {
		out.err = p.engine.guard(called.Session, out.stmt)
	}
	words := grammar.WordsIn(h.Text)
	if out.err == nil && words.Mended() {
		out.err = p.engine.mend(called.Session, out.stmt)
	}
	if out.err != nil {
		return out
	}
	if s := statementFrom(ctx); s != nil {
		s.noteKind(out.stmt)
	}
	rewrite(called, words, out.stmt)
	out.stmt = p.engine.own.Statements(called.Session, words.System, h.Restore(out.stmt))
	out.stmt = p.engine.status.Flush(out.stmt)
	out.stmt = p.engine.showConditions(show.LogTable(called.Session, p.engine.access.GrantServiceRoles(out.stmt)))
	if out.err = procedure.CheckTrigger(out.stmt); out.err == nil {
		out.err = procedure.Hide(out.stmt, h.Text)
	}
	return out
}

// syntaxError gives a refusal of ours its number and state on the wire.
func syntaxError(err error) error {
	var refused *mlsql.SyntaxError
	if errors.As(err, &refused) {
		return mysql.NewSQLError(int(refused.Code), refused.SQLState, "%s", refused.Message)
	}
	return err
}

// mend checks and changes a client's statement in what depends on its tables.
func (e *Engine) mend(ctx *sql.Context, stmt sqlparser.Statement) error {
	if ctx == nil || ctx.Session == nil || e.gms == nil || statementFrom(ctx) == nil {
		return nil
	}
	return mend.Tables(ctx, e.gms.Analyzer.Catalog, stmt)
}

// readAnalyzed reads EXPLAIN ANALYZE of a change of rows as that change, which it
// is to make; nil if the statement behind so many bytes is none.
func (p *parser) readAnalyzed(ctx context.Context, text string, behind int, how manner) *source {
	out := p.read(ctx, grammar.Blanked(text[:behind], "")+text[behind:], how.options, how.several)
	if len(out.text) > behind {
		out.text = text[:behind] + out.text[behind:]
	}
	if out.err != nil {
		return &out
	}
	switch out.stmt.(type) {
	case *sqlparser.Insert, *sqlparser.Update, *sqlparser.Delete:
		out.stmt = &sqlparser.Explain{Analyze: true, ExplainFormat: sqlparser.TreeStr, Statement: out.stmt}
		return &out
	}
	return nil
}

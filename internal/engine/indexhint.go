package engine

import (
	"slices"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/mlsql"
	"airglow/internal/mysqlerr"
)

// The engine chooses its indexes itself and passes over USE INDEX, FORCE INDEX
// and IGNORE INDEX. The stock grammar has them in their plainest form only: one
// list of names, after INDEX. In the text that the stock parser sees, hints of
// every form have that one; their names are checked once the tables are known.

// hiddenPrimary stands for PRIMARY, which the stock grammar has no place for
// among names, at the same length.
const hiddenPrimary = "primar_"

// plainHints returns a text with its index hints in their plainest form.
func plainHints(text string, modes mlsql.Options) string {
	if !containsFold(text, "index") && !containsFold(text, "key") {
		return text // as nearly all are
	}
	var b strings.Builder
	copied := 0
	lexer := mlsql.NewLexer(text, modes)
	for tok := lexer.Next(); tok.Kind != mlsql.EndOfText; {
		if !isWord(tok, "USE", "FORCE", "IGNORE") {
			tok = lexer.Next()
			continue
		}
		start := tok.Start
		var hints hintReader
		tok = hints.read(lexer, tok)
		if hints.end > 0 {
			b.WriteString(text[copied:start])
			b.WriteString(blanked(text[start:hints.end], hints.plain()))
			copied = hints.end
		}
	}
	if copied == 0 {
		return text
	}
	b.WriteString(text[copied:])
	return b.String()
}

// hintReader reads the hints that follow one another.
type hintReader struct {
	names []string
	// end is the offset after the last hint; 0 when there is none.
	end int
}

// read reads hints from a token on and returns the first token that is none's.
func (h *hintReader) read(lexer *mlsql.Lexer, tok mlsql.Token) mlsql.Token {
	for isWord(tok, "USE", "FORCE", "IGNORE") {
		if tok = lexer.Next(); !isWord(tok, "INDEX", "KEY") {
			return tok
		}
		if tok = lexer.Next(); isWord(tok, "FOR") {
			if tok = lexer.Next(); isWord(tok, "ORDER", "GROUP") {
				lexer.Next()
			}
			tok = lexer.Next()
		}
		if tok.Text != "(" {
			return tok
		}
		for tok = lexer.Next(); tok.Text != ")"; tok = lexer.Next() {
			switch {
			case tok.Kind == mlsql.EndOfText:
				return tok
			case isWord(tok, "PRIMARY"):
				h.names = append(h.names, hiddenPrimary)
			case tok.Text != ",":
				h.names = append(h.names, tok.Text)
			}
		}
		h.end = tok.End
		if tok = lexer.Next(); tok.Text == "," {
			return tok // the next table's
		}
	}
	return tok
}

// plain is one hint with all the names; none without names.
func (h *hintReader) plain() string {
	if len(h.names) == 0 {
		return ""
	}
	return "USE INDEX(" + strings.Join(h.names, ",") + ")"
}

// checkHint refuses a hint that names an index that its table does not have.
// The beginning of a name is enough where it is that of one index alone.
func (e *Engine) checkHint(ctx *sql.Context, from *sqlparser.AliasedTableExpr) error {
	name, ok := from.Expr.(sqlparser.TableName)
	if from.Hints == nil || !ok {
		return nil
	}
	table := e.tableNamed(ctx, name)
	if table == nil {
		return nil // a common table expression, or none that exists
	}
	known, err := indexNames(ctx, table)
	if err != nil {
		return err
	}
	shown := name.Name.String()
	if !from.As.IsEmpty() {
		shown = from.As.String()
	}
	for _, index := range from.Hints.Indexes {
		hinted := index.String()
		if hinted == hiddenPrimary {
			hinted = "PRIMARY"
		}
		if !namesOne(known, strings.ToLower(hinted)) {
			return mysqlerr.New(1176, "Key '"+hinted+"' doesn't exist in table '"+shown+"'")
		}
	}
	return nil
}

// tableNamed is the table of a name in a statement; nil when there is none.
func (e *Engine) tableNamed(ctx *sql.Context, name sqlparser.TableName) sql.Table {
	database := name.DbQualifier.String()
	if database == "" {
		database = ctx.GetCurrentDatabase()
	}
	if database == "" {
		return nil
	}
	table, _, err := e.gms.Analyzer.Catalog.Table(ctx, database, name.Name.String())
	if err != nil {
		return nil
	}
	return table
}

func indexNames(ctx *sql.Context, table sql.Table) ([]string, error) {
	indexed, ok := table.(sql.IndexAddressable)
	if !ok {
		return nil, nil
	}
	indexes, err := indexed.GetIndexes(ctx)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(indexes))
	for i, index := range indexes {
		names[i] = strings.ToLower(index.ID())
	}
	return names, nil
}

func namesOne(known []string, name string) bool {
	if slices.Contains(known, name) {
		return true
	}
	found := 0
	for _, one := range known {
		if strings.HasPrefix(one, name) {
			found++
		}
	}
	return found == 1
}

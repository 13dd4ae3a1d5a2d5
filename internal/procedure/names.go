package procedure

import (
	"reflect"
	"strings"

	ast "github.com/dolthub/vitess/go/vt/sqlparser"
)

// nameColumns gives the columns of every query in a body the names that MySQL
// gives them, the text of their expressions. The parser does so for a statement
// on its own only.
func nameColumns(body ast.Statement, text string) {
	eachSelect(reflect.ValueOf(body), func(s *ast.Select) {
		for _, e := range s.SelectExprs {
			column, ok := e.(*ast.AliasedExpr)
			if !ok || column.StartParsePos >= column.EndParsePos || column.EndParsePos > len(text) {
				continue
			}
			if _, plain := column.Expr.(*ast.ColName); !plain {
				column.InputExpression = unquoted(strings.TrimSpace(text[column.StartParsePos:column.EndParsePos]))
			}
		}
	})
}

// unquoted is the content of a text in quotes.
func unquoted(text string) string {
	if len(text) > 1 && (text[0] == '\'' || text[0] == '"') && text[0] == text[len(text)-1] {
		return text[1 : len(text)-1]
	}
	return text
}

func eachSelect(v reflect.Value, do func(*ast.Select)) {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if v.IsNil() {
			return
		}
		if s, ok := v.Interface().(*ast.Select); ok && v.Kind() == reflect.Pointer {
			do(s)
		}
		eachSelect(v.Elem(), do)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				eachSelect(v.Field(i), do)
			}
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() != reflect.Uint8 {
			for i := range v.Len() {
				eachSelect(v.Index(i), do)
			}
		}
	}
}

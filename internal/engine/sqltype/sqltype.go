// Package sqltype has the engine's types by their names in SQL, and values of them as
// MySQL writes them.
package sqltype

import (
	"fmt"
	"strings"

	"airglow/internal/mlsql"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/planbuilder"
	"github.com/dolthub/go-mysql-server/sql/types"
)

// Text is a value of a type as text, as MySQL converts it.
func Text(ctx *sql.Context, value any, from sql.Type) (string, error) {
	switch {
	case types.IsTime(from), types.IsTimespan(from), types.IsYear(from), types.IsEnum(from), types.IsSet(from):
		return Written(ctx, value, from)
	}
	converted, _, err := types.LongText.Convert(ctx, value)
	if err != nil {
		return "", err
	}
	unwrapped, err := sql.UnwrapAny(ctx, converted)
	if err != nil {
		return "", err
	}
	text, ok := unwrapped.(string)
	if bytes, isBytes := unwrapped.([]byte); isBytes {
		text, ok = string(bytes), true
	}
	if !ok {
		return "", sql.ErrInvalidType.New(unwrapped)
	}
	if types.IsJSON(from) {
		text = escapeControls(text)
	}
	return text, nil
}

// Written is a value as its type writes it to clients.
func Written(ctx *sql.Context, value any, as sql.Type) (string, error) {
	text, err := as.SQL(ctx, nil, value)
	if err != nil {
		return "", err
	}
	return text.ToString(), nil
}

// escapeControls escapes the control characters that the engine leaves as they
// are when it writes JSON. They stand in strings only: it writes JSON on one
// line.
func escapeControls(json string) string {
	if strings.IndexFunc(json, isControl) < 0 {
		return json
	}
	var b strings.Builder
	for _, r := range json {
		if isControl(r) {
			fmt.Fprintf(&b, "\\u%04x", r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func isControl(r rune) bool { return r < 0x20 }

// Parse reads a type as SQL writes it.
func Parse(text string) (sql.Type, error) { return planbuilder.ParseColumnTypeString(text) }

// Of is the engine's type of one of ours.
func Of(t mlsql.Type) (sql.Type, error) {
	return Parse(strings.Replace(t.String(), " CHARSET ", " CHARACTER SET ", 1))
}

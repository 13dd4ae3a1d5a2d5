package engine

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
	"github.com/dolthub/vitess/go/mysql"
	"github.com/shopspring/decimal"

	"airglow/internal/csvline"
	"airglow/internal/engine/fault"
	"airglow/internal/mlsql"
	"airglow/internal/model"
)

// shownAnswer is how much of an answer an error shows, in characters.
const shownAnswer = 64

// answer turns a model's answer into a value of the function's return type.
func (c *modelCall) answer(ctx *sql.Context, r model.Response) (any, error) {
	body := r.Body
	if c.function.Service == model.SageMaker {
		body = csvline.Value(csvline.FirstField(body))
	}
	if !utf8.Valid(body) {
		return nil, fault.FromModel(&model.Error{
			Kind: model.BadAnswer, Service: c.function.Service, RequestID: r.RequestID,
			Message: fmt.Sprintf("the answer of %s is not UTF-8 text, which is all that SQL functions can return", c.function.Model),
		})
	}
	if c.function.Returns.IsNumeric() {
		return c.number(ctx, string(body), r.RequestID)
	}
	return c.text(ctx, string(body))
}

// number converts an answer to a numeric return type.
func (c *modelCall) number(ctx *sql.Context, text, requestID string) (any, error) {
	exact, err := decimal.NewFromString(strings.TrimSpace(text))
	if err != nil {
		return nil, fault.FromModel(&model.Error{
			Kind: model.BadAnswer, Service: c.function.Service, RequestID: requestID,
			Message: fmt.Sprintf("the answer of %s is not a number, and function %s.%s RETURNS %s: '%s'",
				c.function.Model, c.function.Database, c.function.Name, c.function.Returns, shorten(text)),
		})
	}
	if types.IsInteger(c.returns) {
		exact = exact.Round(0) // as MySQL assigns a number to a whole one
	}
	value, inRange, err := c.returns.Convert(ctx, exact)
	if err != nil { // it is a number, so that it can only be too large
		inRange = sql.Overflow
	}
	if inRange != sql.InRange {
		return nil, errOutOfRange(c.function.Name + "()")
	}
	return value, nil
}

// text fits an answer into a string return type: MySQL refuses a longer one in
// strict mode and cuts it with a warning otherwise.
func (c *modelCall) text(ctx *sql.Context, text string) (any, error) {
	kept := fit(text, c.function.Returns)
	if len(kept) == len(text) {
		return text, nil
	}
	if sql.LoadSqlMode(ctx).Strict() {
		return nil, mysql.NewSQLError(1406, "22001",
			"Data too long for column '%s()' at row 1; the answer has %d bytes, and the function RETURNS %s: declare a larger type, such as %s",
			c.function.Name, len(text), c.function.Returns, largerType(c.function.Service, len(text)))
	}
	ctx.Warn(1265, "Data truncated for column '%s()' at row 1", c.function.Name)
	return kept, nil
}

// largerType is a return type that would hold an answer.
func largerType(service model.Service, bytes int) string {
	if service == model.SageMaker {
		return fmt.Sprintf("VARCHAR(%d)", bytes)
	}
	return "LONGTEXT"
}

// textBytes are the sizes of the TEXT types; LONGTEXT's is beyond any answer.
var textBytes = map[string]int{"tinytext": 1<<8 - 1, "text": 1<<16 - 1, "mediumtext": 1<<24 - 1}

// fit returns as much of a text as the type holds: CHAR and VARCHAR count
// characters, the TEXT types bytes. No character is cut in two.
func fit(text string, t mlsql.Type) string {
	if t.Name == "char" || t.Name == "varchar" {
		return cutRunes(text, t.Length)
	}
	limit, bounded := textBytes[t.Name]
	if !bounded || len(text) <= limit {
		return text
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit]
}

func cutRunes(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	for i := range text {
		if limit == 0 {
			return text[:i]
		}
		limit--
	}
	return text
}

// shorten cuts a text that an error shows.
func shorten(text string) string {
	if kept := cutRunes(text, shownAnswer); len(kept) < len(text) {
		return kept + "…"
	}
	return text
}

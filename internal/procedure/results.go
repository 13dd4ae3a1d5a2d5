package procedure

import (
	"context"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
)

// Results takes the result sets of a CALL as they come. An error ends the CALL
// and is given to no handler: the client is not there.
type Results interface {
	Send(ctx *sql.Context, schema sql.Schema, rows []sql.Row) error
}

type resultsKey struct{}

// WithResults returns a context whose CALLs send their result sets to r.
func WithResults(ctx context.Context, r Results) context.Context {
	return context.WithValue(ctx, resultsKey{}, r)
}

// resultSet is what one statement returned.
type resultSet struct {
	schema sql.Schema
	rows   []sql.Row
}

// returnsRows tells a result set from the reply to a statement without one.
func (r resultSet) returnsRows() bool {
	return r.schema != nil && !types.IsOkResultSchema(r.schema)
}

// deliver gives a result set to whoever waits for it.
func (f *frame) deliver(ctx *sql.Context, r *resultSet) error {
	if f.within {
		return errResultInTrigger()
	}
	if to, ok := ctx.Value(resultsKey{}).(Results); ok {
		if err := to.Send(ctx, r.schema, r.rows); err != nil {
			return &final{err}
		}
		return nil
	}
	f.last = r
	return nil
}

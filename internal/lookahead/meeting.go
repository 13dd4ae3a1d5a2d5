package lookahead

import (
	"errors"
	"slices"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/hash"
)

// meets are the rows of a table that the new rows of an INSERT will meet.
type meets struct {
	schema sql.Schema
	table  sql.IndexAddressableTable
	keys   []uniqueKey
}

// uniqueKey is one by which rows meet.
type uniqueKey struct {
	index sql.Index
	// columns are their places in the table, schema is theirs.
	columns []int
	schema  sql.Schema
}

// keyOf is the key of an index; false for one of parts of columns, or of expressions.
func keyOf(index sql.Index, schema sql.Schema) (uniqueKey, bool) {
	key := uniqueKey{index: index}
	if index.IsSpatial() || index.IsFullText() || index.IsVector() {
		return key, false
	}
	for _, length := range index.PrefixLengths() {
		if length > 0 {
			return key, false
		}
	}
	for _, e := range index.Expressions() {
		at := schema.IndexOfColName(e[strings.LastIndexByte(e, '.')+1:])
		if at < 0 {
			return key, false
		}
		key.columns, key.schema = append(key.columns, at), append(key.schema, schema[at])
	}
	return key, len(key.columns) > 0
}

// of is the key of a row; ok is false where a part of it is NULL, which meets nothing.
func (k *uniqueKey) of(row sql.Row) (key sql.Row, ok bool) {
	for _, at := range k.columns {
		if row[at] == nil {
			return nil, false
		}
		key = append(key, row[at])
	}
	return key, true
}

// meeting is one run of an INSERT.
type meeting struct {
	*meets
	// written are the keys of the rows that the statement has written or changed by
	// the time that it comes to the next one: those of each new row, and of all that
	// it may have met. Of two hashes that are equal by chance the second row is not
	// asked on.
	written map[hashedKey]struct{}
	// ended is true once a row will not be written: the statement ends at it.
	ended bool
}

// hashedKey is the hash of a row's key, and which of the table's keys it is.
type hashedKey struct {
	key  int
	hash uint64
}

// begin returns a run's meeting, nil where there is none.
func (m *meets) begin() *meeting {
	if m == nil {
		return nil
	}
	return &meeting{meets: m, written: map[hashedKey]struct{}{}}
}

// row is the row of the table that the next new one will meet, with the new one behind
// it, as the assignments get them; nil where it meets none. known is false where it meets
// one, and which, or what is in it, is not known.
func (m *meeting) row(ctx *sql.Context, row sql.Row) (met sql.Row, known bool) {
	if m == nil || m.ended {
		return nil, true
	}
	met, known, err := m.meet(ctx, row)
	m.ended = err != nil
	return met, known
}

func (m *meeting) meet(ctx *sql.Context, row sql.Row) (met sql.Row, known bool, err error) {
	if row, err = m.stored(ctx, row); err != nil {
		return nil, false, err
	}
	found, err := m.lookUp(ctx, row)
	if err != nil {
		return nil, false, err
	}
	keys, err := m.hashed(ctx, row)
	if err != nil {
		return nil, false, err
	}
	known = !m.anyWritten(keys)
	var first []hashedKey
	for i, one := range found {
		own, err := m.hashed(ctx, one)
		if err != nil {
			return nil, false, err
		}
		if i == 0 {
			first, known = own, known && !m.anyWritten(own)
		}
		known = known && slices.Equal(own, first) // which of two rows is met first is not known
		keys = append(keys, own...)
	}
	for _, key := range keys {
		m.written[key] = struct{}{}
	}
	if !known || len(found) == 0 {
		return nil, known, nil
	}
	return append(found[0], row...), true, nil
}

func (m *meeting) anyWritten(keys []hashedKey) bool {
	return slices.ContainsFunc(keys, func(key hashedKey) bool {
		_, ok := m.written[key]
		return ok
	})
}

// errNotWritten is that a row will not be written, for which the engine has its own
// error. Nobody is shown the text.
var errNotWritten = errors.New("the row will not be written")

// stored is a new row as the table will have it. The row that is read has what an
// outer scope has before its own columns.
func (m *meets) stored(ctx *sql.Context, row sql.Row) (sql.Row, error) {
	row = slices.Clone(row[len(row)-len(m.schema):])
	for i, column := range m.schema {
		if row[i] == nil {
			if !column.Nullable {
				return nil, errNotWritten
			}
			continue
		}
		convert := column.Type.Convert
		if number, ok := column.Type.(sql.RoundingNumberType); ok {
			convert = number.ConvertRound
		}
		value, in, err := convert(ctx, row[i])
		if err != nil || in != sql.InRange {
			return nil, errNotWritten
		}
		row[i] = value
	}
	return row, nil
}

// hashed are the keys of a row, those with NULL left out.
func (m *meets) hashed(ctx *sql.Context, row sql.Row) ([]hashedKey, error) {
	var list []hashedKey
	for i := range m.keys {
		key, ok := m.keys[i].of(row)
		if !ok {
			continue
		}
		sum, err := hash.HashOf(ctx, m.keys[i].schema, key)
		if err != nil {
			return nil, err
		}
		list = append(list, hashedKey{i, sum})
	}
	return list, nil
}

// lookUp returns the rows of the table that have a key of a new one. A row that has
// several of them is there several times.
func (m *meets) lookUp(ctx *sql.Context, row sql.Row) ([]sql.Row, error) {
	var list []sql.Row
	for i := range m.keys {
		key, ok := m.keys[i].of(row)
		if !ok {
			continue
		}
		found, err := m.keys[i].lookUp(ctx, m.table, key)
		if err != nil {
			return nil, err
		}
		list = append(list, found...)
	}
	return list, nil
}

// lookUp returns the rows with a key, of which there is one at most.
func (k *uniqueKey) lookUp(ctx *sql.Context, table sql.IndexAddressableTable, key sql.Row) ([]sql.Row, error) {
	builder := sql.NewMySQLIndexBuilder(k.index)
	for i, e := range k.index.Expressions() {
		builder = builder.Equals(ctx, e, k.schema[i].Type, key[i])
	}
	lookup, err := builder.Build(ctx)
	if err != nil {
		return nil, err
	}
	indexed := table.IndexedAccess(ctx, lookup)
	if indexed == nil {
		return nil, errNotWritten
	}
	partitions, err := indexed.LookupPartitions(ctx, lookup)
	if err != nil {
		return nil, err
	}
	return plainRowsOf(ctx, sql.NewTableRowIter(ctx, indexed, partitions))
}

// plainRowsOf reads rows to their end, with the values that the storage loads when they
// are needed.
func plainRowsOf(ctx *sql.Context, rows sql.RowIter) ([]sql.Row, error) {
	list, err := sql.RowIterToRows(ctx, rows)
	if err != nil {
		return nil, err
	}
	for _, row := range list {
		for i := range row {
			if row[i], err = sql.UnwrapAny(ctx, row[i]); err != nil {
				return nil, err
			}
		}
	}
	return list, nil
}

package explain

import (
	"testing"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
	"github.com/dolthub/vitess/go/sqltypes"
)

// The lengths are those that MySQL and MariaDB show for such a key.
func TestPartLength(t *testing.T) {
	text := func(t sql.Type, err error) sql.Type {
		if err != nil {
			panic(err)
		}
		return t
	}
	latin := text(types.CreateString(sqltypes.Char, 3, sql.Collation_latin1_swedish_ci))
	for _, test := range []struct {
		typ      sql.Type
		nullable bool
		prefix   int
		want     int
	}{
		{typ: types.Int8, want: 1},
		{typ: types.Uint16, want: 2},
		{typ: types.Int24, nullable: true, want: 4},
		{typ: types.Int32, want: 4},
		{typ: types.Int32, nullable: true, want: 5},
		{typ: types.Uint64, want: 8},
		{typ: types.Float32, want: 4},
		{typ: types.Float64, nullable: true, want: 9},
		{typ: types.Year, want: 1},
		{typ: types.Date, want: 3},
		{typ: types.Time, want: 6},
		{typ: types.Datetime, want: 5},
		{typ: types.DatetimeMaxPrecision, want: 8},
		{typ: types.Timestamp, want: 4},
		{typ: types.TimestampMaxPrecision, nullable: true, want: 8},
		{typ: types.MustCreateDecimalType(10, 2), want: 5},
		{typ: types.MustCreateDecimalType(20, 5), nullable: true, want: 11},
		{typ: types.MustCreateDecimalType(65, 30), want: 30},
		{typ: types.MustCreateStringWithDefaults(sqltypes.VarChar, 50), want: 202},
		{typ: types.MustCreateStringWithDefaults(sqltypes.VarChar, 50), prefix: 10, want: 42},
		{typ: types.MustCreateStringWithDefaults(sqltypes.Char, 2), nullable: true, want: 9},
		{typ: latin, want: 3},
		{typ: types.Text, prefix: 10, nullable: true, want: 43},
		{typ: types.MustCreateBinary(sqltypes.VarBinary, 7), want: 9},
		{typ: types.MustCreateBinary(sqltypes.Binary, 16), want: 16},
		{typ: types.Blob, prefix: 4, want: 6},
		{typ: types.MustCreateEnumType([]string{"a", "b"}, sql.Collation_Default), want: 1},
		{typ: types.MustCreateSetType([]string{"a", "b"}, sql.Collation_Default), want: 1},
		{typ: types.MustCreateBitType(9), want: 2},
	} {
		got, known := partLength(&sql.Column{Type: test.typ, Nullable: test.nullable}, test.prefix)
		if !known || got != test.want {
			t.Errorf("%s, nullable %t, prefix %d: %d bytes, known %t; want %d", test.typ, test.nullable, test.prefix, got, known, test.want)
		}
	}
}

func TestPartLengthOfWhatIsNotInAKey(t *testing.T) {
	for _, typ := range []sql.Type{types.JSON, types.Text, types.Blob, types.PointType{}} {
		if got, known := partLength(&sql.Column{Type: typ}, 0); known {
			t.Errorf("%s: %d bytes, want none known", typ, got)
		}
	}
}

func TestSetLength(t *testing.T) {
	for elements, want := range map[int]int{1: 1, 8: 1, 9: 2, 17: 3, 25: 4, 32: 4, 33: 8, 64: 8} {
		if got := setLength(elements); got != want {
			t.Errorf("SET of %d: %d bytes, want %d", elements, got, want)
		}
	}
}

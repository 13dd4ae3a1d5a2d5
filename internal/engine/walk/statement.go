// Package walk goes through parsed statements and through plans, where the engine's own
// walks leave parts out or make lists that are thrown away: statement.go through
// statements, plan.go through plans and their expressions.
package walk

import (
	"reflect"

	"github.com/dolthub/vitess/go/vt/sqlparser"
)

// Visit calls do for every pointer to a struct within a statement, parents
// first. The stock parser's own Walk leaves out the bodies of procedures and
// the parts of DDL, so that this goes by reflection; it runs only for texts
// that have something of ours in them.
func Visit(root any, do func(node any)) {
	if root != nil {
		visitValue(reflect.ValueOf(root), do)
	}
}

func visitValue(v reflect.Value, do func(node any)) {
	switch v.Kind() {
	case reflect.Interface:
		if !v.IsNil() {
			visitValue(v.Elem(), do)
		}
	case reflect.Pointer:
		if v.IsNil() || v.Elem().Kind() != reflect.Struct {
			return
		}
		if v.CanInterface() {
			do(v.Interface())
		}
		visitValue(v.Elem(), do)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				visitValue(v.Field(i), do)
			}
		}
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return
		}
		for i := range v.Len() {
			visitValue(v.Index(i), do)
		}
	}
}

// ReplaceStatements replaces every statement within root, itself included, for
// which do returns another.
func ReplaceStatements(root *sqlparser.Statement, do func(sqlparser.Statement) (sqlparser.Statement, bool)) {
	Replace(root, do)
}

// Replace replaces every value of an interface within what root points to,
// for which do returns another.
func Replace[T any](root any, do func(T) (T, bool)) {
	replaceIn(reflect.ValueOf(root).Elem(), do)
}

func replaceIn[T any](v reflect.Value, do func(T) (T, bool)) {
	switch v.Kind() {
	case reflect.Interface:
		if v.IsNil() {
			return
		}
		if v.Type() == reflect.TypeFor[T]() && v.CanSet() {
			if other, ok := do(v.Interface().(T)); ok {
				v.Set(reflect.ValueOf(other))
				return
			}
		}
		replaceIn(v.Elem(), do)
	case reflect.Pointer:
		if !v.IsNil() {
			replaceIn(v.Elem(), do)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				replaceIn(v.Field(i), do)
			}
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() != reflect.Uint8 {
			for i := range v.Len() {
				replaceIn(v.Index(i), do)
			}
		}
	}
}

// EachFunction calls do for every function call in a part of a statement.
func EachFunction(root any, do func(*sqlparser.FuncExpr)) {
	Visit(root, func(node any) {
		if f, ok := node.(*sqlparser.FuncExpr); ok {
			do(f)
		}
	})
}

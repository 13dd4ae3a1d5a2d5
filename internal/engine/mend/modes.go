package mend

import (
	"slices"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/engine/fault"
	"airglow/internal/engine/walk"
	"airglow/internal/mysqlerr"
)

// CheckModes refuses what the session's modes do not allow in definitions.
func CheckModes(ctx *sql.Context, stmt sqlparser.Statement) error {
	switch stmt.(type) {
	case *sqlparser.DDL, *sqlparser.AlterTable:
	default:
		return nil
	}
	mode := sql.LoadSqlMode(ctx)
	noZero := mode.ModeEnabled("NO_ZERO_DATE") && mode.Strict()
	var err error
	walk.Visit(stmt, func(node any) {
		switch node := node.(type) {
		case *sqlparser.TableOption:
			if err == nil && strings.EqualFold(node.Name, "ENGINE") {
				err = guardEngine(ctx, mode, node.Value)
			}
		case *sqlparser.ColumnDefinition:
			if err == nil && noZero && isZeroDate(&node.Type) {
				err = mysqlerr.New(1067, "Invalid default value for '"+node.Name.String()+"'")
			}
		}
	})
	return err
}

// storageEngines are the names that MySQL knows. Whatever they name, the storage
// is the same.
var storageEngines = []string{"INNODB", "MYISAM", "MEMORY", "HEAP", "CSV", "ARCHIVE", "BLACKHOLE", "MRG_MYISAM",
	"MERGE", "PERFORMANCE_SCHEMA", "FEDERATED", "NDB", "NDBCLUSTER"}

// guardEngine refuses the name of a storage engine that MySQL does not know, or
// warns of it.
func guardEngine(ctx *sql.Context, mode *sql.SqlMode, name string) error {
	if name = strings.Trim(name, "'\"`"); slices.Contains(storageEngines, strings.ToUpper(name)) {
		return nil
	}
	unknown := mysqlerr.New(1286, "Unknown storage engine '"+name+"'")
	if mode.ModeEnabled("NO_ENGINE_SUBSTITUTION") {
		return unknown
	}
	fault.Warn(ctx, unknown)
	return nil
}

// isZeroDate reports whether a column of dates has the date of zeros for its
// default.
func isZeroDate(column *sqlparser.ColumnType) bool {
	value, ok := column.Default.(*sqlparser.SQLVal)
	switch strings.ToLower(column.Type) {
	case "date", "datetime", "timestamp":
	default:
		return false
	}
	return ok && strings.Trim(string(value.Val), "0-: .") == ""
}

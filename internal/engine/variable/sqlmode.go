package variable

import (
	"context"
	"slices"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
)

// defaultModes is the sql_mode of MySQL 8.0.
const defaultModes = "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"

// modeNames are the modes in MySQL's order, in which it shows them.
var modeNames = []string{"REAL_AS_FLOAT", "PIPES_AS_CONCAT", "ANSI_QUOTES", "IGNORE_SPACE", "ONLY_FULL_GROUP_BY",
	"NO_UNSIGNED_SUBTRACTION", "NO_DIR_IN_CREATE", "ANSI", "NO_AUTO_VALUE_ON_ZERO", "NO_BACKSLASH_ESCAPES",
	"STRICT_TRANS_TABLES", "STRICT_ALL_TABLES", "NO_ZERO_IN_DATE", "NO_ZERO_DATE", "ALLOW_INVALID_DATES",
	"ERROR_FOR_DIVISION_BY_ZERO", "TRADITIONAL", "NO_AUTO_CREATE_USER", "HIGH_NOT_PRECEDENCE",
	"NO_ENGINE_SUBSTITUTION", "PAD_CHAR_TO_FULL_LENGTH", "TIME_TRUNCATE_FRACTIONAL"}

// combinedModes are the modes that stand for several.
var combinedModes = map[string]string{
	"ANSI": "REAL_AS_FLOAT,PIPES_AS_CONCAT,ANSI_QUOTES,IGNORE_SPACE,ONLY_FULL_GROUP_BY,ANSI",
	"TRADITIONAL": "STRICT_TRANS_TABLES,STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO," +
		"TRADITIONAL,NO_ENGINE_SUBSTITUTION",
}

// modeSystemVariable is sql_mode, whose default in the engine lacks modes of
// MySQL's.
func modeSystemVariable() sql.SystemVariable {
	modes := types.NewSystemSetType("sql_mode", sql.Collation_utf8mb4_0900_ai_ci, modeNames...)
	return &sql.MysqlSystemVariable{
		Name: "sql_mode", Scope: sql.GetMysqlScope(sql.SystemVariableScope_Both),
		Dynamic: true, SetVarHintApplies: true,
		Type: modeType{modes.(sql.SetType), modes}, Default: defaultModes,
	}
}

// KnowDefaultModes has the engine know MySQL's default sql_mode at sight, as it knows its
// own default, until undo is called. It reads any other anew for each statement, several
// times, which is the most that it spends on a short one. Nothing else may use the engine
// meanwhile.
func KnowDefaultModes() (undo func()) {
	text := sql.DefaultSqlMode
	known := sql.NewSqlModeFromString(text) // what it always gives for that text
	modes := *known
	other := sql.NewSqlModeFromString(defaultModes)
	_ = other.String() // it keeps its text, which it makes when it is first asked for
	*known, sql.DefaultSqlMode = *other, defaultModes
	return func() { *known, sql.DefaultSqlMode = modes, text }
}

// ModesInOrder are modes as MySQL shows them. The engine sorts them.
func ModesInOrder(mode *sql.SqlMode) string {
	enabled := slices.DeleteFunc(slices.Clone(modeNames), func(name string) bool { return !mode.ModeEnabled(name) })
	return strings.Join(enabled, ",")
}

// modeType is the type of sql_mode. It puts those in that a combined mode stands
// for.
type modeType struct {
	sql.SetType
	variable sql.SystemVariableType
}

var _ sql.SystemVariableType = modeType{}

// Convert implements sql.Type.
func (t modeType) Convert(ctx context.Context, value any) (any, sql.ConvertInRange, error) {
	if text, ok := value.(string); ok {
		modes := strings.Split(text, ",")
		for i, mode := range modes {
			if all, ok := combinedModes[strings.ToUpper(mode)]; ok {
				modes[i] = all
			}
		}
		value = strings.Join(slices.DeleteFunc(modes, func(mode string) bool { return mode == "" }), ",")
	}
	return t.variable.Convert(ctx, value)
}

// EncodeValue implements sql.SystemVariableType.
func (t modeType) EncodeValue(value any) (string, error) { return t.variable.EncodeValue(value) }

// DecodeValue implements sql.SystemVariableType.
func (t modeType) DecodeValue(text string) (any, error) { return t.variable.DecodeValue(text) }

// UnderlyingType implements sql.SystemVariableType.
func (t modeType) UnderlyingType() sql.Type { return t.variable.UnderlyingType() }

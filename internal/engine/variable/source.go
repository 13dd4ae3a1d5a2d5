package variable

import (
	"strings"
	"unicode/utf8"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
	"github.com/dolthub/vitess/go/mysql"

	"airglow/internal/ledger"
)

// The variables that say where a session's answers come from, and which recording
// it means.
const (
	sourceVariable    = "airglow_mode"
	recordingVariable = "airglow_recording"
)

// mostRecordingName is how long a recording's name may be, in characters.
const mostRecordingName = 64

func sourceVariables() []sql.SystemVariable {
	scope := sql.GetMysqlScope(sql.SystemVariableScope_Both)
	return []sql.SystemVariable{
		&sql.MysqlSystemVariable{
			Name: sourceVariable, Scope: scope, Dynamic: true, SetVarHintApplies: true,
			Type: types.NewSystemEnumType(sourceVariable, ledger.ModeNames()...), Default: ledger.Live.String(),
		},
		&sql.MysqlSystemVariable{
			Name: recordingVariable, Scope: scope, Dynamic: true, SetVarHintApplies: true,
			Type: types.NewSystemStringType(recordingVariable), Default: ledger.DefaultRecording,
		},
	}
}

// Source is where the session has its answers from. It is read for each call:
// a procedure may change it on its way.
func Source(ctx *sql.Context) (mode ledger.Mode, recording string, err error) {
	value, err := ctx.GetSessionVariable(ctx, sourceVariable)
	if err != nil {
		return mode, "", err
	}
	name, _ := value.(string)
	mode, _ = ledger.ParseMode(name)
	if mode != ledger.Record && mode != ledger.Replay {
		return mode, "", nil
	}
	value, err = ctx.GetSessionVariable(ctx, recordingVariable)
	if err != nil {
		return mode, "", err
	}
	recording, _ = value.(string)
	if recording = strings.TrimSpace(recording); recording == "" || utf8.RuneCountInString(recording) > mostRecordingName {
		return mode, "", mysql.NewSQLError(1231, "42000", "airglow_recording is no name of a recording: it has 1 to %d characters", mostRecordingName)
	}
	return mode, recording, nil
}

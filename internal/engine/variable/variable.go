// Package variable has the system variables that are ours: which there are, with their
// bounds and defaults, and what a session has them set to. hints.go has those that a
// statement sets for itself, sqlmode.go the sql_mode.
package variable

import (
	"slices"
	"time"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"

	"airglow/internal/diagnostics"
	"airglow/internal/infer"
)

// Bounds of aurora_ml_inference_timeout; Aurora publishes none, so these are
// the project's choice (docs/compatibility.md).
const (
	minInferenceTimeout = 100 * time.Millisecond
	maxInferenceTimeout = time.Hour
)

const (
	// InferenceTimeoutName is the variable that limits a call's time, in milliseconds.
	InferenceTimeoutName = "aurora_ml_inference_timeout"
	activateVariable     = "activate_all_roles_on_login"
)

// Settings are the values that our system variables show and start with.
type Settings struct {
	// BedrockRole and the others are role ARNs; empty when none is assumed.
	BedrockRole, ComprehendRole, LambdaRole, S3Role, SageMakerRole string
	// InferenceTimeout is the global aurora_ml_inference_timeout; zero is
	// infer.DefaultTimeout.
	InferenceTimeout time.Duration
	// KeepRolesInactive sets activate_all_roles_on_login to OFF, MySQL's
	// default. The zero value lets a user start without SET ROLE.
	KeepRolesInactive bool
}

// WithDefaults returns the settings with what is zero as it is by default.
func (s Settings) WithDefaults() Settings {
	if s.InferenceTimeout == 0 {
		s.InferenceTimeout = infer.DefaultTimeout
	}
	return s
}

// Declare adds our variables to the process's registry, and gives the stock
// ones that we start otherwise their values.
func (s Settings) Declare() error {
	activate := int8(1)
	if s.KeepRolesInactive {
		activate = 0
	}
	registry := sql.SystemVariables
	registry.AddSystemVariables([]sql.SystemVariable{
		roleVariable("aws_default_bedrock_role", s.BedrockRole),
		roleVariable("aws_default_comprehend_role", s.ComprehendRole),
		roleVariable("aws_default_lambda_role", s.LambdaRole),
		roleVariable("aws_default_s3_role", s.S3Role),
		roleVariable("aws_default_sagemaker_role", s.SageMakerRole),
		&sql.MysqlSystemVariable{
			Name:              InferenceTimeoutName,
			Scope:             sql.GetMysqlScope(sql.SystemVariableScope_Both),
			Dynamic:           true,
			SetVarHintApplies: true,
			Type: types.NewSystemIntType(InferenceTimeoutName,
				minInferenceTimeout.Milliseconds(), maxInferenceTimeout.Milliseconds(), false),
			Default: s.InferenceTimeout.Milliseconds(),
		},
	})
	registry.AddSystemVariables(diagnostics.Variables())
	registry.AddSystemVariables(slices.Concat(reuseVariables(), sourceVariables(), budgetVariables(), figureVariables()))
	registry.AddSystemVariables(append(lookaheadVariables(), onErrorSystemVariable(), modeSystemVariable()))
	return registry.AssignValues(map[string]any{activateVariable: activate})
}

func roleVariable(name, arn string) sql.SystemVariable {
	return &sql.MysqlSystemVariable{
		Name:    name,
		Scope:   sql.GetMysqlScope(sql.SystemVariableScope_Global),
		Dynamic: false,
		Type:    types.NewSystemStringType(name),
		Default: arn,
	}
}

// InferenceTimeout is the session's time limit of one call.
func InferenceTimeout(ctx *sql.Context) (time.Duration, error) {
	v, err := ctx.GetSessionVariable(ctx, InferenceTimeoutName)
	if err != nil {
		return 0, err
	}
	ms, _, err := types.Int64.Convert(ctx, v)
	if err != nil {
		return 0, err
	}
	return time.Duration(ms.(int64)) * time.Millisecond, nil
}

// AllRolesOnLogin is activate_all_roles_on_login.
func AllRolesOnLogin() bool {
	_, v, ok := sql.SystemVariables.GetGlobal(activateVariable)
	on, isInt := v.(int8)
	return ok && isInt && on != 0
}

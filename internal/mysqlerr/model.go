package mysqlerr

import (
	"context"
	"errors"

	"github.com/dolthub/vitess/go/mysql"

	"airglow/internal/model"
)

// The numbers of failed model calls, one for each service, all with SQLSTATE
// HY000. Aurora publishes none for these services. It gives failures of S3 the
// number 63985, far from MySQL's own; ours follow it. The sentence says what
// failed; the same number for all of a service's failures lets a handler in a
// procedure catch the service.
const (
	CodeBedrock    = 63986
	CodeSageMaker  = 63987
	CodeComprehend = 63988
)

// FromModel returns the error of a model call in its MySQL form: a failure under
// its service's number, an interruption as MySQL's 1317. An error that has a
// number already keeps it; nil stays nil.
func FromModel(err error) error {
	if err == nil {
		return nil
	}
	var numbered *mysql.SQLError
	if errors.As(err, &numbered) {
		return numbered
	}
	var failure *model.Error
	if errors.As(err, &failure) {
		return fromModel(failure)
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return Interrupted()
	}
	return New(mysql.ERUnknownError, err.Error())
}

func fromModel(failure *model.Error) *mysql.SQLError {
	number := mysql.ERUnknownError
	switch failure.Service {
	case model.Bedrock:
		number = CodeBedrock
	case model.SageMaker:
		number = CodeSageMaker
	case model.Comprehend:
		number = CodeComprehend
	}
	return New(number, failure.Error())
}

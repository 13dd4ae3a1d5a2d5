package form

import (
	"fmt"
	"strings"

	"airglow/internal/jsonbody"
	"airglow/internal/model"
)

// Refusal says what is wrong with a request, nil where nothing is.
func Refusal(r jsonbody.Reader) error {
	if v := r.Violations(); v != nil {
		return Malformed(v...)
	}
	return r.Failure()
}

// Invalid is a refusal in the words of Bedrock's ValidationException.
func Invalid(format string, args ...any) error {
	return &model.Error{
		Kind: model.Invalid, Service: model.Bedrock,
		Code: "ValidationException", Message: fmt.Sprintf(format, args...),
	}
}

// Malformed is the refusal of a body that breaks the family's JSON schema;
// each violation starts with the place it concerns, "#" being the body.
func Malformed(violations ...string) error {
	if len(violations) == 0 {
		return Invalid("Malformed input request, please reformat your input and try again.")
	}
	return Invalid("Malformed input request: %s, please reformat your input and try again.", strings.Join(violations, ""))
}

// Unsupported is a refusal of ours: the body is fine for the real model, but
// the neutral form cannot carry it.
func Unsupported(what string) error {
	return &model.Error{
		Kind: model.Unsupported, Service: model.Bedrock,
		Message: "the request uses " + what + ", which only the model itself understands; map the model to provider bedrock in the model map, or send text alone",
	}
}

// CannotSay is a refusal to write a chat in a family that lacks a word.
func CannotSay(family, what string) error {
	return &model.Error{
		Kind: model.Unsupported, Service: model.Bedrock,
		Message: family + " has no word for " + what + "; leave it out, or let the model map lead to a model that has one",
	}
}

// BadAnswer is the fault of an answer that has not the form its family promises.
func BadAnswer(format string, args ...any) error {
	return &model.Error{Kind: model.BadAnswer, Service: model.Bedrock, Message: fmt.Sprintf(format, args...)}
}

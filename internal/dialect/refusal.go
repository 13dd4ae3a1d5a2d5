package dialect

import (
	"fmt"
	"strings"

	"airglow/internal/jsonbody"
	"airglow/internal/model"
)

// refusal says what is wrong with a request, nil where nothing is.
func refusal(r jsonbody.Reader) error {
	if v := r.Violations(); v != nil {
		return malformed(v...)
	}
	return r.Failure()
}

// invalid is a refusal in the words of Bedrock's ValidationException.
func invalid(format string, args ...any) error {
	return &model.Error{
		Kind: model.Invalid, Service: model.Bedrock,
		Code: "ValidationException", Message: fmt.Sprintf(format, args...),
	}
}

// malformed is the refusal of a body that breaks the family's JSON schema;
// each violation starts with the place it concerns, "#" being the body.
func malformed(violations ...string) error {
	if len(violations) == 0 {
		return invalid("Malformed input request, please reformat your input and try again.")
	}
	return invalid("Malformed input request: %s, please reformat your input and try again.", strings.Join(violations, ""))
}

// unsupported is a refusal of ours: the body is fine for the real model, but
// the neutral form cannot carry it.
func unsupported(what string) error {
	return &model.Error{
		Kind: model.Unsupported, Service: model.Bedrock,
		Message: "the request uses " + what + ", which only the model itself understands; map the model to provider bedrock in the model map, or send text alone",
	}
}

// cannotSay is a refusal to write a chat in a family that lacks a word.
func cannotSay(family, what string) error {
	return &model.Error{
		Kind: model.Unsupported, Service: model.Bedrock,
		Message: family + " has no word for " + what + "; leave it out, or let the model map lead to a model that has one",
	}
}

// badAnswer is the fault of an answer that has not the form its family promises.
func badAnswer(format string, args ...any) error {
	return &model.Error{Kind: model.BadAnswer, Service: model.Bedrock, Message: fmt.Sprintf(format, args...)}
}

package dialect

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"airglow/internal/model"
)

// object is a JSON object with its members not yet read. encoding/json alone
// would match "Messages" with "messages"; a map keeps keys exact, as Bedrock
// does.
//
// An object that is read leniently has the member lenientMark, too.
type object map[string]json.RawMessage

// lenientMark is no UTF-8 and so no key of any body.
const lenientMark = "\xff"

// lenient returns the object with its unknown members let pass.
func (o object) lenient() object {
	o[lenientMark] = nil
	return o
}

// read reads an object within this one, as leniently as this one.
func (o object) read(raw json.RawMessage) (object, bool) {
	inner := object{}
	return inner, o.readInto(inner, raw)
}

// readInto is read with an object of the caller's, whose members go. It serves
// where many objects are read one after the other.
func (o object) readInto(inner object, raw json.RawMessage) bool {
	if jsonKind(raw) != "JSONObject" {
		return false
	}
	clear(inner)
	inner.fill(raw)
	if _, lenient := o[lenientMark]; lenient {
		inner.lenient()
	}
	return true
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

// badAnswer is the fault of an answer that has not the form its family promises.
func badAnswer(format string, args ...any) error {
	return &model.Error{Kind: model.BadAnswer, Service: model.Bedrock, Message: fmt.Sprintf(format, args...)}
}

// parseObject reads a whole body. Its values are slices of the body.
func parseObject(body []byte) (object, error) {
	if !valid(body) {
		return nil, malformed()
	}
	o, ok := readObject(body)
	if !ok {
		return nil, malformed()
	}
	return o, nil
}

// has reports whether the object has a member of that name that is not null.
func (o object) has(key string) bool {
	raw, ok := o[key]
	return ok && !isNull(raw)
}

func isNull(raw json.RawMessage) bool { return string(bytes.TrimSpace(raw)) == "null" }

// missing returns one violation for each required key that the object lacks.
func (o object) missing(keys ...string) []string {
	var out []string
	for _, key := range keys {
		if _, ok := o[key]; !ok {
			out = append(out, fmt.Sprintf("#: required key [%s] not found", key))
		}
	}
	return out
}

// unknown returns the object's keys that are not among the known ones, sorted
// so that the message does not change from call to call. When reading leniently
// it finds none.
func (o object) unknown(known ...string) []string {
	if _, lenient := o[lenientMark]; lenient {
		return nil
	}
	var out []string
	for key := range o {
		if !slices.Contains(known, key) {
			out = append(out, key)
		}
	}
	slices.Sort(out)
	return out
}

// jsonKind names a JSON value's type as Bedrock's schema check does.
func jsonKind(raw json.RawMessage) string {
	switch raw = bytes.TrimSpace(raw); {
	case len(raw) == 0 || isNull(raw):
		return "Null"
	case raw[0] == '"':
		return "String"
	case raw[0] == '{':
		return "JSONObject"
	case raw[0] == '[':
		return "JSONArray"
	case raw[0] == 't' || raw[0] == 'f':
		return "Boolean"
	case bytes.ContainsAny(raw, ".eE"):
		return "BigDecimal"
	default:
		return "Integer"
	}
}

func readNumber(raw json.RawMessage) (float64, bool) {
	if kind := jsonKind(raw); kind != "Integer" && kind != "BigDecimal" {
		return 0, false
	}
	f, err := strconv.ParseFloat(string(bytes.TrimSpace(raw)), 64)
	return f, err == nil
}

func readInt(raw json.RawMessage) (int, bool) {
	if jsonKind(raw) != "Integer" {
		return 0, false
	}
	n, err := strconv.Atoi(string(bytes.TrimSpace(raw)))
	return n, err == nil
}

// encodeJSON writes v without the line break and without the HTML escapes of
// json.Marshal, which the real services do not write either.
func encodeJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("encode response body: %w", err)
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

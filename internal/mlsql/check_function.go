package mlsql

import (
	"fmt"
	"strings"

	"airglow/internal/model"
)

// The longest values that the services take.
const (
	maxModelID      = 2048
	maxEndpointName = 63
	maxMediaType    = 256
)

// check makes the checks that need the whole statement.
func (c *creation) check() {
	if c.err != nil {
		return
	}
	if c.stmt.Function.Service == model.Bedrock {
		c.checkBedrock()
		return
	}
	c.checkSageMaker()
}

// checkBedrock: one text in, one text out.
func (c *creation) checkBedrock() {
	fn := &c.stmt.Function
	if n := len(fn.Args); n != 1 {
		tok := c.nameAt
		if n > 1 {
			tok = c.argsAt[1]
		}
		c.failAt(tok, codeArgumentCount, fmt.Sprintf("Incorrect number of arguments for FUNCTION %s; expected 1, got %d"+
			"; a Bedrock function takes the request body as its one argument of a string type",
			FunctionName{fn.Database, fn.Name}, n))
		return
	}
	if !fn.Args[0].Type.IsString() {
		c.unsupportedAt(c.argsAt[0], "argument of type "+bareType(fn.Args[0].Type)+" for a Bedrock function",
			"declare the request body as TEXT, LONGTEXT or another string type; a JSON value given to it is converted")
	}
	if fn.Returns.IsString() {
		return
	}
	advice := "declare RETURNS TEXT, LONGTEXT or another string type"
	if fn.Returns.Name == "json" {
		advice = fmt.Sprintf("declare RETURNS TEXT and use CAST(%s(…) AS JSON)", fn.Name)
	}
	c.unsupportedAt(c.returnAt, "RETURNS "+bareType(fn.Returns)+" for a Bedrock function", advice)
}

// checkSageMaker: any number of values that have a form in CSV in, a number or
// a short text out.
func (c *creation) checkSageMaker() {
	fn := &c.stmt.Function
	if len(fn.Args) == 0 {
		c.failAt(c.nameAt, codeArgumentCount, fmt.Sprintf("Incorrect number of arguments for FUNCTION %s; expected at least 1, got 0"+
			"; a SageMaker function sends its arguments as a CSV record", FunctionName{fn.Database, fn.Name}))
	}
	for i, arg := range fn.Args {
		if arg.Type.isSpatial() {
			c.unsupportedAt(c.argsAt[i], "argument of type "+bareType(arg.Type)+" for a SageMaker function",
				"declare a TEXT argument and pass ST_AsText(…)")
		}
	}
	if fn.Returns.IsNumeric() && fn.Returns.Name != "bit" || fn.Returns.Name == "char" || fn.Returns.Name == "varchar" {
		return
	}
	c.unsupportedAt(c.returnAt, "RETURNS "+bareType(fn.Returns)+" for a SageMaker function",
		"declare a numeric type other than BIT, or VARCHAR(n) CHARSET utf8mb4")
}

// bareType is the type's name as messages write it.
func bareType(t Type) string { return strings.ToUpper(t.Name) }

// modelID reads the text of MODEL ID.
func (c *creation) modelID() {
	id, tok := c.literal("MODEL ID")
	c.stmt.Function.Model = id
	c.checkLength(tok, id, "MODEL ID", maxModelID)
	if strings.TrimSpace(id) == "" || !isPrintable(id) {
		c.wrongValue(tok, "MODEL ID", id, "it is the id or ARN of a model, such as 'amazon.titan-text-express-v1'")
	}
}

// endpointName reads the text of ENDPOINT NAME.
func (c *creation) endpointName() {
	name, tok := c.literal("ENDPOINT NAME")
	c.stmt.Function.Model = name
	if len(name) <= maxEndpointName && isEndpointName(name) {
		return
	}
	reason := "at most 63 letters, digits and hyphens, the first and last no hyphen"
	if strings.HasPrefix(name, "arn:") {
		reason = "give the endpoint's name, not its ARN"
	}
	c.wrongValue(tok, "ENDPOINT NAME", name, reason)
}

// isEndpointName tells whether s matches [a-zA-Z0-9](-*[a-zA-Z0-9])*.
func isEndpointName(s string) bool {
	for i := range len(s) {
		switch b := s[i]; {
		case b == '-' && i > 0 && i < len(s)-1:
		case isDigit(b), b >= 'a' && b <= 'z', b >= 'A' && b <= 'Z':
		default:
			return false
		}
	}
	return s != ""
}

// mediaType reads a media type, which becomes the value of an HTTP header.
func (c *creation) mediaType(what string) string {
	value, tok := c.literal(what)
	c.checkLength(tok, value, what, maxMediaType)
	kind, subtype, _ := strings.Cut(value, "/")
	if strings.TrimSpace(kind) == "" || strings.TrimSpace(subtype) == "" || !isPrintable(value) {
		c.wrongValue(tok, what, value, "it is a media type such as 'application/json'")
	}
	return value
}

// isPrintable tells whether s is printable ASCII, which alone may stand in an
// HTTP header or address unchanged.
func isPrintable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// wrongValue records MySQL's error for an option's value, with a reason.
func (c *creation) wrongValue(tok Token, what, value, reason string) {
	c.failAt(tok, codeWrongValue, fmt.Sprintf("Incorrect %s value: '%s'; %s", what, cut(value), reason))
}

package mlsql

import (
	"fmt"
	"strings"

	"airglow/internal/model"
)

// Builtin is a model function that exists in every database without CREATE
// FUNCTION.
type Builtin struct {
	Name    string
	Service model.Service
	// Args are all arguments; the first Required of them must be given.
	Args     []Arg
	Required int
	Returns  Type
	// MaxBatchSize is the number of texts in one request when the call gives
	// none.
	MaxBatchSize int64
}

// Builtins returns the Comprehend functions.
func Builtins() []Builtin {
	args := []Arg{
		{Name: "input_text", Type: Type{Name: "longtext", Charset: "utf8mb4"}},
		{Name: "language_code", Type: Type{Name: "varchar", Length: 16, Charset: "utf8mb4"}},
		{Name: "max_batch_size", Type: Type{Name: "bigint"}},
	}
	sentiment := Builtin{
		Name: "aws_comprehend_detect_sentiment", Service: model.Comprehend,
		Args: args, Required: 2, MaxBatchSize: 25,
		// The longest of POSITIVE, NEGATIVE, NEUTRAL and MIXED has 8 letters.
		Returns: Type{Name: "varchar", Length: 8, Charset: "utf8mb4"},
	}
	confidence := sentiment
	confidence.Name = "aws_comprehend_detect_sentiment_confidence"
	confidence.Returns = Type{Name: "double"}
	return []Builtin{sentiment, confidence}
}

// FindBuiltin returns the built-in function of the name, in any case.
func FindBuiltin(name string) (Builtin, bool) {
	const prefix = "aws_comprehend_" // few names have it, and every call is looked up
	if len(name) < len(prefix) || !strings.EqualFold(name[:len(prefix)], prefix) {
		return Builtin{}, false
	}
	for _, b := range Builtins() {
		if strings.EqualFold(b.Name, name) {
			return b, true
		}
	}
	return Builtin{}, false
}

// CheckCount returns MySQL's error when the function cannot take n arguments.
// The error has no offset.
func (b Builtin) CheckCount(n int) error {
	if n >= b.Required && n <= len(b.Args) {
		return nil
	}
	return &SyntaxError{
		Code: codeNativeCount, SQLState: sqlState(codeNativeCount),
		Message: fmt.Sprintf("Incorrect parameter count in the call to native function '%s'", b.Name),
	}
}

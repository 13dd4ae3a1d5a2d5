package mlsql

import (
	"strconv"
	"strings"
	"time"

	"airglow/internal/model"
)

// DefaultMaxBatchSize is the number of rows in one SageMaker request of a
// function that sets none.
const DefaultMaxBatchSize = 10000

// Security says whose rights a function runs with.
type Security int

// The values of SQL SECURITY.
const (
	// SecurityDefiner is the default.
	SecurityDefiner Security = iota
	// SecurityInvoker uses the rights of the session.
	SecurityInvoker
)

// String returns the word that SQL has for it.
func (s Security) String() string {
	if s == SecurityInvoker {
		return "INVOKER"
	}
	return "DEFINER"
}

// Arg is a named argument.
type Arg struct {
	Name string
	Type Type
}

// Function is the catalogue entry of a model function.
type Function struct {
	Database, Name string
	// Definer is zero when the statement names none; a stored entry has one.
	Definer Account
	// Service is model.Bedrock or model.SageMaker.
	Service model.Service
	Args    []Arg
	Returns Type
	// Deterministic is true only when the statement says DETERMINISTIC.
	Deterministic bool
	SQLSecurity   Security
	// Model is the text of MODEL ID or ENDPOINT NAME.
	Model string
	// ContentType and Accept are media types of a Bedrock function; empty means
	// application/json.
	ContentType, Accept string
	// TimeoutMS bounds one call, in milliseconds; 0 leaves it to
	// aurora_ml_inference_timeout.
	TimeoutMS int64
	// MaxBatchSize is the number of rows in one SageMaker request; 0 means
	// DefaultMaxBatchSize.
	MaxBatchSize int64
	Comment      string

	// Created and Modified are when CREATE and the last ALTER ran.
	Created, Modified time.Time
	// SQLMode is that of the creating session. It also says how
	// CreateStatement's strings read.
	SQLMode string
	// CharacterSetClient, CollationConnection and DatabaseCollation are the
	// creating session's, as SHOW CREATE FUNCTION shows them.
	CharacterSetClient, CollationConnection, DatabaseCollation string
}

// FullName returns the function's database and name.
func (f *Function) FullName() FunctionName { return FunctionName{f.Database, f.Name} }

// BatchSize returns the number of rows in one request, its default included.
func (f *Function) BatchSize() int64 {
	if f.MaxBatchSize == 0 {
		return DefaultMaxBatchSize
	}
	return f.MaxBatchSize
}

// CreateStatement returns the text of SHOW CREATE FUNCTION. Parse, with
// OptionsFor(f.SQLMode), reads from it an equal Function, except for what the
// text does not hold: Database, the times, SQLMode and the character sets.
// Only strings with a backslash depend on SQLMode.
func (f *Function) CreateStatement() string {
	opts := OptionsFor(f.SQLMode)
	var b strings.Builder
	b.WriteString("CREATE ")
	if !f.Definer.IsZero() {
		b.WriteString("DEFINER=" + f.Definer.String() + " ")
	}
	b.WriteString("FUNCTION " + QuoteName(f.Name) + "(")
	for i, arg := range f.Args {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(QuoteName(arg.Name) + " " + arg.Type.sql(opts))
	}
	b.WriteString(") RETURNS " + f.Returns.sql(opts))
	for _, line := range f.lines(opts) {
		b.WriteString("\n    " + line)
	}
	return b.String()
}

// lines returns the characteristics and clauses that CreateStatement prints,
// in the documented order.
func (f *Function) lines(opts Options) []string {
	var lines []string
	text := func(words, value string) {
		if value != "" {
			lines = append(lines, words+" "+QuoteString(value, opts))
		}
	}
	number := func(words string, n int64) {
		if n != 0 {
			lines = append(lines, words+" "+strconv.FormatInt(n, 10))
		}
	}
	if f.Deterministic {
		lines = append(lines, "DETERMINISTIC")
	}
	if f.SQLSecurity != SecurityDefiner {
		lines = append(lines, "SQL SECURITY "+f.SQLSecurity.String())
	}
	text("COMMENT", f.Comment)
	if f.Service == model.SageMaker {
		lines = append(lines, "ALIAS AWS_SAGEMAKER_INVOKE_ENDPOINT")
		text("ENDPOINT NAME", f.Model)
		number("MAX_BATCH_SIZE", f.MaxBatchSize)
		return lines
	}
	lines = append(lines, "ALIAS AWS_BEDROCK_INVOKE_MODEL")
	text("MODEL ID", f.Model)
	text("CONTENT_TYPE", f.ContentType)
	text("ACCEPT", f.Accept)
	number("TIMEOUT_MS", f.TimeoutMS)
	return lines
}

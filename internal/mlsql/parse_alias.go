package mlsql

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"airglow/internal/model"
)

// clause is one of the clauses after the ALIAS.
type clause struct {
	words   string
	service model.Service
	read    func(*creation)
}

// clauseSet holds the words of the clauses read so far.
type clauseSet map[string]bool

// clauses are all there are. Their order is the documented one.
var clauses = []clause{
	{"MODEL ID", model.Bedrock, (*creation).modelID},
	{"CONTENT_TYPE", model.Bedrock, func(c *creation) { c.stmt.Function.ContentType = c.mediaType("CONTENT_TYPE") }},
	{"ACCEPT", model.Bedrock, func(c *creation) { c.stmt.Function.Accept = c.mediaType("ACCEPT") }},
	{"TIMEOUT_MS", model.Bedrock, func(c *creation) {
		c.stmt.Function.TimeoutMS = c.positive("TIMEOUT_MS needs a positive whole number of milliseconds")
	}},
	{"ENDPOINT NAME", model.SageMaker, (*creation).endpointName},
	{"MAX_BATCH_SIZE", model.SageMaker, func(c *creation) {
		c.stmt.Function.MaxBatchSize = c.positive("MAX_BATCH_SIZE needs a positive whole number of rows")
	}},
}

// alias reads ALIAS, the service and its clauses.
func (c *creation) alias() {
	if !c.is("ALIAS") && c.isBody() {
		c.unsupportedAt(c.peek(), "stored functions with a SQL body", onlyAlias)
	}
	if !c.accept("ALIAS") {
		c.syntax("ALIAS AWS_BEDROCK_INVOKE_MODEL or ALIAS AWS_SAGEMAKER_INVOKE_ENDPOINT is needed here")
	}
	fn := &c.stmt.Function
	required := "MODEL ID"
	switch {
	case c.accept("AWS_BEDROCK_INVOKE_MODEL"):
		fn.Service = model.Bedrock
	case c.accept("AWS_SAGEMAKER_INVOKE_ENDPOINT"):
		fn.Service, required = model.SageMaker, "ENDPOINT NAME"
	default:
		c.syntax("ALIAS takes AWS_BEDROCK_INVOKE_MODEL or AWS_SAGEMAKER_INVOKE_ENDPOINT")
	}
	c.given = clauseSet{}
	for c.err == nil && c.peek().Kind == Word {
		c.clause()
	}
	if !c.given[required] {
		c.syntax(required + " is needed")
	}
}

// clause reads one clause, which must belong to the service and be new.
func (c *creation) clause() {
	i := slices.IndexFunc(clauses, func(cl clause) bool { return c.is(strings.Fields(cl.words)[0]) })
	if i < 0 {
		c.syntax("allowed here: " + allowedClauses(c.stmt.Function.Service))
		return
	}
	found := clauses[i]
	if found.service != c.stmt.Function.Service {
		c.syntax(found.words + " does not belong to this ALIAS; allowed here: " + allowedClauses(c.stmt.Function.Service))
	}
	if c.given[found.words] {
		c.syntax(found.words + " is given twice")
	}
	c.expect(strings.Fields(found.words)...)
	c.given[found.words] = true
	found.read(c)
}

// allowedClauses lists the clauses of a service for a message.
func allowedClauses(service model.Service) string {
	var words []string
	for _, cl := range clauses {
		if cl.service == service {
			words = append(words, cl.words)
		}
	}
	return strings.Join(words, ", ")
}

// positive reads a number from 1 to the largest 32-bit one. need is the reason
// that an error gives.
func (c *creation) positive(need string) int64 {
	tok := c.next()
	n, err := strconv.ParseInt(tok.Text, 10, 64)
	if tok.Kind != Number || err != nil || n < 1 || n > math.MaxInt32 {
		c.syntaxAt(tok, need+" up to "+strconv.Itoa(math.MaxInt32))
	}
	return n
}

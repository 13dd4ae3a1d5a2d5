package explain

import (
	"fmt"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"

	"airglow/internal/lookahead"
)

// Batcher is a model call that says whether its service takes several rows in
// one request.
type Batcher interface {
	// Batched is true when it does.
	Batched() bool
}

// The words of Extra for model calls that are made ahead of their evaluation.
// The first is Aurora's, for services that take batches.
const (
	batched    = "Batched machine learning"
	concurrent = "Concurrent machine learning"
)

// shownCalls is how many different calls are shown of a statement that has
// more, as VALUES of many rows may.
const shownCalls = 10

// ahead reads a node that makes model calls on the rows of its child ahead of
// their evaluation.
func (r *reader) ahead(n *lookahead.Node, b *block) {
	from := len(b.tables)
	r.node(n.Child, b)
	if tables := b.tables[from:]; len(tables) > 0 {
		r.callsAt(lastRead(n.Calls(), tables), n.Calls())
	} else if from > 0 { // the rows of VALUES, which are put into the table before
		r.callsAt(b.tables[from-1], n.Calls())
	}
}

// callsAt notes at which table's rows calls are made ahead.
func (r *reader) callsAt(a *access, calls []sql.Expression) {
	if r.statement.atOnce > 0 {
		a.calls = append(a.calls, calls...)
	}
}

// hasCalls reports whether a table's rows have calls of services that take
// batches, or of others.
func (a *access) hasCalls(inBatches bool) bool {
	if a.message != "" {
		return false
	}
	for _, call := range a.calls {
		if isBatched(call) == inBatches {
			return true
		}
	}
	return false
}

func isBatched(call sql.Expression) bool {
	b, ok := call.(Batcher)
	return ok && b.Batched()
}

// callTexts are the texts of calls, each once.
func (s *Statement) callTexts(calls []sql.Expression) []string {
	var texts []string
	seen := map[string]bool{}
	for _, call := range calls {
		text := s.expression(call)
		if seen[text] {
			continue
		}
		seen[text] = true
		if len(texts) < shownCalls {
			texts = append(texts, text)
		}
	}
	if more := len(seen) - len(texts); more > 0 {
		texts = append(texts, fmt.Sprintf("%d more", more))
	}
	return texts
}

// aheadText is the line of a node that makes calls ahead.
func (s *Statement) aheadText(calls []sql.Expression) string {
	return fmt.Sprintf("Look ahead for model calls: %s  (%d at once)", strings.Join(s.callTexts(calls), ", "), s.atOnce)
}

// orderMeasured is said of a filter whose conditions are evaluated in an order that
// is found on the way.
const orderMeasured = "  (order measured)"

// inTurn are the lines of conditions whose order is measured, with what running
// them came to: on how many rows each was evaluated, and true.
func (s *Statement) inTurn(condition sql.Expression) []step {
	var steps []step
	for _, c := range lookahead.ConditionsOf(condition) {
		steps = append(steps, step{text: fmt.Sprintf("Condition: %s  (true for %d of %d rows)", s.expression(c.Condition), c.True, c.Rows)})
	}
	return steps
}

// modelsJSON is what FORMAT=JSON says of the model calls at a table.
type modelsJSON struct {
	Calls []string `json:"calls"`
	// Batched are those of them whose service takes batches.
	Batched []string `json:"batched_calls,omitempty"`
	AtOnce  int      `json:"at_once"`
}

// models is the member for a table's calls, nil where there are none.
func (s *Statement) models(a *access) *modelsJSON {
	if len(a.calls) == 0 || a.message != "" {
		return nil
	}
	var inBatches []sql.Expression
	for _, call := range a.calls {
		if isBatched(call) {
			inBatches = append(inBatches, call)
		}
	}
	return &modelsJSON{s.callTexts(a.calls), s.callTexts(inBatches), s.atOnce}
}

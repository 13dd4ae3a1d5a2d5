package procedure

import (
	"errors"
	"reflect"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/types"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/infer"
	"airglow/internal/lookahead"
)

// The loop over a cursor runs one turn after the other, as written. But the rows
// of the turns to come are known: at each FETCH, what the loop will do with them
// is guessed, and the models that it will ask are asked. A guess knows the
// fetched row and what follows from it by expressions; whatever else a turn
// reads or sets is unknown to it, and with that what depends on it. A wrong
// guess costs a call and changes nothing.

const (
	// firstGuesses is how many rows are guessed at the first FETCH; their number
	// doubles as rows are fetched, so that a loop that ends early asks little.
	firstGuesses = 16
	// guessesPerCall is how many rows may be guessed for each call that may be
	// under way.
	guessesPerCall = 4
	// batchGuesses is how many may be guessed where calls travel in batches. All
	// that wait for an answer are looked at with each FETCH, so that there is a bound.
	batchGuesses = 2048
	// maxSteps bounds the statements of one guess: a turn may hold loops.
	maxSteps = 10_000
)

// running is a loop at work.
type running struct{ loop }

// guesses are those for the rows of a cursor that one FETCH of a loop reads.
type guesses struct {
	turn turn
	// rows are the guesses for the rows to come, the next one first; current is
	// that for the row that was fetched.
	rows    []*guess
	current *guess
	size    int
	// fetched counts the rows since size was set.
	fetched int
	// used and wasted count the calls that were asked for turns that have passed:
	// those that the turns came to, and those that they did not.
	used, wasted int
	// gathered is how many calls wait for others to travel with, and unsent the place
	// in rows of the first guess that asked one of them.
	gathered, unsent int
	// batches is true once calls have waited so.
	batches bool
	// off is true when there is nothing to guess.
	off bool
}

// guess is what is known of the turn with one row.
type guess struct {
	pending []*infer.Pending
	// asked are all the answers that it has waited for.
	asked []*infer.Pending
	// lacks, if set, is true until the guess can go further than before.
	lacks func() bool
	done  bool
}

// lookAhead guesses the turns that follow the one that a FETCH begins.
func (f *frame) lookAhead(ctx *sql.Context, s *scope, stmt *ast.FetchCursor, c *cursor) {
	if f.call.Ahead == nil || len(f.loops) == 0 || f.within {
		return
	}
	if c.ahead == nil || c.ahead.turn.fetch != stmt {
		t := f.turnOf(ctx, stmt)
		c.ahead = &guesses{turn: t, size: firstGuesses, off: !t.asks}
	}
	g := c.ahead
	if g.off {
		return
	}
	settings := f.call.Ahead(ctx)
	if g.next(settings); settings.Off || settings.Memo == nil {
		return
	}
	for i := 0; i < len(c.rows.rows) && i < g.size && !g.off; i++ {
		if i == len(g.rows) {
			if settings.Memo.Asked() >= settings.Concurrency {
				break
			}
			g.rows = append(g.rows, &guess{})
		}
		if r := g.rows[i]; r.isDue() {
			f.guess(ctx, settings, guessing{scope: s, guesses: g, row: typedRow(c.rows, i)}, r)
			g.gather(settings.Memo.Gathered(), i)
		}
	}
	if g.gathered > 0 && (g.unsent <= g.size/2 || len(g.rows) == len(c.rows.rows)) {
		settings.Memo.Flush()
		g.gathered = 0
	}
}

// gather notes how many calls wait to travel together after the i-th guess. They go
// when half of the rows that were asked for before are through, so that the answers
// are there when the rest is: sent with each FETCH, they would go one by one.
func (g *guesses) gather(waiting, i int) {
	switch {
	case waiting == g.gathered: // it asked none of them
	case waiting < g.gathered, g.gathered == 0: // some are full, and gone
		g.unsent = i
	default:
		g.unsent = min(g.unsent, i)
	}
	g.gathered, g.batches = waiting, g.batches || waiting > 0
}

// next goes to the guess for the row that was fetched. What was asked for the one
// before and not used counts: a loop that seldom comes to its calls, because it
// does not need them, is not looked ahead for long.
func (g *guesses) next(settings lookahead.Settings) {
	if g.current != nil && settings.Memo != nil {
		for _, p := range g.current.asked {
			if settings.Memo.Taken(*p) {
				g.used++
			} else {
				g.wasted++
			}
		}
		g.off = g.wasted > g.used+firstGuesses
	}
	g.current = nil
	if len(g.rows) > 0 {
		g.current, g.rows = g.rows[0], g.rows[1:]
	}
	g.fetched++
	g.unsent--
	most := guessesPerCall * settings.Concurrency
	if g.batches {
		most = max(most, batchGuesses)
	}
	if g.fetched >= g.size && g.size < most && g.wasted <= g.used {
		g.size, g.fetched = min(2*g.size, most), 0
	}
}

// isDue reports whether a guess can go further than before.
func (g *guess) isDue() bool {
	if g.done || g.lacks != nil && g.lacks() {
		return false
	}
	for _, p := range g.pending {
		if !p.Known() {
			return false
		}
	}
	return true
}

func typedRow(r *resultSet, i int) []typed {
	row := make([]typed, len(r.schema))
	for j := range row {
		row[j] = typed{r.rows[i][j], r.schema[j].Type}
	}
	return row
}

// guess runs one guess as far as it goes.
func (f *frame) guess(ctx *sql.Context, settings lookahead.Settings, w guessing, g *guess) {
	w.frame, w.ctx, w.settings = f, ctx, settings
	current := f.current
	defer func() {
		f.current = current
		if cause := recover(); cause != nil {
			w.guesses.off = true // the turn itself will tell
		}
	}()
	w.run()
	g.pending, g.lacks = w.pending, w.lacks
	g.asked = append(g.asked, w.pending...)
	g.done = len(w.pending) == 0 && w.lacks == nil
}

// turn is one turn of a loop as seen from its FETCH.
type turn struct {
	loop  loop
	fetch *ast.FetchCursor
	// blocks are the blocks around the FETCH within the loop, the outermost
	// first.
	blocks []*ast.BeginEndBlock
	// sets are the names of what a turn sets: variables, and user variables with
	// their @.
	sets map[string]bool
	// asks is false when the turn asks no model, or its FETCH is not among the
	// statements that every turn runs.
	asks bool
}

// turnOf is the turn of the innermost loop, which has the FETCH.
func (f *frame) turnOf(ctx *sql.Context, fetch *ast.FetchCursor) turn {
	if known, ok := f.turns[fetch]; ok {
		return known
	}
	l := f.loops[len(f.loops)-1].loop
	t := turn{loop: l, fetch: fetch}
	if blocks, ok := pathTo(l.body, fetch); ok && f.asksModels(ctx, l.body) {
		t.blocks, t.sets, t.asks = blocks, namesSet(l.body), true
	}
	f.turns[fetch] = t
	return t
}

// asksModels reports whether statements may ask a model: by a function in them, or
// in ways that are seen only as they run.
func (f *frame) asksModels(ctx *sql.Context, list ast.Statements) bool {
	asks := false
	each(reflect.ValueOf(list), func(node any) bool {
		switch node := node.(type) {
		case *ast.Execute, *ast.Call:
			asks = true
		case *ast.FuncExpr:
			asks = asks || f.isModel(ctx, node)
		}
		return !asks
	})
	return asks
}

// isModel reports whether a function calls a model.
func (f *frame) isModel(ctx *sql.Context, call *ast.FuncExpr) bool {
	if f.call.Catalog == nil {
		return false
	}
	found, _ := f.call.Catalog.Function(ctx, call.Name.Lowered())
	function, ok := found.(sql.FunctionN)
	if !ok {
		return false
	}
	args := make([]sql.Expression, len(call.Exprs))
	for i := range args {
		args[i] = expression.NewLiteral(nil, types.Null)
	}
	made, err := function.Fn(args...)
	return err == nil && lookahead.HasCall(made)
}

func pathTo(list ast.Statements, fetch *ast.FetchCursor) (path []*ast.BeginEndBlock, ok bool) {
	for _, stmt := range list {
		switch stmt := stmt.(type) {
		case *ast.FetchCursor:
			if stmt == fetch {
				return nil, true
			}
		case *ast.BeginEndBlock:
			if inner, ok := pathTo(stmt.Statements, fetch); ok {
				return append([]*ast.BeginEndBlock{stmt}, inner...), true
			}
		}
	}
	return nil, false
}

// errUnknown ends the evaluation of what depends on something unknown.
var errUnknown = errors.New("the value is not known ahead")

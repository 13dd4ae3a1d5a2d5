package lookahead

import (
	"context"
	"errors"
	"io"

	"github.com/dolthub/go-mysql-server/sql"

	"airglow/internal/infer"
)

const (
	// firstWindow is how many rows are read ahead under a LIMIT before the first
	// goes up; the window doubles each time that as many have, and not before
	// growAfter have.
	firstWindow = 8
	// nestedWindow is the same for a node below another, which takes rows ahead.
	nestedWindow = 4
	growAfter    = 16
	// windowPerCall is how many rows the window has for each call that may be
	// under way, so that one slow call does not keep the others waiting.
	windowPerCall = 4
	// mostBatched is the most rows of a window that follows the size of batches:
	// as many batches as calls may be under way, as far as memory allows.
	mostBatched = 1 << 15
	// windowBytes bounds the window's rows, by the texts in them and what rows
	// themselves take: rowBytes, and valueBytes for each value.
	windowBytes = 32 << 20
	rowBytes    = 256
	valueBytes  = 24
)

// ahead is a row that was read ahead.
type ahead struct {
	row  sql.Row
	size int
	// pending is what each probe waits for. A probe without one is done, once
	// the row was asked.
	pending []*infer.Pending
	ready   bool
	// first is true for the first row of all.
	first bool
	// turns is the order of the conditions that the row comes to, if any.
	turns []int
	// met is the row that this one will meet as it is written, and this one behind it;
	// nil for most.
	met sql.Row
}

// rows is the iterator of a Node. Next is called by one goroutine at a time.
type rows struct {
	child    sql.RowIter
	probes   []probe
	pairs    bool
	settings Settings
	wake     chan struct{}

	// conditions are those that rows are asked on in turn, nil where there are
	// none; inTurn is how many rows of the window come to them.
	conditions *conditions
	inTurn     int
	// meeting finds the rows that these meet, nil where none are looked for.
	meeting *meeting

	window []*ahead
	bytes  int
	// asked is how many rows of the window were asked on, the first ones.
	asked int
	// size is how many rows the window may have, at most most; given counts the
	// rows that went up since size was set.
	size, most, given int
	// numbers are given to the rows that go up.
	numbers numbering
	// fresh counts those since the rows that wait were looked at.
	fresh int
	// left is how many more rows are read ahead; 0 is any number.
	left int64
	// end is what the child ended with, nil while it has more rows.
	end error

	// asking is the context of asking mode for the statement's context of.
	of     *sql.Context
	asking *sql.Context
	asker  *asker
	// outer is the evaluation that these rows are part of, when they are those of
	// a subquery that is asked. Nobody waits for an answer then, but outer ends.
	outer *asker
}

func newRows(child sql.RowIter, n *Node, s Settings) *rows {
	r := &rows{
		child: child, probes: n.ask.probes, conditions: n.ask.conditions, pairs: n.ask.pairs(), meeting: n.ask.meets.begin(),
		settings: s, wake: make(chan struct{}, 1), most: windowPerCall * max(s.Concurrency, 1),
	}
	r.size = r.most
	r.left = n.most
	if n.first > 0 {
		r.size = min(n.first, r.most)
	}
	r.asker = newAsker(s.Memo, func() {
		select {
		case r.wake <- struct{}{}:
		default: // it is told already
		}
	})
	return r
}

// newRowsWithin returns the rows of a subquery that is asked.
func newRowsWithin(child sql.RowIter, n *Node, s Settings, outer *asker) *rows {
	s.Numbers, s.Overlooked = nil, nil // those are the statement's
	r := newRows(child, n, s)
	r.outer, r.asker = outer, outer.within()
	return r
}

// Next implements sql.RowIter.
func (r *rows) Next(ctx *sql.Context) (sql.Row, error) {
	for {
		if ctx.Err() != nil { // else each row would be evaluated to find it
			return nil, context.Cause(ctx)
		}
		r.fill(ctx)
		if len(r.window) == 0 && r.end == nil {
			r.left = 1 // one row more than the LIMIT takes, if somebody asks
			continue
		}
		if len(r.window) == 0 {
			return nil, r.end
		}
		if head := r.window[0]; head.ready {
			r.pop()
			r.numbers.give(head.row)
			return head.row, nil
		}
		if r.outer != nil {
			r.outer.await(r.window[0].awaited())
			return nil, errAsked{}
		}
		r.settings.Memo.Flush()
		select {
		case <-r.wake:
			r.look(ctx)
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// fill reads rows and asks, as far as the window and the calls under way allow.
func (r *rows) fill(ctx *sql.Context) {
	if r.isWorthALook() {
		select {
		case <-r.wake:
			r.look(ctx)
		default:
		}
	}
	for r.end == nil && r.left >= 0 && len(r.window) < r.size && r.bytes < windowBytes && (len(r.window) == 0 || r.alone() || r.mayAsk() && r.ordered()) {
		if !r.read(ctx) {
			break
		}
		r.askNew(ctx)
	}
	r.askNew(ctx)
}

// isWorthALook reports whether the rows that wait are to be looked at if an answer
// has come. While others are ready that is not done for each of them.
func (r *rows) isWorthALook() bool {
	return len(r.window) == 0 || !r.window[0].ready || r.fresh*16 >= len(r.window)
}

// read takes one more row into the window. Its child's failure comes after the
// rows before it.
func (r *rows) read(ctx *sql.Context) bool {
	if r.left > 0 {
		if r.left--; r.left == 0 {
			r.left = -1
		}
	}
	row, err := r.child.Next(ctx)
	// A failure that the child has passed over belongs to this row, too, and not
	// to whatever row is evaluated next.
	if missed := r.settings.overlooked(ctx); err == nil {
		err = missed
	}
	if err != nil {
		r.end = err
		return false
	}
	next := &ahead{row: row, size: sizeOf(row), first: r.given == 0 && len(r.window) == 0}
	if r.conditions != nil {
		next.turns = r.conditions.turns(r.inAskingMode(ctx), row, r.inTurn)
	}
	if next.turns != nil {
		r.inTurn++
	}
	if next.met, _ = r.meeting.row(ctx, row); next.met != nil {
		next.size += sizeOf(next.met)
	}
	r.bytes += next.size
	r.window = append(r.window, next)
	return true
}

// alone reports whether the only row so far is not yet to be asked on, as probes
// need a second one.
func (r *rows) alone() bool { return r.pairs && len(r.window) == 1 && r.given == 0 }

// mayAsk reports whether the statement may start another call.
func (r *rows) mayAsk() bool { return r.settings.Memo.Asked() < r.settings.Concurrency }

// ordered reports whether the order is known in which the next row's conditions
// are evaluated. The rows before those in the window are decided.
func (r *rows) ordered() bool {
	return r.conditions == nil || r.conditions.order.known(r.inTurn)
}

// askNew asks on the rows that were not asked yet. The first row of the window
// always is, so that there is progress whoever else has calls under way.
func (r *rows) askNew(ctx *sql.Context) {
	if r.alone() && r.end == nil {
		return
	}
	for r.asked < len(r.window) && (r.asked == 0 || r.mayAsk()) {
		row := r.window[r.asked]
		r.asked++
		row.pending = make([]*infer.Pending, len(r.probes))
		r.evaluate(ctx, row)
	}
}

// look goes through the rows that wait, after an answer has come.
func (r *rows) look(ctx *sql.Context) {
	r.fresh = 0
	for _, row := range r.window[:r.asked] {
		if !row.ready && ctx.Err() == nil {
			r.evaluate(ctx, row)
		}
	}
}

// evaluate runs the probes of a row that do not wait for an answer that is
// still unknown.
func (r *rows) evaluate(ctx *sql.Context, row *ahead) {
	first := row.pending[0] == nil && !row.ready && !row.waits()
	row.ready = true
	for i, p := range r.probes {
		waiting := row.pending[i]
		if !first && waiting == nil || p.when == pairs && r.alone() || p.when == later && row.first {
			continue // done before, or never done
		}
		if waiting != nil && !waiting.Known() {
			row.ready = false
			continue
		}
		r.asker.begin()
		err := p.eval(r.inAskingMode(ctx), row)
		row.pending[i] = r.asker.awaited()
		if row.pending[i] != nil {
			row.ready = false
			r.widen(row.pending[i].Room())
			continue
		}
		if err != nil && !errors.Is(err, io.EOF) {
			// The row will fail when the statement evaluates it; what it would
			// evaluate after that is not asked for.
			row.ready = true
			return
		}
	}
}

// widen has the window hold as many rows as fill batches of a size, one for each
// call that may be under way.
func (r *rows) widen(batch int) {
	most := mostBatched
	if batch < mostBatched {
		most = min(batch*max(r.settings.Concurrency, 1), mostBatched-mostBatched%max(batch, 1))
	}
	if most <= r.most {
		return
	}
	if r.size == r.most {
		r.size = most
	}
	r.most = most
}

func (row *ahead) waits() bool { return row.awaited() != nil }

// awaited is an answer that the row waits for, nil when there is none.
func (row *ahead) awaited() *infer.Pending {
	for _, p := range row.pending {
		if p != nil {
			return p
		}
	}
	return nil
}

// inAskingMode returns the context of asking mode, made anew when the
// statement's is another.
func (r *rows) inAskingMode(ctx *sql.Context) *sql.Context {
	if r.of != ctx {
		r.of = ctx
		if r.outer == nil {
			r.asker.calls = ctx.Context
		}
		r.asking = inAskingMode(ctx, r.asker, r.settings)
	}
	return r.asking
}

// pop takes the first row out of the window, which grows as rows go up.
func (r *rows) pop() {
	r.bytes -= r.window[0].size
	if r.window[0].turns != nil {
		r.inTurn--
	}
	r.window[0] = nil
	r.window = r.window[1:]
	r.asked--
	r.given++
	r.fresh++
	if r.given >= max(r.size, growAfter) && r.size < r.most {
		r.size, r.given = min(2*r.size, r.most), 1
	}
}

// Close implements sql.RowIter.
func (r *rows) Close(ctx *sql.Context) error { return r.child.Close(ctx) }

// sizeOf is about how much memory a row takes.
func sizeOf(row sql.Row) int {
	size := rowBytes + valueBytes*len(row)
	for _, value := range row {
		switch v := value.(type) {
		case string:
			size += len(v)
		case []byte:
			size += len(v)
		}
	}
	return size
}

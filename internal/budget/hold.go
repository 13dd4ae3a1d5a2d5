package budget

import (
	"time"

	"airglow/internal/ledger"
)

// Ask is an attempt that is about to be made.
type Ask struct {
	// Origin is who makes it, Purse its statement's; may be nil.
	Origin ledger.Origin
	Purse  *Purse
	// Call names it in the sentence that refuses it.
	Call Named
	// Worst is the most that it can cost.
	Worst Worst
}

// Hold is what is reserved for one attempt. It ends with Settle or Release; of
// nil both do nothing.
type Hold struct {
	keeper *Keeper
	payer  ledger.Payer
	worst  Worst
	parts  []part
}

// part is what a Hold has of one account, in the period that began at a time.
type part struct {
	account *account
	start   time.Time
	amount  int64
}

// Reserve reserves the most that an attempt can cost with all budgets that bind
// it. With a channel instead, what is missing is reserved by others: it is closed
// when asking again may help. An error is a *model.Error of kind OverBudget: what
// is spent leaves no room.
func (k *Keeper) Reserve(ask Ask) (hold *Hold, busy <-chan struct{}, err error) {
	now := k.now()
	k.mu.Lock()
	defer k.mu.Unlock()
	k.forget(now)
	h := &Hold{keeper: k, payer: ledger.PayerOf(ask.Origin, now), worst: ask.Worst}
	var full *account
	for _, a := range k.bind(h.payer, ask.Purse) {
		a.roll(now)
		if !ask.Worst.countsFor(a.Unit) {
			continue
		}
		if a.Unit == ledger.UnitDollars && !ask.Worst.Priced {
			return nil, nil, unpriced(a.Budget, ask.Call)
		}
		need := ask.Worst.Of(a.Unit)
		switch {
		case need == 0:
		case need > a.Amount-a.spent:
			return nil, nil, exhausted(a, need, ask, now)
		case need > a.left() && full == nil:
			full = a
		}
		h.parts = append(h.parts, part{a, a.start, need})
	}
	if full != nil {
		return nil, full.wait(), nil
	}
	for _, p := range h.parts {
		p.account.reserved += p.amount
	}
	k.underWay[h] = true
	return h, nil, nil
}

// Charge is the most that the attempt can cost, for its record.
func (h *Hold) Charge() ledger.Charge {
	if h == nil {
		return ledger.Charge{}
	}
	return h.worst.Charge
}

// Settle ends a Hold with what the attempt counts for.
func (h *Hold) Settle(c ledger.Charge) {
	if h == nil {
		return
	}
	k := h.keeper
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.underWay[h] {
		return
	}
	delete(k.underWay, h)
	if !c.IsZero() {
		k.sums[h.payer] = k.sums[h.payer].Plus(c)
	}
	for _, p := range h.parts {
		if a := p.account; a.start.Equal(p.start) { // else its period is over
			a.reserved -= p.amount
			a.spent = ledger.Saturated(a.spent, c.Of(a.Unit))
			a.free()
		}
	}
}

// Release ends a Hold of an attempt that was not made.
func (h *Hold) Release() { h.Settle(ledger.Charge{}) }

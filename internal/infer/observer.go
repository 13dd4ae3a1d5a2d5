package infer

import (
	"time"

	"airglow/internal/ledger"
	"airglow/internal/model"
)

// Observer is told what the Runner does, for figures. Its methods are called by
// many goroutines at once and must not wait for anything.
type Observer interface {
	// Attempted is told of an attempt that has ended.
	Attempted(Observation)
	// Reused is told of an answer that came from the ledger, or from a recording,
	// whose provider is "recording" and whose model the one that the SQL names.
	Reused(provider, model string)
}

// Observation is an attempt that has ended.
type Observation struct {
	// Provider and Model are who was asked, in the provider's words.
	Provider, Model string
	// Number counts the attempts at the call, from 1.
	Number int
	// Took is how long the provider took.
	Took time.Duration
	// Answers is how many calls of the attempt got one; Usage is what they used
	// and Cost what is known of its cost, nil if nothing is.
	Answers int
	Usage   model.Usage
	Cost    *ledger.Money
	// Failures are the kinds of the failures of the others, one each.
	Failures []string
}

// cancelledKind is the kind of the failure of a call whose statement had ended.
const cancelledKind = "cancelled"

// observe tells the Observer how an attempt at so many calls ended.
func (r *Runner) observe(at attempt, begun time.Time, calls int, results []model.Result, err error) {
	if r.observer == nil {
		return
	}
	o := Observation{
		Provider: at.route.Provider.Name(), Model: at.route.Request.TargetModel(), Number: at.number,
		Took: r.clock.Now().Sub(begun), Usage: used(results),
	}
	if err != nil {
		for range calls {
			o.Failures = append(o.Failures, kindName(err))
		}
	}
	for _, result := range results {
		if result.Err != nil {
			o.Failures = append(o.Failures, kindName(result.Err))
			continue
		}
		o.Answers++
		if cost := r.cost(at, result.Response); cost != nil {
			if o.Cost == nil {
				o.Cost = new(ledger.Money)
			}
			*o.Cost += *cost
		}
	}
	r.observer.Attempted(o)
}

func kindName(err error) string {
	if !isServiceError(err) {
		return cancelledKind
	}
	return model.KindOf(err).String()
}

func (r *Runner) observeReuse(provider, model string) {
	if r.observer != nil {
		r.observer.Reused(provider, model)
	}
}

// Load is how busy a model is.
type Load struct {
	// Provider and Model are who is asked, in the provider's words.
	Provider, Model string
	// InFlight attempts are under way, and Waiting ones wait for their turn.
	InFlight, Waiting int
}

// Loads returns how busy the models are that were asked lately.
func (r *Runner) Loads() []Load {
	r.lanes.mu.Lock()
	defer r.lanes.mu.Unlock()
	loads := make([]Load, 0, len(r.lanes.open))
	for name, lane := range r.lanes.open {
		lane.mu.Lock()
		loads = append(loads, Load{name.provider, name.model, lane.running, lane.queue.waiting})
		lane.mu.Unlock()
	}
	return loads
}

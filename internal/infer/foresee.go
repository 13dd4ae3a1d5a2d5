package infer

import "airglow/internal/ledger"

// Foreseen is one who may answer a call.
type Foreseen struct {
	// Question is what the ledger would be asked for a recorded answer.
	Question ledger.Question
	// Limits are those of the lane that the call would go through.
	Limits Limits
	route  Route
}

// InputTokens is how many tokens of input the call will count for there, if whoever
// answers knows that beforehand.
func (f Foreseen) InputTokens() (int64, bool) { return metered(f.route.Provider, f.route.Request) }

// Foresee says who would be asked for an answer, in their order, and within which
// limits, and asks none. There is at least one; the error is of kind NotConfigured.
func (r *Runner) Foresee(call Call) ([]Foreseen, error) {
	routes, err := r.models.Routes(call.Request)
	if err != nil {
		return nil, err
	}
	list := make([]Foreseen, len(routes))
	for i, route := range routes {
		list[i] = Foreseen{question(route, call), r.lanes.limits(route), route}
	}
	return list, nil
}

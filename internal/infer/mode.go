package infer

import (
	"fmt"
	"time"

	"airglow/internal/ledger"
	"airglow/internal/model"
)

// recordingProvider is who an Observer is told that answers of recordings come from.
const recordingProvider = "recording"

// errDry is the result of a call of a dry run: none.
var errDry = &model.Error{Kind: model.NotAsked, Message: "a dry run asks no model"}

// unasked returns the result of a call in a mode in which no provider is asked;
// asks is true when one is.
func (r *Runner) unasked(call Call) (answer Answer, asks bool, err error) {
	switch call.Policy.Mode {
	case ledger.Replay:
		if answer, err = r.replay(call); err == nil {
			call.replayed()
		}
		return answer, false, err
	case ledger.DryRun:
		return Answer{}, false, errDry
	case ledger.Record:
		if err := r.mayKeep(call); err != nil {
			return Answer{}, false, err
		}
	}
	return Answer{}, true, nil
}

// replay returns the answer of the recording, or any that the ledger has.
func (r *Runner) replay(call Call) (Answer, error) {
	if r.recordings == nil {
		return Answer{}, noRecordings(call)
	}
	if err := checkBody(call.Request); err != nil {
		return Answer{}, err
	}
	kept, ok, err := r.recordings.Recall(call.Policy.Recording, call.Origin.Function, call.Request)
	if err != nil {
		return Answer{}, noAnswer(call, fmt.Sprintf("recording '%s' cannot be read: %v", call.Policy.Recording, err))
	}
	if ok {
		tally{r.counters, call.Session}.reused()
		r.observeReuse(recordingProvider, call.Request.Model)
		return Answer{Response: kept.Response, Substituted: kept.Substituted}, nil
	}
	call.Policy.Reuse, call.Policy.NotBefore = ledger.ReuseAlways, time.Time{}
	if answer, ok, err := r.recordedCall(call); ok || err != nil {
		return answer, err
	}
	return Answer{}, noAnswer(call, fmt.Sprintf("neither recording '%s' nor the ledger has an answer of function %s to request %s, and with "+
		"airglow_mode = 'replay' no model is asked; to record it, run the statement where the model can be reached, with "+
		"SET airglow_mode = 'record', airglow_recording = '%[1]s'", call.Policy.Recording, call.Origin.Function, call.Request.Key()))
}

func noAnswer(call Call, message string) error {
	return &model.Error{Kind: model.NotAsked, Service: call.Request.Service, Message: message}
}

func noRecordings(call Call) error {
	return noAnswer(call, fmt.Sprintf("airglow_mode = '%s' needs the ledger, which is turned off (ledger.enabled = false)", call.Policy.Mode))
}

// mayKeep returns why no answer of a recording could be kept, before one is paid for.
func (r *Runner) mayKeep(call Call) error {
	if r.recordings == nil {
		return noRecordings(call)
	}
	if err := r.recordings.Keeps(); err != nil {
		return noAnswer(call, fmt.Sprintf("airglow_mode = 'record' cannot keep an answer, so nothing was sent: %v", err))
	}
	return nil
}

// keep puts an answer into the recording that the call asks for. It is not to be
// used where that fails.
func (r *Runner) keep(call Call, a Answer, err error) (Answer, error) {
	if err != nil || call.Policy.Mode != ledger.Record {
		return a, err
	}
	kept := ledger.Recorded{
		Function: call.Origin.Function, Request: call.Request, Response: a.Response, Substituted: a.Substituted, At: r.clock.Now(),
	}
	if err := r.recordings.Keep(call.Policy.Recording, kept); err != nil {
		return Answer{}, &model.Error{
			Kind: model.NotRecorded, Service: call.Request.Service, Err: err,
			Message: fmt.Sprintf("an answer of model %q could not be kept in recording '%s', so it is not used: %v",
				call.Request.Model, call.Policy.Recording, err),
		}
	}
	return a, nil
}

// Known reports whether the ledger has an answer that a call may have, without
// counting it as used.
func (r *Runner) Known(call Call) bool {
	if r.ledger == nil || !call.Policy.Possible() {
		return false
	}
	routes, err := r.routes(call)
	if err != nil {
		return false
	}
	for _, route := range routes {
		q := question(route, call)
		q.Uncounted = true
		if _, ok, err := r.ledger.Find(q); ok && err == nil {
			return true
		}
	}
	return false
}

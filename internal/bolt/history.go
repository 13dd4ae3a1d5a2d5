package bolt

import (
	"errors"
	"time"

	bbolt "go.etcd.io/bbolt"

	"airglow/internal/ledger"
)

const (
	// lookedAt is how many of the last attempts History looks at, mostExamples how
	// many calls it gives of each Called.
	lookedAt     = 2000
	mostExamples = 100
)

// Used returns what a statement that runs has used so far.
func (s *Store) Used(statement uint64) (ledger.Usage, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.running[statement]
	if st == nil {
		return ledger.Usage{}, false
	}
	return st.Usage, true
}

// History returns what is known of calls. It reads a bounded number of the last
// attempts; of a Called that is not among them there are no examples.
func (s *Store) History(wanted []ledger.Called) (map[ledger.Called]*ledger.History, error) {
	found := map[ledger.Called]*ledger.History{}
	for _, w := range wanted {
		found[w] = &ledger.History{}
	}
	s.sumUp(found)
	looked := 0
	for a, err := range s.Attempts() {
		if err != nil {
			return nil, err
		}
		if looked++; looked > lookedAt {
			break
		}
		if err := s.example(found, a); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// sumUp fills the sums.
func (s *Store) sumUp(found map[ledger.Called]*ledger.History) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for scope, sum := range s.sums {
		if h := found[ledger.Called{Function: scope.Function, Provider: scope.Provider, Model: scope.Model}]; h != nil {
			both := ledger.Usage{Calls: h.Calls, Tokens: h.Tokens}
			both.Add(*sum)
			h.Calls, h.Tokens = both.Calls, both.Tokens
		}
	}
}

// example adds the calls of an attempt that got answers.
func (s *Store) example(found map[ledger.Called]*ledger.History, a *ledger.Attempt) error {
	scope := ledger.ScopeOf(a)
	h := found[ledger.Called{Function: scope.Function, Provider: scope.Provider, Model: scope.Model}]
	if h == nil || a.State != ledger.Done {
		return nil
	}
	return s.db.View(func(tx *bbolt.Tx) error {
		for i, r := range a.Requests {
			if !r.Answered || len(h.Examples) == mostExamples {
				continue
			}
			body, err := s.body(tx, bodyKey(a.ID, i, requestBody))
			if err != nil && !errors.Is(err, errSealed) {
				return err
			}
			answer, err := s.body(tx, bodyKey(a.ID, i, answerBody))
			if err != nil && !errors.Is(err, errSealed) {
				return err
			}
			h.Examples = append(h.Examples, ledger.Example{
				Bytes: len(body), Answer: len(answer), Usage: r.Usage, Took: a.Ended.Sub(a.Begun) / time.Duration(len(a.Requests)),
			})
		}
		return nil
	})
}

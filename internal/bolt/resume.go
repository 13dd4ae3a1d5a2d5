package bolt

import (
	"bytes"
	"encoding/binary"
	"encoding/json"

	bbolt "go.etcd.io/bbolt"

	"airglow/internal/ledger"
)

// An answer serves the repetition of a statement as long as nobody has completed
// what it was for. So two things are known of it: who asked for it, which is in
// the index, and who had it again last, which is in usesBucket. It may be resumed
// when the one who asked did not complete, and no statement of the same user and
// digest has completed after that which asked for the same, itself or by reuse.
// Whether a statement is completed is told by what stands of it in memory.

// usesBucket has, for an answer that was resumed, the statement which had it last:
// the keys are the index's, the values ids.
var usesBucket = []byte("uses")

// who is a user's statements of one digest.
type who struct{ user, digest string }

// standing is what is known of one who's statements beside the completed ones.
type standing struct {
	// running are under way; each says whether its client is gone, or has given it up.
	running map[uint64]func() bool
	// open ended well in a transaction that goes on.
	open map[uint64]*ledger.Statement
	// unfinished were not completed, each with its place in the order of ends.
	unfinished map[uint64]uint64
}

// standingOf returns what is known of one who's statements, and begins it when it is
// new. The caller holds mu.
func (s *Store) standingOf(key who) *standing {
	found := s.standings[key]
	if found == nil {
		found = &standing{running: map[uint64]func() bool{}, open: map[uint64]*ledger.Statement{}, unfinished: map[uint64]uint64{}}
		s.standings[key] = found
	}
	return found
}

// tidy forgets a who of whom nothing is known. The caller holds mu.
func (s *Store) tidy(key who) {
	if found := s.standings[key]; found != nil && len(found.running)+len(found.open)+len(found.unfinished) == 0 {
		delete(s.standings, key)
	}
}

// order is the place of a statement in the order of ends: the next, or the one that it
// had when it was given up. The caller holds mu.
func (s *Store) order(st *ledger.Statement) uint64 {
	if known := s.standings[who{st.User, st.Digest}]; known != nil && known.unfinished[st.ID] != 0 {
		return known.unfinished[st.ID]
	}
	s.lastOrder++
	return s.lastOrder
}

// noteRunning notes that a statement is under way. The caller holds mu.
func (s *Store) noteRunning(st *ledger.Statement, over func() bool) {
	if over == nil {
		over = func() bool { return false }
	}
	s.standingOf(who{st.User, st.Digest}).running[st.ID] = over
}

// noteState takes the state in which a statement has ended into what is known. The
// caller holds mu.
func (s *Store) noteState(st *ledger.Statement) {
	key := who{st.User, st.Digest}
	known := s.standingOf(key)
	delete(known.running, st.ID)
	delete(known.open, st.ID)
	delete(known.unfinished, st.ID)
	switch answers := st.Usage.Calls+st.Usage.Reused > 0; {
	case st.State == ledger.Open:
		known.open[st.ID] = st
	case !st.Completed() && answers:
		known.unfinished[st.ID] = st.Order
	}
	s.tidy(key)
}

// mayLend reports whether the answers of a statement serve those of its user and
// digest, and when it ended. One whose client is gone does so from that moment, and
// with what still comes. The caller holds mu.
func (s *Store) mayLend(known *standing, id uint64) (order uint64, ok bool) {
	if order, ok = known.unfinished[id]; ok {
		return order, true
	}
	if over := known.running[id]; over != nil && over() {
		s.lastOrder++
		known.unfinished[id] = s.lastOrder
		return s.lastOrder, true
	}
	return 0, false
}

// promising reports whether there may be an answer to a question, which saves the
// look.
func (s *Store) promising(q ledger.Question) bool {
	if !q.Possible() || q.AllowsAny() {
		return q.Possible()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lenders(q.Origin) != nil
}

// lenders is what is known of the user's statements of a digest, nil where none but
// the one that asks could lend answers. The caller holds mu.
func (s *Store) lenders(o ledger.Origin) *standing {
	known := s.standings[who{o.User, o.Digest}]
	if known == nil {
		return nil
	}
	others := len(known.running)
	if known.running[o.Statement] != nil {
		others--
	}
	if others+len(known.unfinished) == 0 {
		return nil
	}
	return known
}

// lookup looks for the answer to a question.
type lookup struct {
	store *Store
	tx    *bbolt.Tx
	q     ledger.Question
	asked []byte // as the index's keys begin
	known *standing
	// later are who asked for the same later than for the answer that is looked at,
	// and are neither under way nor unfinished.
	later []uint64
	err   error
}

func (s *Store) lookup(tx *bbolt.Tx, q ledger.Question) *lookup {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := &lookup{store: s, tx: tx, q: q, asked: askedOf(q.Key, q.Provider, q.Origin.Function)}
	if q.Possible() {
		l.known = s.lenders(q.Origin)
	}
	return l
}

// allows reports whether an answer may serve, and whether it was left by a statement
// that was not completed. It is to be asked from the last answer to the first.
func (l *lookup) allows(key []byte, f found) (serves, left bool) {
	if f.At.Before(l.q.NotBefore) {
		return false, false
	}
	if l.known != nil && f.Statement != 0 && f.Statement != l.q.Origin.Statement {
		left = l.isLeft(key, f.Statement)
	}
	return left || l.q.AllowsAny(), left
}

// isLeft reports whether nobody has completed what the answer was for that a
// statement asked for.
func (l *lookup) isLeft(key []byte, maker uint64) bool {
	order, lends := l.askers(key, maker)
	if !lends {
		return false
	}
	for _, id := range l.later {
		if l.completedAfter(id, order) {
			return false
		}
	}
	return true
}

// askers notes who asked for an answer, and reports whether its maker lends it.
func (l *lookup) askers(key []byte, maker uint64) (order uint64, lends bool) {
	s := l.store
	s.mu.Lock()
	defer s.mu.Unlock()
	if order, lends = s.mayLend(l.known, maker); !lends {
		l.note(maker)
	} else if user := l.userOf(key); user != 0 {
		l.note(user)
	}
	return order, lends
}

// note notes a statement that may have been completed. The caller holds mu.
func (l *lookup) note(id uint64) {
	_, unfinished := l.known.unfinished[id]
	_, open := l.known.open[id]
	if l.known.running[id] == nil && !unfinished && !open {
		l.later = append(l.later, id)
	}
}

// userOf is the statement that had an answer last, 0 for none. The caller holds mu.
func (l *lookup) userOf(key []byte) uint64 {
	if id, ok := l.store.uses[string(key)]; ok {
		return id
	}
	if value := l.tx.Bucket(usesBucket).Get(key); value != nil {
		return binary.BigEndian.Uint64(value)
	}
	return 0
}

// completedAfter reports whether a statement of the question's user and digest was
// completed after one that did not.
func (l *lookup) completedAfter(id, order uint64) bool {
	st := l.statement(id)
	if st == nil || st.User != l.q.Origin.User || st.Digest != l.q.Origin.Digest {
		return false
	}
	if st.State == ledger.Begun || st.State == ledger.Open { // its end is being written
		return true
	}
	return st.Completed() && st.Order > order
}

// statement returns a statement, nil for one that was forgotten.
func (l *lookup) statement(id uint64) *ledger.Statement {
	s := l.store
	s.mu.Lock()
	if st := s.running[id]; st != nil {
		now := *st
		s.mu.Unlock()
		return &now
	}
	s.mu.Unlock()
	st := &ledger.Statement{ID: id}
	if value := l.tx.Bucket(statementsBucket).Get(number(id)); value == nil || json.Unmarshal(value, st) != nil {
		return nil
	}
	return st
}

// used notes who has an answer again that was left. It takes effect at once.
func (s *Store) used(key []byte, statement uint64) {
	key = bytes.Clone(key)
	s.mu.Lock()
	s.uses[string(key)] = statement
	s.mu.Unlock()
	s.later(func(tx *bbolt.Tx) error {
		s.usesWritten = append(s.usesWritten, use{string(key), statement})
		return tx.Bucket(usesBucket).Put(key, number(statement))
	})
}

// use is that a statement had an answer of the index.
type use struct {
	key       string
	statement uint64
}

// forgetWritten forgets the uses and ends that a transaction has written, unless it
// failed: they are written again then. No reader sees the file as it was before and
// what is kept beside it as it is after.
func (s *Store) forgetWritten(failure error) {
	uses, ends := s.usesWritten, s.endsWritten
	s.usesWritten, s.endsWritten = nil, nil
	if failure != nil || len(uses)+len(ends) == 0 {
		return
	}
	s.finding.Lock()
	defer s.finding.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, u := range uses {
		if s.uses[u.key] == u.statement {
			delete(s.uses, u.key)
		}
	}
	for _, id := range ends {
		delete(s.running, id)
	}
}

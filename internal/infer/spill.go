package infer

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"math"
	"os"

	"airglow/internal/model"
)

// spill keeps outcomes in a temporary file once memory holds enough of them. It
// appends only; one stays where it is until the file is removed. The file
// is made with the first answer, so most statements never have one. Its
// statement's lock guards it.
type spill struct {
	dir    string
	places map[spillKey]place
	file   *os.File
	end    int64
	record []byte // the last one written, for its memory
	failed bool
	// origins are the few different providers, models and attempts of all
	// answers.
	origins []origin
	known   map[origin]uint16
}

// spillKey is half of a model.Key. A statement has one for each input that it
// ever asked for, and 128 bits of a hash tell those apart.
type spillKey [len(model.Key{}) / 2]byte

func spillKeyOf(key model.Key) spillKey { return spillKey(key[:len(spillKey{})]) }

// place is where an answer stands in the file, and what its entry knew.
type place struct {
	offset           int64
	size             uint32
	origin           uint16
	claimed, batched bool
	// failed is true for a failure in place of an answer.
	failed bool
}

// origin is what many answers have in common.
type origin struct {
	provider, model string
	asked           string
	stop            model.Stop
	substituted     bool
	attempts        int
}

// put takes over an entry. Once writing has failed, as on a full disk, no other
// is taken: what is forgotten is asked for again if it recurs.
func (s *spill) put(e *entry) {
	key := spillKeyOf(e.key)
	at, written := s.places[key]
	if !written {
		var ok bool
		if at, ok = s.write(e); !ok {
			return
		}
	}
	at.claimed, at.batched = e.claimed, e.batched
	s.places[key] = at
}

// get fills an entry whose answer is in the file and reports whether it is.
func (s *spill) get(e *entry) bool {
	key := spillKeyOf(e.key)
	at, written := s.places[key]
	if !written {
		return false
	}
	if err := s.read(at, e); err != nil {
		delete(s.places, key)
		return false
	}
	e.claimed, e.batched = at.claimed, at.batched
	return true
}

// claim notes that an entry's answer has been taken.
func (s *spill) claim(key model.Key) {
	if at, written := s.places[spillKeyOf(key)]; written {
		at.claimed = true
		s.places[spillKeyOf(key)] = at
	}
}

func (s *spill) write(e *entry) (at place, ok bool) {
	if s.file == nil && !s.failed {
		s.failed = s.open() != nil
	}
	origin, fits := s.originOf(e.answer)
	if s.failed || !fits || e.size() > math.MaxInt32 {
		return place{}, false
	}
	if e.err != nil {
		s.record = appendFailure(s.record[:0], e.err)
	} else {
		s.record = appendAnswer(s.record[:0], e.answer.Response)
	}
	if _, err := s.file.WriteAt(s.record, s.end); err != nil {
		s.failed = true
		return place{}, false
	}
	at = place{offset: s.end, size: uint32(len(s.record)), origin: origin, failed: e.err != nil}
	s.end += int64(len(s.record))
	return at, true
}

// open makes the file. Its name is taken away at once where the system allows
// that, so that nothing is left when the process is killed.
func (s *spill) open() error {
	file, err := os.CreateTemp(s.dir, "airglow-answers-*")
	if err != nil {
		return err
	}
	s.file, s.places, s.known = file, map[spillKey]place{}, map[origin]uint16{}
	_ = os.Remove(file.Name()) // close does what cannot be done now
	return nil
}

func (s *spill) originOf(a Answer) (i uint16, ok bool) {
	o := origin{a.Response.Provider, a.Response.Model, a.Asked, a.Response.Stop, a.Substituted, a.Attempts}
	i, known := s.known[o]
	if known || s.failed || len(s.origins) > math.MaxUint16 {
		return i, known
	}
	i = uint16(len(s.origins))
	s.origins, s.known[o] = append(s.origins, o), i
	return i, true
}

// read gives an entry the outcome at a place.
func (s *spill) read(at place, e *entry) error {
	record := make([]byte, at.size)
	if _, err := s.file.ReadAt(record, at.offset); err != nil {
		return err
	}
	if at.failed {
		failure, err := decodeFailure(record)
		if err == nil {
			e.err = failure
		}
		return err
	}
	response, err := decodeAnswer(record)
	o := s.origins[at.origin]
	response.Provider, response.Model, response.Stop = o.provider, o.model, o.stop
	e.answer = Answer{Response: response, Substituted: o.substituted, Asked: o.asked, Attempts: o.attempts}
	return err
}

// close removes the file.
func (s *spill) close() {
	if s.file != nil {
		_ = s.file.Close() // nobody reads it again
		_ = os.Remove(s.file.Name())
	}
	*s = spill{failed: true}
}

// What is known of a usage, in a record.
const (
	usageKnown     = 1
	usageEstimated = 2
)

// appendAnswer writes the part of an answer that is its own: usage, request id
// and body.
func appendAnswer(b []byte, r model.Response) []byte {
	known := uint64(0)
	if r.Usage.Known {
		known = usageKnown
	}
	if r.Usage.Estimated {
		known |= usageEstimated
	}
	b = binary.AppendUvarint(b, known)
	for _, tokens := range tokensOf(&r.Usage) {
		b = binary.AppendVarint(b, *tokens)
	}
	b = binary.AppendUvarint(b, uint64(len(r.RequestID)))
	b = append(b, r.RequestID...)
	return append(b, r.Body...)
}

// appendFailure writes a failure without its cause, which is for logs.
func appendFailure(b []byte, err error) []byte {
	failure := model.Error{Message: err.Error()}
	if of := (*model.Error)(nil); errors.As(err, &of) {
		failure = *of
	}
	failure.Err = nil
	record, err := json.Marshal(failure)
	if err != nil {
		return b // no such error; decodeFailure refuses what is empty
	}
	return append(b, record...)
}

func decodeFailure(b []byte) (*model.Error, error) {
	failure := new(model.Error)
	if err := json.Unmarshal(b, failure); err != nil {
		return nil, errRecord
	}
	return failure, nil
}

// errRecord is a record that the disk gave back otherwise than it was written.
var errRecord = errors.New("a record of the statement's outcomes is damaged")

func decodeAnswer(b []byte) (r model.Response, err error) {
	known, b := uvarint(b)
	r.Usage.Known, r.Usage.Estimated = known&usageKnown != 0, known&usageEstimated != 0
	for _, tokens := range tokensOf(&r.Usage) {
		*tokens, b = varint(b)
	}
	id, b := uvarint(b)
	if b == nil || id > uint64(len(b)) {
		return r, errRecord
	}
	r.RequestID, r.Body = string(b[:id]), b[id:]
	return r, nil
}

// tokensOf lists the counts in the order in which they are written.
func tokensOf(u *model.Usage) []*int64 {
	return []*int64{&u.InputTokens, &u.OutputTokens, &u.CacheReadTokens, &u.CacheWriteTokens}
}

// uvarint and varint return the number that b begins with and the rest, which is
// nil when b does not begin with one.
func uvarint(b []byte) (uint64, []byte) {
	v, n := binary.Uvarint(b)
	if n <= 0 {
		return 0, nil
	}
	return v, b[n:]
}

func varint(b []byte) (int64, []byte) {
	v, n := binary.Varint(b)
	if n <= 0 {
		return 0, nil
	}
	return v, b[n:]
}

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
	dir string
	// places has an outcome for each input that the statement ever asked for, so that
	// what it takes of each is little: all else stands in the record.
	places map[spillKey]place
	file   *os.File
	end    int64
	record []byte // the last one written, for its memory
	begin  []byte // what was read last, firstRead bytes
	failed bool
	// origins are the few different providers, models and attempts of all
	// answers.
	origins []origin
	known   map[origin]uint16
}

// spillKey is the beginning of a model.Key. The record has the whole key: of two
// inputs that begin alike, by a chance of one in 2^64, the second is not kept.
type spillKey uint64

func spillKeyOf(key model.Key) spillKey { return spillKey(binary.LittleEndian.Uint64(key[:8])) }

// place is where a record begins in the file; the lowest bit is set once the outcome
// has been taken by an evaluation.
type place int64

func placeAt(offset int64, claimed bool) place {
	p := place(offset << 1)
	if claimed {
		p |= 1
	}
	return p
}

func (p place) offset() int64 { return int64(p) >> 1 }

func (p place) claimed() bool { return p&1 != 0 }

// header begins a record: the key, and what is to be known before the rest.
type header struct {
	key    model.Key
	size   uint32 // of the rest
	origin uint16
	// batched is of the entry, failed true for a failure in place of an answer.
	batched, failed bool
}

// headerSize is that of a header in the file: key, size, origin and flags.
const headerSize = len(model.Key{}) + 4 + 2 + 1

// firstRead is how much is read of a record at first: all of most.
const firstRead = 1 << 10

// The flags of a header.
const (
	wasBatched = 1
	hasFailed  = 2
)

// write puts the header into the first bytes of a record.
func (h header) write(record []byte) {
	n := copy(record, h.key[:])
	binary.LittleEndian.PutUint32(record[n:], h.size)
	binary.LittleEndian.PutUint16(record[n+4:], h.origin)
	record[n+6] = 0
	if h.batched {
		record[n+6] |= wasBatched
	}
	if h.failed {
		record[n+6] |= hasFailed
	}
}

// readHeader returns the header of a record that begins with it.
func readHeader(record []byte) header {
	n := len(model.Key{})
	return header{
		key: model.Key(record[:n]), size: binary.LittleEndian.Uint32(record[n:]), origin: binary.LittleEndian.Uint16(record[n+4:]),
		batched: record[n+6]&wasBatched != 0, failed: record[n+6]&hasFailed != 0,
	}
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
	at, written := s.places[spillKeyOf(e.key)]
	offset := at.offset()
	if !written {
		var ok bool
		if offset, ok = s.write(e); !ok {
			return
		}
	}
	s.places[spillKeyOf(e.key)] = placeAt(offset, e.claimed)
}

// get fills an entry whose answer is in the file and reports whether it is.
func (s *spill) get(e *entry) bool {
	at, written := s.places[spillKeyOf(e.key)]
	if !written {
		return false
	}
	found, err := s.read(at.offset(), e)
	if err != nil {
		delete(s.places, spillKeyOf(e.key))
	}
	e.claimed = at.claimed()
	return found && err == nil
}

// claim notes that an entry's answer has been taken.
func (s *spill) claim(key model.Key) {
	if at, written := s.places[spillKeyOf(key)]; written {
		s.places[spillKeyOf(key)] = placeAt(at.offset(), true)
	}
}

// write appends the record of an entry and returns where it begins.
func (s *spill) write(e *entry) (offset int64, ok bool) {
	if s.file == nil && !s.failed {
		s.failed = s.open() != nil
	}
	origin, fits := s.originOf(e.answer)
	if s.failed || !fits || e.size() > math.MaxInt32 {
		return 0, false
	}
	record := append(s.record[:0], make([]byte, headerSize)...)
	if e.err != nil {
		record = appendFailure(record, e.err)
	} else {
		record = appendAnswer(record, e.answer.Response)
	}
	header{e.key, uint32(len(record) - headerSize), origin, e.batched, e.err != nil}.write(record)
	s.record = record
	if _, err := s.file.WriteAt(record, s.end); err != nil {
		s.failed = true
		return 0, false
	}
	offset = s.end
	s.end += int64(len(record))
	return offset, true
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

// read gives an entry the outcome at a place; found is false where that is another's.
func (s *spill) read(offset int64, e *entry) (found bool, err error) {
	if s.begin == nil {
		s.begin = make([]byte, firstRead)
	}
	n, err := s.file.ReadAt(s.begin, offset)
	if n < headerSize {
		return false, err
	}
	h := readHeader(s.begin)
	if h.key != e.key {
		return false, nil
	}
	rest := make([]byte, h.size)
	if have := copy(rest, s.begin[headerSize:n]); have < len(rest) {
		if _, err := s.file.ReadAt(rest[have:], offset+int64(headerSize+have)); err != nil {
			return false, err
		}
	}
	e.batched = h.batched
	if h.failed {
		failure, err := decodeFailure(rest)
		if err == nil {
			e.err = failure
		}
		return true, err
	}
	response, err := decodeAnswer(rest)
	o := s.origins[h.origin]
	response.Provider, response.Model, response.Stop = o.provider, o.model, o.stop
	e.answer = Answer{Response: response, Substituted: o.substituted, Asked: o.asked, Attempts: o.attempts}
	return true, err
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

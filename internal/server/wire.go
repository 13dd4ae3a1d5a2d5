package server

import (
	"bufio"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"reflect"
	"strings"
	"sync/atomic"

	"github.com/dolthub/vitess/go/mysql"

	"airglow/internal/mysqlerr"
)

// headerSize is the length of what precedes each packet of the protocol: three
// bytes of length and one of its number within the exchange.
const headerSize = 4

// maxAuthPacket bounds the packets read while a client is not yet known.
const maxAuthPacket = 64 << 10

// wire is a client's connection that knows where the packets written to it
// begin. With that it can do what the protocol code has no function for: take
// part in an exchange by itself, put a packet of its own in the place of
// another, and end a half-sent result with an error.
//
// All methods but Close are called by the connection's own goroutine.
type wire struct {
	net.Conn

	// header and have collect the header of the packet being written, rest is
	// how much of its body is to come.
	header [headerSize]byte
	have   int
	rest   int
	// waiting is a header whose body has not come.
	waiting []byte
	// last is the number of the last packet that was written.
	last byte
	// shift is added to the numbers of packets until the next command, because
	// exchange has used up numbers that the protocol code does not know of.
	shift byte
	// fresh is true until the first packet of the reply to a command.
	fresh bool
	// muted discards what is written until the next command.
	muted bool
	// in buffers what is read, once changeUser is there to be given its command;
	// inRest is how much of the packet being read is to come.
	in         *bufio.Reader
	inRest     int
	changeUser func(payload []byte) error
	// needsStandIn reports whether the protocol code cannot read a statement that
	// is to be prepared, ahead is a packet that it reads before the next of in, and
	// original the statement that it has read another for.
	needsStandIn func(text string) bool
	ahead        []byte
	original     string
	// above is the wire that carries the packets when TLS lies between.
	above *wire

	// settled is called when the reply to the last command is written; nil when
	// there is nothing to settle.
	settled func()
	// retired is set when the connection's own goroutine has nothing left to do
	// but close it; onClose is called at that close and at no other.
	retired atomic.Bool
	onClose func()
}

// newWire returns the wire over conn. onClose, which may be nil, is called by
// the first Close after retire.
func newWire(conn net.Conn, onClose func()) *wire {
	return &wire{Conn: conn, onClose: onClose}
}

// wireOf returns the wire that c writes to, and puts one there when there is
// none, as is so just after a change to TLS. Call it between packets only.
func wireOf(c *mysql.Conn) *wire {
	if w, ok := c.Conn.(*wire); ok {
		return w
	}
	w := newWire(c.Conn, nil)
	if secure, ok := c.Conn.(*tls.Conn); ok {
		if below, ok := secure.NetConn().(*wire); ok {
			below.above = w
		}
	}
	c.Conn = w
	return w
}

// Read is called for the next command when the last one is answered. Under TLS
// it is the wire below that is read from.
func (w *wire) Read(p []byte) (int, error) {
	w.shift, w.muted, w.fresh = 0, false, true
	w.settle()
	if w.above != nil {
		w.above.shift, w.above.muted, w.above.fresh = 0, false, true
	}
	if w.in == nil {
		return w.Conn.Read(p)
	}
	for w.inRest == 0 && len(w.ahead) == 0 {
		if err := w.nextPacket(); err != nil {
			return 0, err
		}
	}
	if len(w.ahead) > 0 {
		n := copy(p, w.ahead)
		w.ahead = w.ahead[n:]
		return n, nil
	}
	n, err := w.in.Read(p[:min(len(p), w.inRest)])
	w.inRest -= n
	return n, err
}

// takeCommands has change called with the payload of each COM_CHANGE_USER from
// now on, and needsStandIn with the text of each statement to prepare. The
// connection ends when change returns an error.
func (w *wire) takeCommands(c *mysql.Conn, change func(payload []byte) error, needsStandIn func(text string) bool) {
	if w.in != nil || !readsFrom(c, w) {
		return
	}
	w.in, w.changeUser, w.needsStandIn = bufio.NewReader(w.Conn), change, needsStandIn
}

// readsFrom makes the protocol code read from w. It does unless it has changed
// to TLS, when it keeps a reader of its own over the connection below w that
// nothing but its name leads to. Where that is not found, or has read on, it
// stays as it is, and COM_CHANGE_USER is refused.
func readsFrom(c *mysql.Conn, w *wire) bool {
	if _, secure := w.Conn.(*tls.Conn); !secure {
		return true
	}
	field := reflect.ValueOf(c).Elem().FieldByName("bufferedReader")
	if !field.IsValid() || field.Type() != reflect.TypeFor[*bufio.Reader]() {
		return false
	}
	reader := *(**bufio.Reader)(field.Addr().UnsafePointer())
	if reader == nil || reader.Buffered() > 0 {
		return false
	}
	reader.Reset(w)
	return true
}

// nextPacket looks at the packet that comes next, and takes it when it is
// COM_CHANGE_USER or COM_STMT_PREPARE.
func (w *wire) nextPacket() error {
	header, err := w.in.Peek(headerSize)
	if err != nil {
		return err
	}
	size := sizeOf(header)
	w.inRest = headerSize + size
	if header[3] != 0 || size == 0 {
		return nil // no command: part of a longer packet, or of a file
	}
	start, err := w.in.Peek(headerSize + 1)
	if err == nil && start[headerSize] == comPrepare {
		return w.takePrepare(size)
	}
	if err != nil || start[headerSize] != comChangeUser {
		return err
	}
	w.inRest = 0
	payload, err := w.receive(0)
	if err != nil {
		return err
	}
	if err := w.changeUser(payload); err != nil {
		return err
	}
	w.shift, w.fresh = 0, true
	w.settle()
	return nil
}

func (w *wire) settle() {
	if f := w.settled; f != nil {
		w.settled = nil
		f()
	}
}

// Write sends packets or parts of them. A header that comes alone waits for its
// body: that is how packets come that are not part of a result, and one of them
// may be an error to mend.
func (w *wire) Write(p []byte) (int, error) {
	q := p
	if w.shift != 0 || len(w.waiting) > 0 {
		q = append([]byte(nil), p...)
	}
	alone := w.have == 0 && w.rest == 0 && len(p) == headerSize
	if w.fresh && len(q) > headerSize && q[headerSize] == mysql.ErrPacket && sizeOf(q) == len(q)-headerSize {
		// The reply is an error, which the protocol code wrote through its buffer.
		body := mended(q[headerSize:])
		q = append(appendHeader(nil, len(body), q[3]), body...)
	}
	w.follow(q)
	if w.muted {
		return len(p), nil
	}
	if alone && w.rest > 0 {
		w.waiting = append(w.waiting[:0], q...)
		return len(p), nil
	}
	if len(w.waiting) > 0 {
		if w.rest == 0 && q[0] == mysql.ErrPacket {
			q = mended(q)
			w.waiting = appendHeader(w.waiting[:0], len(q), w.waiting[3])
		}
		q = append(w.waiting, q...)
		w.waiting = w.waiting[:0]
	}
	if _, err := w.Conn.Write(q); err != nil {
		return 0, err
	}
	return len(p), nil
}

// mended translates an error that the protocol code reports by itself, such as a
// syntax error in a statement to prepare. It has no number then.
func mended(payload []byte) []byte {
	const start = 1 + 2 + 1 + 5 // marker, number, '#', state
	if len(payload) < start {
		return payload
	}
	switch binary.LittleEndian.Uint16(payload[1:]) {
	case mysql.CRCommandsOutOfSync: // a number of clients, for a statement that is not there
		return errorPacket(mysqlerr.New(1243, "Unknown prepared statement handler given to mysqld_stmt_execute"))
	case mysql.ERUnknownError:
	default:
		return payload
	}
	text, unnumbered := strings.CutPrefix(string(payload[start:]), "unknown error: ")
	if !unnumbered {
		return payload
	}
	return errorPacket(mysqlerr.Translate(errors.New(text), mysqlerr.Statement{}))
}

// follow keeps track of packet boundaries over the bytes of p and renumbers the
// packets that begin in it.
func (w *wire) follow(p []byte) {
	for len(p) > 0 {
		if w.rest > 0 {
			n := min(w.rest, len(p))
			w.rest -= n
			p = p[n:]
			continue
		}
		w.header[w.have] = p[0]
		w.have++
		if w.have == headerSize {
			p[0] += w.shift
			w.last, w.fresh = p[0], false
			w.header[3] = 0
			w.rest = int(binary.LittleEndian.Uint32(w.header[:]))
			w.have = 0
		}
		p = p[1:]
	}
}

// replace lets write make the protocol code write one packet, discards that, and
// sends payload in its place, under its number.
func (w *wire) replace(c *mysql.Conn, payload []byte, write func() error) error {
	if err := c.FlushBuffer(); err != nil {
		return err
	}
	w.muted = true
	defer func() { w.muted = false }()
	if err := write(); err != nil {
		return err
	}
	if err := c.FlushBuffer(); err != nil {
		return err
	}
	return w.send(w.last, payload)
}

// fail ends a result, of which the beginning is sent, with an error, and
// discards what the protocol code writes after it until the next command.
func (w *wire) fail(c *mysql.Conn, failure *mysql.SQLError) error {
	if err := c.FlushBuffer(); err != nil {
		return err
	}
	if err := w.send(w.last+1, errorPacket(failure)); err != nil {
		return err
	}
	w.muted = true
	return nil
}

// send writes one packet of less than 16 MB.
func (w *wire) send(number byte, payload []byte) error {
	w.last = number
	packet := appendHeader(make([]byte, 0, headerSize+len(payload)), len(payload), number)
	_, err := w.Conn.Write(append(packet, payload...))
	return err
}

func appendHeader(b []byte, size int, number byte) []byte {
	return append(b, byte(size), byte(size>>8), byte(size>>16), number)
}

// sizeOf is the length that a header gives of the packet's body.
func sizeOf(header []byte) int {
	return int(header[0]) | int(header[1])<<8 | int(header[2])<<16
}

// receive reads one packet past the protocol code.
func (w *wire) receive(number byte) ([]byte, error) {
	from := io.Reader(w.Conn)
	if w.in != nil {
		from = w.in
	}
	var header [headerSize]byte
	if _, err := io.ReadFull(from, header[:]); err != nil {
		return nil, err
	}
	if header[3] != number {
		return nil, fmt.Errorf("packet number %d, expected %d", header[3], number)
	}
	header[3] = 0
	size := binary.LittleEndian.Uint32(header[:])
	if size > maxAuthPacket {
		return nil, fmt.Errorf("packet of %d bytes during authentication", size)
	}
	payload := make([]byte, size)
	_, err := io.ReadFull(from, payload)
	return payload, err
}

// exchange talks to the client while the protocol code waits to write the
// answer to the client's last packet. It is used during authentication.
type exchange struct {
	wire *wire
	next byte
}

// exchange begins an exchange. The client's last packet followed the last one
// written, so the next number is two beyond that.
func (w *wire) exchange() *exchange {
	return &exchange{wire: w, next: w.last + 2}
}

func (e *exchange) send(payload []byte) error {
	before := e.wire.last
	err := e.wire.send(e.next, payload)
	e.wire.last = before
	e.advance()
	return err
}

func (e *exchange) receive() ([]byte, error) {
	payload, err := e.wire.receive(e.next)
	e.advance()
	return payload, err
}

func (e *exchange) advance() {
	e.next++
	e.wire.shift++
}

// Close closes the connection. It may be called from any goroutine.
func (w *wire) Close() error {
	err := w.Conn.Close()
	if w.onClose != nil && w.retired.CompareAndSwap(true, false) {
		w.onClose()
	}
	return err
}

// retire says that the connection's goroutine is about to close it and end.
func (w *wire) retire() { w.retired.Store(true) }

// errorPacket is the payload that reports e.
func errorPacket(e *mysql.SQLError) []byte {
	payload := []byte{mysql.ErrPacket}
	payload = binary.LittleEndian.AppendUint16(payload, uint16(e.Num))
	payload = append(payload, '#')
	payload = append(payload, e.State...)
	return append(payload, e.Message...)
}

// okPacket is the payload that reports success with a text about it.
func okPacket(ok okReply) []byte {
	payload := []byte{mysql.OKPacket}
	payload = appendLength(payload, ok.affected)
	payload = appendLength(payload, ok.insertID)
	payload = binary.LittleEndian.AppendUint16(payload, ok.flags)
	payload = binary.LittleEndian.AppendUint16(payload, ok.warnings)
	payload = appendLength(payload, uint64(len(ok.info)))
	return append(payload, ok.info...)
}

// okReply is what an OK packet says.
type okReply struct {
	affected, insertID uint64
	flags, warnings    uint16
	info               string
}

// appendLength appends n in the protocol's form of variable length.
func appendLength(b []byte, n uint64) []byte {
	switch {
	case n < 251:
		return append(b, byte(n))
	case n < 1<<16:
		return binary.LittleEndian.AppendUint16(append(b, 0xfc), uint16(n))
	case n < 1<<24:
		return append(b, 0xfd, byte(n), byte(n>>8), byte(n>>16))
	default:
		return binary.LittleEndian.AppendUint64(append(b, 0xfe), n)
	}
}

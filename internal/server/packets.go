package server

import "encoding/binary"

// maxPacket is the longest payload of one packet; a longer one is cut into
// several.
const maxPacket = 1<<24 - 1

// flushSize is how much is written at a time.
const flushSize = 32 << 10

// packets writes packets of its own within the reply to a command. Those that
// the protocol code writes after them are numbered on. The first error stays.
type packets struct {
	wire   *wire
	number byte
	count  byte
	buffer []byte
	err    error
}

// begin finds the number of the next packet. What the protocol code has written
// must be flushed.
func (p *packets) begin() {
	p.number = p.wire.last + 1
	if p.wire.fresh {
		p.number = 1 // the command was packet 0
	}
}

func (p *packets) write(payload []byte) {
	for {
		part := payload[:min(len(payload), maxPacket)]
		payload = payload[len(part):]
		var header [headerSize]byte
		binary.LittleEndian.PutUint32(header[:], uint32(len(part)))
		header[3] = p.number
		p.buffer = append(append(p.buffer, header[:]...), part...)
		p.wire.last = p.number
		p.number++
		p.count++
		if len(p.buffer) >= flushSize {
			p.flush()
		}
		if len(part) < maxPacket {
			return
		}
	}
}

func (p *packets) flush() {
	if p.err == nil {
		_, p.err = p.wire.Conn.Write(p.buffer)
	}
	p.buffer = p.buffer[:0]
}

// finish writes what is left and lets the protocol code go on after it.
func (p *packets) finish() error {
	p.flush()
	p.wire.fresh = false
	p.wire.shift += p.count
	return p.err
}

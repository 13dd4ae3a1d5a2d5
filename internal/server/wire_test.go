package server

import (
	"bytes"
	"errors"
	"io"
	"net"
	"testing"

	"github.com/dolthub/vitess/go/mysql"
)

// memoryConn is a connection that keeps what is written and reads from input.
type memoryConn struct {
	net.Conn
	input  bytes.Buffer
	output bytes.Buffer
	closed bool
}

func (c *memoryConn) Read(p []byte) (int, error)  { return c.input.Read(p) }
func (c *memoryConn) Write(p []byte) (int, error) { return c.output.Write(p) }
func (c *memoryConn) Close() error                { c.closed = true; return nil }
func (c *memoryConn) RemoteAddr() net.Addr        { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }

func packet(number byte, payload string) []byte {
	return append(appendHeader(nil, len(payload), number), payload...)
}

// TestWireFollowsPackets writes packets in pieces of every size and checks that
// the wire knows the number of the last.
func TestWireFollowsPackets(t *testing.T) {
	var stream []byte
	for i, payload := range []string{"one", "", "three is longer", "4"} {
		stream = append(stream, packet(byte(i+1), payload)...)
	}
	for size := 1; size <= len(stream); size++ {
		conn := &memoryConn{}
		w := newWire(conn, nil)
		for rest := stream; len(rest) > 0; {
			n := min(size, len(rest))
			if _, err := w.Write(rest[:n]); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		if w.last != 4 {
			t.Errorf("in pieces of %d: last is %d", size, w.last)
		}
		if !bytes.Equal(conn.output.Bytes(), stream) {
			t.Errorf("in pieces of %d: wrote %q", size, conn.output.Bytes())
		}
	}
}

// TestWireExchange renumbers what the protocol code writes after an exchange
// that it knows nothing of.
func TestWireExchange(t *testing.T) {
	conn := &memoryConn{}
	w := newWire(conn, nil)
	mustWrite(t, w, packet(0, "greeting"))
	conn.input.Write(packet(3, "key?"))
	x := w.exchange()
	if err := x.send([]byte("more")); err != nil {
		t.Fatal(err)
	}
	reply, err := x.receive()
	if err != nil || string(reply) != "key?" {
		t.Fatalf("received %q, %v", reply, err)
	}
	mustWrite(t, w, packet(2, "ok"))
	want := append(append(packet(0, "greeting"), packet(2, "more")...), packet(4, "ok")...)
	if !bytes.Equal(conn.output.Bytes(), want) {
		t.Errorf("wrote %q, want %q", conn.output.Bytes(), want)
	}
	// The next command starts from the numbers of the protocol code.
	conn.input.Write(packet(0, "command"))
	if _, err := io.ReadFull(w, make([]byte, 11)); err != nil {
		t.Fatal(err)
	}
	conn.output.Reset()
	mustWrite(t, w, packet(1, "reply"))
	if !bytes.Equal(conn.output.Bytes(), packet(1, "reply")) {
		t.Errorf("wrote %q", conn.output.Bytes())
	}
}

func mustWrite(t *testing.T, w io.Writer, p []byte) {
	t.Helper()
	if n, err := w.Write(p); err != nil || n != len(p) {
		t.Fatalf("write: %d, %v", n, err)
	}
}

// TestWireExchangeRefuses packets that are out of order or beyond all measure.
func TestWireExchangeRefuses(t *testing.T) {
	for name, input := range map[string][]byte{
		"another number": packet(9, "x"),
		"too long":       {0xff, 0xff, 0xff, 2},
		"cut off":        packet(2, "abc")[:5],
	} {
		conn := &memoryConn{}
		conn.input.Write(input)
		w := newWire(conn, nil)
		if payload, err := w.exchange().receive(); err == nil {
			t.Errorf("%s: received %q", name, payload)
		}
	}
}

// TestWireReplace puts a packet in another's place, number and all.
func TestWireReplace(t *testing.T) {
	conn := &memoryConn{}
	w := newWire(conn, nil)
	c := &mysql.Conn{Conn: w}
	err := w.replace(c, []byte("ours"), func() error {
		_, err := w.Write(packet(5, "theirs"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	mustWrite(t, w, packet(6, "next"))
	want := append(packet(5, "ours"), packet(6, "next")...)
	if !bytes.Equal(conn.output.Bytes(), want) {
		t.Errorf("wrote %q, want %q", conn.output.Bytes(), want)
	}
}

// TestWireFail ends a result with an error and nothing after it, until the next
// command.
func TestWireFail(t *testing.T) {
	conn := &memoryConn{}
	w := newWire(conn, nil)
	c := &mysql.Conn{Conn: w}
	mustWrite(t, w, packet(3, "row"))
	if err := w.fail(c, mysql.NewSQLError(1317, "70100", "stop")); err != nil {
		t.Fatal(err)
	}
	mustWrite(t, w, packet(4, "end of rows"))
	want := append(packet(3, "row"), packet(4, "\xff\x25\x05#70100stop")...)
	if !bytes.Equal(conn.output.Bytes(), want) {
		t.Errorf("wrote %q, want %q", conn.output.Bytes(), want)
	}
	conn.input.WriteString("x")
	if _, err := w.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	conn.output.Reset()
	mustWrite(t, w, packet(1, "reply"))
	if conn.output.Len() == 0 {
		t.Error("the wire is silent after the next command")
	}
}

// TestWireMends errors that the protocol code reports without a number.
func TestWireMends(t *testing.T) {
	conn := &memoryConn{}
	w := newWire(conn, nil)
	body := append([]byte("\xff\x51\x04#HY000"), "unknown error: syntax error at position 6 near 'selec'"...)
	header := appendHeader(nil, len(body), 1)
	mustWrite(t, w, header)
	mustWrite(t, w, body)
	got := conn.output.Bytes()
	if !bytes.HasPrefix(got[headerSize:], []byte("\xff\x28\x04#42000You have an error in your SQL syntax")) {
		t.Errorf("wrote %q", got)
	}
	if size := int(got[0]) | int(got[1])<<8; size != len(got)-headerSize || got[3] != 1 {
		t.Errorf("the header % x does not fit %d bytes", got[:headerSize], len(got)-headerSize)
	}
	conn.output.Reset()
	other := []byte("\xff\x7a\x04#42S02no such table")
	mustWrite(t, w, appendHeader(nil, len(other), 1))
	mustWrite(t, w, other)
	if !bytes.Equal(conn.output.Bytes()[headerSize:], other) {
		t.Errorf("a numbered error became %q", conn.output.Bytes())
	}
}

// TestOKPacket has the length before the text, which is what the protocol code
// leaves out.
func TestOKPacket(t *testing.T) {
	got := okPacket(okReply{affected: 300, insertID: 70000, flags: 2, warnings: 1, info: "Rows matched: 1"})
	want := "\x00\xfc\x2c\x01\xfd\x70\x11\x01\x02\x00\x01\x00\x0fRows matched: 1"
	if string(got) != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := appendLength(nil, 1<<40); string(got) != "\xfe\x00\x00\x00\x00\x00\x01\x00\x00" {
		t.Errorf("a long length is % x", got)
	}
}

// TestWireClose forgets a connection when its goroutine closes it, and not when
// somebody else does.
func TestWireClose(t *testing.T) {
	forgotten := 0
	w := newWire(&memoryConn{}, func() { forgotten++ })
	for range 2 {
		if err := w.Close(); err != nil || forgotten != 0 {
			t.Fatalf("forgotten %d times before the end, %v", forgotten, err)
		}
	}
	w.retire()
	for range 2 {
		if err := w.Close(); err != nil || forgotten != 1 {
			t.Fatalf("forgotten %d times, %v", forgotten, err)
		}
	}
}

// FuzzWire feeds the wire with bytes that need not be packets, in pieces.
func FuzzWire(f *testing.F) {
	f.Add([]byte("\x01\x00\x00\x00a\x02\x00\x00\x01bc"), 3)
	f.Add([]byte("\xff\xff\xff\x00"), 1)
	f.Fuzz(func(t *testing.T, stream []byte, size int) {
		conn := &memoryConn{}
		w := newWire(conn, nil)
		size = max(1, size%16)
		for rest := stream; len(rest) > 0; {
			n := min(size, len(rest))
			if written, err := w.Write(rest[:n]); err != nil || written != n {
				t.Fatal(written, err)
			}
			rest = rest[n:]
		}
		conn.input.Write(stream)
		payload, err := w.exchange().receive()
		if err == nil && len(payload) > maxAuthPacket {
			t.Errorf("received %d bytes", len(payload))
		}
		if err != nil && errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
	})
}

// The text beside an OK tells the warnings that the packet counts.
func TestInfoCountsWarnings(t *testing.T) {
	for info, want := range map[string]string{
		"Rows matched: 2  Changed: 1  Warnings: 0": "Rows matched: 2  Changed: 1  Warnings: 3",
		"Statement prepared":                       "Statement prepared",
	} {
		if got := counted(info, 3); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

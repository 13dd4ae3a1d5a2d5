package server

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func mustListen(t *testing.T, address, socket string, limit int) *listener {
	t.Helper()
	l, err := listen(address, socket, limit)
	if err != nil {
		t.Fatal(err)
	}
	l.start()
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func mustDial(t *testing.T, network, address string) net.Conn {
	t.Helper()
	conn, err := net.Dial(network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// TestListenBoth takes connections from TCP and from a socket.
func TestListenBoth(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "s")
	l := mustListen(t, "127.0.0.1:0", socket, 0)
	for _, network := range []string{"tcp", "unix"} {
		address := socket
		if network == "tcp" {
			address = l.Addr().String()
		}
		mustDial(t, network, address)
		conn, err := l.Accept()
		if err != nil || conn.RemoteAddr().Network() != network {
			t.Errorf("%s: accepted %v, %v", network, conn, err)
		}
	}
	if _, err := listen("", socket, 0); err == nil || !strings.Contains(err.Error(), "another server") {
		t.Errorf("a second listener on the socket: %v", err)
	}
	if _, err := listen("", "", 0); err == nil {
		t.Error("listening on nothing succeeded")
	}
}

// TestLimit refuses a connection too many, and admits one when another ends.
func TestLimit(t *testing.T) {
	l := mustListen(t, "127.0.0.1:0", "", 1)
	mustDial(t, "tcp", l.Addr().String())
	first, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	refusal, err := io.ReadAll(mustDial(t, "tcp", l.Addr().String()))
	if err != nil || !strings.Contains(string(refusal), "#08004Too many connections") {
		t.Errorf("the second connection reads %q, %v", refusal, err)
	}
	first.(*wire).retire()
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	mustDial(t, "tcp", l.Addr().String())
	if _, err := l.Accept(); err != nil {
		t.Error(err)
	}
}

// TestIdle tells when the last connection is served.
func TestIdle(t *testing.T) {
	l := mustListen(t, "127.0.0.1:0", "", 0)
	mustDial(t, "tcp", l.Addr().String())
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Accept after Close: %v", err)
	}
	idle := l.whenIdle()
	l.closeAll()
	if isClosed(idle) {
		t.Error("the connection is still served, and was forgotten")
	}
	conn.(*wire).retire()
	_ = conn.Close()
	<-idle
}

// TestLoginTimeout ends a connection whose client never logs in.
func TestLoginTimeout(t *testing.T) {
	l, err := listen("127.0.0.1:0", "", 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	l.loginTimeout = time.Millisecond
	l.start()
	mustDial(t, "tcp", l.Addr().String())
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("reading from the client gives %v", err)
	}
}

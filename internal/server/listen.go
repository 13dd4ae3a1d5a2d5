package server

import (
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/dolthub/vitess/go/mysql"
)

// listener is the server's TCP listener and, if wanted, its Unix socket as one.
// It refuses connections beyond a number, and knows which are open.
type listener struct {
	parts []net.Listener
	// limit bounds the open connections; zero does not.
	limit int
	// loginTimeout is how long a client may take to log in.
	loginTimeout time.Duration

	arrivals chan arrival
	done     chan struct{}
	closing  sync.Once
	accepts  sync.WaitGroup

	mu   sync.Mutex
	open map[*wire]struct{}
	// idle is closed and replaced by nil when the last connection is forgotten
	// while somebody waits for that.
	idle chan struct{}
}

// defaultLoginTimeout is MySQL's connect_timeout.
const defaultLoginTimeout = 10 * time.Second

type arrival struct {
	conn net.Conn
	err  error
}

// listen opens the listeners. Either address or socket may be empty.
func listen(address, socket string, limit int) (*listener, error) {
	l := &listener{
		limit: limit, loginTimeout: defaultLoginTimeout,
		arrivals: make(chan arrival), done: make(chan struct{}), open: map[*wire]struct{}{},
	}
	if address != "" {
		tcp, err := net.Listen("tcp", address)
		if err != nil {
			return nil, fmt.Errorf("listen on %s: %w", address, err)
		}
		l.parts = append(l.parts, tcp)
	}
	if socket != "" {
		unix, err := listenUnix(socket)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("listen on socket %s: %w", socket, err), l.Close())
		}
		l.parts = append(l.parts, unix)
	}
	if len(l.parts) == 0 {
		return nil, errors.New("neither an address nor a socket to listen on is given")
	}
	return l, nil
}

// listenUnix opens a Unix socket, in the place of one that a server left behind
// when it was killed.
func listenUnix(path string) (net.Listener, error) {
	l, err := net.Listen("unix", path)
	if !errors.Is(err, syscall.EADDRINUSE) {
		return l, err
	}
	if conn, dialErr := net.Dial("unix", path); dialErr == nil {
		return nil, errors.Join(errors.New("another server listens there"), conn.Close())
	}
	if err := os.Remove(path); err != nil {
		return nil, err
	}
	return net.Listen("unix", path)
}

// start begins to take connections.
func (l *listener) start() {
	for _, part := range l.parts {
		l.accepts.Add(1)
		go func() {
			defer l.accepts.Done()
			l.take(part)
		}()
	}
}

func (l *listener) take(part net.Listener) {
	for {
		conn, err := part.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err == nil {
			if conn = l.admit(conn); conn == nil {
				continue
			}
		}
		select {
		case l.arrivals <- arrival{conn, err}:
		case <-l.done:
			if w, ok := conn.(*wire); ok {
				w.retire()
				_ = w.Close()
			}
			return
		}
	}
}

// admit counts a connection, or refuses it when there are too many and returns
// nil.
func (l *listener) admit(conn net.Conn) net.Conn {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.limit > 0 && len(l.open) >= l.limit {
		refuse(conn)
		return nil
	}
	var w *wire
	w = newWire(conn, func() { l.forget(w) })
	l.open[w] = struct{}{}
	// A client that never logs in must not keep its place for ever.
	_ = w.SetDeadline(time.Now().Add(l.loginTimeout))
	return w
}

// refuse tells a client that there are too many. The packet is small enough to
// be sent without waiting for the client to read.
func refuse(conn net.Conn) {
	w := newWire(conn, nil)
	_ = w.send(0, errorPacket(mysql.NewSQLError(mysql.ERConCount, "08004", "Too many connections")))
	_ = conn.Close()
}

func (l *listener) forget(w *wire) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.open, w)
	if len(l.open) == 0 && l.idle != nil {
		close(l.idle)
		l.idle = nil
	}
}

// Accept returns the next connection; it implements net.Listener.
func (l *listener) Accept() (net.Conn, error) {
	for {
		select {
		case a := <-l.arrivals:
			// A failed accept, such as for want of file descriptors, must not
			// end the server.
			if a.err == nil {
				return a.conn, nil
			}
		case <-l.done:
			return nil, net.ErrClosed
		}
	}
}

// Close stops taking connections; open ones stay open.
func (l *listener) Close() error {
	var errs []error
	l.closing.Do(func() {
		close(l.done)
		for _, part := range l.parts {
			errs = append(errs, part.Close())
		}
		l.accepts.Wait()
	})
	return errors.Join(errs...)
}

// Addr returns the TCP address, or the socket's when there is no other.
func (l *listener) Addr() net.Addr { return l.parts[0].Addr() }

// whenIdle returns a channel that is closed when no connection is open. Call it
// once, after Close.
func (l *listener) whenIdle() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	idle := make(chan struct{})
	if len(l.open) == 0 {
		close(idle)
	} else {
		l.idle = idle
	}
	return idle
}

// closeAll closes the connections that are still open. Each is forgotten when
// the goroutine that serves it has ended.
func (l *listener) closeAll() {
	l.mu.Lock()
	conns := make([]*wire, 0, len(l.open))
	for w := range l.open {
		conns = append(conns, w)
	}
	l.mu.Unlock()
	for _, w := range conns {
		_ = w.Close()
	}
}

package server

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// clientGone reports whether the other side has closed a connection. It looks
// without reading: what a client has sent ahead stays where it is.
func clientGone(conn syscall.Conn) bool {
	raw, err := conn.SyscallConn()
	if err != nil {
		return false
	}
	gone := false
	err = raw.Control(func(fd uintptr) {
		polled := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLRDHUP}}
		n, pollErr := unix.Poll(polled, 0)
		gone = pollErr == nil && n > 0 && polled[0].Revents&(unix.POLLRDHUP|unix.POLLHUP|unix.POLLERR) != 0
	})
	// Control fails when this side has closed the connection, as KILL does.
	return gone || err != nil
}

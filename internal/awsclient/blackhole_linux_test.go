package awsclient_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"airglow/internal/awsclient"
	"airglow/internal/awstest"
	"airglow/internal/model"
)

// blackHole returns the address of a port that lets no connection be made, and
// refuses none: the queue of those that wait to be accepted is full, and Linux
// then drops what comes.
func blackHole(t *testing.T) string {
	t.Helper()
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Close(socket) })
	if err := syscall.Bind(socket, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Listen(socket, 0); err != nil {
		t.Fatal(err)
	}
	name, err := syscall.Getsockname(socket)
	if err != nil {
		t.Fatal(err)
	}
	address := fmt.Sprintf("127.0.0.1:%d", name.(*syscall.SockaddrInet4).Port)
	for range 10 {
		conn, err := net.DialTimeout("tcp", address, 200*time.Millisecond)
		if err != nil {
			return address
		}
		t.Cleanup(func() { _ = conn.Close() })
	}
	t.Fatal("ten connections wait to be accepted, and more may come")
	return ""
}

// TestBlackHole: an address that never answers is given up after the time for a
// connection, which is no reason to wait for the call's own limit; and that limit
// counts while a connection is being made.
func TestBlackHole(t *testing.T) {
	address := blackHole(t)
	server := awstest.Start(t)
	onMachineWith(t, server)
	for _, c := range []struct {
		name        string
		dial, limit time.Duration
		kind        model.Kind
		text        string
	}{
		{"connection", 100 * time.Millisecond, time.Minute, model.Unavailable, "no connection within the time"},
		{"call", time.Minute, 100 * time.Millisecond, 0, "context deadline exceeded"},
	} {
		t.Run(c.name, func(t *testing.T) {
			session := load(t, awsclient.Options{DialTimeout: c.dial, Bedrock: awsclient.ServiceOptions{Endpoint: "http://" + address}})
			ctx, cancel := context.WithTimeout(t.Context(), c.limit)
			defer cancel()
			began := time.Now()
			err := invoke(ctx, session)
			if took := time.Since(began); took < 100*time.Millisecond || took > 10*time.Second {
				t.Errorf("it took %v", took)
			}
			if err == nil || !strings.Contains(err.Error(), c.text) || c.kind != 0 && model.KindOf(err) != c.kind {
				t.Errorf("got kind %v: %v", model.KindOf(err), err)
			}
			if ended := errors.Is(err, context.DeadlineExceeded); ended != (c.kind == 0) {
				t.Errorf("the call's own end: %v, of %v", ended, err)
			}
		})
	}
}

package clients

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// TestNothingGoesOut: a server that nobody asked anything opens no connection
// to anywhere, be it for statistics, updates or credentials.
func TestNothingGoesOut(t *testing.T) {
	proxy := newProxy(t)
	s := start(t, setup{env: map[string]string{
		"HTTP_PROXY": proxy.url, "HTTPS_PROXY": proxy.url, "ALL_PROXY": proxy.url,
		"http_proxy": proxy.url, "https_proxy": proxy.url,
		"AWS_REGION": "eu-north-1", "AWS_EC2_METADATA_DISABLED": "false",
	}})
	conn := session(t, s.root(t))
	must(t, conn, "CREATE DATABASE d", "USE d", "CREATE TABLE t (id INT PRIMARY KEY)", "INSERT INTO t VALUES (1)", askFunction,
		"SELECT d.ask(NULL)")
	onlyLoopback(t, s)
	s.stop(t)
	if n := proxy.connections.Load(); n != 0 {
		t.Errorf("the server opened %d connections through the proxy", n)
	}
}

// proxy counts who comes.
type proxy struct {
	url         string
	connections atomic.Int64
}

func newProxy(t testing.TB) *proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	p := &proxy{url: "http://" + listener.Addr().String()}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			p.connections.Add(1)
			conn.Close()
		}
	}()
	return p
}

// onlyLoopback checks every internet socket of the server's process: it listens
// on loopback, and its connections are to loopback.
func onlyLoopback(t testing.TB, s *server) {
	t.Helper()
	process := fmt.Sprintf("/proc/%d", s.command.Process.Pid)
	own := socketsOf(t, process)
	seen := 0
	for _, table := range []string{"tcp", "tcp6", "udp", "udp6"} {
		for _, socket := range readSockets(t, filepath.Join(process, "net", table)) {
			if !own[socket.inode] {
				continue
			}
			seen++
			if !socket.local.IsLoopback() || !socket.remote.IsLoopback() && !socket.remote.IsUnspecified() {
				t.Errorf("the server has a %s socket from %s to %s", table, socket.local, socket.remote)
			}
		}
	}
	if seen == 0 {
		t.Error("no socket of the server was found, not even the one it listens on")
	}
}

// socketsOf returns the inodes of a process's sockets.
func socketsOf(t testing.TB, process string) map[string]bool {
	t.Helper()
	files, err := os.ReadDir(filepath.Join(process, "fd"))
	if err != nil {
		missing(t, process, "mount /proc; this test needs Linux")
	}
	own := map[string]bool{}
	for _, file := range files {
		target, err := os.Readlink(filepath.Join(process, "fd", file.Name()))
		if err != nil {
			continue // closed since
		}
		if inode, ok := strings.CutPrefix(target, "socket:["); ok {
			own[strings.TrimSuffix(inode, "]")] = true
		}
	}
	return own
}

type socket struct {
	local, remote net.IP
	inode         string
}

func readSockets(t testing.TB, table string) []socket {
	t.Helper()
	file, err := os.Open(table)
	if err != nil {
		return nil // a kernel without IPv6 has no such table
	}
	defer file.Close()
	var sockets []socket
	for lines := bufio.NewScanner(file); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) < 10 || fields[0] == "sl" {
			continue
		}
		sockets = append(sockets, socket{kernelIP(t, fields[1]), kernelIP(t, fields[2]), fields[9]})
	}
	return sockets
}

// kernelIP reads an address such as 0100007F:0CEA: words of four bytes, each
// in the machine's own order, which is little-endian on what CI runs on.
func kernelIP(t testing.TB, text string) net.IP {
	t.Helper()
	address, _, _ := strings.Cut(text, ":")
	ip, err := hex.DecodeString(address)
	if err != nil || len(ip)%4 != 0 {
		t.Fatalf("%q is no address", text)
	}
	for i := 0; i < len(ip); i += 4 {
		ip[i], ip[i+1], ip[i+2], ip[i+3] = ip[i+3], ip[i+2], ip[i+1], ip[i]
	}
	return ip
}

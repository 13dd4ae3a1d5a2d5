package compat

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// MariaDB is a server of Debian's package mariadb-server, which is started for
// the comparison and no longer.
type MariaDB struct {
	// Addr is where it listens.
	Addr    string
	process *exec.Cmd
}

// startup bounds how long it takes to listen.
const startup = 60 * time.Second

// StartMariaDB runs a server on a free port of the loopback, with its data in
// dir, which is empty. The caller stops it.
func StartMariaDB(dir string) (*MariaDB, error) {
	data := filepath.Join(dir, "data")
	install := exec.Command("mariadb-install-db", "--no-defaults", "--datadir="+data,
		"--auth-root-authentication-method=normal", "--skip-test-db")
	if out, err := install.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("make a data directory: %w: %s", err, out)
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return nil, err
	}
	m := &MariaDB{Addr: fmt.Sprintf("127.0.0.1:%d", port)}
	m.process = exec.Command("mariadbd", "--no-defaults", "--datadir="+data, "--user=root",
		fmt.Sprintf("--port=%d", port), "--bind-address=127.0.0.1", "--socket="+filepath.Join(dir, "socket"),
		"--innodb-buffer-pool-size=64M")
	said, err := m.process.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := m.process.Start(); err != nil {
		return nil, fmt.Errorf("start mariadbd: %w", err)
	}
	ready := make(chan struct{})
	go follow(said, log, ready)
	if err := m.await(ready); err != nil {
		return nil, fmt.Errorf("%w; see %s", err, log.Name())
	}
	return m, nil
}

// follow copies what the server says to its log until it ends, and closes ready
// when it says that it listens.
func follow(said io.Reader, log io.WriteCloser, ready chan<- struct{}) {
	defer func() { _ = log.Close() }()
	lines := bufio.NewReader(said)
	for listens := false; ; {
		line, err := lines.ReadString('\n')
		_, _ = io.WriteString(log, line)
		if !listens && strings.Contains(line, "ready for connections") {
			listens = true
			close(ready)
		}
		if err != nil {
			return
		}
	}
}

// await returns when the server listens.
func (m *MariaDB) await(ready <-chan struct{}) error {
	select {
	case <-ready:
		return nil
	case <-time.After(startup):
		m.Stop()
		return fmt.Errorf("mariadbd does not listen after %s", startup)
	}
}

// Stop ends the server and waits for its end.
func (m *MariaDB) Stop() {
	_ = m.process.Process.Kill() // its data is of no use to anybody
	_ = m.process.Wait()
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port, nil
}

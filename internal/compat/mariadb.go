package compat

import (
	"database/sql"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
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
	defer func() { _ = log.Close() }()
	m := &MariaDB{Addr: fmt.Sprintf("127.0.0.1:%d", port)}
	m.process = exec.Command("mariadbd", "--no-defaults", "--datadir="+data, "--user=root",
		fmt.Sprintf("--port=%d", port), "--bind-address=127.0.0.1", "--socket="+filepath.Join(dir, "socket"),
		"--innodb-buffer-pool-size=64M")
	m.process.Stdout, m.process.Stderr = log, log
	if err := m.process.Start(); err != nil {
		return nil, fmt.Errorf("start mariadbd: %w", err)
	}
	if err := m.await(); err != nil {
		return nil, fmt.Errorf("%w; see %s", err, log.Name())
	}
	return m, nil
}

// await returns when the server answers.
func (m *MariaDB) await() error {
	pool, err := sql.Open("mysql", "root@tcp("+m.Addr+")/")
	if err != nil {
		return err
	}
	defer pool.Close()
	for deadline := time.Now().Add(startup); time.Now().Before(deadline); {
		if pool.Ping() == nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond) // there is nothing to wait for but its port
	}
	m.Stop()
	return fmt.Errorf("mariadbd does not answer after %s", startup)
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

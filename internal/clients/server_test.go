package clients

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience bounds every wait for a server or a client. It is reached only when
// something hangs.
const patience = 60 * time.Second

// setup says how a server is started. The zero value is a new data directory, a
// free port on loopback and a socket.
type setup struct {
	// dir is the server's directory, which holds its data; empty is a new one.
	dir string
	// listen replaces 127.0.0.1:0.
	listen string
	// args are further flags, env further variables.
	args []string
	env  map[string]string
	// config is the text of the configuration file; empty for none.
	config string
}

// server is a running process.
type server struct {
	dir     string
	address string
	socket  string

	command *exec.Cmd
	log     *journal
	exited  chan struct{}
	err     error // of the process, once exited is closed
}

// start starts a server and waits until it is ready. It is killed when the test
// ends, if it still runs then.
func start(t testing.TB, s setup) *server {
	t.Helper()
	if s.dir == "" {
		s.dir = newDir(t)
	}
	running := &server{dir: s.dir, socket: filepath.Join(s.dir, "s"), log: newJournal(), exited: make(chan struct{})}
	running.command = s.command(t, running.socket)
	running.command.Stderr = running.log
	if err := running.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		running.err = running.command.Wait()
		close(running.exited)
	}()
	t.Cleanup(func() {
		running.kill(t)
		if t.Failed() {
			t.Logf("the server's log:\n%s", running.log)
		}
	})
	running.address = running.ready(t)
	return running
}

// newDir is a directory whose path is short enough for a socket.
func newDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "ag-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func (s setup) command(t testing.TB, socket string) *exec.Cmd {
	t.Helper()
	listen := s.listen
	if listen == "" {
		listen = "127.0.0.1:0"
	}
	args := []string{"serve", "--data", filepath.Join(s.dir, "data"), "--listen", listen, "--socket", socket, "--log-format", "json"}
	if s.config != "" {
		file := filepath.Join(s.dir, "airglow.toml")
		if err := os.WriteFile(file, []byte(s.config), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, "--config", file)
	}
	command := exec.Command(binary, append(args, s.args...)...)
	command.Dir = s.dir
	command.Env = cleanEnvironment(s.dir, s.env)
	return command
}

// cleanEnvironment is what a program finds of this machine: nothing of the
// settings and credentials of whoever runs the tests.
func cleanEnvironment(home string, more map[string]string) []string {
	env := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "LANG=C.UTF-8", "AWS_EC2_METADATA_DISABLED=true"}
	if dir := os.Getenv("GOCOVERDIR"); dir != "" {
		env = append(env, "GOCOVERDIR="+dir)
	}
	for name, value := range more {
		env = append(env, name+"="+value)
	}
	return env
}

// ready waits for the log line that says where the server listens.
func (s *server) ready(t testing.TB) string {
	t.Helper()
	line := s.waitLog(t, "ready")
	address, ok := line["address"].(string)
	if !ok {
		t.Fatalf("the line %v has no address", line)
	}
	return address
}

// waitLog waits for a line with this message.
func (s *server) waitLog(t testing.TB, message string) map[string]any {
	t.Helper()
	found := s.log.wait(func(line map[string]any) bool { return line["msg"] == message })
	select {
	case line := <-found:
		return line
	case <-s.exited:
		t.Fatalf("the server ended (%v) before it said %q:\n%s", s.err, message, s.log)
	case <-time.After(patience):
		t.Fatalf("the server did not say %q:\n%s", message, s.log)
	}
	return nil
}

// kill ends the server as a power cut would, kill -9.
func (s *server) kill(t testing.TB) {
	t.Helper()
	if err := s.command.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Errorf("kill the server: %v", err)
	}
	<-s.exited
}

// terminate asks the server to stop.
func (s *server) terminate(t testing.TB) {
	t.Helper()
	if err := s.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
}

// wait waits for the end of the process.
func (s *server) wait(t testing.TB) {
	t.Helper()
	select {
	case <-s.exited:
	case <-time.After(patience):
		t.Fatalf("the server does not end:\n%s", s.log)
	}
	if s.err != nil {
		t.Errorf("the server ended with %v:\n%s", s.err, s.log)
	}
}

// stop ends the server in the orderly way.
func (s *server) stop(t testing.TB) {
	t.Helper()
	s.terminate(t)
	s.wait(t)
}

// restart starts a stopped or killed server again over the same data.
func (s *server) restart(t testing.TB, again setup) *server {
	t.Helper()
	again.dir = s.dir
	return start(t, again)
}

func (s *server) host() string { return hostOf(s.address) }

func (s *server) port() string {
	_, port, _ := net.SplitHostPort(s.address)
	return port
}

func hostOf(address string) string {
	host, _, _ := net.SplitHostPort(address)
	return host
}

// outcome is how a program ended.
type outcome struct {
	code     int
	out, err string
}

func (o outcome) String() string {
	return fmt.Sprintf("exit code %d\n--- output\n%s\n--- errors\n%s", o.code, o.out, o.err)
}

// finish runs a program to its end. A program that hangs is killed.
func finish(t testing.TB, command *exec.Cmd, input string) outcome {
	t.Helper()
	var out, errs bytes.Buffer
	command.Stdin, command.Stdout, command.Stderr = strings.NewReader(input), &out, &errs
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(patience, func() { _ = command.Process.Kill() })
	defer timer.Stop()
	err := command.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("%s: %v", command.Path, err)
	}
	return outcome{command.ProcessState.ExitCode(), out.String(), errs.String()}
}

// refused starts a server that is expected to give up, and returns what it said.
func refused(t testing.TB, s setup) outcome {
	t.Helper()
	if s.dir == "" {
		s.dir = newDir(t)
	}
	return finish(t, s.command(t, filepath.Join(s.dir, "refused")), "")
}

// airglow runs one of the binary's other commands.
func airglow(t testing.TB, input string, args ...string) outcome {
	t.Helper()
	dir := newDir(t)
	command := exec.Command(binary, args...)
	command.Dir, command.Env = dir, cleanEnvironment(dir, nil)
	return finish(t, command, input)
}

// journal is a server's log, one JSON object a line.
type journal struct {
	mu      sync.Mutex
	text    bytes.Buffer
	lines   []map[string]any
	writer  *io.PipeWriter
	waiters []waiter
}

type waiter struct {
	wanted func(map[string]any) bool
	found  chan map[string]any
}

func newJournal() *journal {
	r, w := io.Pipe()
	j := &journal{writer: w}
	go func() {
		lines := bufio.NewScanner(r)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			j.take(lines.Bytes())
		}
		_, _ = io.Copy(io.Discard, r) // a line beyond the buffer must not stop the server
	}()
	return j
}

func (j *journal) Write(p []byte) (int, error) { return j.writer.Write(p) }

func (j *journal) take(line []byte) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.text.Write(append(line, '\n'))
	var fields map[string]any
	if json.Unmarshal(line, &fields) != nil {
		return
	}
	j.lines = append(j.lines, fields)
	for _, w := range j.waiters {
		if w.wanted(fields) {
			select {
			case w.found <- fields:
			default: // it has its line
			}
		}
	}
}

// wait returns a channel that gives the first line that is wanted.
func (j *journal) wait(wanted func(map[string]any) bool) <-chan map[string]any {
	j.mu.Lock()
	defer j.mu.Unlock()
	w := waiter{wanted, make(chan map[string]any, 1)}
	for _, line := range j.lines {
		if wanted(line) {
			w.found <- line
			return w.found
		}
	}
	j.waiters = append(j.waiters, w)
	return w.found
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// bounded is a context for the statements of a test.
func bounded(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

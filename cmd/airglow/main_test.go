package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestMain lets the test binary stand for airglow, so that signals and exit
// codes are those of a process.
func TestMain(m *testing.M) {
	if os.Getenv("AIRGLOW_TEST_RUN") != "" {
		main()
	}
	os.Exit(m.Run())
}

// runHere runs a command in this process.
func runHere(args ...string) (code int, out, errOut string) {
	var o, e bytes.Buffer
	code = run(terminal{in: strings.NewReader(""), out: &o, err: &e, lookupEnv: func(string) (string, bool) { return "", false }}, args)
	return code, o.String(), e.String()
}

// TestCommands checks exit codes and where text goes.
func TestCommands(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, c := range []struct {
		args     string
		code     int
		out, err string
	}{
		{"", exitUsage, "", "Usage: airglow COMMAND"},
		{"help", exitOK, "Usage: airglow COMMAND", ""},
		{"--help", exitOK, "serve", ""},
		{"nonsense", exitUsage, "", `no command "nonsense"`},
		{"version", exitOK, "MySQL protocol version 8.", ""},
		{"serve --help", exitOK, "--listen", ""},
		{"serve --no-such-option", exitUsage, "", "no-such-option"},
		{"serve --listen nonsense", exitUsage, "", "listen"},
		{"sql --help", exitOK, "-password", ""},
		{"sql -e a -f b", exitUsage, "", "exclude"},
		{"feed --help", exitOK, "-into", ""},
		{"feed", exitUsage, "", "feed"},
		{"models --help", exitOK, "--spend", ""},
		{"ledger --help", exitOK, "-recording", ""},
		{"ledger export --help", exitOK, "export|import", ""},
		{"ledger", exitUsage, "", "export or import"},
		{"ledger remove f", exitUsage, "", "export or import"},
		{"ledger export", exitUsage, "", "FILE is missing"},
		{"ledger export --since yesterday f", exitUsage, "", `"yesterday" is neither a time`},
		{"ledger export --since 36h --recording r f", exitUsage, "", "exclude"},
		{"ledger import --since 36h f", exitUsage, "", "--since is for export"},
		{"ledger export f", exitFailed, "", "has no ledger"},
		{"ledger import f", exitFailed, "", "no such file"},
		{"ledger import -", exitFailed, "", "the file has no answers"},
		{"config", exitOK, `listen = "127.0.0.1:3306"`, ""},
		{"config --listen 127.0.0.1:1", exitOK, `listen = "127.0.0.1:1"`, ""},
		{"config --reference", exitOK, "#listen", ""},
		{"config --help", exitOK, "[--reference]", ""},
		{"config --reference --help", exitOK, "[--reference]", ""},
		{"config --listen nonsense", exitUsage, "", "listen"},
	} {
		code, out, errOut := runHere(strings.Fields(c.args)...)
		if code != c.code || !strings.Contains(out, c.out) || !strings.Contains(errOut, c.err) {
			t.Errorf("airglow %s: code %d, out %q, err %q", c.args, code, out, errOut)
		}
		if c.err == "" && errOut != "" || c.out == "" && out != "" {
			t.Errorf("airglow %s wrote to the wrong place: out %q, err %q", c.args, out, errOut)
		}
	}
}

// process is a server started as a process.
type process struct {
	*exec.Cmd
	log    *bytes.Buffer
	stderr io.ReadCloser
}

// serveProcess starts a server and waits until it says that it is ready. It
// returns the port.
func serveProcess(t *testing.T, dir string) (*process, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, os.Args[0], "serve", "--data", dir, "--listen", "127.0.0.1:0")
	cmd.Env = append(os.Environ(), "AIRGLOW_TEST_RUN=1")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &process{Cmd: cmd, log: &bytes.Buffer{}, stderr: stderr}
	return p, p.port(t)
}

var portInLog = regexp.MustCompile(`connect="mysql --host=127\.0\.0\.1 --port=(\d+) `)

func (p *process) port(t *testing.T) string {
	t.Helper()
	chunk := make([]byte, 1024)
	for {
		n, err := p.stderr.Read(chunk)
		p.log.Write(chunk[:n])
		if found := portInLog.FindSubmatch(p.log.Bytes()); found != nil {
			return string(found[1])
		}
		if err != nil {
			t.Fatalf("the server is not ready: %v\n%s", err, p.log)
		}
	}
}

// end waits for the process and returns its exit code.
func (p *process) end(t *testing.T) int {
	t.Helper()
	_, _ = io.Copy(p.log, p.stderr)
	err := p.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return p.ProcessState.ExitCode()
}

// TestServe runs a server as a process: statements through `airglow sql`, a
// second process on the same data, a stop by signal, and the data after it.
func TestServe(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	p, port := serveProcess(t, dir)
	code, out, errOut := runHere("sql", "--port", port, "--batch", "-e",
		"CREATE DATABASE d; CREATE TABLE d.t (v TEXT); INSERT INTO d.t VALUES ('kept'); SELECT v FROM d.t")
	if code != exitOK || !strings.Contains(out, "kept") {
		t.Errorf("airglow sql: code %d, out %q, err %q", code, out, errOut)
	}

	code, _, errOut = runHere("serve", "--data", dir, "--listen", "127.0.0.1:0")
	if code != exitFailed || !strings.Contains(errOut, dir) || !strings.Contains(errOut, "another airglow") {
		t.Errorf("a second server on the data: code %d, err %q", code, errOut)
	}

	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if code := p.end(t); code != exitOK || !strings.Contains(p.log.String(), "msg=stopped") {
		t.Errorf("after SIGTERM: code %d, log:\n%s", code, p.log)
	}

	p, port = serveProcess(t, dir)
	code, out, errOut = runHere("sql", "--port", port, "--batch", "-e", "SELECT v FROM d.t")
	if code != exitOK || !strings.Contains(out, "kept") {
		t.Errorf("after the restart: code %d, out %q, err %q", code, out, errOut)
	}
	if err := p.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	p.end(t)
	p, _ = serveProcess(t, dir)
	if err := p.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if code := p.end(t); code != exitOK {
		t.Errorf("after a crash and SIGINT: code %d, log:\n%s", code, p.log)
	}
}

// TestSecondSignal ends the process while a statement still runs.
func TestSecondSignal(t *testing.T) {
	p, port := serveProcess(t, filepath.Join(t.TempDir(), "data"))
	client := make(chan int)
	go func() {
		code, _, _ := runHere("sql", "--port", port, "-e", "SELECT SLEEP(50)")
		client <- code
	}()
	waitFor(t, func() bool {
		_, out, _ := runHere("sql", "--port", port, "--batch", "-e", "SHOW PROCESSLIST")
		return strings.Contains(out, "SLEEP(50)")
	})
	for range 2 {
		if err := p.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(p.log.String(), "a second signal ends them") {
			p.readUntil(t, "a second signal ends them")
		}
	}
	if code := p.end(t); code != exitFailed {
		t.Errorf("code %d, log:\n%s", code, p.log)
	}
	if code := <-client; code == exitOK {
		t.Error("the client was told that its statement succeeded")
	}
}

func (p *process) readUntil(t *testing.T, text string) {
	t.Helper()
	chunk := make([]byte, 1024)
	for !strings.Contains(p.log.String(), text) {
		n, err := p.stderr.Read(chunk)
		p.log.Write(chunk[:n])
		if err != nil {
			t.Fatalf("waiting for %q: %v\n%s", text, err, p.log)
		}
	}
}

// waitFor asks until the answer is yes.
func waitFor(t *testing.T, ask func() bool) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for !ask() {
		if time.Now().After(deadline) {
			t.Fatal("it never came to pass")
		}
	}
}

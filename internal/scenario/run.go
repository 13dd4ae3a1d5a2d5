package scenario

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"testing"

	"airglow/internal/config"
	"airglow/internal/testkit"
)

// Update says which expectations a run writes into the scenarios.
type Update string

// What is written. What steps that are known to fail expect stays as it is.
const (
	UpdateNothing Update = ""
	// UpdateNew writes those that a scenario leaves out, and takes the mark from
	// steps that were known to fail and hold.
	UpdateNew Update = "new"
	// UpdateAll writes those that do not hold as well.
	UpdateAll Update = "all"
)

// Runner runs scenarios, one at a time, against one server.
type Runner struct {
	// Update says which expectations are written into the files.
	Update Update

	t      testing.TB
	kit    *testkit.Kit
	models *models
	option testkit.Option
}

// NewRunner starts the server that the scenarios of a test share. It stops when
// the test ends. The option changes its configuration; nil changes nothing.
func NewRunner(t testing.TB, option testkit.Option) *Runner {
	if option == nil {
		option = func(*config.Config) {}
	}
	r := &Runner{t: t, models: newModels(), option: option}
	r.start()
	return r
}

func (r *Runner) start(options ...testkit.Option) {
	r.kit = testkit.Start(r.t, append(options, r.option)...)
	r.kit.Provider.AnswerContext(r.models.answer)
}

// Run runs one scenario as a part of the test t.
func (r *Runner) Run(t *testing.T, f *File) {
	s := &session{Runner: r, t: t, connections: map[string]*connection{}}
	before := r.things(t)
	if err := s.use("root", login{user: "root"}); err != nil {
		t.Fatalf("connect: %v", err)
	}
	defer func() {
		s.closeAll()
		r.models.reset()
		r.kit.Provider.Reset()
		r.cleanUp(t, before)
	}()
	for _, part := range f.Parts {
		if part.Step != nil {
			s.step(f, part.Step)
		}
	}
	s.mustLive()
	if s.changed {
		if err := os.WriteFile(f.Path, []byte(f.String()), 0o644); err != nil {
			t.Error(err)
		}
	}
}

// session is one scenario being run.
type session struct {
	*Runner
	t           *testing.T
	connections map[string]*connection
	current     *connection
	// doubtful is the connection whose last statement failed, until it was
	// seen to live on.
	doubtful *connection
	changed  bool
}

// step runs one block and reports what does not hold.
func (s *session) step(f *File, step *Step) {
	s.t.Helper()
	if step.Verb != "warnings" {
		s.mustLive()
	}
	fault := s.do(step)
	if step.Xfail != "" && fault == "" && s.Update != UpdateNothing {
		step.pass()
		s.changed = true
	}
	report, failed := verdict(step, fault)
	switch {
	case failed:
		s.t.Errorf("%s:%d: %s", f.Path, step.Line, report)
	case report != "":
		s.t.Logf("%s:%d: %s", f.Path, step.Line, report)
	}
	if fault != "" {
		s.revive()
	}
}

// verdict says what to report of a step, empty for nothing, and whether that is
// a failure: what is known to fail must fail.
func verdict(step *Step, fault string) (report string, failed bool) {
	switch {
	case step.Xfail != "" && fault == "":
		return step.Verb + " holds, though it is marked as known to fail: " + step.Xfail, true
	case step.Xfail != "":
		return step.Verb + " is known to fail: " + step.Xfail + "\n" + fault, false
	case fault != "":
		return step.Verb + "\n" + step.SQL + "\n" + fault, true
	}
	return "", false
}

// mustLive checks the connection of a statement that failed as expected.
func (s *session) mustLive() {
	s.t.Helper()
	if s.doubtful == nil {
		return
	}
	if err := s.doubtful.alive(); err != nil {
		s.t.Error(err)
		s.revive()
	}
	s.doubtful = nil
}

// revive makes the current connection anew when a failed step has ended it, so
// that the steps after it tell something.
func (s *session) revive() {
	c := s.current
	if c == nil || c.pending != nil || c.alive() == nil {
		return
	}
	c.close()
	if err := c.open(); err != nil {
		s.t.Fatalf("connect again: %v", err)
	}
}

// do runs a step and returns what does not hold, empty when everything does.
func (s *session) do(step *Step) string {
	switch step.Verb {
	case "ok", "query", "error":
		return s.expect(step, s.outcome(step))
	case "gone":
		return s.gone(step)
	case "warnings":
		return s.expectRows(step, s.current.run(statement{text: "show warnings"}))
	case "calls":
		defer s.kit.Provider.Reset()
		return s.compareArgs(step, strconv.Itoa(s.kit.Provider.Calls()))
	case "sent":
		return s.sent(step)
	default:
		if err := s.act(step); err != nil {
			return err.Error()
		}
		return ""
	}
}

// act runs a step that expects nothing.
func (s *session) act(step *Step) error {
	words, err := splitWords(step.Args)
	if err != nil {
		return err
	}
	switch step.Verb {
	case "connection":
		return s.connection(words)
	case "disconnect":
		return s.disconnect(step.Args)
	case "prepare":
		return s.prepare(step)
	case "start":
		s.current.start(statement{text: s.sql(step)})
	case "answer":
		return s.models.add(step.Args)
	case "held":
		return s.held(words)
	case "release":
		s.models.release(step.Args)
	case "restart":
		s.restart()
	}
	return nil
}

// connection switches to a connection, which is made when it is new.
func (s *session) connection(words []string) error {
	if len(words) == 0 {
		return fmt.Errorf("connection needs a name")
	}
	who := login{user: words[0]}
	for rest := words[1:]; len(rest) > 1; rest = rest[2:] {
		switch rest[0] {
		case "as":
			who.user = rest[1]
			if len(rest) > 2 && rest[2] != "in" {
				who.password = rest[2]
				rest = rest[1:]
			}
		case "in":
			who.database = rest[1]
		default:
			return fmt.Errorf("connection takes as and in, not %q", rest[0])
		}
	}
	return s.use(words[0], who)
}

func (s *session) use(name string, who login) error {
	c := s.connections[name]
	if c == nil {
		var err error
		if c, err = connect(s.kit.Addr, who); err != nil {
			return err
		}
		s.connections[name] = c
	}
	s.current = c
	return nil
}

// disconnect closes a connection. The next step must choose another.
func (s *session) disconnect(name string) error {
	c := s.connections[name]
	if c == nil {
		return fmt.Errorf("no connection %q is open", name)
	}
	c.close()
	delete(s.connections, name)
	if s.current == c {
		s.current = s.connections["root"]
	}
	return nil
}

func (s *session) closeAll() {
	for name, c := range s.connections {
		c.close()
		delete(s.connections, name)
	}
}

func (s *session) prepare(step *Step) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	prepared, err := s.current.conn.PrepareContext(ctx, s.sql(step)) //nolint:sqlclosecheck // connection.close does
	if err == nil {
		s.current.prepared[step.Args] = prepared
	}
	return err
}

func (s *session) held(words []string) error {
	if len(words) != 2 {
		return fmt.Errorf("held needs a model and a number")
	}
	count, err := strconv.Atoi(words[1])
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return s.models.waitHeld(ctx, words[0], count)
}

// restart stops the server and starts it on the same data. All connections are
// gone; the current one is root's.
func (s *session) restart() {
	s.closeAll()
	if err := s.kit.Stop(); err != nil {
		s.t.Fatalf("stop the server: %v", err)
	}
	s.start(testkit.InDir(s.kit.Dir))
	if err := s.use("root", login{user: "root"}); err != nil {
		s.t.Fatalf("connect after the restart: %v", err)
	}
}

var connectionIDs = regexp.MustCompile(`\$\{(\w+)\}`)

// sql is a step's statement with the ids of connections put in.
func (s *session) sql(step *Step) string {
	return connectionIDs.ReplaceAllStringFunc(step.SQL, func(found string) string {
		if c := s.connections[found[2:len(found)-1]]; c != nil {
			return c.id
		}
		return found
	})
}

func (s *session) outcome(step *Step) outcome {
	if step.Finish {
		return s.current.finish()
	}
	return s.current.run(statement{
		text: s.sql(step), rowless: step.Verb == "ok", prepared: step.Prepared, with: step.With,
	})
}

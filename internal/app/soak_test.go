package app_test

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"airglow/internal/config"
	"airglow/internal/model"
	"airglow/internal/testkit"
)

var (
	soakTime = flag.Duration("soak", 2*time.Second, "how long sessions come and go in TestSessionsComeAndGo")
	soakSeed = flag.Uint64("soakseed", 0, "what TestSessionsComeAndGo does; 0 takes the time")
)

// soakSessions are open at once, until they vanish and others come.
const soakSessions = 200

// soakSetup makes what the sessions work on.
var soakSetup = []string{
	"CREATE DATABASE d",
	"CREATE TABLE d.t (id INT PRIMARY KEY, n INT NOT NULL, answer TEXT)",
	"INSERT INTO d.t VALUES (0, 0, NULL), (1, 0, NULL), (2, 0, NULL), (3, 0, NULL), (4, 0, NULL), (5, 0, NULL), (6, 0, NULL), (7, 0, NULL)",
	"CREATE TABLE d.counter (n BIGINT NOT NULL)", "INSERT INTO d.counter VALUES (0)",
	"CREATE FUNCTION d.ask (b TEXT) RETURNS TEXT ALIAS AWS_BEDROCK_INVOKE_MODEL MODEL ID 'm'",
	`CREATE PROCEDURE d.loop_over() BEGIN
		DECLARE i INT; DECLARE done BOOL DEFAULT FALSE;
		DECLARE c CURSOR FOR SELECT id FROM d.t;
		DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = TRUE;
		DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
		OPEN c;
		l: LOOP FETCH c INTO i; IF done THEN LEAVE l; END IF; SET @answer = d.ask(CONCAT('{"n":', i, '}')); END LOOP;
		CLOSE c;
	END`,
}

// soakWork are what a session does. %d is a random number.
var soakWork = []string{
	"SELECT d.ask('{\"n\":%d}')",
	"SELECT id, d.ask(CONCAT('{\"n\":', id, '}')) FROM d.t",
	"UPDATE d.t SET n = n + 1, answer = d.ask('{\"n\":%d}') WHERE id = %[1]d %% 8",
	"CALL d.loop_over()",
	"SELECT GET_LOCK('lock%d', 0)",
	"START TRANSACTION", "COMMIT", "ROLLBACK", "UPDATE d.t SET n = n + %d",
	"SELECT SLEEP(0.0%d)", "SET @v = %d, max_execution_time = %[1]d", "SELECT nosuch%d", "SHOW WARNINGS", "SHOW PROCESSLIST",
	"PREPARE s FROM 'SELECT d.ask(?)'", "EXECUTE s USING @v",
}

// TestSessionsComeAndGo: whatever sessions do, and however they end, nothing of
// them is left.
func TestSessionsComeAndGo(t *testing.T) {
	seed := *soakSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("seed %d; go test -run TestSessionsComeAndGo -soakseed %[1]d does much the same again", seed)
	kit := testkit.Start(t, func(c *config.Config) { c.MaxConnections = soakSessions + 10 })
	kit.Provider.AnswerContext(soakAnswer)
	control := kit.DB("root", "")
	control.SetMaxOpenConns(1)
	kit.Exec(soakSetup...)
	calm := settle(t, control, 1<<30)

	ctx, cancel := context.WithTimeout(context.Background(), *soakTime)
	defer cancel()
	s := &soak{addr: kit.Addr.String()}
	var sessions sync.WaitGroup
	for i := range soakSessions {
		sessions.Add(1)
		go func() {
			defer sessions.Done()
			random := rand.New(rand.NewPCG(seed, uint64(i)))
			for ctx.Err() == nil {
				s.session(ctx, random)
			}
		}()
	}
	sessions.Wait()
	t.Logf("%d sessions, %d statements, %d of them failed; %d increments", s.sessions.Load(), s.statements.Load(), s.failed.Load(), s.increments.Load())
	if s.sessions.Load() < soakSessions || s.statements.Load() < soakSessions || s.increments.Load() == 0 {
		t.Error("the sessions did next to nothing")
	}

	if left := settle(t, control, calm); left > calm {
		stacks := make([]byte, 1<<20)
		t.Errorf("%d goroutines are left, %d were there before\n%s", left, calm, stacks[:runtime.Stack(stacks, true)])
	}
	for i := range 10 {
		var free sql.NullInt64
		if err := control.QueryRow(fmt.Sprintf("SELECT IS_FREE_LOCK('lock%d')", i)).Scan(&free); err != nil || free.Int64 != 1 {
			t.Errorf("lock%d is not free: %v, %v", i, free, err)
		}
	}
	// A statement that is a transaction of its own is done once, or fails; what it
	// has done is not lost.
	var counted int64
	if err := control.QueryRow("SELECT n FROM d.counter").Scan(&counted); err != nil || counted < s.increments.Load() ||
		counted > s.increments.Load()+s.unsure.Load() {
		t.Errorf("the counter is %d after %d increments and %d of unknown end: %v", counted, s.increments.Load(), s.unsure.Load(), err)
	}
}

// soakAnswer takes its time, as the input says, and gives up when it is told to.
func soakAnswer(ctx context.Context, r model.Request) (model.Response, error) {
	timer := time.NewTimer(time.Duration(len(r.Body)) * time.Millisecond)
	defer timer.Stop()
	select {
	case <-timer.C:
		return model.Response{Body: r.Body}, nil
	case <-ctx.Done():
		return model.Response{}, ctx.Err()
	}
}

// settle waits until the server has no session but the control's and no more
// goroutines than it should have, or shows no sign of getting there, and returns
// how many it has.
func settle(t *testing.T, control *sql.DB, goroutines int) int {
	t.Helper()
	deadline := time.Now().Add(15 * time.Second)
	for {
		var sessions int
		if err := control.QueryRow("SELECT COUNT(*) FROM information_schema.processlist").Scan(&sessions); err != nil {
			t.Fatal(err)
		}
		now := runtime.NumGoroutine()
		if sessions == 1 && now <= goroutines {
			return now
		}
		if time.Now().After(deadline) {
			if sessions != 1 {
				t.Errorf("%d sessions are left", sessions-1)
			}
			return now
		}
		runtime.GC() // finalizers stop goroutines, too
	}
}

// soak is what the sessions share.
type soak struct {
	addr                         string
	sessions, statements, failed atomic.Int64
	// increments is how many UPDATEs of the counter the server has confirmed,
	// unsure how many it has neither confirmed nor refused.
	increments, unsure atomic.Int64
	ids                sync.Map // of the sessions that are open
}

// session opens a session, works, kills others, and goes, sometimes without a
// word.
func (s *soak) session(ctx context.Context, random *rand.Rand) {
	var socket net.Conn
	c := mysql.NewConfig()
	c.User, c.Net, c.Addr, c.Logger = "root", "tcp", s.addr, &mysql.NopLogger{}
	c.Timeout, c.ReadTimeout = 30*time.Second, 30*time.Second
	c.DialFunc = func(ctx context.Context, network, addr string) (conn net.Conn, err error) {
		socket, err = (&net.Dialer{}).DialContext(ctx, network, addr)
		return socket, err
	}
	connector, err := mysql.NewConnector(c)
	if err != nil {
		panic(err)
	}
	pool := sql.OpenDB(connector)
	defer pool.Close()
	conn, err := pool.Conn(ctx)
	if err != nil {
		return
	}
	defer conn.Close()
	s.sessions.Add(1)
	var id int64
	if conn.QueryRowContext(ctx, "SELECT CONNECTION_ID()").Scan(&id) == nil {
		s.ids.Store(id, true)
		defer s.ids.Delete(id)
	}
	if random.IntN(3) == 0 { // it vanishes, in the middle of something perhaps
		vanish := time.AfterFunc(time.Duration(random.IntN(100))*time.Millisecond, func() { _ = socket.Close() })
		defer vanish.Stop()
	}
	for range 1 + random.IntN(20) {
		if ctx.Err() != nil {
			return
		}
		if !s.work(ctx, conn, random) {
			return
		}
	}
}

// work runs one statement and reports whether the session lives on.
func (s *soak) work(ctx context.Context, conn *sql.Conn, random *rand.Rand) bool {
	s.statements.Add(1)
	var err error
	switch n := random.IntN(len(soakWork) + 3); {
	case n < len(soakWork):
		text := soakWork[n]
		if strings.Contains(text, "%") {
			text = fmt.Sprintf(text, random.IntN(10))
		}
		_, err = conn.ExecContext(ctx, text)
	case n == len(soakWork):
		err = s.kill(ctx, conn, random)
	case n == len(soakWork)+1:
		err = s.increment(ctx, conn)
	default:
		err = conn.PingContext(ctx)
	}
	if err == nil {
		return true
	}
	s.failed.Add(1)
	var refused *mysql.MySQLError
	return errors.As(err, &refused)
}

// increment adds one to the counter in a transaction of its own.
func (s *soak) increment(ctx context.Context, conn *sql.Conn) error {
	if _, err := conn.ExecContext(ctx, "ROLLBACK"); err != nil {
		return err
	}
	_, err := conn.ExecContext(ctx, "UPDATE d.counter SET n = n + 1")
	var refused *mysql.MySQLError
	switch {
	case err == nil:
		s.increments.Add(1)
	case !errors.As(err, &refused):
		s.unsure.Add(1)
	}
	return err
}

// kill ends another session, or its statement.
func (s *soak) kill(ctx context.Context, conn *sql.Conn, random *rand.Rand) error {
	victim, left := int64(0), random.IntN(soakSessions)
	s.ids.Range(func(id, _ any) bool {
		victim = id.(int64)
		left--
		return left > 0
	})
	what := "KILL %d"
	if random.IntN(2) == 0 {
		what = "KILL QUERY %d"
	}
	_, err := conn.ExecContext(ctx, fmt.Sprintf(what, victim))
	return err
}

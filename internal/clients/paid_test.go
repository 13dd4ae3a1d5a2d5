package clients

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"
	"time"

	"airglow/internal/awstest"
)

const (
	paidRounds = 20
	paidRows   = 1000
	// mostInFlight is the default of airglow_max_concurrency.
	mostInFlight = 64
)

// TestKillLosesNoPaidAnswer kills the server at a random call of an enrichment of a
// thousand rows, and runs it again after the restart, twenty times. No more rows
// are asked for twice than were in flight at the kill, and each gets its answer.
func TestKillLosesNoPaidAnswer(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	cloud := newCloud(t)
	service := &payments{}
	cloud.Handle(awstest.InvokeModel, service.answer)
	s := start(t, cloud.setup(setup{}))
	must(t, s.root(t), "CREATE DATABASE d", askFunction, "CREATE TABLE d.t (id INT PRIMARY KEY, answer TEXT)",
		fmt.Sprintf("INSERT INTO d.t WITH RECURSIVE n AS (SELECT 1 AS id UNION ALL SELECT id + 1 FROM n WHERE id < %d) SELECT id, NULL FROM n", paidRows))
	unknown := 0
	for round := range paidRounds {
		killAt := 1 + random.IntN(paidRows)
		enough := service.begin(killAt)
		query := fmt.Sprintf(`UPDATE d.t SET answer = d.ask(CONCAT('{"round":%d,"row":', id, '}'))`, round)
		done := inBackground(bounded(t), session(t, s.root(t)), query)
		receive(t, "the call to be killed at", enough)
		s.kill(t)
		if err := await(t, "the killed statement", done).err; err == nil {
			t.Error("a statement succeeded that waited for a call")
		}
		service.end()

		s = s.restart(t, cloud.setup(setup{}))
		db := s.root(t)
		all := number(t, rows(t, db, "SELECT COUNT(*) FROM airglow.invocations WHERE state = 'unknown'"))
		inFlight := all - unknown
		unknown = all
		same(t, "the statement that was cut off, beside its calls", rows(t, db, cutOffBesideCalls), "cut off|1|1|1")
		must(t, db, query)
		twice := service.twice(t)
		t.Logf("round %d: killed at call %d with %d in flight; %d rows were asked for twice", round+1, killAt, inFlight, twice)
		if inFlight < 1 || inFlight > mostInFlight || twice > inFlight {
			t.Errorf("round %d: %d in flight, %d twice", round+1, inFlight, twice)
		}
		same(t, "the rows with their answers", rows(t, db, fmt.Sprintf(`SELECT COUNT(*) FROM d.t WHERE answer LIKE CONCAT('%%"answer %d-', id, '"%%')`, round)),
			strconv.Itoa(paidRows))
	}
	s.stop(t)
}

// cutOffBesideCalls compares the figures of the last statement with those of its calls.
const cutOffBesideCalls = `SELECT s.state, s.calls = SUM(i.state = 'done'), s.unknown = SUM(i.state = 'unknown'),
	s.input_tokens = COALESCE(SUM(i.input_tokens), 0)
	FROM airglow.statements s JOIN airglow.invocations i ON i.statement_id = s.id
	WHERE s.id = (SELECT MAX(id) FROM airglow.statements) GROUP BY s.id, s.state, s.calls, s.unknown, s.input_tokens`

func number(t *testing.T, text string) int {
	t.Helper()
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// payments is a model that counts what it is asked for each row in a round.
type payments struct {
	mu     sync.Mutex
	asked  map[int]int
	killAt int
	enough chan struct{}
	killed chan struct{}
}

// begin begins a round. The channel is closed at the call of that number, which
// has no answer before end: so the statement does not end either.
func (p *payments) begin(killAt int) <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked, p.killAt = map[int]int{}, killAt
	p.enough, p.killed = make(chan struct{}), make(chan struct{})
	return p.enough
}

func (p *payments) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.killAt = 0
	close(p.killed)
}

func (p *payments) answer(c awstest.Call) awstest.Answer {
	var asked struct{ Round, Row int }
	if err := json.Unmarshal(c.Body, &asked); err != nil {
		return awstest.Failure(400, "ValidationException", err.Error())
	}
	answer := claude(fmt.Sprintf("answer %d-%d", asked.Round, asked.Row))
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked[asked.Row]++
	if p.killAt > 0 {
		if p.killAt--; p.killAt == 0 {
			close(p.enough)
			answer.Wait = p.killed
		}
	}
	return answer
}

// twice is how often rows were asked for again. Each was asked for.
func (p *payments) twice(t *testing.T) int {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.asked) != paidRows {
		t.Errorf("%d rows were asked for", len(p.asked))
	}
	again := 0
	for _, n := range p.asked {
		again += n - 1
	}
	return again
}

package engine

import (
	"time"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/mysql"

	"airglow/internal/engine/bill"
	"airglow/internal/engine/fault"
	"airglow/internal/engine/variable"
	"airglow/internal/infer"
	"airglow/internal/ledger"
	"airglow/internal/lookahead"
	"airglow/internal/mlsql"
	"airglow/internal/model"
)

// mostText is how much of a statement's text the ledger keeps, in bytes.
const mostText = 1024

// Ledger keeps the record of the statements that call models.
type Ledger interface {
	// BeginStatement gives a statement its ID before its first call. The statement
	// is the ledger's from then on. over reports whether its client has given it up.
	BeginStatement(st *ledger.Statement, over func() bool) error
	// EndStatement records how a statement ended and returns what it used.
	EndStatement(id uint64, how ledger.Ending) ledger.Usage
	// Settle says what became of statements that ended in an open transaction.
	Settle(list []ledger.Statement, state ledger.State)
	// Used is what a running statement has used so far; false for one that is not
	// running.
	Used(statement uint64) (ledger.Usage, bool)
	// Find looks for a recorded answer, as ledger.Recorder has it.
	Find(q ledger.Question) (answer model.Response, ok bool, err error)
	// History is what is known of calls.
	History(of []ledger.Called) (map[ledger.Called]*ledger.History, error)
}

// entry is what the ledger has to know of a statement. It is made with the
// statement's first call; most statements make none.
type entry struct {
	// statement is the record until it begins, which gives origin the statement's id.
	statement *ledger.Statement
	origin    ledger.Origin
	policy    ledger.Policy
	// rowErrors counts the rows that got NULL in the place of an answer.
	rowErrors int64
	// noted is true when the client was told that recorded answers are used.
	noted bool
	// priced are the models whose price was looked for, by provider and name.
	priced map[[2]string]bool
}

// warnOfPrice tells the client, once in a statement, that the cost of a model's
// calls is not known. What SageMaker and Comprehend cost is not told by tokens.
func (e *Engine) warnOfPrice(ctx *sql.Context, s *statement, a infer.Answer) {
	answer := a.Response
	by := [2]string{answer.Provider, answer.Model}
	if s.entry == nil || s.entry.priced[by] || e.prices == nil {
		return
	}
	if s.entry.priced == nil {
		s.entry.priced = map[[2]string]bool{}
	}
	s.entry.priced[by] = true
	_, known := e.prices.Price(answer.Provider, a.Asked)
	if !known {
		_, known = e.prices.Price(answer.Provider, answer.Model)
	}
	if !known {
		ctx.Warn(fault.CodeUnnumbered, "The price of model '%s' is not known, so the cost of its calls is NULL; CALL airglow.set_price('%s', input, output) "+
			"sets it, in dollars for a million tokens", answer.Model, answer.Model)
	}
}

// noteReuse tells the client, once in a statement, that it is given answers that
// were recorded before.
func (s *statement) noteReuse(ctx *sql.Context, policy ledger.Policy) {
	if s.entry == nil || s.entry.noted {
		return
	}
	s.entry.noted = true
	message := "Answers that were recorded before are used again, as airglow_reuse = '" + policy.Reuse.String() +
		"' says; Airglow_ml_reused_cnt counts them"
	if policy.Mode == ledger.Replay {
		message = "Answers come from recording '" + policy.Recording + "' and the ledger, as airglow_mode = 'replay' says; no model is asked"
	}
	ctx.Session.Warn(&sql.Warning{Level: "Note", Code: fault.CodeUnnumbered, Message: message})
}

// record completes a call with who makes it and which recorded answers it may
// have. Only the statement's own goroutine calls it.
func (e *Engine) record(ctx *sql.Context, s *statement, call *infer.Call) error {
	mode, recording, err := variable.Source(ctx)
	if err != nil {
		return err
	}
	call.Policy.Mode, call.Policy.Recording = mode, recording
	if e.ledger == nil || s == nil {
		return nil
	}
	if s.entry == nil {
		if err := e.enterStatement(ctx, s); err != nil {
			return err
		}
	}
	if (mode.Asks() || mode == ledger.Replay) && s.entry.origin.Statement == 0 {
		if err := e.beginStatement(s); err != nil {
			return err
		}
	}
	function, deterministic := call.Origin.Function, call.Origin.Deterministic
	call.Origin, call.Policy = s.entry.origin, s.entry.policy
	call.Origin.Function, call.Origin.Deterministic = function, deterministic
	call.Policy.Mode, call.Policy.Recording = mode, recording
	if call.Policy.Reuse == ledger.ReuseDeterministic {
		call.Policy.Repeatable = deterministic || bill.Repeatable(call.Request)
	}
	return nil
}

// reject has nobody find an answer again that the statement fails with.
func (e *Engine) reject(ctx *sql.Context, call infer.Call) {
	s := statementFrom(ctx)
	if lookahead.Asking(ctx) || s == nil || s.entry == nil {
		return
	}
	err := e.record(ctx, s, &call)
	if err == nil && call.Policy.Mode.Asks() {
		err = e.runner.Reject(call)
	}
	if err != nil {
		e.log.Error("an answer that is not what was promised stays in the ledger", "error", err)
	}
}

// enterStatement finds out what the ledger has to know of a statement.
func (e *Engine) enterStatement(ctx *sql.Context, s *statement) error {
	policy, err := variable.Policy(ctx, e.now())
	if err != nil {
		return err
	}
	text := ctx.Query()
	s.mu.Lock()
	if s.client != nil { // of a CALL, not of what its procedure runs
		text = s.client.Query()
	}
	s.mu.Unlock()
	st := &ledger.Statement{
		User: e.accountName(ctx), Database: ctx.GetCurrentDatabase(), Connection: s.conn,
		Digest: digestOf(ctx, text), Text: shortened(text), Begun: e.now(),
		Shape: shortened(mlsql.DigestText(text, mlsql.Options{})),
	}
	e.lookForClients(st)
	s.entry = &entry{policy: policy, statement: st, origin: ledger.Origin{
		User: st.User, Database: st.Database, Connection: st.Connection, Digest: st.Digest, Roles: e.grantedRoles(ctx),
	}}
	return nil
}

// beginStatement begins the ledger's record of a statement. A dry run has none.
func (e *Engine) beginStatement(s *statement) error {
	st := s.entry.statement
	if err := e.ledger.BeginStatement(st, s.givenUp); err != nil {
		return err
	}
	s.entry.origin.Statement, s.entry.statement = st.ID, nil
	s.recorded.Store(&running{id: st.ID, begun: time.Now(), user: st.User, digest: st.Digest})
	return nil
}

// leaveStatement ends the ledger's record of a statement, when its calls have
// ended. interrupted is true for one whose client is gone.
func (e *Engine) leaveStatement(s *statement, failure *mysql.SQLError, interrupted bool) {
	if failure != nil && failure.Num == codeConflict {
		s.noteRollback()
	}
	if s.entry == nil || s.entry.origin.Statement == 0 {
		e.settle(s, nil)
		return
	}
	how := ledger.Ending{State: ledger.Done, Rows: int64(s.progress.Read().Rows), RowErrors: s.entry.rowErrors, Replayed: s.replayed()}
	if failure != nil {
		how.State, how.Error = ledger.Failed, failure.Num
	} else if interrupted {
		how.State, how.Error = ledger.Failed, mysql.ERQueryInterrupted
	} else {
		how.State = s.unsettledState()
	}
	e.publishFigures(s, e.ledger.EndStatement(s.entry.origin.Statement, how))
	if how.State == ledger.Failed {
		e.settle(s, nil)
	} else {
		e.settle(s, s.entry)
	}
}

// shortened is a text as the ledger keeps it.
func shortened(text string) string {
	if len(text) <= mostText {
		return text
	}
	end := mostText
	for end > 0 && text[end]&0xC0 == 0x80 { // within a character
		end--
	}
	return text[:end] + "…"
}

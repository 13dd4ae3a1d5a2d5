package engine

import (
	"errors"
	"strings"
	"time"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"

	"airglow/internal/engine/access"
	"airglow/internal/engine/fault"
	"airglow/internal/engine/sqltype"
	"airglow/internal/engine/variable"
	"airglow/internal/infer"
	"airglow/internal/ledger"
	"airglow/internal/lookahead"
	"airglow/internal/mlsql"
	"airglow/internal/model"
	"airglow/internal/sample"
)

// modelCall is the expression of one call of a function that CREATE FUNCTION
// … ALIAS made.
type modelCall struct {
	engine   *Engine
	function *mlsql.Function
	returns  sql.Type
	// declared are the types of a SageMaker function's arguments; a Bedrock
	// function's body is sent as it is.
	declared []sql.Type
	// args are the arguments, and after them the mask.
	args []sql.Expression
}

var (
	_ sql.FunctionExpression         = (*modelCall)(nil)
	_ sql.NonDeterministicExpression = (*modelCall)(nil)
	_ sql.CollationCoercible         = (*modelCall)(nil)
)

// newModelCall checks the number of arguments.
func newModelCall(e *Engine, f *mlsql.Function, args []sql.Expression) (sql.Expression, error) {
	if len(args) != len(f.Args) {
		return nil, errArgumentCount(f, len(args))
	}
	returns, err := sqltype.Of(f.Returns)
	if err != nil {
		return nil, err
	}
	call := &modelCall{engine: e, function: f, returns: returns, args: masked(args)}
	if f.Service == model.SageMaker {
		call.declared = make([]sql.Type, len(f.Args))
		for i, arg := range f.Args {
			if call.declared[i], err = sqltype.Of(arg.Type); err != nil {
				return nil, err
			}
		}
	}
	return call, nil
}

// Eval implements sql.Expression. It is the only place where SQL makes a call
// of an alias function.
func (c *modelCall) Eval(ctx *sql.Context, row sql.Row) (any, error) {
	call, null, err := c.Foresee(ctx, row)
	if err != nil || null {
		return nil, fault.FromModel(err)
	}
	if err := c.engine.mayInvoke(ctx, c.function); err != nil {
		return nil, err
	}
	response, err := c.engine.invoke(ctx, call)
	if err == nil {
		c.engine.warnOfStop(ctx, row, c.function.Model, response.Stop)
		value, err := c.answer(ctx, response)
		if err != nil {
			c.engine.reject(ctx, call)
		}
		return value, err
	}
	if c.engine.forgives(ctx, err) {
		c.engine.warnOfRow(ctx, row, call, err)
		return nil, nil
	}
	return nil, noteFailure(ctx, err)
}

// Foresee implements sample.Call: it is the call that Eval makes.
func (c *modelCall) Foresee(ctx *sql.Context, row sql.Row) (call infer.Call, null bool, err error) {
	request, null, err := c.request(ctx, row)
	return infer.Call{
		Request: request, BatchSize: int(c.function.MaxBatchSize),
		Timeout: time.Duration(c.function.TimeoutMS) * time.Millisecond, LimitName: "TIMEOUT_MS",
		Origin: ledger.Origin{Function: c.function.Database + "." + c.function.Name, Deterministic: c.function.Deterministic},
	}, null, err
}

// Subject implements sample.Call.
func (c *modelCall) Subject() sample.Subject {
	return sample.Subject{
		Function: c.function.Database + "." + c.function.Name, Service: c.function.Service, Model: c.function.Model,
	}
}

// memoised makes a call with the memo of its statement. One of the server's own,
// such as an event's, has none.
func (e *Engine) memoised(ctx *sql.Context, s *statement, call infer.Call) (infer.Answer, error) {
	if s != nil {
		return s.calls(e.runner).Call(ctx, call)
	}
	memo := e.runner.Statement(nil)
	defer memo.Close()
	return memo.Call(ctx, call)
}

// invoke makes a call within the statement. A call without a time limit of its
// own has the session's.
func (e *Engine) invoke(ctx *sql.Context, call infer.Call) (model.Response, error) {
	if call.Timeout == 0 {
		limit, err := variable.InferenceTimeout(ctx)
		if err != nil {
			return model.Response{}, err
		}
		call.Timeout, call.LimitName, call.General = limit, variable.InferenceTimeoutName, true
	}
	call.MaxConcurrency = variable.Concurrency(ctx)
	s := statementFrom(ctx)
	if lookahead.Foreseeing(ctx) { // it is not made, so that nothing is recorded
		answer, _, err := lookahead.Ask(ctx, call)
		return answer.Response, err
	}
	if err := s.bound(ctx, &call); err != nil {
		return model.Response{}, err
	}
	if err := e.record(ctx, s, &call); err != nil {
		return model.Response{}, err
	}
	if call.Policy.Mode == ledger.DryRun {
		e.count(ctx, s, call)
		return model.Response{}, errDryRun
	}
	if answer, asking, err := lookahead.Ask(ctx, call); asking {
		return answer.Response, err
	}
	answer, err := e.memoised(ctx, s, call)
	lookahead.Spent(ctx, call, answer.Response.Body)
	if err != nil {
		if ctx.Err() != nil {
			return model.Response{}, errInterrupted()
		}
		e.logDefect(call.Request, err)
		failure := fault.FromModel(err)
		s.over.note(failure, err)
		return model.Response{}, failure
	}
	if answer.Reused() {
		s.noteReuse(ctx, call.Policy)
	} else if call.Request.Service == model.Bedrock {
		e.warnOfPrice(ctx, s, answer)
	}
	if answer.Substituted {
		s.warnSubstituted(ctx, call, answer.Response)
	}
	return answer.Response, nil
}

// logDefect logs a failure that is a defect of ours: its error text says that the
// log has the cause.
func (e *Engine) logDefect(request model.Request, err error) {
	var failure *model.Error
	if errors.As(err, &failure) && failure.Kind == model.Internal {
		e.log.Error("a model call failed on a defect", "service", request.Service, "model", request.Model,
			"error", failure.Message, "cause", failure.Err)
	}
}

// warnSubstituted raises one warning for each statement and model when another
// model answered than the SQL names.
func (s *statement) warnSubstituted(ctx *sql.Context, call infer.Call, response model.Response) {
	sub := infer.Substitution{
		Service: call.Request.Service, Asked: call.Request.Model, Replayed: call.Policy.Mode == ledger.Replay, Provider: response.Provider, Answered: response.Model,
	}
	s.mu.Lock()
	first := !s.warned[sub]
	if s.warned == nil {
		s.warned = map[infer.Substitution]bool{}
	}
	s.warned[sub] = true
	s.mu.Unlock()
	if first {
		ctx.Warn(fault.CodeUnnumbered, "%s", substitutionText(sub))
	}
}

func substitutionText(sub infer.Substitution) string {
	why := "as the server's model map says"
	if sub.Replayed {
		why = "when that was recorded"
	}
	return "Model '" + sub.Asked + "' was answered by model '" + sub.Answered + "' of provider '" + sub.Provider +
		"', " + why
}

// mayInvoke checks the service's role: with SQL SECURITY DEFINER it must be
// granted to the definer, with INVOKER active in the session.
func (e *Engine) mayInvoke(ctx *sql.Context, f *mlsql.Function) error {
	role, privilege := access.RoleFor(f.Service)
	if f.SQLSecurity == mlsql.SecurityInvoker {
		if !e.access.RoleActive(ctx, role) {
			return fault.NeedsPrivilege(privilege)
		}
		return nil
	}
	s := statementFrom(ctx)
	_, grants := ctx.Session.GetPrivilegeSet()
	if s.wasAllowed(f, grants) {
		return nil
	}
	if e.access.Find(f.Definer) == nil {
		return fault.NoDefiner(f.Definer)
	}
	if !access.HasRole(e.access.Granted(f.Definer.Name, f.Definer.Host, true), role) {
		return fault.NeedsPrivilege(privilege)
	}
	s.allow(f, grants)
	return nil
}

// wasAllowed reports whether the statement has found before that a function's
// definer may call the service, at the same state of the grant tables.
func (s *statement) wasAllowed(f *mlsql.Function, grants uint64) bool {
	if s == nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	at, ok := s.allowed[f]
	return ok && at == grants
}

func (s *statement) allow(f *mlsql.Function, grants uint64) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.allowed == nil {
		s.allowed = map[*mlsql.Function]uint64{}
	}
	s.allowed[f] = grants
}

// FunctionName implements sql.FunctionExpression.
func (c *modelCall) FunctionName() string { return c.function.Name }

// Description implements sql.FunctionExpression.
func (c *modelCall) Description() string {
	return "calls the " + string(c.function.Service) + " model " + c.function.Model
}

// IsNonDeterministic implements sql.NonDeterministicExpression. It also keeps
// the engine from caching a subquery and from projecting in a goroutine that
// is not the statement's.
func (c *modelCall) IsNonDeterministic() bool { return true }

// Resolved implements sql.Expression.
func (c *modelCall) Resolved() bool { return expression.ExpressionsResolved(c.args...) }

// Type implements sql.Expression.
func (c *modelCall) Type() sql.Type { return c.returns }

// IsNullable implements sql.Expression.
func (c *modelCall) IsNullable() bool { return true }

// Children implements sql.Expression.
func (c *modelCall) Children() []sql.Expression { return c.args }

// WithChildren implements sql.Expression.
func (c *modelCall) WithChildren(children ...sql.Expression) (sql.Expression, error) {
	if len(children) != len(c.args) {
		return nil, sql.ErrInvalidChildrenNumber.New(c, len(children), len(c.args))
	}
	changed := *c
	changed.args = children
	return &changed, nil
}

// CollationCoercibility implements sql.CollationCoercible: the value is a
// function's, which MySQL ranks as coercible.
func (c *modelCall) CollationCoercibility(ctx *sql.Context) (sql.CollationID, byte) {
	if text, ok := c.returns.(sql.StringType); ok {
		return text.Collation(), 4
	}
	return sql.Collation_binary, 5
}

// Batched implements explain.Batcher: a SageMaker endpoint takes many rows.
func (c *modelCall) Batched() bool { return c.function.Service == model.SageMaker }

// String implements sql.Expression.
func (c *modelCall) String() string {
	return c.function.Name + "(" + joinExpressions(unmasked(c.args)) + ")"
}

func joinExpressions(list []sql.Expression) string {
	texts := make([]string, len(list))
	for i, e := range list {
		texts[i] = e.String()
	}
	return strings.Join(texts, ",")
}

package ledgersql

import (
	"cmp"
	"context"
	"iter"
	"strconv"

	"airglow/internal/engine/own"
	"airglow/internal/ledger"
	"airglow/internal/model"
	"airglow/internal/mysqlerr"
)

// invocation is a row of airglow.invocations: a call of an attempt.
type invocation struct {
	*ledger.Attempt
	request ledger.Request
}

// tokens is a count of an answer, NULL where the service gave none.
func (i invocation) tokens(of func(model.Usage) int64) any {
	if !i.request.Usage.Known {
		return nil
	}
	return of(i.request.Usage)
}

// estimated is 1 where the counts are not the service's, 0 where they are, and NULL
// where there are none.
func (i invocation) estimated() any {
	switch {
	case !i.request.Usage.Known:
		return nil
	case i.request.Usage.Estimated:
		return 1
	default:
		return 0
	}
}

// state is the call's, which may fare otherwise than its attempt.
func (i invocation) state() ledger.State {
	if i.State == ledger.Done && !i.request.Answered {
		return ledger.Failed
	}
	return i.State
}

func (i invocation) code() string { return cmp.Or(i.request.Failed, i.Code, i.Kind) }

var invocationColumns = []column[invocation]{
	{"id", "bigint unsigned", func(i invocation) any { return i.ID }},
	{"statement_id", "bigint unsigned", func(i invocation) any { return i.Statement }},
	{"digest", "char(64)", func(i invocation) any { return text(i.Digest) }},
	{"begun", timeType, func(i invocation) any { return at(i.Begun) }},
	{"milliseconds", countType, func(i invocation) any { return milliseconds(i.Begun, i.Ended) }},
	{"state", "varchar(8)", func(i invocation) any { return string(i.state()) }},
	{"error", "varchar(64)", func(i invocation) any { return text(i.code()) }},
	{"user", nameType, func(i invocation) any { return i.User }},
	{"db", "varchar(64)", func(i invocation) any { return text(i.Database) }},
	{"connection_id", "int unsigned", func(i invocation) any { return i.Connection }},
	{"function_name", "varchar(129)", func(i invocation) any { return i.Function }},
	{"service", "varchar(16)", func(i invocation) any { return string(i.Service) }},
	{"model", modelType, func(i invocation) any { return i.Asked }},
	{"provider", "varchar(64)", func(i invocation) any { return i.Provider }},
	{"answered_by", modelType, func(i invocation) any { return text(i.Answered) }},
	{"attempt", "int", func(i invocation) any { return i.Number }},
	{"together", "int", func(i invocation) any { return len(i.Requests) }},
	{"request_key", "char(64)", func(i invocation) any { return i.request.Key.String() }},
	{"request_id", "varchar(255)", func(i invocation) any { return text(i.RequestID) }},
	{"stop", "varchar(16)", func(i invocation) any { return text(i.request.Stop) }},
	{"input_tokens", countType, func(i invocation) any { return i.tokens(func(u model.Usage) int64 { return u.InputTokens }) }},
	{"output_tokens", countType, func(i invocation) any { return i.tokens(func(u model.Usage) int64 { return u.OutputTokens }) }},
	{"cache_read_tokens", countType, func(i invocation) any { return i.tokens(func(u model.Usage) int64 { return u.CacheReadTokens }) }},
	{"cache_write_tokens", countType, func(i invocation) any { return i.tokens(func(u model.Usage) int64 { return u.CacheWriteTokens }) }},
	{"tokens_estimated", "tinyint", func(i invocation) any { return i.estimated() }},
	{"cost", moneyType, func(i invocation) any { return money(i.request.Cost) }},
}

// invocations yields rows of airglow.invocations, the newest first where no order is
// asked for.
func (s SQL) invocations(_ context.Context, caller own.Caller, keys own.KeyRange) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for a, err := range s.store.AttemptsOf(idsOf(keys)) {
			if err != nil {
				if !yield(nil, rowError(err)) {
					return
				}
				continue
			}
			if !sees(caller, a.User) {
				continue
			}
			for _, r := range a.Requests {
				if !yield(some(invocationColumns, invocation{a, r}, keys.Columns), nil) {
					return
				}
			}
		}
	}
}

var statementColumns = []column[*ledger.Statement]{
	{"id", "bigint unsigned", func(st *ledger.Statement) any { return st.ID }},
	{"begun", timeType, func(st *ledger.Statement) any { return at(st.Begun) }},
	{"milliseconds", countType, func(st *ledger.Statement) any { return milliseconds(st.Begun, st.Ended) }},
	{"state", "varchar(12)", func(st *ledger.Statement) any { return string(st.State) }},
	{"error", "int", func(st *ledger.Statement) any { return st.Error }},
	{"user", nameType, func(st *ledger.Statement) any { return st.User }},
	{"db", "varchar(64)", func(st *ledger.Statement) any { return text(st.Database) }},
	{"connection_id", "int unsigned", func(st *ledger.Statement) any { return st.Connection }},
	{"digest", "char(64)", func(st *ledger.Statement) any { return st.Digest }},
	{"statement", "longtext", func(st *ledger.Statement) any { return text(st.Text) }},
	{"row_count", countType, func(st *ledger.Statement) any { return st.Rows }},
	{"row_errors", countType, func(st *ledger.Statement) any { return st.RowErrors }},
	{"calls", countType, func(st *ledger.Statement) any { return st.Usage.Calls }},
	{"reused", countType, func(st *ledger.Statement) any { return st.Usage.Reused }},
	{"failed", countType, func(st *ledger.Statement) any { return st.Usage.Failed }},
	{"unknown", countType, func(st *ledger.Statement) any { return st.Usage.Unknown }},
	{"input_tokens", countType, func(st *ledger.Statement) any { return input(st.Usage.Tokens) }},
	{"output_tokens", countType, func(st *ledger.Statement) any { return st.Usage.Tokens.OutputTokens }},
	{"cost", moneyType, func(st *ledger.Statement) any { return sum(st.Usage) }},
	{"unpriced_calls", countType, func(st *ledger.Statement) any { return st.Usage.Unpriced }},
}

// input is all input, from a cache or not.
func input(u model.Usage) int64 { return u.InputTokens + u.CacheReadTokens + u.CacheWriteTokens }

// statements yields rows of airglow.statements likewise.
func (s SQL) statements(_ context.Context, caller own.Caller, keys own.KeyRange) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for st, err := range s.store.StatementsOf(idsOf(keys)) {
			if err != nil {
				if !yield(nil, rowError(err)) {
					return
				}
				continue
			}
			if sees(caller, st.User) && !yield(some(statementColumns, st, keys.Columns), nil) {
				return
			}
		}
	}
}

// used is a row of airglow.usage.
type used struct {
	ledger.Scope
	ledger.Usage
}

var usageColumns = []column[used]{
	{"day", "date", func(u used) any { return string(u.Day) }},
	{"user", nameType, func(u used) any { return u.User }},
	{"db", "varchar(64)", func(u used) any { return text(u.Database) }},
	{"function_name", "varchar(129)", func(u used) any { return u.Function }},
	{"provider", "varchar(64)", func(u used) any { return u.Provider }},
	{"model", modelType, func(u used) any { return u.Model }},
	{"calls", countType, func(u used) any { return u.Calls }},
	{"reused", countType, func(u used) any { return u.Reused }},
	{"failed", countType, func(u used) any { return u.Failed }},
	{"unknown", countType, func(u used) any { return u.Unknown }},
	{"requests", countType, func(u used) any { return u.Attempts }},
	{"input_tokens", countType, func(u used) any { return input(u.Tokens) }},
	{"output_tokens", countType, func(u used) any { return u.Tokens.OutputTokens }},
	{"cost", moneyType, func(u used) any { return sum(u.Usage) }},
	{"unpriced_calls", countType, func(u used) any { return u.Unpriced }},
}

func (s SQL) usage(_ context.Context, caller own.Caller) ([][]any, error) {
	all, err := s.store.Usage()
	if err != nil {
		return nil, err
	}
	var rows [][]any
	for _, scope := range sorted(all) {
		if sees(caller, scope.User) {
			rows = append(rows, values(usageColumns, used{scope, all[scope]}))
		}
	}
	return rows, nil
}

func compareScopes(a, b ledger.Scope) int {
	return cmp.Or(
		cmp.Compare(b.Day, a.Day), cmp.Compare(a.User, b.User), cmp.Compare(a.Database, b.Database),
		cmp.Compare(a.Function, b.Function), cmp.Compare(a.Provider, b.Provider), cmp.Compare(a.Model, b.Model),
	)
}

var bodyColumns = []own.Column{{Name: "request", Type: "longtext"}, {Name: "answer", Type: "longtext"}}

// bodies runs CALL airglow.invocation(id): what was sent and what came back.
func (s SQL) bodies(_ context.Context, caller own.Caller, args []*string) ([][]any, error) {
	id, err := wholeNumber("invocation", "id", args[0], 1)
	if err != nil {
		return nil, err
	}
	a, err := s.store.Attempt(uint64(id))
	if err != nil {
		return nil, err
	}
	if a == nil || !sees(caller, a.User) {
		return nil, mysqlerr.New(1411, "Incorrect id value: '"+strconv.FormatInt(id, 10)+"' for function invocation; SELECT id FROM airglow.invocations lists those there are")
	}
	rows := make([][]any, len(a.Requests))
	for i, r := range a.Requests {
		rows[i] = []any{text(string(r.Body)), text(string(r.Answer))}
	}
	return rows, nil
}

package procedure

import (
	"context"
	"errors"
	"fmt"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/mysql"
	ast "github.com/dolthub/vitess/go/vt/sqlparser"

	"airglow/internal/mysqlerr"
)

// exec runs one statement. An error that it returns has passed all handlers.
func (f *frame) exec(ctx *sql.Context, s *scope, stmt ast.Statement) (flow, error) {
	if err := interruption(ctx); err != nil {
		return next, uncaught(err)
	}
	switch stmt := stmt.(type) {
	case *ast.BeginEndBlock:
		return f.block(ctx, s, stmt)
	case *ast.IfStatement:
		return f.branch(ctx, s, stmt)
	case *ast.CaseStatement:
		return f.choose(ctx, s, stmt)
	case *ast.Loop:
		return f.loop(ctx, s, loop{label: stmt.Label, body: stmt.Statements})
	case *ast.While:
		return f.loop(ctx, s, loop{label: stmt.Label, while: stmt.Condition, body: stmt.Statements})
	case *ast.Repeat:
		return f.loop(ctx, s, loop{label: stmt.Label, until: stmt.Condition, body: stmt.Statements})
	case *ast.Leave:
		return flow{kind: leave, label: stmt.Label}, nil
	case *ast.Iterate:
		return flow{kind: iterate, label: stmt.Label}, nil
	}
	f.fresh = false
	inner := fresh(ctx)
	return f.conclude(inner, s, stmt, f.attentive(inner, f.step(inner, s, stmt)))
}

// attentive returns the error of a step, or the one that the step overlooked.
func (f *frame) attentive(ctx *sql.Context, err error) error {
	if f.call.Overlooked == nil {
		return err
	}
	if overlooked := f.call.Overlooked(ctx); err == nil {
		return overlooked
	}
	return err
}

// step runs a statement that holds no others.
func (f *frame) step(ctx *sql.Context, s *scope, stmt ast.Statement) error {
	switch stmt := stmt.(type) {
	case *ast.Declare:
		return f.declare(ctx, s, stmt)
	case *ast.Set:
		return f.set(ctx, s, stmt)
	case *ast.OpenCursor:
		return f.open(ctx, s, stmt)
	case *ast.FetchCursor:
		return f.fetch(ctx, s, stmt)
	case *ast.CloseCursor:
		return f.close(s, stmt)
	case *ast.Signal:
		return f.signal(ctx, s, stmt)
	case *ast.Resignal:
		return f.resignal(ctx, s, stmt)
	case *ast.Return:
		return mysqlerr.New(1313, "RETURN is only allowed in a FUNCTION")
	case *ast.Call:
		return f.callOther(ctx, s, stmt)
	case ast.InjectedStatement:
		switch ours := stmt.Statement.(type) {
		case *Diagnostics:
			return f.diagnose(ctx, s, ours)
		case *Do:
			return f.do(ctx, s, ours)
		}
	case ast.SelectStatement:
		if into := stmt.GetInto(); into != nil && len(into.Variables) > 0 {
			return f.selectInto(ctx, s, stmt)
		}
	}
	return f.statement(ctx, s, stmt)
}

// conclude goes on after a statement that raised an error, or a warning that
// somebody handles.
func (f *frame) conclude(ctx *sql.Context, s *scope, stmt ast.Statement, err error) (flow, error) {
	if err != nil {
		return f.raise(ctx, s, stmt, err)
	}
	return f.warned(ctx, s)
}

// interruption returns the error of a statement that was ended from outside.
func interruption(ctx *sql.Context) *mysql.SQLError {
	if ctx.Err() == nil {
		return nil
	}
	var numbered *mysql.SQLError
	if errors.As(context.Cause(ctx), &numbered) {
		return numbered
	}
	return mysqlerr.Interrupted()
}

// ends reports whether an error is one that ends a statement whatever its
// handlers: it was interrupted, ran out of time, or the server stops.
func ends(number int) bool {
	return number == 1317 || number == 3024 || number == 1053
}

// translate gives an error of a statement its number, and keeps final ones.
func (f *frame) translate(ctx *sql.Context, err error, stmt ast.Statement) error {
	var done *final
	if errors.As(err, &done) {
		return done
	}
	if interrupted := interruption(ctx); interrupted != nil {
		return uncaught(interrupted)
	}
	at := mysqlerr.Statement{Database: ctx.GetCurrentDatabase()}
	if stmt != nil {
		at.Text = ast.String(stmt)
	}
	translated := mysqlerr.Translate(err, at)
	if ends(translated.Num) {
		return uncaught(translated)
	}
	return translated
}

// unsupported is the refusal of what MySQL has and we have not.
func unsupported(what string) error {
	return mysqlerr.New(1235, fmt.Sprintf("This version of Airglow doesn't yet support '%s'", what))
}

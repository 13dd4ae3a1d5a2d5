// Package current has the statement under way that a context belongs to.
package current

import "context"

// Statement is a statement as the client sent it, a CALL with all that it runs
// included.
type Statement interface {
	// Overlooked returns the failure of a call that the statement was told of and has
	// not failed with, nil when there is none, and forgets it. Some of the engine's
	// expressions pass over the error of an argument; whoever asks has the statement fail.
	Overlooked() error
	// AtEnd has something done when the statement ends. What was said last is done first.
	AtEnd(do func())
}

type key struct{}

// With returns a context for what belongs to a statement.
func With(ctx context.Context, s Statement) context.Context { return context.WithValue(ctx, key{}, s) }

// Without is a statement's context for the server's own statements: it ends with the
// statement, and is no part of it.
func Without(ctx context.Context) context.Context { return With(ctx, nil) }

// From returns the statement that a context belongs to, nil without one.
func From(ctx context.Context) Statement {
	s, _ := ctx.Value(key{}).(Statement)
	return s
}

// Overlooked is that of the context's statement; nil without one.
func Overlooked(ctx context.Context) error {
	if s := From(ctx); s != nil {
		return s.Overlooked()
	}
	return nil
}

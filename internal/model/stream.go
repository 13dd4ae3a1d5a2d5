package model

import "context"

// StreamProvider is a Provider that can give an answer piece by piece, as the
// model writes it.
type StreamProvider interface {
	Provider
	// InvokeStream makes one attempt. It hands each piece of the answer to emit as
	// it comes: for Bedrock one event of InvokeModelWithResponseStream in the
	// model's JSON, for a request of form "converse" one of ConverseStream as
	// {"<event type>": …}. A piece is emit's to keep. An error of emit ends the
	// attempt and is returned, wrapped.
	//
	// The Response is the one that Invoke would have given, its Body whole. An
	// error after the first piece leaves half an answer with emit: whoever calls
	// does not try again then. Context, errors, ownership and concurrency are as
	// Provider has them.
	InvokeStream(ctx context.Context, req Request, emit func(piece []byte) error) (Response, error)
}

// InputMeter is a Provider that knows itself what it will count.
type InputMeter interface {
	Provider
	// InputTokens returns how many tokens of input the answer to a request will be
	// said to have used, without asking anybody; ok is false where only the answer
	// tells.
	InputTokens(req Request) (tokens int64, ok bool)
}

// TokenCounter is a Provider that can say how many tokens a request's input has,
// without asking the model for an answer.
type TokenCounter interface {
	Provider
	// CountTokens returns the number for a request that Invoke would take. exact
	// is false where it is an estimate.
	CountTokens(ctx context.Context, req Request) (tokens int64, exact bool, err error)
}

package neutral

// StreamEncoder writes an answer, piece by piece, as the family's own stream: each
// chunk is the JSON of one event of InvokeModelWithResponseStream, of the form
// "converse" one of ConverseStream as {"<event type>": …}.
type StreamEncoder interface {
	// Piece returns the chunks for the next piece; there may be none. The first
	// call brings those that begin the answer as well.
	Piece(p Piece) ([][]byte, error)
	// End returns the chunks that end the answer; r is all of it.
	End(r Result) ([][]byte, error)
}

// StreamDecoder reads such a stream.
type StreamDecoder interface {
	// Piece reads the next chunk. An error is a *model.Error: of kind BadAnswer, or
	// of another where the chunk is the service's report of what went wrong.
	Piece(chunk []byte) ([]Piece, error)
	// End returns the whole answer. A stream that has not come to its end is an
	// error of kind BadAnswer.
	End() (Result, error)
}

package ledger

import "time"

// Statement is a top-level statement that made model calls. A CALL with all that
// it runs is one.
type Statement struct {
	// ID numbers statements in about the order of their first call, from 1.
	ID uint64 `json:"-"`
	// User, Database and Connection are as Origin has them.
	User       string `json:"user"`
	Database   string `json:"database,omitempty"`
	Connection uint32 `json:"connection"`
	// Digest identifies the statement's text without its literals; Text is the
	// text, cut to a length.
	Digest string `json:"digest"`
	Text   string `json:"text,omitempty"`
	// Shape is Text with ? for its literals, which have what is asked in them: a store
	// that keeps no bodies keeps it in the place of Text. Sealed is Text as a store
	// keeps it that encrypts bodies; Text is empty there.
	Shape  string `json:"-"`
	Sealed []byte `json:"sealed,omitempty"`

	Begun time.Time `json:"begun"`
	Ended time.Time `json:"ended"`
	State State     `json:"state"`
	// Rows is how many rows went to the client or were changed.
	Rows int64 `json:"rows"`
	// Usage is what it used.
	Usage Usage `json:"usage"`
	// Error is the number of MySQL's that it failed with, 0 for none; RowErrors
	// counts the rows that got NULL in the place of an answer.
	Error     int   `json:"error,omitempty"`
	RowErrors int64 `json:"row_errors,omitempty"`
	// Order counts the statements as they came to their last state, from 1; 0 until
	// then.
	Order uint64 `json:"order,omitempty"`
}

// Completed reports whether a statement did all that it was to do: it ended well, its
// changes stay, and no row was left without its answer.
func (st *Statement) Completed() bool { return st.State == Done && st.RowErrors == 0 }

// Ending is how a statement ended: State and what follows it, as Statement has
// them.
type Ending struct {
	State     State
	Rows      int64
	Error     int
	RowErrors int64
	// Replayed counts the answers of a replay, which are no use of the ledger's.
	Replayed int64
}

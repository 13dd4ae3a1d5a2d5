// Package scenario is the suite that comes in by the front door: files of SQL
// with what a client must see, run over real connections against one server.
//
// A scenario is a text file, testdata/*.test:
//
//	# what it shows
//	-- connection alice as s_demo_alice in s_demo
//	-- query
//	select s_demo.f('{"a":1}')
//	----
//	{"a":1}
//
//	-- calls 1
//
// A block begins with a line "-- verb" and ends at a blank line or at the next
// block. Lines that begin with # between blocks are comments. The SQL of a block
// may hold its own comments, indented when they begin with "-- ".
//
// What is expected:
//
//	-- ok [N]                    no error; N rows were affected
//	-- query [sorted] [names]    the rows after ----, with tabs between columns;
//	                             names shows the columns' names as a first row
//	-- error NUMBER STATE TEXT   that error, and a connection that lives on
//	-- gone                      the connection was ended, with an error
//	-- warnings                  what SHOW WARNINGS says, after ----
//	-- calls N                   how many calls the models got since the last
//	                             calls or sent
//	-- sent [sorted]             the calls themselves, after ----
//
// How a statement is run, on a line before its block:
//
//	-- with [ARGUMENTS]          as a prepared statement with values in JSON
//	-- with NAME [ARGUMENTS]     the statement that "-- prepare NAME" prepared
//	-- finish                    the one that "-- start" began
//	-- xfail REASON              it is known not to hold yet; passing fails
//
// What happens between:
//
//	-- connection NAME [as USER [PASSWORD]] [in DATABASE]
//	-- disconnect NAME           close it
//	-- prepare NAME              prepare the block's SQL over the protocol
//	-- start                     begin the block's SQL and do not wait for it
//	-- answer MODEL …            what a model answers from here on (answer.go)
//	-- held MODEL N              wait until N calls of the model are held
//	-- release MODEL             let them go
//	-- restart                   stop the server and start it on the same data
//
// In SQL, ${alice} stands for the id of the connection alice. In what is
// expected, [...] stands for any text.
//
// The tour: parse.go reads a file, run.go runs its blocks one after the other,
// connection.go talks to the server, expect.go compares what it said, which
// format.go has written as text. answer.go plays the models, usual.go has what
// they answer when a scenario says nothing. Every scenario makes its own databases and users,
// named after it, and drops them at its end; what it leaves fails it.
package scenario

// File is one scenario.
type File struct {
	// Path is where it was read from.
	Path string
	// Parts are the blocks and the text between them, in order.
	Parts []Part
}

// Part is a block, or, when Step is nil, the text of one line between blocks.
type Part struct {
	Text string
	Step *Step
}

// Step is one block.
type Step struct {
	// Line is where its verb stands, counted from 1.
	Line int
	// Before are the lines "-- with", "-- finish" and "-- xfail" as written.
	Before []string
	// Verb and Args are the words of its first line.
	Verb, Args string
	// SQL is its statement; empty for verbs without one.
	SQL string
	// Want are the lines after "----"; HasWant tells none from no "----".
	Want    []string
	HasWant bool

	// Xfail is why the step is known to fail; empty when it must pass.
	Xfail string
	// Prepared is true when the statement goes over the binary protocol, with
	// With naming an earlier "-- prepare" and its arguments.
	Prepared bool
	With     string
	// Finish is true when the result is that of the statement that was started.
	Finish bool
}

// Package estimate says what the model calls of a statement are likely to come
// to, before any is made: how many, of how many tokens, at which cost and in what
// time. It is arithmetic over what others found out, a sample of the statement's
// inputs ([Place]) and what the ledger knows of calls like these ([History]); it
// reads and calls nothing.
//
// The tour: [Of] makes a [Line] of one function's places, distinct.go says how
// many different inputs all rows have that a few of them show, tokens.go how many
// tokens, what they cost and how long they take. [Total] adds lines up, and
// text.go writes them for people and for programs.
//
// A figure is a [Figure]: low and high are bounds that the actual one keeps in
// about nine of ten statements, likely is the best guess between them. What
// cannot be estimated is not known, and so is every figure that needs it.
package estimate

import (
	"math"
	"time"

	"airglow/internal/model"
)

// Range is a number that is not known exactly.
type Range struct{ Low, Likely, High float64 }

// Exactly is a number that is.
func Exactly(n float64) Range { return Range{n, n, n} }

func (r Range) plus(o Range) Range { return Range{r.Low + o.Low, r.Likely + o.Likely, r.High + o.High} }

func (r Range) times(f float64) Range { return Range{r.Low * f, r.Likely * f, r.High * f} }

// by multiplies two ranges of numbers that are not negative.
func (r Range) by(o Range) Range { return Range{r.Low * o.Low, r.Likely * o.Likely, r.High * o.High} }

// sorted has the bounds around what is likely, and none below zero.
func (r Range) sorted() Range {
	r.Low, r.Likely, r.High = max(r.Low, 0), max(r.Likely, 0), max(r.High, 0)
	return Range{min(r.Low, r.Likely), r.Likely, max(r.High, r.Likely)}
}

// reckonedOff is how many standard deviations a count may be off by chance: 95 of
// 100 are not.
const reckonedOff = 1.96

// Reckoned is how many rows all of a table gives, if a share of it, above 0, gave n.
// By chance alone it is within the score interval of a count (Wilson's, for rows that
// are few among those read; it holds for a join, too, which gives more than it
// reads), and above 0 even if none came. Since a table is read from its beginning,
// and not at random, it may be half or twice as many besides.
func Reckoned(n uint64, share float64) Range {
	came := float64(n)
	middle, off := came+reckonedOff*reckonedOff/2, reckonedOff*math.Sqrt(came+reckonedOff*reckonedOff/4)
	low, likely, high := (middle-off)/share, came/share, (middle+off)/share
	return Range{max(came, min(low, likely/2)), likely, max(high, 2*likely+1)}
}

// Figure is a number that may not be known at all.
type Figure struct {
	Range
	Known bool
}

// About is a figure that is known to be in a range.
func About(r Range) Figure { return Figure{r.sorted(), true} }

func (f Figure) plus(o Figure) Figure { return Figure{f.Range.plus(o.Range), f.Known && o.Known} }

// Input is what a row that was looked at would ask for.
type Input struct {
	Key model.Key
	// Bytes is the size of the request's body, and Tokens what it will count for where
	// Metered says that this is known.
	Bytes   int
	Tokens  int64
	Metered bool
	// Most is how many tokens the answer may have; 0 when the body does not say.
	Most int
	// Recorded is true when the ledger has an answer that would be used again.
	Recorded bool
	// Sure is true when the row asks whatever models answer. Otherwise Chance, from
	// 0 to 1, is how likely it does.
	Sure   bool
	Chance float64
	// Guessed is true when Bytes is, since a part of the body is another answer.
	Guessed bool
}

// Place is one place of a plan where a function is called.
type Place struct {
	// Rows is how many rows come there.
	Rows Figure
	// Sampled is how many of them were looked at.
	Sampled int
	// Inputs are what those ask for. A row whose input is NULL asks for nothing.
	Inputs []Input
	// Maybe is how many of the rows looked at come only if models answer so, Chance
	// how likely one does.
	Maybe  int
	Chance float64
	// Blind is how many of the rows looked at ask for something that cannot be
	// known beforehand.
	Blind int
	// Again is true when all that its rows ask for is asked for at another place.
	Again bool
}

// History is what the ledger has of calls of a function at a model.
type History struct {
	// Calls is how many there were, InputTokens and OutputTokens the means of one.
	Calls                     int64
	InputTokens, OutputTokens float64
	// Examples are some of the last of them.
	Examples []Example
}

// Example is a call of the past.
type Example struct {
	// Bytes is the size of its body; 0 when that was not kept.
	Bytes                     int
	InputTokens, OutputTokens float64
	// Counted is false when the service told no tokens.
	Counted bool
	// Took is its share of the time of its request.
	Took time.Duration
}

// Limits are how fast calls may be made; zero fields limit nothing.
type Limits struct {
	AtOnce                          int
	CallsPerMinute, TokensPerMinute int
}

// Question is what Of is asked.
type Question struct {
	// Function, and Model, which is to answer, are names to show.
	Function, Model string
	Places          []Place
	History         History
	Limits          Limits
	// Tokens is false where nobody counts any, Silent true for a model whose answers
	// are none, such as vectors.
	Tokens, Silent bool
	// Cost is what tokens cost, in dollars; nil when that is not known.
	Cost func(input, output float64) float64
}

// Line is the bill of one function, or of all.
type Line struct {
	Function, Model string
	// Rows are those on which the function is evaluated; a statement that calls it
	// twice on a row has two.
	Rows Figure
	// Distinct are the different inputs in them, Recorded those of them whose
	// answers are in the ledger and would be used again, Calls the others.
	Distinct, Recorded, Calls Figure
	InputTokens, OutputTokens Figure
	// Cost is in dollars, Time in seconds.
	Cost, Time Figure
	// Notes are sentences on what is not known, and why.
	Notes []string
}

// Of estimates the calls of one function.
func Of(q Question) Line {
	l := Line{Function: q.Function, Model: q.Model, Rows: rowsOf(q.Places)}
	if !l.Rows.Known {
		l.note("the number of rows cannot be told without running the statement")
		return l
	}
	found := gather(q.Places)
	l.Distinct, l.Recorded = About(found.distinct), About(found.recorded)
	l.Calls = About(Range{
		found.distinct.Low - found.recorded.Low, found.distinct.Likely - found.recorded.Likely, found.distinct.High - found.recorded.High,
	})
	if found.unseen {
		l.note("some inputs depend on answers of models, or on what differs each time")
	}
	l.tokens(q, found)
	l.time(q)
	return l
}

func (l *Line) note(text string) {
	for _, before := range l.Notes {
		if before == text {
			return
		}
	}
	l.Notes = append(l.Notes, text)
}

// rowsOf adds up the rows of all places.
func rowsOf(places []Place) Figure {
	sum := Figure{Known: true}
	for _, p := range places {
		maybe := share(float64(p.Maybe), float64(p.Sampled))
		rows := p.Rows
		rows.Low *= 1 - maybe
		rows.Likely *= 1 - maybe*(1-p.Chance)
		sum = sum.plus(rows)
	}
	return sum
}

// Total is the sum of lines. Functions at one model share its limits, and those at
// others run beside them, within what the session allows; so the time is between
// the longest and the sum of all.
func Total(lines []Line) Line {
	known := Figure{Known: true}
	sum := Line{Rows: known, Distinct: known, Recorded: known, Calls: known, InputTokens: known, OutputTokens: known, Cost: known, Time: known}
	for _, l := range lines {
		longest := math.Max(sum.Time.Low, l.Time.Low)
		sum.Rows, sum.Distinct = sum.Rows.plus(l.Rows), sum.Distinct.plus(l.Distinct)
		sum.Recorded, sum.Calls = sum.Recorded.plus(l.Recorded), sum.Calls.plus(l.Calls)
		sum.InputTokens, sum.OutputTokens = sum.InputTokens.plus(l.InputTokens), sum.OutputTokens.plus(l.OutputTokens)
		sum.Cost, sum.Time = sum.Cost.plus(l.Cost), sum.Time.plus(l.Time)
		sum.Time.Low = longest
	}
	return sum
}

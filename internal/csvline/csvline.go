// Package csvline is the CSV that SageMaker functions send and receive: one
// record for one call of the SQL function, and one answer line for each record.
//
// EncodeRecord makes a record from a call's arguments. Check accepts exactly
// one record, Join puts several into one request body, and Split takes the
// answer apart into as many lines as there were records. FirstField cuts a
// line to its first value, still quoted, and Value takes the quotes off, so
// Value(FirstField(line)) is what a SQL function returns.
//
// The rules are RFC 4180's, with "\n" between records: a field that holds a
// comma, a quote or a line break stands in quotes, and a quote in it is
// doubled. A quote anywhere but at the start of a field is an ordinary
// character, because many containers write their text without quoting it.
package csvline

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
)

// Field is one argument of a call.
type Field struct {
	Text string
	// Null is SQL's NULL; it is sent as an empty field.
	Null bool
}

// EncodeRecord returns the fields as one record without a line break after it.
// A single empty field is written as two quotes, because most readers skip an
// empty line, and then there would be a line too few in the answer.
func EncodeRecord(fields []Field) []byte {
	var b bytes.Buffer
	for i, field := range fields {
		if i > 0 {
			b.WriteByte(',')
		}
		if !field.Null {
			writeField(&b, field.Text)
		}
	}
	if len(fields) == 1 && b.Len() == 0 {
		b.WriteString(`""`)
	}
	return b.Bytes()
}

func writeField(b *bytes.Buffer, text string) {
	if !strings.ContainsAny(text, ",\"\r\n") {
		b.WriteString(text)
		return
	}
	b.WriteByte('"')
	b.WriteString(strings.ReplaceAll(text, `"`, `""`))
	b.WriteByte('"')
}

// ErrNotOneRecord is Check's refusal of what is not exactly one record.
var ErrNotOneRecord = errors.New("not exactly one CSV record: a line break stands outside quotes, or a quote is left open")

// Check returns nil when record is exactly one record, as EncodeRecord makes it.
func Check(record []byte) error {
	end, closed := recordEnd(record)
	if !closed || end != len(record) {
		return ErrNotOneRecord
	}
	return nil
}

// Join returns the records as one body, each on its line, without a line break
// after the last.
func Join(records [][]byte) []byte { return bytes.Join(records, []byte{'\n'}) }

// CountError is an answer with fewer or more lines than records were sent.
type CountError struct{ Lines, Records int }

// Error gives both counts.
func (e *CountError) Error() string {
	return fmt.Sprintf("%d answer line(s) for %d record(s)", e.Lines, e.Records)
}

// ErrOpenQuote is a text that ends inside a quoted value.
var ErrOpenQuote = errors.New("a value opens a quote that is never closed")

// Split returns the lines of an answer to n records, without their line
// breaks. A line break ends a line, and the last line may lack it. The lines
// alias the answer. The error is a *CountError or ErrOpenQuote.
func Split(answer []byte, n int) ([][]byte, error) {
	var lines [][]byte
	count := 0
	for len(answer) > 0 {
		end, closed := recordEnd(answer)
		if !closed {
			return nil, ErrOpenQuote
		}
		if count++; count <= n { // lines beyond n are only counted
			lines = append(lines, bytes.TrimSuffix(answer[:end], []byte{'\r'}))
		}
		answer = answer[min(end+1, len(answer)):]
	}
	if count != n {
		return nil, &CountError{Lines: count, Records: n}
	}
	return lines, nil
}

// Records returns the records of a request body, as Join makes one, without their
// line breaks. The last record may have one, too. The records alias the body. The
// error is ErrOpenQuote.
func Records(body []byte) ([][]byte, error) {
	var records [][]byte
	for len(body) > 0 {
		end, closed := recordEnd(body)
		if !closed {
			return nil, ErrOpenQuote
		}
		records = append(records, bytes.TrimSuffix(body[:end], []byte{'\r'}))
		body = body[min(end+1, len(body)):]
	}
	return records, nil
}

// FirstField returns the first field of a line as it stands there, quotes
// included. It aliases the line.
func FirstField(line []byte) []byte { return line[:fieldEnd(line)] }

// Value returns what a field means: the text without the quotes around it. A
// field that is not quoted is returned as it is. Text after a closing quote,
// which RFC 4180 does not allow, is kept.
func Value(field []byte) []byte {
	if len(field) == 0 || field[0] != '"' {
		return field
	}
	value := make([]byte, 0, len(field))
	for i := 1; i < len(field); i++ {
		if field[i] != '"' {
			value = append(value, field[i])
			continue
		}
		if i+1 == len(field) || field[i+1] != '"' {
			return append(value, field[i+1:]...)
		}
		value = append(value, '"')
		i++
	}
	return value
}

// recordEnd returns the place of the line break that ends the first record of
// text, or its length. It is not closed when text ends inside quotes.
func recordEnd(text []byte) (end int, closed bool) {
	for at := 0; ; {
		length, closed := fieldLength(text[at:])
		if !closed {
			return len(text), false
		}
		at += length
		if at == len(text) || text[at] == '\n' {
			return at, true
		}
		at++ // the comma
	}
}

func fieldEnd(line []byte) int {
	length, _ := fieldLength(line)
	return length
}

// fieldLength returns how far the first field of text goes: up to a comma, a
// line break or the end, commas and line breaks in quotes not counted.
func fieldLength(text []byte) (length int, closed bool) {
	at := 0
	if len(text) > 0 && text[0] == '"' {
		if at = quotedLength(text); at < 0 {
			return len(text), false
		}
	}
	if more := bytes.IndexAny(text[at:], ",\n"); more >= 0 {
		return at + more, true
	}
	return len(text), true
}

// quotedLength returns the length of the quoted text that text starts with,
// both quotes included, and -1 when the second is missing.
func quotedLength(text []byte) int {
	for i := 1; i < len(text); i++ {
		if text[i] != '"' {
			continue
		}
		if i+1 < len(text) && text[i+1] == '"' {
			i++
			continue
		}
		return i + 1
	}
	return -1
}

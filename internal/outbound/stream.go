package outbound

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
)

// maxLine bounds one line of a stream, in bytes. A line is a piece of an answer,
// mostly some words.
const maxLine = 4 << 20

// Lines sends a request and gives each line of the answer, which is a JSON object, to
// line as it comes, without its end. Empty lines are left out. The line is valid until
// line returns; its error ends the call and is returned as it is. An answer that begins
// with no object is an error.
func (c *Client) Lines(ctx context.Context, req Request, line func([]byte) error) error {
	begun := false
	var other []byte // what came in an answer's place
	err := c.read(ctx, req, func(text []byte) error {
		start := bytes.TrimSpace(text)
		if len(start) == 0 {
			return nil
		}
		if begun = begun || other == nil && start[0] == '{'; begun {
			return line(text)
		}
		other = gather(other, text)
		return nil
	})
	if err == nil && other != nil {
		return c.Unreadable(other, "it is no stream")
	}
	return err
}

// gather appends a line to what is kept to tell what an answer was.
func gather(other, text []byte) []byte {
	if len(other) >= maxFailureBody {
		return other
	}
	return append(append(other, text...), '\n')
}

// Event is one of a stream of server-sent events.
type Event struct {
	// Name is empty where the server gives none.
	Name string
	// Data is valid until the function that takes the event returns.
	Data []byte
}

// Events sends a request and gives each server-sent event of the answer to take,
// as Lines does with lines. Events without data are left out. A server may answer
// with a failure that is no event, and with a status of success.
func (c *Client) Events(ctx context.Context, req Request, take func(Event) error) error {
	var r eventReader
	var other []byte // what came before any event
	err := c.read(ctx, req, func(text []byte) error {
		if !r.begun && !isEventLine(text) {
			other = gather(other, text)
		}
		return r.line(text, take)
	})
	switch {
	case err != nil:
		return err
	case !r.begun && IsFailure(other):
		return c.SaidWhole(other)
	case !r.begun && json.Valid(other):
		return c.BadAnswer("it is no stream of events, but " + c.beginning(other))
	case !r.begun && len(bytes.TrimSpace(other)) > 0:
		return c.Unreadable(other, "")
	}
	return r.line(nil, take) // a server may leave the last empty line out
}

// isEventLine reports whether a line has no data and belongs to a stream of events all
// the same.
func isEventLine(text []byte) bool {
	field, _, colon := bytes.Cut(text, []byte(":"))
	switch string(field) {
	case "":
		return true
	case "event", "id", "retry":
		return colon
	}
	return false
}

// eventReader puts lines together to events.
type eventReader struct {
	name string
	data []byte
	has  bool
	// begun is true once any event has been seen.
	begun bool
}

func (r *eventReader) line(text []byte, take func(Event) error) error {
	if len(text) == 0 {
		event, has := Event{Name: r.name, Data: r.data}, r.has
		r.name, r.data, r.has = "", r.data[:0], false
		if !has {
			return nil
		}
		return take(event)
	}
	field, value, _ := bytes.Cut(text, []byte(":"))
	value = bytes.TrimPrefix(value, []byte(" "))
	switch string(field) {
	case "event":
		r.name = string(value)
	case "data":
		if r.has {
			r.data = append(r.data, '\n')
		}
		if len(r.data)+len(value) > MaxAnswer {
			return &TooLarge{Limit: MaxAnswer}
		}
		r.data, r.has, r.begun = append(r.data, value...), true, true
	}
	return nil
}

// read gives each line to take, the empty ones too.
func (c *Client) read(ctx context.Context, req Request, take func([]byte) error) error {
	var stopped error
	err := c.do(ctx, req, func(resp *http.Response) error {
		lines := bufio.NewScanner(resp.Body)
		lines.Buffer(nil, maxLine)
		for lines.Scan() {
			if stopped = take(lines.Bytes()); stopped != nil {
				return stopped
			}
		}
		if errors.Is(lines.Err(), bufio.ErrTooLong) {
			return &TooLarge{Limit: maxLine}
		}
		return lines.Err()
	})
	if stopped != nil && !errors.As(stopped, new(*TooLarge)) {
		return stopped
	}
	return err
}

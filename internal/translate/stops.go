package translate

import (
	"errors"
	"strings"

	"airglow/internal/neutral"
)

// errStopped ends an answer that has come to one of its stop strings.
var errStopped = errors.New("the answer has come to a stop string")

// cut ends an answer at the first of the chat's stop strings in it. Servers that
// take stop strings leave them out of the text, and say mostly no more than that
// the answer ended; others take fewer than a family allows, or none.
func cut(result *neutral.Result, stops []string) {
	at, sequence := find(result.Text, stops)
	if sequence == "" {
		return
	}
	result.Text, result.ToolUses = result.Text[:at], nil
	result.Stop, result.Sequence = neutral.StopSequence, sequence
}

// find returns the place of the first stop string in a text; the longer one of two
// at one place.
func find(text string, stops []string) (at int, sequence string) {
	for _, stop := range stops {
		if i := strings.Index(text, stop); i >= 0 && (sequence == "" || i < at || i == at && len(stop) > len(sequence)) {
			at, sequence = i, stop
		}
	}
	return at, sequence
}

// watch passes on the pieces of an answer up to a stop string. Text that may be
// the beginning of one is held back until more is known.
type watch struct {
	stops []string
	emit  func(neutral.Piece) error
	// held is text that was not passed on yet; all is what was.
	held string
	all  neutral.Result
	// began is true when a piece was passed on.
	began bool
}

// piece takes the next piece. Its error is errStopped when a stop string has come.
func (w *watch) piece(p neutral.Piece) error {
	if p.Text == "" || len(w.stops) == 0 {
		return w.pass(p)
	}
	text := w.held + p.Text
	w.held = ""
	if at, sequence := find(text, w.stops); sequence != "" {
		w.all.Stop, w.all.Sequence = neutral.StopSequence, sequence
		if err := w.text(text[:at]); err != nil {
			return err
		}
		return errStopped
	}
	keep := w.beginning(text)
	w.held = text[len(text)-keep:]
	return w.text(text[:len(text)-keep])
}

// beginning returns how long the end of a text is that may begin a stop string.
func (w *watch) beginning(text string) int {
	longest := 0
	for _, stop := range w.stops {
		for n := min(len(stop)-1, len(text)); n > longest; n-- {
			if strings.HasSuffix(text, stop[:n]) {
				longest = n
			}
		}
	}
	return longest
}

// flush passes on what was held back when the answer ends.
func (w *watch) flush() error {
	text := w.held
	w.held = ""
	return w.text(text)
}

func (w *watch) text(text string) error {
	if text == "" {
		return nil
	}
	return w.pass(neutral.Piece{Text: text})
}

func (w *watch) pass(p neutral.Piece) error {
	w.began = true
	w.all.Text += p.Text
	w.all.Reasoning += p.Reasoning
	w.all.Signature += p.Signature
	return w.emit(p)
}

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"strings"

	"airglow/internal/builtin/encoder"
	"airglow/internal/builtin/sentiment"
)

var classNames = [...]string{
	sentiment.Positive: "positive", sentiment.Negative: "negative",
	sentiment.Neutral: "neutral", sentiment.Mixed: "mixed",
}

// example is one text of known sentiment.
type example struct {
	text  string
	class int
	units sentiment.Units
	// sides are the two halves of a mixed text.
	sides []row
	held  bool
}

// reader makes examples of lines.
type reader struct {
	enc *encoder.Encoder
	// heldOnly leaves out what is learnt from.
	heldOnly bool
}

// examples reads the four files of a folder.
func (r reader) examples(ctx context.Context, dir string) ([]example, error) {
	var all []example
	for class, name := range classNames {
		f, err := os.Open(filepath.Join(dir, name+".txt"))
		if err != nil {
			return nil, fmt.Errorf("read sentences: %w", err)
		}
		lines := bufio.NewScanner(f)
		for lines.Scan() {
			e, err := r.example(ctx, class, lines.Text())
			if err != nil {
				return nil, fmt.Errorf("%s: %w", f.Name(), err)
			}
			if e.held || !r.heldOnly {
				all = append(all, e)
			}
		}
		if err := errors.Join(lines.Err(), f.Close()); err != nil {
			return nil, fmt.Errorf("read sentences: %w", err)
		}
	}
	return all, nil
}

// example reads a line. A mixed line starts with which side comes first, "+-"
// or "-+", and has "||" between the sides.
func (r reader) example(ctx context.Context, class int, line string) (example, error) {
	e := example{class: class, text: line}
	var first, second string
	var order [2]int
	if class == sentiment.Mixed {
		signs, text, ok := strings.Cut(line, "\t")
		var found bool
		if first, second, found = strings.Cut(text, "||"); !ok || !found {
			return e, fmt.Errorf("mixed line without order or sides: %q", line)
		}
		e.text = first + strings.TrimSpace(second)
		order = map[string][2]int{"+-": {sentiment.Positive, sentiment.Negative}, "-+": {sentiment.Negative, sentiment.Positive}}[signs]
	}
	// A text's own hash decides where it goes, so that adding sentences does
	// not move others between the parts.
	h := fnv.New32a()
	h.Write([]byte(e.text))
	if e.held = h.Sum32()%5 == 0; r.heldOnly && !e.held {
		return e, nil
	}
	if class == sentiment.Mixed {
		for i, side := range []string{first, second} {
			u, err := sentiment.Read(ctx, r.enc, strings.Trim(side, " ,;"))
			if err != nil {
				return e, err
			}
			e.sides = append(e.sides, row{u.Whole, order[i]})
		}
	}
	var err error
	e.units, err = sentiment.Read(ctx, r.enc, e.text)
	return e, err
}

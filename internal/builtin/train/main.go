// Train makes the sentiment head of the built-in provider from the sentences
// beside it (positive.txt, negative.txt, neutral.txt, mixed.txt; one text a
// line, all written for this project), and prints how well it does on the
// fifth of them that it did not learn from. The result is the same on every
// run.
//
//	go run ./internal/builtin/train -out internal/builtin/weights/sentiment-en.json
//
// examples.go reads the sentences, fit.go fits a linear model; the features
// are those of package sentiment.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"

	"airglow/internal/builtin/encoder"
	"airglow/internal/builtin/sentiment"
	"airglow/internal/builtin/weights"
)

func main() {
	out := flag.String("out", "", "file to write; empty only reports")
	dir := flag.String("dir", "internal/builtin/train", "folder of the sentences")
	flag.Parse()
	if err := run(*dir, *out); err != nil {
		fmt.Fprintln(os.Stderr, "train:", err)
		os.Exit(1)
	}
}

func run(dir, out string) error {
	enc, err := encoder.New(weights.Encoder)
	if err != nil {
		return err
	}
	all, err := reader{enc: enc}.examples(context.Background(), dir)
	if err != nil {
		return err
	}
	var learn, held []example
	for _, e := range all {
		if e.held {
			held = append(held, e)
		} else {
			learn = append(learn, e)
		}
	}
	crossValidate(learn)
	head := train(learn)
	report("learnt", head, learn)
	report("held out", head, held)
	if out == "" {
		return nil
	}
	// What ships is what was measured: the held-out fifth stays unseen.
	data, err := json.Marshal(head)
	if err != nil {
		return fmt.Errorf("encode head: %w", err)
	}
	if err := os.WriteFile(out, append(data, '\n'), 0o644); err != nil {
		return fmt.Errorf("write head: %w", err)
	}
	return nil
}

// The strengths of the penalty on large weights, chosen by cross-validation
// on the sentences that are learnt from.
const (
	clausePenalty = 0.008
	textPenalty   = 0.002
	folds         = 5
)

// train fits the clause model, then the text model on ratings of clauses by
// clause models that had not seen them: ratings of seen clauses would be too
// sure.
func train(learn []example) sentiment.Head {
	var rows []row
	for fold := range folds {
		rest, part := split(learn, fold)
		clause := fit(clauseRows(rest), 3, clausePenalty)
		for _, e := range part {
			rows = append(rows, row{e.units.Features(clause), e.class})
		}
	}
	return sentiment.Head{
		Clause: rounded(fit(clauseRows(learn), 3, clausePenalty)),
		Text:   rounded(fit(rows, 4, textPenalty)),
	}
}

// crossValidate prints the share of texts judged right by models that had not
// seen them, among those to learn from: what penalties are chosen by.
func crossValidate(learn []example) {
	right := 0
	for fold := range folds {
		rest, part := split(learn, fold)
		head := train(rest)
		for _, e := range part {
			if guess(head, e) == e.class {
				right++
			}
		}
	}
	fmt.Printf("cross-validated: %d of %d right (%.1f %%)\n", right, len(learn), 100*float64(right)/float64(len(learn)))
}

// split leaves one fold out.
func split(examples []example, fold int) (rest, part []example) {
	for i, e := range examples {
		if i%folds == fold {
			part = append(part, e)
		} else {
			rest = append(rest, e)
		}
	}
	return rest, part
}

// guess returns the likeliest class.
func guess(head sentiment.Head, e example) int {
	p := head.Text.Probabilities(e.units.Features(head.Clause))
	best := 0
	for c := range p {
		if p[c] > p[best] {
			best = c
		}
	}
	return best
}

// clauseRows returns what the clause model learns from: texts of one
// sentiment as a whole, and both sides of the mixed ones.
func clauseRows(examples []example) []row {
	var rows []row
	for _, e := range examples {
		if e.class != sentiment.Mixed {
			rows = append(rows, row{e.units.Whole, e.class})
		}
		rows = append(rows, e.sides...)
	}
	return rows
}

// rounded keeps five decimals, so that the file is small and the same
// whatever order a compiler adds in.
func rounded(l sentiment.Linear) sentiment.Linear {
	for _, list := range append(l.Weights, l.Bias) {
		for i, w := range list {
			list[i] = math.Round(w*1e5) / 1e5
		}
	}
	return l
}

// report prints accuracy and the confusion of classes.
func report(name string, head sentiment.Head, examples []example) {
	var table [4][4]int
	right := 0
	for _, e := range examples {
		got := guess(head, e)
		table[e.class][got]++
		if got == e.class {
			right++
		} else if name != "learnt" {
			fmt.Printf("  %-9s taken for %-9s %s\n", classNames[e.class], classNames[got], e.text)
		}
	}
	fmt.Printf("%s: %d of %d right (%.1f %%)\n", name, right, len(examples), 100*float64(right)/float64(len(examples)))
	for c, line := range table {
		fmt.Printf("  %-9s as %v\n", classNames[c], line)
	}
}

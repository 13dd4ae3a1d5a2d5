package estimate

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"airglow/internal/ledger"
)

// String is the line for people.
func (l Line) String() string {
	parts := []string{
		l.Rows.amount("row", "rows"), l.Distinct.amount("distinct input", "distinct inputs"),
		l.Recorded.amount("answer recorded", "answers recorded"), l.Calls.amount("call", "calls"),
		l.InputTokens.amount("token in", "tokens in"), l.OutputTokens.amount("token out", "tokens out"), "cost " + l.Cost.money(), "time " + l.Time.seconds(),
	}
	text := l.Title() + ": " + strings.Join(parts, ", ")
	if len(l.Notes) > 0 {
		text += " (" + strings.Join(l.Notes, "; ") + ")"
	}
	return text
}

// Title names whose line it is.
func (l Line) Title() string {
	if l.Function == "" {
		return "in all"
	}
	return l.Function + " of " + l.Model
}

// unknown stands for what cannot be estimated.
const unknown = "unknown"

// amount is a figure with its noun: "412 (380 to 460) calls".
func (f Figure) amount(one, many string) string {
	if !f.Known {
		return many + " " + unknown
	}
	low, likely, high := f.whole()
	switch {
	case low != high:
		return fmt.Sprintf("%d (%d to %d) %s", likely, low, high, many)
	case likely == 1:
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", likely, many)
}

// whole is a figure in whole numbers.
func (f Figure) whole() (low, likely, high int64) {
	low, high = int64(math.Floor(f.Low+1e-9)), int64(math.Ceil(f.High-1e-9))
	return low, min(max(int64(math.Round(f.Likely)), low), high), high
}

func (f Figure) money() string {
	if !f.Known {
		return unknown
	}
	texts := [3]string{}
	for i, d := range []float64{f.Low, f.Likely, f.High} {
		texts[i] = ledger.Dollars(significant(d)).String()
	}
	if texts[0] == texts[2] {
		return texts[1]
	}
	return fmt.Sprintf("%s (%s to %s)", texts[1], texts[0], texts[2])
}

// significant is a number of dollars without digits that nobody can know.
func significant(d float64) float64 {
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(d, 'g', 3, 64), 64)
	return rounded
}

func (f Figure) seconds() string {
	if !f.Known {
		return unknown
	}
	low, likely, high := Lasting(f.Low), Lasting(f.Likely), Lasting(f.High)
	if low == high {
		return likely
	}
	return fmt.Sprintf("%s (%s to %s)", likely, low, high)
}

// Lasting is a number of seconds for people: "0.2 s", "21 s", "4 min", "2.5 h".
func Lasting(seconds float64) string {
	switch {
	case seconds == 0:
		return "0 s"
	case seconds < 10:
		return strconv.FormatFloat(math.Ceil(seconds*10)/10, 'f', -1, 64) + " s"
	case seconds < 2*time.Minute.Seconds():
		return fmt.Sprintf("%.0f s", seconds)
	case seconds < 2*time.Hour.Seconds():
		return fmt.Sprintf("%.0f min", seconds/60)
	}
	return fmt.Sprintf("%.1f h", seconds/3600)
}

// Document is the bill of a statement as FORMAT=JSON has it. What is not known is
// null.
type Document struct {
	Functions []LineDocument `json:"functions"`
	Total     LineDocument   `json:"total"`
}

// LineDocument is a Line in it.
type LineDocument struct {
	Function     string           `json:"function,omitempty"`
	Model        string           `json:"model,omitempty"`
	Rows         *NumberDocument  `json:"rows"`
	Distinct     *NumberDocument  `json:"distinct_inputs"`
	Recorded     *NumberDocument  `json:"answers_recorded"`
	Calls        *NumberDocument  `json:"calls"`
	InputTokens  *NumberDocument  `json:"tokens_in"`
	OutputTokens *NumberDocument  `json:"tokens_out"`
	Cost         *MeasureDocument `json:"cost_usd"`
	Time         *MeasureDocument `json:"seconds"`
	Notes        []string         `json:"notes,omitempty"`
}

// NumberDocument is a figure in whole numbers.
type NumberDocument struct {
	Low    int64 `json:"low"`
	Likely int64 `json:"likely"`
	High   int64 `json:"high"`
}

// MeasureDocument is another figure.
type MeasureDocument struct {
	Low    float64 `json:"low"`
	Likely float64 `json:"likely"`
	High   float64 `json:"high"`
}

// Bill is what the functions of a statement come to, one line each.
type Bill []Line

// Texts are the lines, and their sum where there are several.
func (b Bill) Texts() []string {
	var texts []string
	for _, l := range b {
		texts = append(texts, "Estimated model calls: "+l.String())
	}
	if len(b) > 1 {
		texts = append(texts, "Estimated model calls: "+Total(b).String())
	}
	return texts
}

// Lines are Texts as lines of FORMAT=TREE.
func (b Bill) Lines() string {
	text := ""
	for _, line := range b.Texts() {
		text += "-> " + line + "\n"
	}
	return text
}

// Document is the bill with its sum, nil for none.
func (b Bill) Document() *Document {
	if len(b) == 0 {
		return nil
	}
	d := Document{Total: Total(b).document()}
	for _, l := range b {
		d.Functions = append(d.Functions, l.document())
	}
	return &d
}

func (l Line) document() LineDocument {
	return LineDocument{
		Function: l.Function, Model: l.Model, Rows: l.Rows.number(), Distinct: l.Distinct.number(), Recorded: l.Recorded.number(),
		Calls: l.Calls.number(), InputTokens: l.InputTokens.number(), OutputTokens: l.OutputTokens.number(),
		Cost: l.Cost.measure(), Time: l.Time.measure(), Notes: l.Notes,
	}
}

func (f Figure) number() *NumberDocument {
	if !f.Known {
		return nil
	}
	low, likely, high := f.whole()
	return &NumberDocument{low, likely, high}
}

func (f Figure) measure() *MeasureDocument {
	if !f.Known {
		return nil
	}
	return &MeasureDocument{significant(f.Low), significant(f.Likely), significant(f.High)}
}

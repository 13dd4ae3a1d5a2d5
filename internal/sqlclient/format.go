package sqlclient

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// resultSet is one result, complete.
type resultSet struct {
	columns []column
	rows    [][]cell
}

type column struct {
	name string
	// numeric columns are set flush right.
	numeric bool
}

// cell is one value as text.
type cell struct {
	text string
	null bool
}

func (c cell) String() string {
	if c.null {
		return "NULL"
	}
	return c.text
}

// cellOf makes text of a value as the driver gives it. Text that is not UTF-8,
// and what the column says is binary but does not read as text, is shown as
// hexadecimal.
func cellOf(value any, databaseType string) cell {
	switch value := value.(type) {
	case nil:
		return cell{null: true}
	case []byte:
		if databaseType == "BIT" || !utf8.Valid(value) {
			return cell{text: "0x" + strings.ToUpper(hex.EncodeToString(value))}
		}
		return cell{text: string(value)}
	case float32:
		return cell{text: float(float64(value), 32)}
	case float64:
		return cell{text: float(value, 64)}
	default:
		return cell{text: fmt.Sprint(value)}
	}
}

// float writes a number as MySQL does: plain up to 15 digits, else with an
// exponent.
func float(f float64, bits int) string {
	short := strconv.FormatFloat(f, 'e', -1, bits)
	mantissa, exponent, _ := strings.Cut(short, "e")
	if e, err := strconv.Atoi(exponent); err == nil && e > -16 && e < 15 {
		return strconv.FormatFloat(f, 'f', -1, bits)
	} else if err == nil {
		return mantissa + "e" + strconv.Itoa(e)
	}
	return short
}

// isNumeric reports whether values of a type are set flush right.
func isNumeric(databaseType string) bool {
	switch strings.TrimPrefix(databaseType, "UNSIGNED ") {
	case "TINYINT", "SMALLINT", "MEDIUMINT", "INT", "BIGINT", "DECIMAL", "FLOAT", "DOUBLE", "YEAR":
		return true
	}
	return false
}

// table draws a result with borders. A value of several lines takes several
// lines of its column.
func (r resultSet) table() string {
	widths := make([]int, len(r.columns))
	header := make([]cell, len(r.columns))
	for i, c := range r.columns {
		header[i] = cell{text: c.name}
	}
	for _, row := range append([][]cell{header}, r.rows...) {
		for i, c := range row {
			for _, line := range lines(c) {
				widths[i] = max(widths[i], uniseg.StringWidth(line))
			}
		}
	}
	var border strings.Builder
	for _, w := range widths {
		border.WriteString("+" + strings.Repeat("-", w+2))
	}
	border.WriteString("+\n")

	var b strings.Builder
	b.WriteString(border.String())
	r.writeRow(&b, widths, header)
	b.WriteString(border.String())
	for _, row := range r.rows {
		r.writeRow(&b, widths, row)
	}
	b.WriteString(border.String())
	return b.String()
}

// writeRow draws one row.
func (r resultSet) writeRow(b *strings.Builder, widths []int, row []cell) {
	height := 0
	split := make([][]string, len(row))
	for i, c := range row {
		split[i] = lines(c)
		height = max(height, len(split[i]))
	}
	for n := range height {
		for i, parts := range split {
			text := ""
			if n < len(parts) {
				text = parts[n]
			}
			pad := strings.Repeat(" ", widths[i]-uniseg.StringWidth(text))
			if r.columns[i].numeric && n == 0 {
				text, pad = pad+text, ""
			}
			b.WriteString("| " + text + pad + " ")
		}
		b.WriteString("|\n")
	}
}

// vertical writes each row as a block with a line for each column.
func (r resultSet) vertical() string {
	width := 0
	for _, c := range r.columns {
		width = max(width, uniseg.StringWidth(c.name))
	}
	stars := strings.Repeat("*", 27)
	var b strings.Builder
	for n, row := range r.rows {
		fmt.Fprintf(&b, "%s %d. row %s\n", stars, n+1, stars)
		for i, c := range row {
			name := r.columns[i].name
			fmt.Fprintf(&b, "%s%s: %s\n", strings.Repeat(" ", width-uniseg.StringWidth(name)), name,
				strings.Join(lines(c), "\n"))
		}
	}
	return b.String()
}

// batchLine joins values by tabs, with what would break the line escaped.
func batchLine(cells []cell) string {
	escape := strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\t", `\t`, "\x00", `\0`)
	texts := make([]string, len(cells))
	for i, c := range cells {
		texts[i] = escape.Replace(c.String())
	}
	return strings.Join(texts, "\t") + "\n"
}

// lines is a value for people to read, line by line. What a terminal could take
// for a command is replaced: the text may come from anywhere.
func lines(c cell) []string {
	text := strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && unicode.IsControl(r) {
			return unicode.ReplacementChar
		}
		return r
	}, strings.ReplaceAll(c.String(), "\r\n", "\n"))
	return strings.Split(strings.ReplaceAll(text, "\t", "    "), "\n")
}

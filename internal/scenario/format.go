package scenario

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"

	"airglow/internal/model"
)

// anything is what stands for any text in an expectation.
const anything = "[...]"

// cell is a value as an expectation has it: on one line, and never empty.
func cell(value any) string {
	switch value := value.(type) {
	case nil:
		return "NULL"
	case []byte:
		return oneLine(string(value))
	case float64:
		return strconv.FormatFloat(value, 'g', -1, 64)
	case float32:
		return strconv.FormatFloat(float64(value), 'g', -1, 32)
	case time.Time:
		return value.Format(time.DateTime)
	default:
		return oneLine(fmt.Sprint(value))
	}
}

// oneLine escapes what would end a cell or a line.
func oneLine(text string) string {
	if text == "" {
		return "(empty)"
	}
	return strings.NewReplacer("\\", `\\`, "\n", `\n`, "\r", `\r`, "\t", `\t`, "\x00", `\0`).Replace(text)
}

func row(values []any) string {
	cells := make([]string, len(values))
	for i, value := range values {
		cells[i] = cell(value)
	}
	return strings.Join(cells, "\t")
}

// errorText is an error as "-- error" has it: number, state, sentence. What is
// no error of the server's is told apart by its number.
func errorText(err error) string {
	var refused *mysql.MySQLError
	if errors.As(err, &refused) {
		return fmt.Sprintf("%d %s %s", refused.Number, refused.SQLState[:], oneLine(refused.Message))
	}
	return "connection lost: " + oneLine(err.Error())
}

// request is a call as "-- sent" has it.
func request(r model.Request) string {
	text := string(r.Service) + "\t" + r.TargetModel() + "\t" + oneLine(string(r.Body))
	for _, more := range []string{r.ContentType, r.Accept, r.Language} {
		if more != "" {
			text += "\t" + more
		}
	}
	return text
}

// difference says how two texts differ; empty when they do not.
func difference(want, got []string) string {
	if slices.EqualFunc(want, got, matches) {
		return ""
	}
	return "want:" + listed(want) + "\ngot:" + listed(got)
}

// mostShown is how many lines of a result a report shows.
const mostShown = 40

func listed(lines []string) string {
	rest := ""
	if len(lines) > mostShown {
		rest = fmt.Sprintf("\n\t… and %d more", len(lines)-mostShown)
		lines = lines[:mostShown]
	}
	text := "\n\t" + strings.Join(lines, "\n\t")
	if len(lines) == 0 {
		text = " nothing"
	}
	return text + rest
}

// matches compares a line with what is expected of it.
func matches(want, got string) bool {
	if !strings.Contains(want, anything) {
		return want == got
	}
	parts := strings.Split(want, anything)
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	return regexp.MustCompile(`^` + strings.Join(parts, ".*") + `$`).MatchString(got)
}

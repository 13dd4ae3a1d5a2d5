package sqlclient

import (
	"fmt"
	"strings"
)

// statement is one step of a script: SQL for the server, or a command to the
// client.
type statement struct {
	// text is the SQL without its terminator, or the command's argument.
	text string
	// comment is the comments that stand before the statement, as written, each
	// on lines of its own.
	comment string
	// line is where the statement begins, from 1.
	line int
	// vertical is true when \G ended the statement.
	vertical bool
	command  command
}

// command tells what a statement is for.
type command int

const (
	toServer command = iota
	// source runs the script in the file that text names.
	source
	// quit ends the script.
	quit
)

// scriptError is a mistake in the client's part of a script.
type scriptError struct {
	line int
	text string
}

func (e *scriptError) Error() string { return fmt.Sprintf("line %d: %s", e.line, e.text) }

// split cuts a script into statements, in the way of MySQL's own client: at the
// delimiter, at \g and at \G, but not inside strings, quoted names and
// comments; DELIMITER, USE, SOURCE, QUIT and EXIT are known where a statement
// may begin. What is open at the end is the last statement. The error is a
// *scriptError; the statements before it are returned with it.
func split(script string) ([]statement, error) {
	s := &splitter{text: script, line: 1, delimiter: ";"}
	for s.begin() {
		if err := s.step(); err != nil {
			return s.done, err
		}
	}
	return s.done, nil
}

// splitter reads a script from front to back.
type splitter struct {
	text      string
	pos       int
	line      int // of pos
	delimiter string
	comment   strings.Builder
	done      []statement
}

func (s *splitter) rest() string { return s.text[s.pos:] }

// advance moves over n bytes and returns them.
func (s *splitter) advance(n int) string {
	passed := s.text[s.pos : s.pos+n]
	s.line += strings.Count(passed, "\n")
	s.pos += n
	return passed
}

// begin moves to where the next statement begins: over spaces, empty
// statements, and comments, which it keeps. It is false at the end.
func (s *splitter) begin() bool {
	s.comment.Reset()
	for {
		s.advance(len(s.rest()) - len(strings.TrimLeft(s.rest(), " \t\r\n\f\v\ufeff")))
		n := commentLength(s.rest())
		switch {
		case s.rest() == "":
			return false
		case strings.HasPrefix(s.rest(), s.delimiter):
			s.advance(len(s.delimiter))
		case n > 0 && !isCode(s.rest()):
			s.comment.WriteString(strings.TrimRight(s.advance(n), "\r") + "\n")
		default:
			return true
		}
	}
}

// step reads one statement or command.
func (s *splitter) step() error {
	next := statement{line: s.line, comment: s.comment.String()}
	switch s.commandWord() {
	case "delimiter":
		return s.setDelimiter()
	case "use":
		next.text = s.commandLine()
	case "source":
		next.command = source
		_, next.text, _ = strings.Cut(strings.ReplaceAll(s.commandLine(), "\t", " "), " ")
		next.text = strings.TrimSpace(next.text)
	case `\.`:
		next.command = source
		next.text = strings.TrimSpace(strings.TrimPrefix(s.commandLine(), `\.`))
	case "quit", "exit", `\q`:
		next.command = quit
		s.commandLine()
	default:
		next.text, next.vertical = s.sql()
	}
	if next.command == source && next.text == "" {
		return &scriptError{next.line, "SOURCE needs the name of a file after it"}
	}
	if next.text != "" || next.command == quit {
		s.done = append(s.done, next)
	}
	return nil
}

// commandWord returns the client's command that begins here, in lower case;
// empty when SQL begins.
func (s *splitter) commandWord() string {
	rest := s.rest()
	if strings.HasPrefix(rest, `\.`) || strings.HasPrefix(rest, `\q`) {
		return rest[:2]
	}
	for _, word := range []string{"delimiter", "use", "source", "quit", "exit"} {
		if len(rest) < len(word) || !strings.EqualFold(rest[:len(word)], word) {
			continue
		}
		after := rest[len(word):]
		alone := word == "quit" || word == "exit" || word == "delimiter"
		if strings.HasPrefix(after, " ") || strings.HasPrefix(after, "\t") ||
			alone && (strings.TrimSpace(firstLine(after)) == "" || strings.HasPrefix(after, s.delimiter)) {
			return word
		}
	}
	return ""
}

// commandLine reads to the delimiter or the end of the line, whichever is first.
func (s *splitter) commandLine() string {
	line := firstLine(s.rest())
	text, _, ended := strings.Cut(line, s.delimiter)
	s.advance(len(text))
	if ended {
		s.advance(len(s.delimiter))
	}
	return strings.TrimSpace(text)
}

// setDelimiter reads a DELIMITER command, which always takes its whole line.
func (s *splitter) setDelimiter() error {
	line := s.line
	words := strings.Fields(s.advance(len(firstLine(s.rest()))))
	switch {
	case len(words) < 2:
		return &scriptError{line, "DELIMITER needs the new delimiter after it"}
	case strings.Contains(words[1], `\`):
		return &scriptError{line, "DELIMITER cannot take a backslash, which begins the client's commands"}
	}
	s.delimiter = words[1]
	return nil
}

// sql reads SQL up to its terminator, and over that.
func (s *splitter) sql() (text string, vertical bool) {
	rest := s.rest()
	for i := 0; i < len(rest); {
		switch {
		case strings.HasPrefix(rest[i:], s.delimiter):
			s.advance(i + len(s.delimiter))
			return strings.TrimSpace(rest[:i]), false
		case strings.HasPrefix(rest[i:], `\g`), strings.HasPrefix(rest[i:], `\G`):
			s.advance(i + 2)
			return strings.TrimSpace(rest[:i]), rest[i+1] == 'G'
		default:
			i += max(1, commentLength(rest[i:]), quotedLength(rest[i:]))
		}
	}
	s.advance(len(rest))
	return strings.TrimSpace(rest), false
}

// commentLength is the length of the comment that s begins with, without the
// end of its line; zero when there is none. A -- needs a space after it, since
// 5--3 is a subtraction.
func commentLength(s string) int {
	switch {
	case strings.HasPrefix(s, "/*"):
		if end := strings.Index(s[2:], "*/"); end >= 0 {
			return end + 4
		}
		return len(s)
	case strings.HasPrefix(s, "#"), strings.HasPrefix(s, "--") && (len(s) == 2 || s[2] <= ' '):
		return len(firstLine(s))
	}
	return 0
}

// isCode reports whether a comment is one that the server executes or obeys.
func isCode(comment string) bool {
	return strings.HasPrefix(comment, "/*!") || strings.HasPrefix(comment, "/*+")
}

// quotedLength is the length of the string or quoted name that s begins with,
// zero when there is none. A doubled quote reads as two strings side by side,
// which is all the same here.
func quotedLength(s string) int {
	quote := s[0]
	if quote != '\'' && quote != '"' && quote != '`' {
		return 0
	}
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == quote:
			return i + 1
		case s[i] == '\\' && quote != '`':
			i++
		}
	}
	return len(s)
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

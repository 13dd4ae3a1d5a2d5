package scenario

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// The words that may follow "-- ". A misspelt one must not pass for a comment.
var (
	stepVerbs = []string{"ok", "query", "error", "gone", "warnings", "calls", "sent", "connection", "disconnect",
		"prepare", "start", "answer", "held", "release", "restart"}
	beforeVerbs = []string{"with", "finish", "xfail"}
)

// Read reads a scenario.
func Read(path string) (*File, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return Parse(path, string(text))
}

// Parse reads a scenario's text. The error names the line.
func Parse(path, text string) (*File, error) {
	r := &reader{path: path, lines: strings.Split(strings.TrimSuffix(text, "\n"), "\n")}
	f := &File{Path: path}
	for r.at < len(r.lines) {
		line := r.lines[r.at]
		if line == "" || strings.HasPrefix(line, "#") {
			f.Parts = append(f.Parts, Part{Text: line})
			r.at++
			continue
		}
		step, err := r.step()
		if err != nil {
			return nil, err
		}
		f.Parts = append(f.Parts, Part{Step: step})
	}
	return f, nil
}

// reader walks over the lines of a file.
type reader struct {
	path  string
	lines []string
	at    int
}

func (r *reader) failed(format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s", r.path, r.at+1, fmt.Sprintf(format, args...))
}

// step reads one block.
func (r *reader) step() (*Step, error) {
	s := &Step{}
	for ; r.at < len(r.lines); r.at++ {
		line, ok := strings.CutPrefix(r.lines[r.at], "-- ")
		if !ok {
			return nil, r.failed("a block begins with -- and a verb")
		}
		verb, args, _ := strings.Cut(line, " ")
		if slices.Contains(stepVerbs, verb) {
			s.Line, s.Verb, s.Args = r.at+1, verb, args
			r.at++
			r.body(s)
			return s, nil
		}
		if !slices.Contains(beforeVerbs, verb) {
			return nil, r.failed("there is no verb %q", verb)
		}
		s.Before = append(s.Before, r.lines[r.at])
		s.before(verb, args)
	}
	return nil, r.failed("the file ends before the block does")
}

// before notes a line that says how the step is run.
func (s *Step) before(verb, args string) {
	switch verb {
	case "with":
		s.Prepared, s.With = true, args
	case "finish":
		s.Finish = true
	case "xfail":
		s.Xfail = args
	}
}

// pass takes the mark of a known failure from a step.
func (s *Step) pass() {
	s.Xfail = ""
	s.Before = slices.DeleteFunc(s.Before, func(line string) bool { return strings.HasPrefix(line, "-- xfail") })
}

// body reads the SQL and the expected lines of a block.
func (r *reader) body(s *Step) {
	var text []string
	for ; r.at < len(r.lines); r.at++ {
		line := r.lines[r.at]
		switch {
		case line == "" || strings.HasPrefix(line, "-- "):
			s.SQL = strings.Join(text, "\n")
			return
		case s.HasWant:
			s.Want = append(s.Want, line)
		case line == "----":
			s.HasWant = true
		default:
			text = append(text, line)
		}
	}
	s.SQL = strings.Join(text, "\n")
}

// String returns the file's text, with what its steps expect now.
func (f *File) String() string {
	var b strings.Builder
	for _, part := range f.Parts {
		if part.Step == nil {
			b.WriteString(part.Text + "\n")
			continue
		}
		part.Step.write(&b)
	}
	return b.String()
}

func (s *Step) write(b *strings.Builder) {
	lines := append(slices.Clone(s.Before), strings.TrimSpace("-- "+s.Verb+" "+s.Args))
	if s.SQL != "" {
		lines = append(lines, s.SQL)
	}
	if s.HasWant {
		lines = append(append(lines, "----"), s.Want...)
	}
	b.WriteString(strings.Join(lines, "\n") + "\n")
}

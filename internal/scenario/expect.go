package scenario

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// expect compares an outcome with what a step says of it.
func (s *session) expect(step *Step, got outcome) string {
	if step.Verb == "error" {
		if got.err == nil {
			return "no error; got:\n\t" + strings.Join(flat(step, got), "\n\t")
		}
		s.doubtful = s.current
		return s.compareArgs(step, errorText(got.err))
	}
	if step.Verb == "query" {
		return s.expectRows(step, got)
	}
	if got.err != nil {
		return "error " + errorText(got.err)
	}
	if name, ok := strings.CutPrefix(step.SQL, "use "); ok {
		s.current.database = name
	}
	if step.Args == "" {
		return ""
	}
	return s.compareArgs(step, strconv.FormatInt(got.affected, 10))
}

// gone expects that the statement's connection was ended.
func (s *session) gone(step *Step) string {
	got := s.outcome(step)
	if s.current.alive() == nil {
		return fmt.Sprintf("the connection lives on; its statement gave %q, %v", got.sets, got.err)
	}
	if got.err == nil {
		return "the connection is gone, but its statement gave no error"
	}
	return ""
}

func (s *session) expectRows(step *Step, got outcome) string {
	if got.err != nil {
		return "error " + errorText(got.err)
	}
	return s.compareWant(step, flat(step, got))
}

// flat are the lines of all results, with ---- between them.
func flat(step *Step, got outcome) []string {
	options := strings.Fields(step.Args)
	var lines []string
	for i, set := range got.sets {
		if i > 0 {
			lines = append(lines, "----")
		}
		rows := slices.Clone(set[1:])
		if slices.Contains(options, "sorted") {
			slices.Sort(rows)
		}
		if slices.Contains(options, "names") {
			lines = append(lines, set[0])
		}
		lines = append(lines, rows...)
	}
	return lines
}

func (s *session) sent(step *Step) string {
	defer s.kit.Provider.Reset()
	var lines []string
	for _, r := range s.kit.Provider.Requests() {
		lines = append(lines, request(r))
	}
	if step.Args == "sorted" {
		slices.Sort(lines)
	}
	return s.compareWant(step, lines)
}

// compareArgs compares what stands on the step's first line.
func (s *session) compareArgs(step *Step, got string) string {
	fault := difference([]string{step.Args}, []string{got})
	if fault != "" && s.mayUpdate(step, step.Args == "") {
		step.Args, s.changed = got, true
		return ""
	}
	return fault
}

// compareWant compares what stands after the ----.
func (s *session) compareWant(step *Step, got []string) string {
	fault := difference(step.Want, got)
	if (fault != "" || !step.HasWant) && s.mayUpdate(step, !step.HasWant) {
		step.Want, step.HasWant, s.changed = got, true, true
		return ""
	}
	return fault
}

func (s *session) mayUpdate(step *Step, isNew bool) bool {
	return step.Xfail == "" && (s.Update == UpdateAll || s.Update == UpdateNew && isNew)
}

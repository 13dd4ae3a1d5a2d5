package jsonbody

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Words are whose words violations are in.
type Words int

// The words of violations.
const (
	// Bedrock are those of its schema check: "#/n: expected type: Integer, found: String".
	Bedrock Words = iota
	// Anthropic are those of its own API: "n: Input should be a valid integer".
	Anthropic
)

// mostViolations is how many are noted of one body. To find the place of each the body
// is read again.
const mostViolations = 20

func (r *reading) full() bool { return len(r.violations) >= mostViolations }

// Violate notes a violation of the object itself.
func (r Reader) Violate(format string, args ...any) {
	if !r.dead && !r.full() {
		r.note(placeOf(r.body, r.at), format, args...)
	}
}

// ViolateAt notes a violation of a member, or of what lies within it at a path whose
// steps a slash separates.
func (r Reader) ViolateAt(path, format string, args ...any) {
	if !r.dead && !r.full() {
		r.note(placeOf(r.body, r.at)+"/"+path, format, args...)
	}
}

func (r *reading) note(place, format string, args ...any) {
	what := fmt.Sprintf(format, args...)
	if r.Words == Anthropic {
		place = strings.ReplaceAll(strings.TrimPrefix(strings.TrimPrefix(place, "#"), "/"), "/", ".")
	}
	if place != "" {
		what = place + ": " + what
	}
	r.violations = append(r.violations, what)
}

func (r Reader) missing(name string) {
	if r.Words == Anthropic {
		r.ViolateAt(name, "Field required")
		return
	}
	r.Violate("required key [%s] not found", name)
}

func (r Reader) extraneous(name string) {
	if r.Words == Anthropic {
		r.ViolateAt(name, "Extra inputs are not permitted")
		return
	}
	r.Violate("extraneous key [%s] is not permitted", name)
}

func (r Reader) wrongType(path, want string, raw json.RawMessage) {
	if r.Words == Bedrock {
		r.ViolateAt(path, "expected type: %s, found: %s", want, KindOf(raw))
		return
	}
	word := map[string]string{"JSONObject": "dictionary or object to extract fields from", "JSONArray": "list"}[want]
	if word == "" {
		word = strings.ToLower(want)
	}
	r.ViolateAt(path, "Input should be a valid %s", word)
}

// outside notes a number that is not within a span.
func (r Reader) outside(path string, n float64, s Span) {
	switch {
	case r.Words == Anthropic && s.Most != 0:
		r.ViolateAt(path, "range: %v..%v", s.Least, s.Most)
	case r.Words == Anthropic:
		r.ViolateAt(path, "must be greater than or equal to %v", s.Least)
	case n < s.Least:
		r.ViolateAt(path, "%v is not greater or equal to %v", n, s.Least)
	default:
		r.ViolateAt(path, "%v is not less or equal to %v", n, s.Most)
	}
}

// miscounted notes an array whose number of elements is not within a span.
func (r Reader) miscounted(name string, n int, s Span) {
	few := float64(n) < s.Least
	switch {
	case r.Words == Anthropic && few:
		r.ViolateAt(name, "List should have at least %v items after validation, not %d", s.Least, n)
	case r.Words == Anthropic:
		r.ViolateAt(name, "List should have at most %v items after validation, not %d", s.Most, n)
	case few:
		r.ViolateAt(name, "expected minimum item count: %v, found: %d", s.Least, n)
	default:
		r.ViolateAt(name, "expected maximum item count: %v, found: %d", s.Most, n)
	}
}

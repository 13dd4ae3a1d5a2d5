package form

import "strings"

// Tags takes the reasoning that stands between two tags at the beginning of a text
// apart from the text behind it. The text may come in stretches of any length.
type Tags struct {
	Open, Close string
	// Trim drops the space between the reasoning and the text.
	Trim bool
	// thinking is true within the tags, speaking once the text has begun.
	thinking, thought, speaking bool
	// held may be the beginning of a tag.
	held string
}

// Feed returns what the next stretch adds.
func (t *Tags) Feed(s string) (reasoning, text string) {
	if t.Open == "" || t.speaking {
		return "", s
	}
	s = t.held + s
	t.held = ""
	for {
		if t.thinking {
			before, after, ok := strings.Cut(s, t.Close)
			if !ok {
				keep := partial(s, t.Close)
				t.held = s[len(s)-keep:]
				return reasoning + s[:len(s)-keep], ""
			}
			reasoning += before
			s, t.thinking, t.thought = after, false, true
		}
		begin := t.lead(s)
		if strings.HasPrefix(t.Open, begin) && begin != t.Open {
			t.held = s
			return reasoning, ""
		}
		inner, ok := strings.CutPrefix(begin, t.Open)
		if !ok {
			t.speaking = true
			if t.thought {
				s = begin
			}
			return reasoning, s
		}
		s, t.thinking = inner, true
	}
}

// lead returns s without the space that may stand before a tag.
func (t *Tags) lead(s string) string {
	if t.Trim {
		return strings.TrimLeft(s, " \n\r\t")
	}
	return s
}

// End returns what was held back in the end.
func (t *Tags) End() (reasoning, text string) {
	held := t.held
	t.held = ""
	if t.thinking {
		return held, ""
	}
	if t.thought {
		held = t.lead(held)
	}
	return "", held
}

// partial returns how many bytes at the end of s may be the beginning of tag.
func partial(s, tag string) int {
	for n := min(len(tag)-1, len(s)); n > 0; n-- {
		if strings.HasSuffix(s, tag[:n]) {
			return n
		}
	}
	return 0
}

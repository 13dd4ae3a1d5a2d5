package dialect

import "strings"

// tags takes the reasoning that stands between two tags at the beginning of a text
// apart from the text behind it. The text may come in stretches of any length.
type tags struct {
	open, close string
	// trim drops the space between the reasoning and the text.
	trim bool
	// thinking is true within the tags, speaking once the text has begun.
	thinking, thought, speaking bool
	// held may be the beginning of a tag.
	held string
}

// feed returns what the next stretch adds.
func (t *tags) feed(s string) (reasoning, text string) {
	if t.open == "" || t.speaking {
		return "", s
	}
	s = t.held + s
	t.held = ""
	for {
		if t.thinking {
			before, after, ok := strings.Cut(s, t.close)
			if !ok {
				keep := partial(s, t.close)
				t.held = s[len(s)-keep:]
				return reasoning + s[:len(s)-keep], ""
			}
			reasoning += before
			s, t.thinking, t.thought = after, false, true
		}
		begin := t.lead(s)
		if strings.HasPrefix(t.open, begin) && begin != t.open {
			t.held = s
			return reasoning, ""
		}
		inner, ok := strings.CutPrefix(begin, t.open)
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
func (t *tags) lead(s string) string {
	if t.trim {
		return strings.TrimLeft(s, " \n\r\t")
	}
	return s
}

// end returns what was held back in the end.
func (t *tags) end() (reasoning, text string) {
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

package mlsql

import "strings"

// skipBlank moves over white space and comments, into and out of version
// comments. It returns the offset of a comment without an end, and otherwise a
// negative number.
func (l *Lexer) skipBlank() int {
	for l.pos < len(l.text) {
		rest := l.text[l.pos:]
		switch {
		case isSpace(rest[0]):
			l.pos++
		case rest[0] == '#', isDashComment(rest):
			l.skipLine()
		case strings.HasPrefix(rest, "/*!"):
			if bad := l.openVersionComment(); bad >= 0 {
				return bad
			}
		case strings.HasPrefix(rest, "/*"):
			start := l.pos
			if !l.skipComment(false) {
				return start
			}
		case l.inComment && strings.HasPrefix(rest, "*/"):
			l.inComment = false
			l.pos += 2
		default:
			return -1
		}
	}
	return -1
}

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

// isDashComment tells whether s begins with a comment of two dashes, which
// MySQL takes as one only before white space, a control character or the end.
func isDashComment(s string) bool {
	return strings.HasPrefix(s, "--") && (len(s) == 2 || s[2] <= ' ')
}

// skipLine moves to the end of the line.
func (l *Lexer) skipLine() {
	if n := strings.IndexByte(l.text[l.pos:], '\n'); n >= 0 {
		l.pos += n + 1
		return
	}
	l.pos = len(l.text)
}

// skipComment moves behind the comment at the position and tells whether it
// has an end. With nested set, comments inside it are skipped with it, one
// level deep, as MySQL does for a version comment that does not apply.
func (l *Lexer) skipComment(nested bool) bool {
	i := l.pos + 2
	for i < len(l.text) {
		switch {
		case l.text[i] == '*' && l.byteAt(i+1) == '/':
			l.pos = i + 2
			return true
		case nested && l.text[i] == '/' && l.byteAt(i+1) == '*':
			l.pos = i
			if !l.skipComment(false) {
				return false
			}
			i = l.pos
		default:
			i++
		}
	}
	return false
}

// openVersionComment enters the version comment at the position, or skips it
// when it is meant for a later server. Its result is that of skipBlank.
func (l *Lexer) openVersionComment() int {
	start, digits := l.pos, l.pos+3
	end := min(l.skipDigits(digits), digits+6)
	if end-digits < 5 { // fewer digits are content, not a version
		l.pos, l.inComment = digits, true
		return -1
	}
	version := 0
	for _, c := range []byte(l.text[digits:end]) {
		version = version*10 + int(c-'0')
	}
	if version <= l.opts.Version {
		l.pos, l.inComment = end, true
		return -1
	}
	if !l.skipComment(true) {
		return start
	}
	return -1
}

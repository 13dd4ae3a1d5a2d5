package mlsql

import "strings"

// Value returns what the token stands for: the name or text between its
// quotes, a variable's name without its @, and the text itself of any other
// token. The options are those that the token was read with.
func (t Token) Value(opts Options) string {
	switch t.Kind {
	case QuotedName:
		return undouble(t.Text)
	case String:
		return decodeString(strings.TrimLeft(t.Text, "nN"), !opts.NoBackslashEscapes)
	case Variable:
		return decodeVariable(strings.TrimLeft(t.Text, "@"), opts)
	}
	return t.Text
}

// undouble returns the text between the quotes, doubled quotes made single.
func undouble(quoted string) string {
	quote := quoted[:1]
	return strings.ReplaceAll(quoted[1:len(quoted)-1], quote+quote, quote)
}

func decodeVariable(name string, opts Options) string {
	switch {
	case name == "":
		return ""
	case name[0] == '\'', name[0] == '"' && !opts.ANSIQuotes:
		return decodeString(name, !opts.NoBackslashEscapes)
	case name[0] == '`', name[0] == '"':
		return undouble(name)
	}
	return name
}

// decodeString returns the text of a quoted string literal.
func decodeString(quoted string, backslash bool) string {
	if !backslash || !strings.Contains(quoted, `\`) {
		return undouble(quoted)
	}
	quote, body := quoted[0], quoted[1:len(quoted)-1]
	var b strings.Builder
	b.Grow(len(body))
	for i := 0; i < len(body); i++ {
		switch {
		case body[i] == '\\' && i+1 < len(body):
			i++
			b.WriteString(unescape(body[i]))
		case body[i] == quote: // the first of two
			i++
			b.WriteByte(quote)
		default:
			b.WriteByte(body[i])
		}
	}
	return b.String()
}

// unescape returns what a backslash and c stand for. \% and \_ keep their
// backslash: they are escapes of LIKE, not of strings.
func unescape(c byte) string {
	switch c {
	case '0':
		return "\x00"
	case 'b':
		return "\b"
	case 'n':
		return "\n"
	case 'r':
		return "\r"
	case 't':
		return "\t"
	case 'Z':
		return "\x1a"
	case '%', '_':
		return `\` + string(rune(c))
	}
	return string([]byte{c})
}

// QuoteName returns name in backquotes, which every sql_mode takes as a name.
func QuoteName(name string) string {
	return "`" + strings.ReplaceAll(name, "`", "``") + "`"
}

// QuoteString returns s as a string literal that reads as s under the options.
func QuoteString(s string, opts Options) string {
	if !opts.NoBackslashEscapes {
		s = strings.NewReplacer(`\`, `\\`, "\x00", `\0`, "\n", `\n`, "\r", `\r`, "\x1a", `\Z`).Replace(s)
	}
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}

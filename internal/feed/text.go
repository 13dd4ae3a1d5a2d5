package feed

import (
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// plainText is what a reader sees of HTML: no tags, entities decoded, every run
// of white space one space. Text that is not HTML at all comes through.
func plainText(source string) string {
	var b strings.Builder
	tokens := html.NewTokenizer(strings.NewReader(source))
	for skipped := atom.Atom(0); ; {
		kind := tokens.Next()
		raw := string(tokens.Raw()) // Token reuses the space
		token := tokens.Token()
		switch {
		case kind == html.ErrorToken:
			b.WriteString(raw) // a < that opens no tag, at the end
			return tidy(b.String())
		case skipped != 0:
			if kind == html.EndTagToken && token.DataAtom == skipped {
				skipped = 0
			}
		case kind == html.TextToken:
			b.WriteString(token.Data)
		case kind == html.StartTagToken && hidden(token.DataAtom):
			skipped = token.DataAtom
		case kind != html.CommentToken && kind != html.DoctypeToken:
			b.WriteString(between(token, raw))
		}
	}
}

// between is what a tag leaves in the text: nothing within a word, a space
// where HTML breaks the line, and itself where it is no tag of HTML, as in
// Vec<String>.
func between(token html.Token, raw string) string {
	switch token.DataAtom {
	case atom.A, atom.Abbr, atom.B, atom.Big, atom.Cite, atom.Code, atom.Del, atom.Em, atom.Font, atom.I, atom.Ins,
		atom.Kbd, atom.Mark, atom.Q, atom.S, atom.Samp, atom.Small, atom.Span, atom.Strong, atom.Sub, atom.Sup,
		atom.Time, atom.Tt, atom.U, atom.Var, atom.Wbr:
		return ""
	case 0:
		if len(token.Attr) == 0 && !strings.ContainsAny(token.Data, "-:") {
			return raw
		}
	}
	return " "
}

// hidden reports whether an element's content is not for reading.
func hidden(element atom.Atom) bool {
	switch element {
	case atom.Script, atom.Style, atom.Noscript, atom.Iframe, atom.Template:
		return true
	}
	return false
}

// tidy collapses white space, which includes the no-break space, and drops
// other control characters and bytes that are not UTF-8.
func tidy(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
	return strings.Join(strings.Fields(s), " ")
}

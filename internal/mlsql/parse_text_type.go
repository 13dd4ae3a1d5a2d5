package mlsql

import (
	"fmt"
	"strings"
)

// The largest lengths of char and binary, and of varchar and varbinary in
// bytes.
const (
	maxChar    = 255
	maxVarchar = 65535
)

func (r *typeReader) char() {
	r.optionalLength()
	r.charset()
	r.checkFit(maxChar, 1)
}

func (r *typeReader) varchar() {
	r.requiredLength()
	r.charset()
	r.checkFit(maxVarchar, charsetWidth(r.Charset))
}

// national reads the rest of a NATIONAL type, whose character set is fixed.
func (r *typeReader) national() {
	if r.Name == "char" {
		r.optionalLength()
		r.checkFit(maxChar, 1)
	} else {
		r.requiredLength()
		r.checkFit(maxVarchar, charsetWidth("utf8mb3"))
	}
	r.Charset = "utf8mb3"
	r.collation(r.accept("BINARY"))
}

func (r *typeReader) binary() {
	r.optionalLength()
	r.checkFit(maxChar, 1)
}

func (r *typeReader) varbinary() {
	r.requiredLength()
	r.checkFit(maxVarchar, 1)
}

func (r *typeReader) optionalLength() {
	r.Length = 1
	if n := r.numbers(1); n != nil {
		r.Length = n[0]
	}
}

func (r *typeReader) requiredLength() {
	if !r.isSymbol("(") {
		r.syntax("this type needs a length in parentheses")
	}
	r.optionalLength()
}

// checkFit refuses more than limit bytes at width bytes a character.
func (r *typeReader) checkFit(limit, width int) {
	if r.Length > limit/width {
		r.fail(codeFieldLength, "Column length too big for column '%s' (max = %d); use BLOB or TEXT instead",
			r.owner, limit/width)
	}
}

// sizedText reads TEXT[(n)]: n characters choose the smallest sort that holds
// them.
func (r *typeReader) sizedText() {
	n := r.numbers(1)
	r.charset()
	if n != nil && n[0] > 0 {
		width := charsetWidth(r.Charset)
		if r.Charset == "" {
			width = charsetWidth("utf8mb4")
		}
		r.Name = sizePrefix(n[0]*width) + strings.TrimPrefix(r.Name, "medium")
	}
}

func (r *typeReader) sizedBlob() {
	if n := r.numbers(1); n != nil && n[0] > 0 {
		r.Name = sizePrefix(n[0]) + "blob"
	}
}

// sizePrefix names the sort of text or blob that holds n bytes.
func sizePrefix(n int) string {
	switch {
	case n < 1<<8:
		return "tiny"
	case n < 1<<16:
		return ""
	case n < 1<<24:
		return "medium"
	}
	return "long"
}

// values reads the list of an enum or set.
func (r *typeReader) values() {
	r.expectSymbol("(")
	value, _ := r.literal(strings.ToUpper(r.Name))
	r.Values = []string{value}
	for r.acceptSymbol(",") {
		value, _ = r.literal(strings.ToUpper(r.Name))
		r.Values = append(r.Values, value)
	}
	r.expectSymbol(")")
	if r.Name == "set" && len(r.Values) > 64 {
		r.fail(codeLongSet, "Too many strings for column %s and SET", r.owner)
	}
	r.charset()
}

// charset reads the character set and collation of a character type. A binary
// character set makes it the binary type of the same size.
func (r *typeReader) charset() {
	binary := r.accept("BINARY")
	switch {
	case r.accept("ASCII"):
		r.Charset = "latin1"
	case r.accept("UNICODE"):
		r.Charset = "ucs2"
	case r.accept("BYTE"):
		r.Charset = "binary"
	case r.accept("CHARSET"), r.accept("CHARACTER", "SET"), r.accept("CHAR", "SET"):
		r.charsetName()
	}
	r.collation(r.accept("BINARY") || binary)
	if r.Charset == "binary" && r.Values == nil {
		r.becomeBinary()
	}
}

// becomeBinary turns char into binary, text into blob and so on.
func (r *typeReader) becomeBinary() {
	r.Charset, r.Collation = "", ""
	r.Name = strings.NewReplacer("text", "blob", "char", "binary").Replace(r.Name)
}

// charsetName reads the name of a character set.
func (r *typeReader) charsetName() {
	name, tok := r.setName()
	cs, ok := findCharset(name)
	if !ok {
		r.failAt(tok, codeCharset, fmt.Sprintf("Unknown character set: '%s'", name))
	}
	r.Charset = cs.name
}

// setName reads a name or string in lower case; BINARY, reserved otherwise, is
// one too.
func (r *typeReader) setName() (string, Token) {
	tok := r.next()
	if tok.Kind != String && tok.Kind != QuotedName && (tok.Kind != Word || isReserved(tok.Text) && !isWord(tok, "BINARY")) {
		r.syntaxAt(tok, "")
	}
	return strings.Map(asciiLower, r.value(tok)), tok
}

// collation reads COLLATE. binary is the old attribute BINARY: the character
// set's _bin collation.
func (r *typeReader) collation(binary bool) {
	if binary {
		if r.Charset == "" {
			r.syntaxAt(r.first, "the attribute BINARY needs a CHARACTER SET here, better name the collation with COLLATE")
		}
		r.Collation = r.Charset + "_bin"
	}
	if r.accept("COLLATE") {
		r.collationName()
	}
	if cs, ok := findCharset(r.Charset); ok && cs.collation == r.Collation {
		r.Collation = ""
	}
}

// collationName reads the name of a collation, which must belong to the
// character set and supplies it when none was given.
func (r *typeReader) collationName() {
	name, tok := r.setName()
	prefix, suffix, _ := strings.Cut(name, "_")
	cs, ok := findCharset(prefix)
	switch {
	case !ok || (suffix == "") != (cs.name == "binary"):
		r.failAt(tok, codeCollation, fmt.Sprintf("Unknown collation: '%s'", name))
		return
	case r.Charset != "" && r.Charset != cs.name:
		r.failAt(tok, codeCollationOf, fmt.Sprintf("COLLATION '%s' is not valid for CHARACTER SET '%s'", name, r.Charset))
	}
	r.Charset, r.Collation = cs.name, cs.name
	if suffix != "" {
		r.Collation += "_" + suffix
	}
}

// charsetWidth is the size of the longest character of a set, in bytes. The
// database's set is unknown here and counts as one byte.
func charsetWidth(name string) int {
	if cs, ok := findCharset(name); ok {
		return cs.width
	}
	return 1
}

package mlsql

import (
	"fmt"
	"strings"
	"testing"
)

// tokens prints the tokens of a text as kind letter and value.
func tokens(text string, opts Options) string {
	letters := "?WQSNVYI"
	var out []string
	for l := NewLexer(text, opts); ; {
		tok := l.Next()
		if tok.Kind == EndOfText {
			return strings.Join(out, " ")
		}
		value := tok.Text
		if tok.Kind != Invalid {
			value = tok.Value(opts)
		}
		out = append(out, fmt.Sprintf("%c[%s]", letters[tok.Kind], value))
	}
}

func TestLexer(t *testing.T) {
	tests := []struct {
		text string
		opts Options
		want string
	}{
		{"a.b 1.5 .5 1e5 1e+5 1e 1.5e 12ab 0x1F 0xG 0b01 0b2", Options{}, "W[a] Y[.] W[b] N[1.5] N[.5] N[1e5] N[1e+5] W[1e] N[1.5] W[e] W[12ab] N[0x1F] W[0xG] N[0b01] W[0b2]"},
		{"t.1a t.5 `t`.5", Options{}, "W[t] Y[.] W[1a] W[t] Y[.] W[5] Q[t] Y[.] W[5]"},
		{"5--1 5-- 1\n6 --\x01x", Options{}, "N[5] Y[-] Y[-] N[1] N[5] N[6]"},
		{"a#b\nc /* ' */ d /**/ e /*+ hint */", Options{}, "W[a] W[c] W[d] W[e]"},
		{"a /*!b*/ /*!50003c*/ /*!99999d /* */ e*/ /*!5 f*/ /*!123456 g*/ /*M! h */ i", Options{}, "W[a] W[b] W[c] N[5] W[f] W[i]"},
		{"/*! a /* b */ c */ d */", Options{}, "W[a] W[c] W[d] Y[*] Y[/]"},
		{"a /* b", Options{}, "W[a] I[/* b]"},
		{"a /*! b", Options{}, "W[a] W[b] I[]"},
		{"a /*!99999 b /* */", Options{}, "W[a] I[/*!99999 b /* */]"},
		{"a /*/ b */ c", Options{}, "W[a] W[c]"},
		{`'it''s' 'a\'b\\' "x""y'" N'n' n'' x'1F' B'01' 'a`, Options{}, `S[it's] S[a'b\] S[x"y'] S[n] S[] N[x'1F'] N[B'01'] I['a]`},
		{`'\0\b\n\r\t\Z\%\_\q\''`, Options{}, "S[\x00\b\n\r\t\x1a\\%\\_q']"},
		{`'a\' "b"`, Options{NoBackslashEscapes: true}, `S[a\] S[b]`},
		{`"a""\" 'b'`, Options{ANSIQuotes: true}, `Q[a"\] S[b]`},
		{"`a``b` `` `c", Options{}, "Q[a`b] Q[] I[`c]"},
		{"@a @a.b @'x y' @`q``r` @\"d\" @@global.x @ @@ 'u'@'h' u@127.0.0.1 u@`%`", Options{}, "V[a] V[a.b] V[x y] V[q`r] V[d] V[global.x] Y[@] Y[@@] S[u] V[h] W[u] V[127.0.0.1] W[u] V[%]"},
		{"a:=b<=>c->>'$'->d||!=", Options{}, "W[a] Y[:=] W[b] Y[<=>] W[c] Y[->>] S[$] Y[->] W[d] Y[||] Y[!=]"},
		{"größe 気 _utf8mb4'x' \x00;", Options{}, "W[größe] W[気] W[_utf8mb4] S[x] Y[\x00] Y[;]"},
		{`'\`, Options{}, `I['\]`},
	}
	for _, test := range tests {
		if got := tokens(test.text, test.opts); got != test.want {
			t.Errorf("%q\ngot  %s\nwant %s", test.text, got, test.want)
		}
	}
}

func TestQuoteStringReadsBack(t *testing.T) {
	for _, opts := range []Options{{}, {NoBackslashEscapes: true}, {ANSIQuotes: true}} {
		for _, s := range []string{"", "it's", `back\slash\`, "line\nbreak\r\x00\x1a", `%\_`, `\'`} {
			tok := NewLexer(QuoteString(s, opts), opts).Next()
			if tok.Kind != String || tok.Value(opts) != s {
				t.Errorf("%q under %+v reads back as %q", s, opts, tok.Value(opts))
			}
		}
	}
}

// A text of a single kind of trap must not make the lexer look back.
func BenchmarkLexer(b *testing.B) {
	text := strings.Repeat("SELECT f(a, 'it''s', `x`.y) /* c */ FROM t WHERE a >= 1.5e3; ", 1000)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		for l := NewLexer(text, Options{}); l.Next().Kind != EndOfText; {
		}
	}
}

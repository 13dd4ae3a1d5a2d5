package feed

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestPlainText(t *testing.T) {
	for source, want := range map[string]string{
		"":                                    "",
		"plain":                               "plain",
		"  a \n\t b  ":                        "a b",
		"<p>One.</p><p>Two.</p>":              "One. Two.",
		"one<br>two<br/>three":                "one two three",
		"<b>bold</b>ly <a href='x'>here</a>.": "boldly here.",
		"AT&amp;T &lt;b&gt; &#39;x&#39; &copy;&nbsp;2024": "AT&T <b> 'x' © 2024",
		"a < b and c > d":                     "a < b and c > d",
		"if x<y then":                         "if x<y then",
		"a<b":                                 "a<b",
		"Vec<String> and <T>":                 "Vec<String> and <T>",
		"<aws-icon>x</aws-icon>":              "x",
		"a<script>if (a<b) evil()</script>b":  "ab",
		"a<style>p{}</style> b<!-- no --> c":  "a b c",
		"<ul><li>one</li><li>two</li></ul>":   "one two",
		"<img src=\"x\" alt=\"picture\">text": "text",
		"a\x00b\x1b[2Jc\xff":                  "ab[2Jc\ufffd",
		"<script>never closed":                "",
		"<p title='a > b'>x":                  "x",
	} {
		if got := plainText(source); got != want {
			t.Errorf("%q became %q, want %q", source, got, want)
		}
	}
}

func FuzzPlainText(f *testing.F) {
	for _, s := range []string{"<p>a</p>", "<", "<!", "<!--", "</", "<script>", "&#x0;", "<a b='", "\xff<p", "<![CDATA[x]]>", "<textarea><p></textarea>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) {
		got := plainText(source)
		if !utf8.ValidString(got) || strings.Join(strings.Fields(got), " ") != got || strings.ContainsAny(got, "\x00\x1b\n\t") {
			t.Errorf("%q became %q", source, got)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{rss, atomFeed, "", "<rss>", "<feed", `{"version":"https://jsonfeed.org/version/1","items":[{}]}`, "<rdf:RDF><item/></rdf:RDF>"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		items, err := parse(document)
		for _, it := range items {
			if err != nil || !utf8.ValidString(it.title+it.link+it.description) {
				t.Errorf("%q, %v", it, err)
			}
		}
	})
}

package feed

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"airglow/internal/sqlclient"
)

const rss = `<?xml version="1.0" encoding="ISO-8859-1"?>
<rss version="2.0"><channel><title>News</title><link>https://example.com/</link>
<item><title>It's "new" &amp; improved</title><link>https://example.com/1</link>
 <description><![CDATA[<p>First&nbsp;paragraph.</p><p>Bob's "quote"; DROP TABLE t_feed; --</p>]]></description></item>
<item><title>Caf` + "\xe9" + `</title><guid>https://example.com/2</guid><description>Two</description></item>
<item><title>No link</title><guid isPermaLink="false">77</guid></item>
</channel></rss>`

const atomFeed = `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>News</title>
<entry><title type="html">An &lt;b&gt;entry&lt;/b&gt;</title><link rel="self" href="https://example.com/x"/><link href="https://example.com/a"/>
 <content type="html">&lt;ul&gt;&lt;li&gt;one&lt;/li&gt;&lt;li&gt;two&lt;/li&gt;&lt;/ul&gt;</content></entry>
</feed>`

func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "feed.xml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestParseFeeds(t *testing.T) {
	for _, c := range []struct {
		document string
		want     []item
	}{
		{rss, []item{
			{`It's "new" & improved`, "https://example.com/1", `First paragraph. Bob's "quote"; DROP TABLE t_feed; --`},
			{"Café", "https://example.com/2", "Two"},
			{"No link", "", ""},
		}},
		{atomFeed, []item{{"An entry", "https://example.com/a", "one two"}}},
	} {
		got, err := parse([]byte(c.document))
		if err != nil || fmt.Sprintf("%q", got) != fmt.Sprintf("%q", c.want) {
			t.Errorf("got %q, %v", got, err)
		}
	}
	for _, document := range []string{"", "<html><body>x</body></html>", "<rss><channel><item>"} {
		if items, err := parse([]byte(document)); err == nil && len(items) > 0 {
			t.Errorf("%q gave %q", document, items)
		}
	}
}

func TestLoadingTwiceChangesNothing(t *testing.T) {
	d := &database{}
	o := Options{Source: file(t, rss), Table: "demo.t_feed", Create: true}
	first, err := load(t.Context(), o, d)
	if err != nil || first != (result{read: 3, added: 2, unlinked: 1, cut: 2}) {
		t.Fatalf("%+v, %v", first, err)
	}
	want := []item{
		{`It's "new" & improve`, "https://example.com/1", `First paragraph. Bob's "quote"; DROP TAB`},
		{"Café", "https://example.com/2", "Two"},
	}
	if !slices.Equal(d.rows, want) {
		t.Errorf("stored %q", d.rows)
	}
	second, err := load(t.Context(), o, d)
	if err != nil || second != (result{read: 3, present: 2, unlinked: 1, cut: 2}) || len(d.rows) != 2 {
		t.Errorf("%+v, %v", second, err)
	}
	for _, sent := range d.sent {
		if strings.Contains(sent, "Caf") || strings.Contains(sent, "example.com") {
			t.Errorf("a value stands in the SQL: %s", sent)
		}
	}
}

func TestChangedItems(t *testing.T) {
	d := &database{columns: columns[:], rows: []item{
		{"old", "https://example.com/a", "one two"},
		{"other", "https://example.com/A", "differs in case"},
	}}
	r, err := load(t.Context(), Options{Source: file(t, atomFeed), Table: "t_feed", Server: sqlclient.Server{Database: "demo"}}, d)
	if err != nil || r != (result{read: 1, changed: 1}) {
		t.Fatalf("%+v, %v", r, err)
	}
	if d.rows[0].title != "An entry" || d.rows[1].title != "other" {
		t.Errorf("stored %q", d.rows)
	}
}

func TestManyItemsAndRepeatedLinks(t *testing.T) {
	var b strings.Builder
	b.WriteString(`<rss version="2.0"><channel>`)
	for i := range 250 {
		fmt.Fprintf(&b, "<item><title>%d</title><link>https://example.com/%d</link></item>", i, i%240)
	}
	b.WriteString("</channel></rss>")
	d := &database{columns: columns[:]}
	o := Options{Source: file(t, b.String()), Table: "demo.t_feed"}
	if r, err := load(t.Context(), o, d); err != nil || r != (result{read: 250, added: 240, present: 10}) {
		t.Fatalf("%+v, %v", r, err)
	}
	if r, err := load(t.Context(), o, d); err != nil || r != (result{read: 250, present: 250}) {
		t.Errorf("again: %+v, %v", r, err)
	}
}

func TestAFailureLeavesNothingBehind(t *testing.T) {
	d := &database{columns: columns[:], rows: []item{{"old", "https://example.com/2", "x"}}, failing: "UPDATE"}
	_, err := load(t.Context(), Options{Source: file(t, rss), Table: "demo.t_feed"}, d)
	if err == nil || !strings.Contains(err.Error(), "write to `demo`.`t_feed`: refused") || len(d.rows) != 1 {
		t.Errorf("%v, stored %q", err, d.rows)
	}
}

func TestTableMistakes(t *testing.T) {
	for _, c := range []struct {
		table   string
		columns []string
		want    string
	}{
		{"demo.t_feed", nil, "there is no table `demo`.`t_feed`; add --create to have it created"},
		{"demo.t_feed", []string{"link", "title"}, "table `demo`.`t_feed` has no column description; it needs title, link, description"},
		{"t_feed", nil, `"t_feed" names no table; write db.table`},
		{"a.b`; DROP TABLE x", nil, "\"a.b`; DROP TABLE x\" names no table; write db.table"},
	} {
		_, err := load(t.Context(), Options{Source: file(t, rss), Table: c.table}, &database{columns: c.columns})
		if err == nil || err.Error() != c.want {
			t.Errorf("%s: %v", c.table, err)
		}
	}
}

func TestCut(t *testing.T) {
	for _, c := range []struct {
		room    room
		s, want string
	}{
		{room{}, "anything", "anything"}, {room{characters: 3}, "日本語x", "日本語"}, {room{bytes: 7}, "日本語", "日本"},
		{room{characters: 3, bytes: 12}, "abc", "abc"}, {room{characters: 3, bytes: 2}, "abc", "ab"}, {room{characters: 2}, "a bc", "a"},
		{room{bytes: 3}, "abc", "abc"}, {room{bytes: 2}, "日", ""},
	} {
		if got := c.room.cut(c.s); got != c.want {
			t.Errorf("%+v.cut(%q) = %q", c.room, c.s, got)
		}
	}
}

func TestResultText(t *testing.T) {
	for r, want := range map[result]string{
		{read: 12, added: 10, present: 2}:                    "12 items read, 10 new, 2 already there",
		{read: 1, changed: 1}:                                "1 item read, 0 new, 1 changed, 0 already there",
		{read: 4, added: 1, present: 1, unlinked: 2, cut: 1}: "4 items read, 1 new, 1 already there, 2 left out for want of a usable link\nwarning: 1 text cut to the length of the column",
		{read: 0}:                   "0 items read, 0 new, 0 already there",
		{read: 3, added: 3, cut: 2}: "3 items read, 3 new, 0 already there\nwarning: 2 texts cut to the length of the column",
	} {
		if r.String() != want {
			t.Errorf("got %q, want %q", r, want)
		}
	}
}

func TestRunReportsOneLine(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	o := Options{Source: file(t, rss), Table: "demo.t", Server: sqlclient.Server{Port: l.Addr().(*net.TCPAddr).Port}}
	var stderr bytes.Buffer
	if exit := Run(t.Context(), o, io.Discard, &stderr); exit != 1 || !strings.HasPrefix(stderr.String(), "airglow feed: 2003 (HY000): cannot connect") {
		t.Errorf("exit %d, %s", exit, &stderr)
	}
	stderr.Reset()
	o.Source = "/nonexistent"
	if exit := Run(t.Context(), o, io.Discard, &stderr); exit != 1 || strings.Count(stderr.String(), "\n") != 1 {
		t.Errorf("exit %d, %s", exit, &stderr)
	}
}

func TestParseArguments(t *testing.T) {
	parse := func(args ...string) (Options, error) {
		flags := flag.NewFlagSet("feed", flag.ContinueOnError)
		flags.SetOutput(io.Discard)
		return Parse(flags, args, func(name string) (string, bool) { return "pw", name == "MYSQL_PWD" })
	}
	for _, args := range [][]string{{"f.xml", "--into", "d.t", "--create", "--port=1"}, {"--create", "--into=d.t", "--port", "1", "f.xml"}} {
		o, err := parse(args...)
		if err != nil || o.Source != "f.xml" || o.Table != "d.t" || !o.Create || o.Port != 1 || o.Password != "pw" {
			t.Errorf("%q: %+v, %v", args, o, err)
		}
	}
	for _, args := range [][]string{nil, {"f"}, {"--into=d.t"}, {"f", "g", "--into=d.t"}, {"f", "--nosuch"}} {
		if _, err := parse(args...); err == nil {
			t.Errorf("%q is taken", args)
		}
	}
	if _, err := parse("--help"); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("help: %v", err)
	}
}

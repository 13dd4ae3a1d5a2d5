package prose_test

import (
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"airglow/internal/builtin/prose"
)

func TestSentences(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"plain":         {"One here. Two there! Three?", []string{"One here.", "Two there!", "Three?"}},
		"decimals":      {"It costs 3.50 a day. Version 2.1.4 is out.", []string{"It costs 3.50 a day.", "Version 2.1.4 is out."}},
		"titles":        {"Dr. Ada Byrne met Mr. Jones. They talked.", []string{"Dr. Ada Byrne met Mr. Jones.", "They talked."}},
		"initials":      {"J. R. Smith wrote it. I did not.", []string{"J. R. Smith wrote it.", "I did not."}},
		"company":       {"Acme Inc. sells rope. It sells for Acme Inc. Then it rests.", []string{"Acme Inc. sells rope.", "It sells for Acme Inc.", "Then it rests."}},
		"for example":   {"Use a queue, e.g. Nimbus Queue, for this. Done.", []string{"Use a queue, e.g. Nimbus Queue, for this.", "Done."}},
		"address":       {"See https://example.com/a.b?c=d. Then Node.js 22 starts.", []string{"See https://example.com/a.b?c=d.", "Then Node.js 22 starts."}},
		"quotes":        {`"It works." She left. "Why?" he asked.`, []string{`"It works."`, "She left.", `"Why?" he asked.`}},
		"group_concat":  {"Now in every region.,Today we launch. Next.,More", []string{"Now in every region.", "Today we launch.", "Next.", "More"}},
		"list":          {"Changes:\n- faster start\n- less memory\n1. Install it\n2. Run it", []string{"Changes:", "faster start", "less memory", "1. Install it", "2. Run it"}},
		"wrapped":       {"This line is long enough to have been wrapped by an\neditor and goes on here.", []string{"This line is long enough to have been wrapped by an editor and goes on here."}},
		"heading":       {"Release notes\nThe server starts faster.", []string{"Release notes", "The server starts faster."}},
		"paragraphs":    {"No full stop\n\nbut a paragraph", []string{"No full stop", "but a paragraph"}},
		"ellipsis":      {"Wait... what? Yes…", []string{"Wait... what?", "Yes…"}},
		"empty":         {" \n ", nil},
		"number no":     {"We stayed in room No. 5 all week. No. It was cold.", []string{"We stayed in room No. 5 all week.", "No.", "It was cold."}},
		"several marks": {"Really?! Yes!!! Good.", []string{"Really?!", "Yes!!!", "Good."}},
	} {
		if got := prose.Sentences(c.text); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestWords(t *testing.T) {
	var got []string
	for _, w := range prose.Words("Don't use C++ or Node.js v2.1; the router's CI/CD (exactly-once) is fine.") {
		got = append(got, w.Text)
	}
	want := strings.Fields("Don't use C++ or Node.js v2.1 the router CI/CD exactly-once is fine")
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%q", got)
	}
}

func TestStemsMeet(t *testing.T) {
	for _, group := range []string{"support supports supported supporting", "city cities", "stop stops stopped stopping", "price prices priced pricing", "box boxes", "bus", "queue queues queued", "miss misses missed", "add adds added adding", "log logs logged"} {
		stems := map[string]bool{}
		for _, w := range strings.Fields(group) {
			stems[prose.Stem(w)] = true
		}
		if len(stems) != 1 {
			t.Errorf("%s: %v", group, stems)
		}
	}
}

func TestClip(t *testing.T) {
	const text = "Starting today, Nimbus Queue (the message service) delivers in order, which makes ledgers simple, and costs no more. It is in every region."
	for runes, want := range map[int]string{
		500: text,
		120: "Starting today, Nimbus Queue (the message service) delivers in order, which makes ledgers simple, and costs no more.",
		110: "Nimbus Queue (the message service) delivers in order, which makes ledgers simple, and costs no more.",
		90:  "Nimbus Queue delivers in order, which makes ledgers simple, and costs no more.",
		70:  "Nimbus Queue delivers in order, which makes ledgers simple.",
		40:  "Nimbus Queue delivers in order.",
		30:  "Nimbus Queue delivers…",
		4:   "Nimb",
	} {
		// The first sentence is 116 characters long.
		if got := prose.Clip(text, prose.Limit{Runes: runes}); got != want {
			t.Errorf("%d characters: %q, want %q", runes, got, want)
		}
	}
	if got := prose.Clip(text, prose.Limit{Words: 6}); got != "Nimbus Queue delivers in order." {
		t.Errorf("6 words: %q", got)
	}
}

func TestClauses(t *testing.T) {
	for sentence, want := range map[string][]string{
		"The food was good but the waiter was rude.":          {"The food was good", "the waiter was rude."},
		"Although the room was tiny, the view was wonderful.": {"the room was tiny", "the view was wonderful."},
		"Bread, butter and jam were fine.":                    {"Bread, butter and jam were fine."},
		"It is fast; it is also loud and hot.":                {"It is fast", "it is also loud and hot."},
		"But we liked it.":                                    {"we liked it."},
	} {
		if got := prose.Clauses(sentence); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %q, want %q", sentence, got, want)
		}
	}
}

func FuzzSplit(f *testing.F) {
	for _, s := range []string{"", "a.,B", "1. x\n\n2) y", "…", "\xff. A", "Dr.", "A. B. C.", "x\n- y", "?!.\"') A"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		at := 0
		for _, s := range prose.Split(text) {
			if s.Start < at || s.End <= s.Start || s.End > len(text) {
				t.Fatalf("span %v after %d in %d bytes", s, at, len(text))
			}
			if gap := strings.Trim(text[at:s.Start], ","); strings.TrimSpace(gap) != "" {
				t.Fatalf("%q left out", gap)
			}
			at = s.End
		}
	})
}

func FuzzClip(f *testing.F) {
	f.Add("One two three four five, six seven eight nine.", 20)
	f.Add("Starting today, x", 3)
	f.Add("漢字漢字漢字漢字 abc", 5)
	f.Fuzz(func(t *testing.T, text string, runes int) {
		if runes < 1 || runes > 1000 || !utf8.ValidString(text) {
			return
		}
		if got := prose.Clip(text, prose.Limit{Runes: runes}); utf8.RuneCountInString(got) > runes {
			t.Errorf("%d characters of %d: %q", utf8.RuneCountInString(got), runes, got)
		}
		if got := prose.Clip(text, prose.Limit{Words: runes}); prose.Count(got) > runes {
			t.Errorf("%d words of %d: %q", prose.Count(got), runes, got)
		}
		prose.Clauses(text)
		prose.Stems(text)
	})
}

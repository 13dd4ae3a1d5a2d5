package dialect_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"airglow/internal/dialect"
	"airglow/internal/neutral"
)

// -golden writes the sections that are read from the others anew.
var renew = flag.Bool("golden", false, "write what was read from the golden bodies anew")

// goldenPrompt is a file of testdata: the model in the first line, then sections of
// bodies as the service has them, each with what is read from it.
type goldenPrompt struct {
	name, model string
	order       []string
	sections    map[string]string
}

func goldens(t *testing.T, dir string) []goldenPrompt {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("testdata", dir, "*.txt"))
	if err != nil || len(names) < 5 {
		t.Fatalf("%d golden files: %v", len(names), err)
	}
	var all []goldenPrompt
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		parts := strings.Split(strings.TrimSpace(string(text)), "\n-- ")
		g := goldenPrompt{name: name, model: strings.TrimPrefix(parts[0], "model "), sections: map[string]string{}}
		for _, part := range parts[1:] {
			title, body, _ := strings.Cut(part, "\n")
			g.order, g.sections[title] = append(g.order, title), body
		}
		all = append(all, g)
	}
	return all
}

// read compares what was read from a body with what the file has of it.
func (g *goldenPrompt) read(t *testing.T, section, got string) {
	t.Helper()
	title := "read from " + section
	if *renew {
		if at := slices.Index(g.order, title); at < 0 {
			g.order = slices.Insert(g.order, slices.Index(g.order, section)+1, title)
		}
		g.sections[title] = got
		return
	}
	if got != g.sections[title] {
		t.Errorf("%s, %s:\n got %s\nwant %s", g.name, title, got, g.sections[title])
	}
}

func (g *goldenPrompt) save(t *testing.T) {
	t.Helper()
	if !*renew {
		return
	}
	text := "model " + g.model + "\n"
	for _, title := range g.order {
		text += "-- " + title + "\n" + g.sections[title] + "\n"
	}
	if err := os.WriteFile(g.name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Each body that is read is written again, byte for byte.
func TestGoldenPrompts(t *testing.T) {
	for _, g := range goldens(t, "prompts") {
		f := family(t, g.model)
		chat, err := f.DecodeChat([]byte(g.sections["request"]))
		if err != nil {
			t.Errorf("%s: %v", g.name, err)
			continue
		}
		g.read(t, "request", showChat(chat))
		same(t, g.name, g.sections["request"], func() ([]byte, error) { return f.EncodeChat(chat) })
		result, err := f.DecodeResult([]byte(g.sections["answer"]))
		if err != nil {
			t.Errorf("%s: %v", g.name, err)
		}
		g.read(t, "answer", showResult(result))
		same(t, g.name, g.sections["answer"], func() ([]byte, error) { return f.EncodeResult(result) })
		if stream := g.sections["stream"]; stream != "" {
			goldenStream(t, &g, f)
		}
		g.save(t)
	}
}

func goldenStream(t *testing.T, g *goldenPrompt, f dialect.Family) {
	t.Helper()
	decoder, err := f.StreamDecoder()
	if err != nil {
		t.Fatal(err)
	}
	var pieces []neutral.Piece
	shown := ""
	for _, chunk := range strings.Split(g.sections["stream"], "\n") {
		got, err := decoder.Piece([]byte(chunk))
		if err != nil {
			t.Errorf("%s: %s: %v", g.name, chunk, err)
		}
		pieces = append(pieces, got...)
	}
	for _, p := range pieces {
		shown += fmt.Sprintf("piece %q %q\n", p.Reasoning, p.Text)
	}
	result, err := decoder.End()
	if err != nil {
		t.Errorf("%s: %v", g.name, err)
	}
	g.read(t, "stream", shown+showResult(result))
	if got := writeStream(t, f, pieces, result); got != g.sections["stream"] && !strings.Contains(g.name, "deepseek") {
		t.Errorf("%s is written as\n%s", g.name, got)
	}
}

func writeStream(t *testing.T, f dialect.Family, pieces []neutral.Piece, result neutral.Result) string {
	t.Helper()
	encoder, err := f.StreamEncoder(neutral.Result{ID: result.ID, Usage: result.Usage})
	if err != nil {
		t.Fatal(err)
	}
	var chunks []string
	add := func(more [][]byte, err error) {
		t.Helper()
		if err != nil {
			t.Error(err)
		}
		for _, c := range more {
			chunks = append(chunks, string(c))
		}
	}
	for _, p := range pieces {
		add(encoder.Piece(p))
	}
	add(encoder.End(result))
	return strings.Join(chunks, "\n")
}

func same(t *testing.T, name, want string, write func() ([]byte, error)) {
	t.Helper()
	if got, err := write(); err != nil || string(got) != want {
		t.Errorf("%s is written as\n%s, %v\nwant\n%s", name, got, err, want)
	}
}

func showChat(c neutral.Chat) string {
	var b strings.Builder
	if c.System != "" {
		fmt.Fprintf(&b, "system %q\n", c.System)
	}
	for _, turn := range c.Turns {
		fmt.Fprintf(&b, "%s %q\n", turn.Role, turn.Text())
	}
	fmt.Fprintf(&b, "tokens %d, temperature %s, top p %s, top k %d, stop %q, seed %s, reasoning %q",
		c.MaxTokens, orNone(c.Temperature), orNone(c.TopP), c.TopK, c.Stop, orNone(c.Seed), c.Reasoning)
	return b.String()
}

func showResult(r neutral.Result) string {
	return fmt.Sprintf("id %q, reasoning %q, text %q, stop %d, sequence %q, usage %v", r.ID, r.Reasoning, r.Text, r.Stop, r.Sequence, r.Usage)
}

func orNone[T any](p *T) string {
	if p == nil {
		return "-"
	}
	return fmt.Sprint(*p)
}

func TestGoldenEmbeddings(t *testing.T) {
	for _, g := range goldens(t, "embeddings") {
		f := family(t, g.model)
		embed, err := f.DecodeEmbed([]byte(g.sections["request"]))
		if err != nil {
			t.Errorf("%s: %v", g.name, err)
			continue
		}
		g.read(t, "request", fmt.Sprintf("%+v", embed))
		same(t, g.name, g.sections["request"], func() ([]byte, error) { return f.EncodeEmbed(embed) })
		vectors, err := f.DecodeVectors([]byte(g.sections["answer"]))
		if err != nil {
			t.Errorf("%s: %v", g.name, err)
		}
		g.read(t, "answer", fmt.Sprintf("%+v", vectors))
		same(t, g.name, g.sections["answer"], func() ([]byte, error) { return f.EncodeVectors(vectors) })
		g.save(t)
	}
}

package dialect_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"airglow/internal/dialect"
	"airglow/internal/neutral"
)

var update = flag.Bool("update", false, "write the golden files that TestGolden compares with")

// golden is a directory of testdata: bodies of one family and what becomes of
// them. The file model has a model's id, and a form's name behind it where the form
// is not the model's.
//
//	request.json → chat.json   → request.out.json
//	answer.json  → result.json → answer.out.json
//	stream.jsonl → stream.json → stream.out.jsonl
//
// A file *.out.* is there only where it differs from what was read.
type golden struct {
	*testing.T
	dir    string
	family dialect.Family
}

func TestGolden(t *testing.T) {
	models, err := filepath.Glob("testdata/*/model")
	if err != nil || len(models) == 0 {
		t.Fatalf("%d golden bodies: %v", len(models), err)
	}
	for _, file := range models {
		dir := filepath.Dir(file)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			g := golden{T: t, dir: dir}
			id, form, named := strings.Cut(strings.TrimSpace(string(g.read("model"))), " ")
			if named {
				g.family, _ = dialect.ByForm(form)
				g.family = g.family.WithModel(id)
			} else {
				g.family = family(t, id)
			}
			g.request()
			g.answer()
			g.stream()
		})
	}
}

func (g golden) read(name string) []byte {
	g.Helper()
	text, err := os.ReadFile(filepath.Join(g.dir, name))
	if err != nil {
		g.Fatal(err)
	}
	return text
}

func (g golden) check(err error) {
	g.Helper()
	if err != nil {
		g.Fatal(err)
	}
}

// want compares got with a file; with -update it writes the file.
func (g golden) want(name string, got []byte) {
	g.Helper()
	if *update {
		g.check(os.WriteFile(filepath.Join(g.dir, name), append(got, '\n'), 0o600))
		return
	}
	if want := bytes.TrimRight(g.read(name), "\n"); !bytes.Equal(want, got) {
		g.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
	}
}

// wantOut compares what was written again with what was read, or with the file of
// what is different.
func (g golden) wantOut(in, name string, got []byte) {
	g.Helper()
	same := bytes.Equal(g.plain(g.read(in)), g.plain(got))
	path := filepath.Join(g.dir, name)
	_, err := os.Stat(path)
	switch {
	case *update && same:
		if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
			g.Fatal(err)
		}
	case *update || err == nil && !same:
		g.want(name, got)
	case err == nil:
		g.Errorf("%s is there although nothing differs", name)
	case !same:
		g.Errorf("%s: got\n%s", in, got)
	}
}

// plain returns JSON texts without their space.
func (g golden) plain(text []byte) []byte {
	g.Helper()
	var out bytes.Buffer
	decoder := json.NewDecoder(bytes.NewReader(text))
	for decoder.More() {
		var value json.RawMessage
		g.check(decoder.Decode(&value))
		g.check(json.Compact(&out, value))
		out.WriteByte('\n')
	}
	return out.Bytes()
}

func (g golden) pretty(v any) []byte {
	g.Helper()
	text, err := json.MarshalIndent(v, "", "  ")
	g.check(err)
	return text
}

func (g golden) request() {
	chat, err := g.family.DecodeChat(g.read("request.json"))
	g.check(err)
	g.want("chat.json", g.pretty(chat))
	body, err := g.family.EncodeChat(chat)
	g.check(err)
	g.wantOut("request.json", "request.out.json", body)
}

func (g golden) answer() {
	result, err := g.family.DecodeResult(g.read("answer.json"))
	g.check(err)
	g.want("result.json", g.pretty(result))
	body, err := g.family.EncodeResult(result)
	g.check(err)
	g.wantOut("answer.json", "answer.out.json", body)
}

func (g golden) stream() {
	reader, err := g.family.StreamDecoder()
	g.check(err)
	var pieces []neutral.Piece
	for line := range strings.Lines(string(g.read("stream.jsonl"))) {
		more, err := reader.Piece([]byte(strings.TrimSpace(line)))
		g.check(err)
		pieces = append(pieces, more...)
	}
	result, err := reader.End()
	g.check(err)
	g.want("stream.json", g.pretty(map[string]any{"Pieces": pieces, "Result": result}))
	writer, err := g.family.StreamEncoder(neutral.Result{ID: result.ID, Model: result.Model, Usage: result.Usage})
	g.check(err)
	var lines [][]byte
	for _, p := range pieces {
		chunks, err := writer.Piece(p)
		g.check(err)
		lines = append(lines, chunks...)
	}
	chunks, err := writer.End(result)
	g.check(err)
	g.wantOut("stream.jsonl", "stream.out.jsonl", bytes.Join(append(lines, chunks...), []byte("\n")))
}

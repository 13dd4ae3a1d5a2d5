package language_test

import (
	_ "embed"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"airglow/internal/builtin/language"
	"airglow/internal/builtin/weights"
)

// reference has a line for each sentence: the language it is written in, then what
// fastText itself (its WebAssembly build in npm's fasttext.wasm.js 1.0.0) took it
// for with the same model and how sure it was, then the sentence. They are the
// languages that Amazon Comprehend judges sentiment in, Chinese in both scripts.
//
//go:embed testdata/reference.tsv
var reference string

func load(t testing.TB) *language.Detector {
	t.Helper()
	d, err := language.New(weights.Languages)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestGuessesEqualFastText(t *testing.T) {
	d := load(t)
	right, all := 0, 0
	for line := range strings.Lines(reference) {
		f := strings.SplitN(strings.TrimSpace(line), "\t", 4)
		want, err := strconv.ParseFloat(f[2], 64)
		if err != nil {
			t.Fatal(err)
		}
		got := d.Detect(f[3])
		if got.Code != f[1] || math.Abs(got.Share-want) > 0.005 {
			t.Errorf("%s: %s %.5f, fastText says %s %.5f", f[3], got.Code, got.Share, f[1], want)
		}
		all++
		if got.Code == f[0] {
			right++
		} else {
			t.Logf("%s is taken for %s (%.2f): %s", f[0], got.Code, got.Share, f[3])
		}
	}
	t.Logf("%d of %d right", right, all)
	if all != 120 || right < 119 {
		t.Errorf("%d of %d right", right, all)
	}
}

func TestTextsWithoutALanguage(t *testing.T) {
	d := load(t)
	if g := d.Detect(""); g != (language.Guess{}) {
		t.Errorf("an empty text is in %s", g.Name())
	}
	if g := d.Detect(" \n\t"); g.Code != "" {
		t.Errorf("a blank text is in %s", g.Name())
	}
}

// Every language of the model has a name.
func TestNames(t *testing.T) {
	if n := (language.Guess{Code: "de"}).Name(); n != "German" {
		t.Errorf("de is %q", n)
	}
	for code := range slices.Values(load(t).Codes()) {
		if n := (language.Guess{Code: code}).Name(); n == code || n == "" {
			t.Errorf("%s has no name", code)
		}
	}
}

func TestBrokenFilesAreRefused(t *testing.T) {
	good := weights.Languages
	for name, file := range map[string]string{
		"empty": "", "another mark": "x" + good[1:], "another version": good[:4] + "\x0b" + good[5:],
		"cut in the words": good[:2000], "cut in the weights": good[:len(good)/2], "cut at the end": good[:len(good)-1], "longer": good + "x",
	} {
		if _, err := language.New(file); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// FuzzNew changes bytes of the model in three places and cuts it. What is read
// despite of it must still answer.
func FuzzNew(f *testing.F) {
	good := []byte(weights.Languages)
	f.Add(uint32(0), []byte("\xba\x16\x4f\x2f"), uint32(8), []byte{1, 0}, uint32(60), []byte{255})
	f.Add(uint32(len(good)-1), []byte{1}, uint32(70), []byte{0, 0, 0, 128}, uint32(len(good)), []byte{})
	f.Fuzz(func(t *testing.T, at1 uint32, b1 []byte, at2 uint32, b2 []byte, at3 uint32, b3 []byte) {
		file := append([]byte{}, good...)
		copy(file[int(at1)%len(file):], b1)
		copy(file[int(at2)%len(file):], b2)
		copy(file[int(at3)%len(file):], b3)
		d, err := language.New(string(file))
		if err != nil {
			return
		}
		if g := d.Detect("Wo finde ich das Museum?"); g.Share < 0 || g.Share > 1 {
			t.Errorf("%+v", g)
		}
	})
}

// FuzzHead reads files that are no model but begin like one.
func FuzzHead(f *testing.F) {
	f.Add([]byte(weights.Languages[8:2000]))
	f.Fuzz(func(t *testing.T, rest []byte) {
		d, err := language.New(weights.Languages[:8] + string(rest))
		if err == nil {
			d.Detect("some text")
		}
	})
}

func FuzzDetect(f *testing.F) {
	d := load(f)
	for _, s := range []string{"", "a", "\xff\xfe", "Ein Satz.", strings.Repeat("é", 3000), "\u00a0", "</s>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if g := d.Detect(text); g.Share < 0 || g.Share > 1 || math.IsNaN(g.Share) {
			t.Errorf("%+v", g)
		}
	})
}

func BenchmarkDetect(b *testing.B) {
	d := load(b)
	for b.Loop() {
		d.Detect("The room was clean and the staff were friendly, but breakfast was cold.")
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		load(b)
	}
}

package encoder_test

import (
	"context"
	"encoding/binary"
	"math"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"airglow/internal/builtin/encoder"
	"airglow/internal/builtin/weights"
)

func load(t testing.TB) *encoder.Encoder {
	t.Helper()
	e, err := encoder.New(weights.Encoder)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// sentences are the inputs of testdata/reference.f32: one vector of 512
// little-endian float32 each, computed by TensorFlow.js from the published
// package. The last is longer than the network's input.
func sentences() []string {
	return []string{
		"How old are you?", "What is your age?", "The bank raised interest rates.",
		"A man is playing a guitar.", "Someone plays a musical instrument.",
		"I love this product, it works great!",
		"Café Zoë serves crème brûlée for €5.",
		"The ﬁrst oﬃce is at №12, ½ mile away… ｆｕｌｌ width ™.",
		"漢字 and 🙂 are unknown here.",
		"Nimbus Queue now supports FIFO ordering with exactly-once processing at up to 3,000 messages per second, in every region.",
		"The council met on Tuesday evening to discuss the new bridge. " + strings.Repeat("It heard from engineers, shopkeepers and the families who live beside the river, and every one of them had a different idea of what should be built and when. ", 6),
	}
}

func reference(t *testing.T) []encoder.Vector {
	t.Helper()
	data, err := os.ReadFile("testdata/reference.f32")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []encoder.Vector
	for ; len(data) > 0; data = data[4*encoder.Dim:] {
		v := make(encoder.Vector, encoder.Dim)
		for i := range v {
			v[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
		}
		vectors = append(vectors, v)
	}
	return vectors
}

func TestVectorsEqualThePublishedModel(t *testing.T) {
	texts, want := sentences(), reference(t)
	e := load(t)
	// The published model reads the first 128 tokens only.
	last := len(texts) - 1
	texts[last] = strings.ReplaceAll(strings.Join(e.Pieces(texts[last])[:encoder.MaxTokens], ""), "▁", " ")[1:]
	got, err := e.Embed(context.Background(), texts)
	if err != nil {
		t.Fatal(err)
	}
	for i, text := range texts {
		cosine := encoder.Dot(got[i], want[i])
		t.Logf("%.5f %.60s", cosine, text)
		if cosine < 0.999 {
			t.Errorf("cosine %.5f to the published vector of %q", cosine, text)
		}
	}
}

func TestABatchEqualsOneByOne(t *testing.T) {
	e, texts := load(t), sentences()
	together, err := e.Embed(context.Background(), texts)
	if err != nil {
		t.Fatal(err)
	}
	for i, text := range texts {
		alone, err := e.Embed(context.Background(), []string{text})
		if err != nil {
			t.Fatal(err)
		}
		for j := range alone[0] {
			if alone[0][j] != together[i][j] {
				t.Fatalf("%q: value %d is %v alone and %v in a batch", text, j, alone[0][j], together[i][j])
			}
		}
	}
}

// TestHelpersChangeNothing: a call alone on the machine is shared among its cores,
// and gives what one core gives.
func TestHelpersChangeNothing(t *testing.T) {
	e, texts := load(t), sentences()
	together, err := e.Embed(context.Background(), append(texts, texts...))
	if err != nil {
		t.Fatal(err)
	}
	before := runtime.GOMAXPROCS(1)
	defer runtime.GOMAXPROCS(before)
	alone, err := e.Embed(context.Background(), texts)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range together {
		if !slices.Equal(v, alone[i%len(texts)]) {
			t.Errorf("text %d has another vector", i)
		}
	}
}

func TestConcurrentUse(t *testing.T) {
	e, texts := load(t), sentences()[:4]
	want, err := e.Embed(context.Background(), texts)
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			got, err := e.Embed(context.Background(), texts)
			if err != nil || got[3][7] != want[3][7] {
				t.Errorf("concurrent call differs: %v %v", err, got[3][7])
			}
		})
	}
	group.Wait()
}

func TestSimilarSentencesAreNear(t *testing.T) {
	v, err := load(t).Embed(context.Background(), sentences()[:6])
	if err != nil {
		t.Fatal(err)
	}
	if near, far := encoder.Dot(v[0], v[1]), encoder.Dot(v[0], v[2]); near < far+0.3 {
		t.Errorf("two ways to ask an age: %.2f; an unrelated sentence: %.2f", near, far)
	}
	if near, far := encoder.Dot(v[3], v[4]), encoder.Dot(v[3], v[5]); near < far+0.3 {
		t.Errorf("two ways to say music: %.2f; an unrelated sentence: %.2f", near, far)
	}
}

func TestCancelledContextEndsEmbed(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := load(t).Embed(ctx, sentences()); err == nil {
		t.Error("no error from a cancelled context")
	}
}

// looked is a context that ends when it was looked at so many times.
type looked struct {
	context.Context
	left atomic.Int64
}

func lookedAt(times int) *looked {
	l := &looked{Context: context.Background()}
	l.left.Store(int64(times))
	return l
}

func (l *looked) Err() error {
	if l.left.Add(-1) < 0 {
		return context.Canceled
	}
	return nil
}

// TestEmbedLooksOften: a text of the greatest length is some hundred milliseconds
// of work, and its context may end anywhere in it.
func TestEmbedLooksOften(t *testing.T) {
	long := []string{strings.Repeat("the weather is fine today ", 40)}
	whole := lookedAt(1 << 30)
	if _, err := load(t).Embed(whole, long); err != nil {
		t.Fatal(err)
	}
	looks := 1<<30 - int(whole.left.Load())
	if looks < 500 {
		t.Errorf("it looked %d times", looks)
	}
	for left := 0; left < looks; left += looks / 10 {
		ctx := lookedAt(left)
		if vectors, err := load(t).Embed(ctx, long); err == nil || vectors != nil {
			t.Errorf("a context that ended after %d of %d looks was overlooked", left, looks)
		}
		if over := -ctx.left.Load(); over > 30 {
			t.Errorf("it went on for %d looks", over)
		}
	}
}

func TestTextWithoutTokens(t *testing.T) {
	v, err := load(t).Embed(context.Background(), []string{"", "hello"})
	if err != nil {
		t.Fatal(err)
	}
	if n := encoder.Dot(v[0], v[0]); n != 0 {
		t.Errorf("the empty text has a vector of length %v", n)
	}
	if n := encoder.Dot(v[1], v[1]); math.Abs(float64(n)-1) > 1e-4 {
		t.Errorf("a vector has length %v", n)
	}
}

func TestPieces(t *testing.T) {
	e := load(t)
	for text, want := range map[string]string{
		"":                    "",
		"the bank":            "▁the|▁bank",
		"the 漢字 bank":         "▁the|▁||▁bank",
		"ｔｈｅ bank":            "▁the|▁bank",
		"playing the guitars": "▁playing|▁the|▁guitar|s",
	} {
		got := strings.Join(e.Pieces(text), "|")
		if got != want {
			t.Errorf("Pieces(%q) = %q, want %q", text, got, want)
		}
		if n := e.Count(text); text != "" && n != strings.Count(want, "|")+1 {
			t.Errorf("Count(%q) = %d", text, n)
		}
	}
}

func TestBrokenFilesAreRefused(t *testing.T) {
	good := weights.Encoder
	for name, file := range map[string]string{
		"empty":        "",
		"other magic":  "X" + good[1:],
		"cut header":   good[:100],
		"cut data":     good[:len(good)-1],
		"header alone": encoder.Magic + "\x02\x00\x00\x00{}",
	} {
		if _, err := encoder.New(file); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func FuzzNew(f *testing.F) {
	f.Add(encoder.Magic + "\x02\x00\x00\x00{}")
	f.Add(encoder.Magic + "\x5c\x00\x00\x00" + `{"Sections":[{"Name":"embedding","Kind":"int8","Rows":16777216,"Cols":16777216,"Offset":1}]}`)
	f.Fuzz(func(t *testing.T, file string) {
		if _, err := encoder.New(file); err == nil {
			t.Error("a made-up file was taken for a model")
		}
	})
}

func FuzzCount(f *testing.F) {
	e := load(f)
	for _, s := range append(sentences(), "", " ", "\xff\xfe", "\u0301", "a\x00b") {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if n := e.Count(text); n > 4*len(text)*18+1 || text != "" && n == 0 {
			t.Errorf("%d tokens in %d bytes", n, len(text))
		}
	})
}

func BenchmarkEmbed(b *testing.B) {
	e := load(b)
	for name, texts := range map[string][]string{
		"one sentence of 9 words":  {"The bank raised interest rates again on Tuesday morning."},
		"20 sentences of 23 words": repeat(sentences()[9], 20),
	} {
		b.Run(name, func(b *testing.B) {
			tokens := 0
			for _, s := range texts {
				tokens += e.Count(s)
			}
			for b.Loop() {
				if _, err := e.Embed(context.Background(), texts); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(texts)*b.N)/b.Elapsed().Seconds(), "texts/s")
			b.ReportMetric(float64(tokens*b.N)/b.Elapsed().Seconds(), "tokens/s")
		})
	}
}

func BenchmarkCount(b *testing.B) {
	e := load(b)
	b.SetBytes(int64(len(sentences()[10])))
	for b.Loop() {
		e.Count(sentences()[10])
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		load(b)
	}
}

func repeat(s string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = s
	}
	return out
}

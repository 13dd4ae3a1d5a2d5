package builtin_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"airglow/internal/builtin"
	"airglow/internal/model"
	"airglow/internal/model/modeltest"
)

const encoderID = "airglow.use-lite-en-v1"

func embedding(text string) model.Request {
	return model.Request{Service: model.Bedrock, Model: encoderID, Body: fmt.Appendf(nil, `{"inputText":%q}`, text)}
}

// vectors invokes a model of embeddings and returns what it gave, in either form.
func vectors(t testing.TB, p *builtin.Provider, req model.Request) [][]float64 {
	t.Helper()
	r, err := p.Invoke(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	if r.Model != builtin.EmbedModel || r.Provider != "builtin" || !r.Usage.Known || r.Usage.InputTokens == 0 {
		t.Errorf("%s is by %s of %s, usage %+v", req.Body, r.Model, r.Provider, r.Usage)
	}
	var a struct {
		Embedding  []float64
		Embeddings [][]float64
	}
	if err := json.Unmarshal(r.Body, &a); err != nil {
		t.Fatal(err)
	}
	if a.Embedding != nil {
		return [][]float64{a.Embedding}
	}
	return a.Embeddings
}

func product(a, b []float64) (sum float64) {
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

func TestEmbeddings(t *testing.T) {
	p := provider(t)
	one := vectors(t, p, embedding("How old are you?"))[0]
	for name, req := range map[string]model.Request{
		"Titan V2":          {Service: model.Bedrock, Model: "amazon.titan-embed-text-v2:0", Body: []byte(`{"inputText":"How old are you?","dimensions":512}`)},
		"Cohere v4":         {Service: model.Bedrock, Model: "cohere.embed-v4:0", Body: []byte(`{"texts":["How old are you?"],"input_type":"search_query","output_dimension":512}`)},
		"own, Cohere":       {Service: model.Bedrock, Model: encoderID, Body: []byte(`{"texts":["How old are you?"],"input_type":"search_document"}`)},
		"own, another name": {Service: model.Bedrock, Model: "airglow.use-lite-en-v2", Body: []byte(`{"inputText":"How old are you?","dimensions":512,"normalize":false}`)},
	} {
		got := vectors(t, p, req)
		if len(got) != 1 || len(got[0]) != 512 || math.Abs(product(got[0], got[0])-1) > 1e-5 {
			t.Fatalf("%s: %d vectors, the first of %d numbers and the length %v", name, len(got), len(got[0]), math.Sqrt(product(got[0], got[0])))
		}
		if product(got[0], one) < 1-1e-5 {
			t.Errorf("%s: another vector, cosine %v", name, product(got[0], one))
		}
	}
	several := vectors(t, p, model.Request{Service: model.Bedrock, Model: encoderID,
		Body: []byte(`{"texts":["What is your age?","The bank raised interest rates."],"input_type":"search_document"}`)})
	if near, far := product(one, several[0]), product(one, several[1]); near < far+0.3 {
		t.Errorf("another way to ask for an age: %.2f; an unrelated sentence: %.2f", near, far)
	}
}

func TestBatchContract(t *testing.T) {
	modeltest.RunBatch(t, func(t *testing.T) modeltest.BatchSubject {
		empty := model.Request{Service: model.Bedrock, Model: encoderID, Body: []byte(`{"inputText":"x","dimensions":64}`)}
		return modeltest.BatchSubject{
			Provider: provider(t),
			Good:     []model.Request{embedding("one"), embedding("three birds"), embedding(strings.Repeat("a long text ", 90))},
			Refused:  empty,
			Bad:      []model.Request{empty, empty},
		}
	})
}

func TestLanguages(t *testing.T) {
	p := provider(t)
	for prompt, want := range map[string]string{
		"What language is this text? Das Zimmer war sauber und das Personal freundlich.":                               "German",
		"In which language is the following text written?\n\nLa camera era pulita e il personale gentile.":             "Italian",
		"Detect the language of the following text: 部屋は清潔で、スタッフも親切でした。":                                                "Japanese",
		"Identify the language of this text. Answer with the ISO 639-1 code only.\n\nO quarto estava limpo, obrigado.": "pt",
		"What is the language of the text below? Reply with the two-letter code.\n\nText: 방은 깨끗했고 직원들은 친절했습니다.":        "ko",
		"Detect the dominant language.\n<text>La chambre était propre et le personnel très aimable.</text>":            "French",
		"Which language is this?\n\nTHE ROOM WAS CLEAN AND THE STAFF WERE FRIENDLY.":                                   "English",
		"What language is this text? 12345 67": "The language cannot be told from this text.",
		"From the text below, which language does Maria speak? Maria came from Porto to Leeds. She speaks Welsh very well.": "She speaks Welsh very well.",
	} {
		if got := ask(t, p, prompt); got != want {
			t.Errorf("%s\n gives %q, want %q", prompt, got, want)
		}
	}
}

// Many texts of a statement, each a call of its own or all together.
func BenchmarkEmbeddings(b *testing.B) {
	p := provider(b)
	var reqs []model.Request
	for i := range 32 {
		reqs = append(reqs, embedding(fmt.Sprintf("The parcel number %d came a day early and everything works.", i)))
	}
	b.Run("one by one", func(b *testing.B) {
		for b.Loop() {
			for _, req := range reqs {
				if _, err := p.Invoke(b.Context(), req); err != nil {
					b.Fatal(err)
				}
			}
		}
		b.ReportMetric(float64(len(reqs)*b.N)/b.Elapsed().Seconds(), "texts/s")
	})
	b.Run("together", func(b *testing.B) {
		for b.Loop() {
			if _, err := p.InvokeBatch(b.Context(), reqs); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(len(reqs)*b.N)/b.Elapsed().Seconds(), "texts/s")
	})
}

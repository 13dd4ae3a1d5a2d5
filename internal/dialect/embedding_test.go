package dialect_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"airglow/internal/dialect"
	"airglow/internal/model"
	"airglow/internal/neutral"
)

const (
	titanV1 = "amazon.titan-embed-g1-text-02"
	titanV2 = "amazon.titan-embed-text-v2:0"
	cohere3 = "cohere.embed-english-v3"
	cohere4 = "cohere.embed-v4:0"
)

func TestDefaultsOfEmbeddings(t *testing.T) {
	for _, c := range []struct{ id, body, want string }{
		{titanV1, `{"inputText":"q"}`, "{Texts:[q] Dimensions:1536 Normalize:false Purpose: Truncate:none Types:[]}"},
		{titanV2, `{"inputText":"q"}`, "{Texts:[q] Dimensions:1024 Normalize:true Purpose: Truncate:none Types:[]}"},
		{cohere3, `{"texts":["q","r"],"input_type":"search_document"}`, "{Texts:[q r] Dimensions:1024 Normalize:true Purpose:search_document Truncate:none Types:[]}"},
		{"cohere.embed-multilingual-light-v3", `{"texts":["q"],"input_type":"clustering","truncate":"START"}`, "{Texts:[q] Dimensions:384 Normalize:true Purpose:clustering Truncate:start Types:[]}"},
		{cohere4, `{"texts":["q"],"input_type":"clustering","max_tokens":128000}`, "{Texts:[q] Dimensions:1536 Normalize:true Purpose:clustering Truncate:none Types:[]}"},
		{cohere4, `{"inputs":[{"content":[{"type":"text","text":"q"}]}],"input_type":"clustering","max_tokens":5,"truncate":"RIGHT"}`, "{Texts:[q] Dimensions:1536 Normalize:true Purpose:clustering Truncate:end Types:[]}"},
	} {
		got, err := family(t, c.id).DecodeEmbed([]byte(c.body))
		if err != nil || fmt.Sprintf("%+v", got) != c.want {
			t.Errorf("%s %s:\n got %+v, %v\nwant %s", c.id, c.body, got, err, c.want)
		}
	}
}

func TestEmbeddingsAreRefusedInTheServicesWords(t *testing.T) {
	many := `["` + strings.Repeat(`q","`, 96) + `q"]`
	for _, c := range []struct{ id, body, want string }{
		{titanV1, `{"inputText":"q","dimensions":256}`, "#: extraneous key [dimensions] is not permitted"},
		{titanV1, `{"inputText":"` + strings.Repeat("q", 50001) + `"}`, "#/inputText: expected maxLength: 50000, actual: 50001"},
		{titanV2, `{}`, "#: required key [inputText] not found"},
		{titanV2, `{"inputText":"","dimensions":100,"normalize":"x"}`, "#/inputText: expected minLength: 1, actual: 0#/dimensions: 100 is not a valid enum value#/normalize: expected type: Boolean, found: String"},
		{titanV2, `{"inputText":"q","embeddingTypes":["int8"]}`, "#/embeddingTypes/0: int8 is not a valid enum value"},
		{cohere3, `{"texts":["q"]}`, "#: required key [input_type] not found"},
		{cohere3, `{"input_type":"clustering"}`, "#: required key [texts] not found"},
		{cohere3, `{"texts":[],"input_type":"x"}`, "#/input_type: x is not a valid enum value#/texts: expected minimum item count: 1, found: 0"},
		{cohere3, `{"texts":` + many + `,"input_type":"clustering","truncate":"RIGHT"}`, "#/truncate: RIGHT is not a valid enum value#/texts: expected maximum item count: 96, found: 97"},
		{cohere3, `{"texts":["` + strings.Repeat("é", 2049) + `"],"input_type":"clustering"}`, "#/texts/0: expected maxLength: 2048, actual: 2049"},
		{cohere4, `{"texts":["q"],"input_type":"clustering","output_dimension":100}`, "#/output_dimension: 100 is not a valid enum value"},
		{cohere4, `{"inputs":[5,{},{"content":[{"type":"x"}]}],"input_type":"clustering"}`, "#/inputs/0: expected type: JSONObject, found: Integer#/inputs/1: required key [content] not found#/inputs/2/content/0/type: x is not a valid enum value"},
	} {
		_, err := family(t, c.id).DecodeEmbed([]byte(c.body))
		var e *model.Error
		want := "Malformed input request: " + c.want + ", please reformat your input and try again."
		if !errors.As(err, &e) || e.Kind != model.Invalid || e.Message != want {
			t.Errorf("%s %.80s:\n got %v\nwant %s", c.id, c.body, err, want)
		}
	}
}

func TestWhatAnEmbedCannotCarryIsUnsupported(t *testing.T) {
	for _, c := range []struct{ id, body, want string }{
		{cohere3, `{"texts":["q"],"input_type":"clustering","embedding_types":["float","int8"]}`, "type int8 can be computed by the model itself alone"},
		{cohere4, `{"texts":["q"],"input_type":"clustering","embedding_types":["uint8"]}`, "type uint8 can be computed by the model itself alone"},
		{cohere3, `{"images":["data:image/png;base64,aa"],"input_type":"image"}`, "embeddings of pictures"},
		{cohere4, `{"inputs":[{"content":[{"type":"image_url","image_url":"data:"}]}],"input_type":"clustering"}`, "embeddings of pictures"},
		{cohere4, `{"texts":["a long text"],"input_type":"clustering","max_tokens":5}`, "max_tokens"},
	} {
		_, err := family(t, c.id).DecodeEmbed([]byte(c.body))
		if model.KindOf(err) != model.Unsupported || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.body, err)
		}
	}
	q := neutral.Embed{Texts: []string{"q"}}
	for _, c := range []struct {
		id, want string
		change   func(*neutral.Embed)
	}{
		{titanV1, "vectors of 1024 dimensions", func(e *neutral.Embed) { e.Dimensions = 1024 }},
		{titanV1, "vectors of length 1", func(e *neutral.Embed) { e.Normalize = true }},
		{titanV2, "vectors of 1536 dimensions", func(e *neutral.Embed) { e.Dimensions = 1536 }},
		{titanV2, "more than one text", func(e *neutral.Embed) { e.Texts = []string{"q", "r"} }},
		{cohere3, "vectors of 384 dimensions", func(e *neutral.Embed) { e.Dimensions = 384 }},
		{cohere4, "vectors of 384 dimensions", func(e *neutral.Embed) { e.Dimensions = 384 }},
		{cohere4, "more than 96 texts", func(e *neutral.Embed) { e.Texts = make([]string, 97) }},
	} {
		e := q
		c.change(&e)
		if _, err := family(t, c.id).EncodeEmbed(e); model.KindOf(err) != model.Unsupported || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want %s", c.id, err, c.want)
		}
	}
}

// A request for bits asks for the floats that they are computed of.
func TestBitsNeedFloats(t *testing.T) {
	e := neutral.Embed{Texts: []string{"q"}, Types: []string{"binary", "ubinary"}, Normalize: true}
	same(t, "Titan", `{"inputText":"q","normalize":true,"embeddingTypes":["float","binary"]}`, func() ([]byte, error) { return family(t, titanV2).EncodeEmbed(e) })
	same(t, "Cohere", `{"texts":["q"],"input_type":"search_document","truncate":"NONE","embedding_types":["float","binary","ubinary"]}`, func() ([]byte, error) { return family(t, cohere3).EncodeEmbed(e) })

	v := neutral.Vectors{Floats: [][]float32{{0.5, -0.5, 0, 1, 1, 1, 1, 1, -1}}, Types: []string{"binary"}}
	same(t, "Titan", `{"embeddingsByType":{"binary":[1,0,0,1,1,1,1,1,0]}}`, func() ([]byte, error) { return family(t, titanV2).EncodeVectors(v) })
	v.ID, v.Types = "40141e4f-2202-4e09-9188-c6ece324b7ba", []string{"ubinary", "binary"}
	same(t, "Cohere", `{"embeddings":{"binary":[[31,-128]],"ubinary":[[159,0]]},"id":"40141e4f-2202-4e09-9188-c6ece324b7ba","response_type":"embeddings_by_type"}`,
		func() ([]byte, error) { return family(t, cohere4).EncodeVectors(v) })
	v.Types = []string{"int8"}
	if _, err := family(t, cohere4).EncodeVectors(v); model.KindOf(err) != model.Unsupported {
		t.Error(err)
	}
}

func TestVectorsThatAreNone(t *testing.T) {
	nan := float32(math.NaN())
	for _, floats := range [][][]float32{nil, {{}}, {{1}, {1, 2}}, {{nan}}, {{1, float32(math.Inf(1))}}} {
		for _, id := range []string{titanV1, titanV2, cohere3, cohere4} {
			if _, err := family(t, id).EncodeVectors(neutral.Vectors{Floats: floats}); model.KindOf(err) != model.BadAnswer {
				t.Errorf("%s, %v: %v", id, floats, err)
			}
		}
	}
	for _, body := range []string{`{}`, `{"embedding":[]}`, `{"embedding":["1"]}`, `{"embedding":[1e99]}`, `{"embedding":[1],"inputTextTokenCount":"x"}`,
		`{"embeddings":[]}`, `{"embeddings":[[1],[1,2]]}`, `{"embeddings":{"int8":[[1]]}}`, `{"embeddings":[[1]],"texts":[5]}`, `5`} {
		for _, id := range []string{titanV2, cohere3} {
			if _, err := family(t, id).DecodeVectors([]byte(body)); model.KindOf(err) != model.BadAnswer {
				t.Errorf("%s, %s: %v", id, body, err)
			}
		}
	}
}

// An id of ours becomes a UUID, the same one each time.
func TestCoheresIDs(t *testing.T) {
	v := neutral.Vectors{ID: "abc", Floats: [][]float32{{1}}}
	one, _ := family(t, cohere3).EncodeVectors(v)
	two, _ := family(t, cohere3).EncodeVectors(v)
	v.ID = "abd"
	other, _ := family(t, cohere3).EncodeVectors(v)
	if string(one) != string(two) || string(one) == string(other) {
		t.Errorf("%s, %s, %s", one, two, other)
	}
	got, err := family(t, cohere3).DecodeVectors(one)
	if err != nil || len(got.ID) != 36 || got.ID[14] != '8' {
		t.Errorf("%q, %v", got.ID, err)
	}
}

// The id of the built-in encoder takes a body of either form.
func TestOwnEncoder(t *testing.T) {
	const own = "airglow.use-lite-en-v1"
	for body, want := range map[string]string{
		`{"inputText":"q"}`: "Airglow's encoder, one text {Texts:[q] Dimensions:512 Normalize:true Purpose: Truncate:none Types:[]}",
		`{"inputText":"q","dimensions":7,"normalize":false}`:                                  "Airglow's encoder, one text {Texts:[q] Dimensions:7 Normalize:false Purpose: Truncate:none Types:[]}",
		`{"texts":["q","r"],"input_type":"clustering"}`:                                       "Airglow's encoder, several texts {Texts:[q r] Dimensions:512 Normalize:true Purpose:clustering Truncate:none Types:[]}",
		`{"texts":["q"],"input_type":"search_query","output_dimension":8,"truncate":"RIGHT"}`: "Airglow's encoder, several texts {Texts:[q] Dimensions:8 Normalize:true Purpose:search_query Truncate:end Types:[]}",
	} {
		f, ok := dialect.ForRequest(model.Request{Model: own, Body: []byte(body)})
		embed, err := f.DecodeEmbed([]byte(body))
		if got := fmt.Sprintf("%s %+v", f.Name(), embed); !ok || err != nil || got != want {
			t.Errorf("%s: %s, %v", body, got, err)
		}
		if out, err := f.EncodeEmbed(embed); err != nil {
			t.Errorf("%s: %s, %v", body, out, err)
		} else if again, err := f.DecodeEmbed(out); err != nil || fmt.Sprint(again) != fmt.Sprint(embed) {
			t.Errorf("%s was written as %s", body, out)
		}
	}
	for body, want := range map[string]string{
		`{}`:                                     "required key [inputText] not found",
		`{"inputText":"q","dimensions":0}`:       "0 is not greater or equal to 1",
		`{"inputText":"q","dimensions":"x"}`:     "expected type: Integer",
		`{"texts":["q"]}`:                        "required key [inputText] not found",
		`{"texts":[],"input_type":"clustering"}`: "#/texts",
	} {
		f, _ := dialect.ForRequest(model.Request{Model: own, Body: []byte(body)})
		if _, err := f.DecodeEmbed([]byte(body)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", body, err)
		}
	}
}

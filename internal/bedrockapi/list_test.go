package bedrockapi_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrock"
	"github.com/aws/aws-sdk-go-v2/service/bedrock/types"

	"airglow/internal/infer"
)

func listed(t *testing.T, k *kit, in *bedrock.ListFoundationModelsInput) string {
	t.Helper()
	out, err := k.bedrock().ListFoundationModels(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, m := range out.ModelSummaries {
		lines = append(lines, *m.ModelName+"|"+*m.ModelId+"|"+*m.ProviderName)
	}
	return strings.Join(lines, "\n")
}

// TestListFoundationModels: what rules name, what of the known their wildcards
// match, and nothing else.
func TestListFoundationModels(t *testing.T) {
	k := start(t, nil, nil)
	got := listed(t, k, &bedrock.ListFoundationModelsInput{})
	want := `Titan Text Embeddings V2|amazon.titan-embed-text-v2:0|Amazon
Titan Text G1 - Express|amazon.titan-text-express-v1|Amazon
Claude 3.5 Haiku|anthropic.claude-3-5-haiku-20241022-v1:0|Anthropic
Claude 3.5 Sonnet|anthropic.claude-3-5-sonnet-20240620-v1:0|Anthropic
Claude 3.5 Sonnet v2|anthropic.claude-3-5-sonnet-20241022-v2:0|Anthropic
Claude 3.7 Sonnet|anthropic.claude-3-7-sonnet-20250219-v1:0|Anthropic
Claude 3 Haiku|anthropic.claude-3-haiku-20240307-v1:0|Anthropic
Claude 3 Opus|anthropic.claude-3-opus-20240229-v1:0|Anthropic
Claude 3 Sonnet|anthropic.claude-3-sonnet-20240229-v1:0|Anthropic
qwen3|local.qwen3|Local
model-v1|streams.model-v1|streams`
	if got != want {
		t.Errorf("listed\n%s\nwant\n%s", got, want)
	}
	for name, c := range map[string]struct {
		in   bedrock.ListFoundationModelsInput
		want int
	}{
		"a provider":    {bedrock.ListFoundationModelsInput{ByProvider: aws.String("amazon")}, 2},
		"embeddings":    {bedrock.ListFoundationModelsInput{ByOutputModality: types.ModelModalityEmbedding}, 1},
		"texts":         {bedrock.ListFoundationModelsInput{ByOutputModality: types.ModelModalityText}, 10},
		"on demand":     {bedrock.ListFoundationModelsInput{ByInferenceType: types.InferenceTypeOnDemand}, 11},
		"provisioned":   {bedrock.ListFoundationModelsInput{ByInferenceType: types.InferenceTypeProvisioned}, 0},
		"customised":    {bedrock.ListFoundationModelsInput{ByCustomizationType: types.ModelCustomizationFineTuning}, 0},
		"two at a time": {bedrock.ListFoundationModelsInput{ByProvider: aws.String("Amazon"), ByOutputModality: types.ModelModalityText}, 1},
	} {
		got := listed(t, k, &c.in)
		if n := len(strings.Split(got, "\n")); n != c.want && (c.want != 0 || got != "") {
			t.Errorf("%s: %d models, want %d", name, n, c.want)
		}
	}
	_, err := k.bedrock().ListFoundationModels(t.Context(), &bedrock.ListFoundationModelsInput{ByOutputModality: "SMELL"})
	wantCode(t, err, "ValidationException", 400)
}

func TestGetFoundationModel(t *testing.T) {
	k := start(t, nil, nil)
	for _, id := range []string{haiku, "arn:aws:bedrock:eu-north-1::foundation-model/" + haiku} {
		out, err := k.bedrock().GetFoundationModel(t.Context(), &bedrock.GetFoundationModelInput{ModelIdentifier: aws.String(id)})
		if err != nil {
			t.Fatal(err)
		}
		d := out.ModelDetails
		got := fmt.Sprint(*d.ModelArn, *d.ModelName, d.InputModalities, d.OutputModalities, *d.ResponseStreamingSupported, d.InferenceTypesSupported, d.ModelLifecycle.Status)
		if want := "arn:aws:bedrock:eu-north-1::foundation-model/" + haiku + "Claude 3 Haiku[TEXT IMAGE] [TEXT] true [ON_DEMAND]LEGACY"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	for _, id := range []string{"local.qwen3", "qwen3"} { // by both names
		out, err := k.bedrock().GetFoundationModel(t.Context(), &bedrock.GetFoundationModelInput{ModelIdentifier: aws.String(id)})
		if err != nil || *out.ModelDetails.ModelId != "local.qwen3" {
			t.Errorf("%s: %v", id, err)
		}
	}
	_, err := k.bedrock().GetFoundationModel(t.Context(), &bedrock.GetFoundationModelInput{ModelIdentifier: aws.String("amazon.nova-lite-v1:0")})
	wantCode(t, err, "ResourceNotFoundException", 404)
}

// TestTheEncoderIsListed where a wildcard has somebody answer it, by what it is.
func TestTheEncoderIsListed(t *testing.T) {
	const id = "airglow.use-lite-en-v1"
	for _, pattern := range []string{"*", "airglow.*", id} {
		k := start(t, nil, withRules(t, infer.Rule{Pattern: pattern, Provider: "scripted"}))
		got := listed(t, k, &bedrock.ListFoundationModelsInput{ByProvider: aws.String("Airglow"), ByOutputModality: types.ModelModalityEmbedding})
		if want := "Universal Sentence Encoder Lite|" + id + "|Airglow"; got != want {
			t.Errorf("%s: listed %q", pattern, got)
		}
		out, err := k.bedrock().GetFoundationModel(t.Context(), &bedrock.GetFoundationModelInput{ModelIdentifier: aws.String(id)})
		if err != nil {
			t.Errorf("%s: %v", pattern, err)
		} else if d := out.ModelDetails; fmt.Sprint(d.OutputModalities, *d.ResponseStreamingSupported) != "[EMBEDDING] false" {
			t.Errorf("%s: shown as %+v", pattern, d)
		}
		if _, err := invoke(k, id, `{"inputText":"x"}`); err != nil {
			t.Errorf("%s: %v", pattern, err)
		}
	}
	if got := listed(t, start(t, nil, nil), &bedrock.ListFoundationModelsInput{ByProvider: aws.String("Airglow")}); got != "" {
		t.Errorf("listed %q though nobody answers it", got)
	}
}

// TestStreamingIsAnnouncedWhereItIs: not of embeddings, nor of texts of a family
// that has no stream.
func TestStreamingIsAnnouncedWhereItIs(t *testing.T) {
	k := start(t, nil, withRules(t, infer.Rule{Pattern: "*", Provider: "scripted"}, infer.Rule{Pattern: "qwen3", Provider: "scripted"}))
	for id, want := range map[string]bool{
		"ai21.j2-mid-v1": false, "ai21.j2-ultra-v1": false, "amazon.titan-embed-text-v2:0": false,
		"ai21.jamba-1-5-mini-v1:0": true, "amazon.titan-text-express-v1": true, "amazon.nova-lite-v1:0": true, haiku: true,
		"cohere.command-text-v14": true, "cohere.command-r-v1:0": true, "deepseek.r1-v1:0": true,
		"meta.llama3-8b-instruct-v1:0": true, "mistral.mistral-7b-instruct-v0:2": true, "local.qwen3": true,
	} {
		out, err := k.bedrock().GetFoundationModel(t.Context(), &bedrock.GetFoundationModelInput{ModelIdentifier: aws.String(id)})
		if err != nil {
			t.Errorf("%s: %v", id, err)
		} else if got := *out.ModelDetails.ResponseStreamingSupported; got != want {
			t.Errorf("%s: streaming is said to be %t", id, got)
		}
	}
}

func TestAvailability(t *testing.T) {
	k := start(t, nil, nil)
	get := func(id string) (*bedrock.GetFoundationModelAvailabilityOutput, error) {
		return k.bedrock().GetFoundationModelAvailability(t.Context(), &bedrock.GetFoundationModelAvailabilityInput{ModelId: aws.String(id)})
	}
	out, err := get("local.qwen3")
	if err != nil || out.AgreementAvailability.Status != types.AgreementStatusAvailable || out.AuthorizationStatus != types.AuthorizationStatusAuthorized ||
		out.EntitlementAvailability != types.EntitlementAvailabilityAvailable || out.RegionAvailability != types.RegionAvailabilityAvailable {
		t.Errorf("got %+v, %v", out, err)
	}
	if _, err := get("qwen3"); err != nil {
		t.Error(err)
	}
	// The second is answered, by a wildcard, and is none that GetFoundationModel knows.
	for _, id := range []string{"amazon.nova-lite-v1:0", "anthropic.claude-3-nobody-v1:0"} {
		_, err = get(id)
		wantCode(t, err, "ResourceNotFoundException", 404)
	}
}

// TestTheListedCanBeInvoked by the ids that they are listed under.
func TestTheListedCanBeInvoked(t *testing.T) {
	k := start(t, telling(nil), nil)
	out, err := k.bedrock().ListFoundationModels(t.Context(), &bedrock.ListFoundationModelsInput{ByOutputModality: types.ModelModalityText})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range out.ModelSummaries {
		if *m.ModelId == streaming {
			continue // its answerer streams only
		}
		if _, err := invoke(k, *m.ModelId, `{}`); err != nil {
			t.Errorf("%s: %v", *m.ModelId, err)
		}
	}
	if _, err := invoke(k, "local.qwen3", `{}`); err != nil || k.provider.last(t).Model != "qwen3" {
		t.Errorf("local.qwen3 went to %+v, %v", k.provider.last(t), err)
	}
}

func TestInferenceProfiles(t *testing.T) {
	k := start(t, nil, nil)
	const id = "us.anthropic.claude-3-haiku-20240307-v1:0"
	out, err := k.bedrock().ListInferenceProfiles(t.Context(), &bedrock.ListInferenceProfilesInput{})
	if err != nil || len(out.InferenceProfileSummaries) != 1 {
		t.Fatalf("listed %+v, %v", out, err)
	}
	p := out.InferenceProfileSummaries[0]
	if *p.InferenceProfileId != id || *p.InferenceProfileName != "US Anthropic Claude 3 Haiku" || *p.Models[0].ModelArn != "arn:aws:bedrock:eu-north-1::foundation-model/"+haiku {
		t.Errorf("listed %+v", p)
	}
	if out, err = k.bedrock().ListInferenceProfiles(t.Context(), &bedrock.ListInferenceProfilesInput{TypeEquals: types.InferenceProfileTypeApplication}); err != nil || len(out.InferenceProfileSummaries) != 0 {
		t.Errorf("applications' are %+v, %v", out, err)
	}
	got, err := k.bedrock().GetInferenceProfile(t.Context(), &bedrock.GetInferenceProfileInput{InferenceProfileIdentifier: p.InferenceProfileArn})
	if err != nil || *got.InferenceProfileId != id {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := invoke(k, *p.InferenceProfileArn, `{}`); err != nil || k.provider.last(t).Model != id {
		t.Errorf("invoked by its ARN: %v", err)
	}
	_, err = k.bedrock().GetInferenceProfile(t.Context(), &bedrock.GetInferenceProfileInput{InferenceProfileIdentifier: aws.String("eu.amazon.nova-lite-v1:0")})
	wantCode(t, err, "ResourceNotFoundException", 404)
}

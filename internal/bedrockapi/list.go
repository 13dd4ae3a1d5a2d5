package bedrockapi

import (
	"net/http"
	"slices"
	"strings"

	"airglow/internal/dialect"
	"airglow/internal/neutral"
)

// modelSummary is a model as ListFoundationModels has it.
type modelSummary struct {
	ModelARN                   string    `json:"modelArn"`
	ModelID                    string    `json:"modelId"`
	ModelName                  string    `json:"modelName"`
	ProviderName               string    `json:"providerName"`
	InputModalities            []string  `json:"inputModalities"`
	OutputModalities           []string  `json:"outputModalities"`
	ResponseStreamingSupported bool      `json:"responseStreamingSupported"`
	CustomizationsSupported    []string  `json:"customizationsSupported"`
	InferenceTypesSupported    []string  `json:"inferenceTypesSupported"`
	ModelLifecycle             lifecycle `json:"modelLifecycle"`
}

type lifecycle struct {
	Status string `json:"status"`
}

// summary is a model for a client of a region. Each is answered on demand, and
// a text in pieces where its family has any: one that comes whole is made pieces of.
func summary(m knownModel, region string) modelSummary {
	s := modelSummary{
		ModelARN: "arn:aws:bedrock:" + region + "::foundation-model/" + m.id, ModelID: m.id, ModelName: m.name, ProviderName: m.provider,
		InputModalities: modalities(m.input), OutputModalities: modalities(m.output),
		ResponseStreamingSupported: streams(m),
		CustomizationsSupported:    []string{}, InferenceTypesSupported: []string{onDemand}, ModelLifecycle: lifecycle{"ACTIVE"},
	}
	if m.legacy {
		s.ModelLifecycle.Status = "LEGACY"
	}
	return s
}

// streams reports whether a model's answers come in pieces: those of a family that
// has no stream, such as Jurassic-2, are refused as one.
func streams(m knownModel) bool {
	if !strings.Contains(m.output, "T") {
		return false
	}
	family, ok := dialect.ForModel(m.id)
	if !ok {
		return true // the body will tell the family
	}
	_, err := family.StreamEncoder(neutral.Result{})
	return err == nil
}

const onDemand = "ON_DEMAND"

// filters are those of ListFoundationModels with the values that the API knows.
// No model is customised.
var filters = []struct {
	name    string
	allowed []string
	passes  func(m modelSummary, value string) bool
}{
	{"byProvider", nil, func(m modelSummary, v string) bool { return strings.EqualFold(m.ProviderName, v) }},
	{"byCustomizationType", []string{"FINE_TUNING", "CONTINUED_PRE_TRAINING", "DISTILLATION"},
		func(m modelSummary, v string) bool { return slices.Contains(m.CustomizationsSupported, v) }},
	{"byOutputModality", []string{"TEXT", "IMAGE", "EMBEDDING"},
		func(m modelSummary, v string) bool { return slices.Contains(m.OutputModalities, v) }},
	{"byInferenceType", []string{onDemand, "PROVISIONED"},
		func(m modelSummary, v string) bool { return slices.Contains(m.InferenceTypesSupported, v) }},
}

// listModels is ListFoundationModels.
func (s *Server) listModels(x *exchange) error {
	query := x.r.URL.Query()
	list := []modelSummary{}
	for _, m := range s.models.listed {
		list = append(list, summary(m, x.who.region))
	}
	for _, f := range filters {
		value := query.Get(f.name)
		if value == "" {
			continue
		}
		if f.allowed != nil && !slices.Contains(f.allowed, value) {
			return invalid("1 validation error detected: Value at '%s' failed to satisfy constraint: Member must satisfy enum value set: [%s]",
				f.name, strings.Join(f.allowed, ", "))
		}
		list = slices.DeleteFunc(list, func(m modelSummary) bool { return !f.passes(m, value) })
	}
	return x.sendJSON(map[string]any{"modelSummaries": list})
}

// getModel is GetFoundationModel.
func (s *Server) getModel(x *exchange) error {
	m, ok := s.models.find(x.subject)
	if !ok {
		return noSuchModel()
	}
	return x.sendJSON(map[string]any{"modelDetails": summary(m, x.who.region)})
}

// getAvailability is GetFoundationModelAvailability, of the models that
// GetFoundationModel knows. Who may ask may call.
func (s *Server) getAvailability(x *exchange) error {
	if _, ok := s.models.find(x.subject); !ok {
		return noSuchModel()
	}
	return x.sendJSON(map[string]any{
		"modelId": bareID(x.subject), "agreementAvailability": map[string]string{"status": "AVAILABLE"},
		"authorizationStatus": "AUTHORIZED", "entitlementAvailability": "AVAILABLE", "regionAvailability": "AVAILABLE",
	})
}

func noSuchModel() error {
	return refuse(http.StatusNotFound, "ResourceNotFoundException",
		"The model map has no such model. Name it in a [[models]] rule of the configuration, or see ListFoundationModels.")
}

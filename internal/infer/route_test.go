package infer

import (
	"strings"
	"testing"

	"airglow/internal/model"
)

func TestRoute(t *testing.T) {
	providers := map[string]model.Provider{}
	for _, name := range []string{"bedrock", "local", Builtin} {
		providers[name] = echo(name)
	}
	m, err := NewMap([]Rule{
		{Pattern: "amazon.titan-*", Service: model.Bedrock, Provider: Builtin, Target: "extractive"},
		{Pattern: "haiku", Provider: "bedrock", Target: "haiku"},
		{Pattern: "haiku-old", Provider: "bedrock", Target: "haiku"},
		{Pattern: "llama", Provider: "local"},
		{Pattern: "own", Provider: Builtin},
		{Pattern: "l*", Provider: "bedrock"},
	}, providers, map[model.Service]string{model.Bedrock: "bedrock", model.Comprehend: Builtin})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		service                 model.Service
		asked, provider, target string
		substituted             bool
	}{
		{model.Bedrock, "amazon.titan-text-express-v1", Builtin, "extractive", true},
		{model.Bedrock, "haiku", "bedrock", "haiku", false},
		{model.Bedrock, "haiku-old", "bedrock", "haiku", true},
		{model.SageMaker, "llama", "local", "llama", false},
		{model.Bedrock, "own", Builtin, "own", true},
		{model.Bedrock, "lx", "bedrock", "lx", false},
		{model.Bedrock, "unheard", "bedrock", "unheard", false},
		{model.Comprehend, "sentiment", Builtin, "sentiment", true},
	} {
		routes, err := m.Routes(model.Request{Service: c.service, Model: c.asked})
		if err != nil || len(routes) != 1 {
			t.Fatalf("%s: %d routes, %v", c.asked, len(routes), err)
		}
		route := routes[0]
		if route.Provider.Name() != c.provider || route.Request.TargetModel() != c.target || route.Request.Model != c.asked || route.Substituted != c.substituted {
			t.Errorf("%s: %+v, %v", c.asked, route, err)
		}
	}
	// the first rule is for Bedrock only, and SageMaker has no default
	if _, err := m.Routes(model.Request{Service: model.SageMaker, Model: "amazon.titan-x"}); model.KindOf(err) != model.NotConfigured {
		t.Errorf("error %v", err)
	}
	for service, parts := range map[model.Service][]string{
		model.SageMaker:  {"SageMaker endpoint", "--aws-region", "[aws]", "nobody else answers"},
		model.Comprehend: {"Comprehend operation", "--aws-region", `or map it to the built-in models ([[models]] match = "amazon.titan-x" provider = "builtin")`},
	} {
		_, err := (&Map{}).Routes(model.Request{Service: service, Model: "amazon.titan-x"})
		if model.KindOf(err) != model.NotConfigured {
			t.Fatalf("error %v", err)
		}
		for _, part := range parts {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%q does not say %q", err, part)
			}
		}
	}
}

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
	_, err = m.Routes(model.Request{Service: model.SageMaker, Model: "amazon.titan-x"})
	if model.KindOf(err) != model.NotConfigured {
		t.Fatalf("error %v", err)
	}
	for _, part := range []string{"SageMaker endpoint", "--aws-region", "[aws]", `[[models]] match = "amazon.titan-x" provider = "builtin"`} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not say %q", err, part)
		}
	}
}

func TestNewMapNamesFaultyRules(t *testing.T) {
	_, err := NewMap([]Rule{
		{Pattern: "ok", Provider: "bedrock"},
		{Pattern: "x*", Provider: "bedrok"},
		{Provider: "bedrock"},
		{Pattern: "y"},
		{Pattern: "z", Provider: "bedrock", Service: "bedrock"},
	}, map[string]model.Provider{"bedrock": echo("bedrock"), Builtin: echo(Builtin)}, map[model.Service]string{model.SageMaker: "sage"})
	if err == nil {
		t.Fatal("no error")
	}
	want := []string{
		`[[models]] rule 2 (match "x*"): no provider "bedrok" is set up; set up are bedrock, builtin`,
		`[[models]] rule 3 (match ""): match is empty; write a model id, or "*" for every model`,
		`[[models]] rule 4 (match "y"): provider is missing; set up are bedrock, builtin`,
		`[[models]] rule 5 (match "z"): unknown service "bedrock"; it is Bedrock, SageMaker or Comprehend`,
		`default provider of SageMaker: no provider "sage" is set up; set up are bedrock, builtin`,
	}
	if err.Error() != strings.Join(want, "\n") {
		t.Errorf("got\n%v", err)
	}
}

func TestLimitsOfAModel(t *testing.T) {
	rules := []Rule{
		{Pattern: "haiku-*", Provider: "bedrock", Target: "haiku", Limits: Limits{CallsPerMinute: 1}},
		{Pattern: "nova-*", Provider: "bedrock", Limits: Limits{CallsPerMinute: 2}},
		{Pattern: "*", Provider: "bedrock", Limits: Limits{CallsPerMinute: 3}},
		{Pattern: "haiku-*", Provider: Builtin, Limits: Limits{CallsPerMinute: 4}},
	}
	providers := map[string]model.Provider{"bedrock": echo("bedrock"), Builtin: echo(Builtin)}
	m, err := NewMap(rules, providers, nil)
	if err != nil {
		t.Fatal(err)
	}
	for asked, want := range map[string]int{"haiku-old": 1, "haiku": 1, "nova-2": 2, "other": 3} {
		routes, err := m.Routes(model.Request{Service: model.Bedrock, Model: asked})
		if err != nil || m.limits(routes[0]).CallsPerMinute != want {
			t.Errorf("%s: %+v, %v", asked, routes, err)
		}
	}
	if (&Map{}).limits(Route{Provider: providers["bedrock"]}) != (Limits{}) {
		t.Error("limits without a rule")
	}
	rules = append(rules, Rule{Pattern: "x", Provider: "bedrock", Target: "haiku", Limits: Limits{CallsPerMinute: 9}})
	want := `[[models]] rule 5 (match "x"): its limits for "haiku" differ from those of rule 1`
	if _, err := NewMap(rules, providers, nil); err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

func TestNothingIsConfigured(t *testing.T) {
	_, err := New(Options{}).Call(t.Context(), ask(`{}`))
	if model.KindOf(err) != model.NotConfigured {
		t.Errorf("error %v", err)
	}
}

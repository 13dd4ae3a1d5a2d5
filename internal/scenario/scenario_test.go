package scenario

import (
	"flag"
	"path/filepath"
	"strings"
	"testing"

	"airglow/internal/config"
)

var update = flag.String("update", "", "write what the scenarios expect: new (where they leave it out) or all")

// modelMap routes the models that the scenarios name. What it does not name is
// answered by nobody.
func modelMap(c *config.Config) {
	c.Models = []config.ModelRule{
		{Match: "amazon.nova-*", Provider: "builtin"},
		{Match: "mistral.pixtral-*", Provider: "builtin"},
		{Match: "ai21.jamba-*", Provider: "builtin"},
		{Match: "openai.*", Provider: "builtin"},
		{Match: "qwen.*", Provider: "builtin"},
		{Match: "local.*", Provider: "builtin"},
		{Match: "falls-*", Provider: "scripted", Target: "s-first", TimeoutMS: 20000, CallsPerMinute: 600000,
			Fallbacks: []config.Fallback{{Provider: "scripted", Target: "s-second"}}},
		{Match: "meta.llama3-lenient-*", Provider: "builtin", Lenient: true},
		{Match: "airglow.*", Provider: "builtin"},
		{Match: "amazon.titan-embed-text-v2*", Provider: "builtin"},
		{Match: "cohere.embed-*", Provider: "builtin"},
		{Match: "mapped-*", Provider: "scripted", Target: "the-other-model"},
		{Match: "anthropic.claude-3-opus-*", Provider: "builtin"},
		{Match: "anthropic.claude-v2*", Provider: "builtin"},
		{Match: "*meta.llama*", Provider: "builtin"},
		{Match: "mistral.*", Provider: "builtin"},
		{Match: "us.deepseek.*", Provider: "builtin"},
		{Match: "ai21.*", Provider: "builtin"},
		{Match: "cohere.command*", Provider: "builtin"},
		{Match: "amazon.*", Provider: "scripted"},
		{Match: "anthropic.*", Provider: "scripted"},
		{Match: "us.anthropic.*", Provider: "scripted"},
		{Match: "arn:aws:bedrock:*", Service: "Bedrock", Provider: "scripted"},
		{Match: "s-*", Provider: "scripted"},
		{Match: "random-cut-forest-model-demo", Provider: "scripted"},
		{Match: "sentiment", Service: "Comprehend", Provider: "scripted"},
	}
}

func TestScenarios(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.test")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	runner := NewRunner(t, modelMap)
	runner.Update = Update(*update)
	for _, lookahead := range []string{"ON", "OFF"} {
		for _, path := range paths {
			t.Run(strings.TrimSuffix(filepath.Base(path), ".test")+" with lookahead "+lookahead, func(t *testing.T) {
				f, err := Read(path)
				if err != nil {
					t.Fatal(err)
				}
				// A scenario before may have started the server anew.
				// What one left unfinished is not for the next to resume.
				runner.kit.Exec("SET GLOBAL airglow_lookahead = "+lookahead, "SET GLOBAL airglow_reuse = 'statement'")
				runner.Run(t, f)
			})
		}
	}
}

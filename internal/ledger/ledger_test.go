package ledger_test

import (
	"testing"

	"airglow/internal/ledger"
	"airglow/internal/model"
)

func TestMoney(t *testing.T) {
	for amount, want := range map[float64][2]string{
		0:           {"$0.00", "0.000000000000"},
		0.44:        {"$0.44", "0.440000000000"},
		12.345:      {"$12.35", "12.345000000000"},
		0.000037600: {"$0.000038", "0.000037600000"},
		0.004:       {"$0.0040", "0.004000000000"},
		-1.5:        {"-$1.50", "-1.500000000000"},
	} {
		m := ledger.Dollars(amount)
		if m.String() != want[0] || m.Decimal() != want[1] {
			t.Errorf("%v: %s, %s; want %s", amount, m, m.Decimal(), want)
		}
	}
}

func TestCost(t *testing.T) {
	p := ledger.Price{Input: 1, Output: 5, CacheRead: 0.1, CacheWrite: 1.25}
	u := model.Usage{Known: true, InputTokens: 1000, OutputTokens: 100, CacheReadTokens: 10_000, CacheWriteTokens: 400}
	if got := p.Cost(u); got == nil || *got != ledger.Dollars(0.001+0.0005+0.001+0.0005) {
		t.Errorf("%v", got)
	}
	if p.Cost(model.Usage{InputTokens: 5}) != nil {
		t.Error("a usage that is not known has a cost")
	}
}

// Every known model of the walkthrough has one price, whatever its id looks like.
func TestDefaultPrices(t *testing.T) {
	for id, want := range map[string]float64{
		"anthropic.claude-3-haiku-20240307-v1:0":                                            0.25,
		"us.anthropic.claude-haiku-4-5-20251001-v1:0":                                       1,
		"arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-text-express-v1":          0.20,
		"arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.amazon.nova-lite-v1:0": 0.06,
		"anthropic.claude-opus-4-20250514-v1:0":                                             15,
		"qwen3:4b":                                                                          -1,
	} {
		got := -1.0
		for _, p := range ledger.DefaultPrices() {
			if p.Covers(id) {
				if got >= 0 {
					t.Errorf("%s has two prices", id)
				}
				got = p.Input
			}
		}
		if got != want {
			t.Errorf("%s: %v, want %v", id, got, want)
		}
	}
	for _, p := range ledger.DefaultPrices() {
		if p.Input <= 0 || p.Output < 0 || p.CacheRead > p.Input {
			t.Errorf("%+v", p)
		}
	}
}

func TestReuseNames(t *testing.T) {
	for i, name := range ledger.ReuseNames() {
		if got, ok := ledger.ParseReuse(name); !ok || int(got) != i || got.String() != name {
			t.Errorf("%s: %v, %t", name, got, ok)
		}
	}
	if _, ok := ledger.ParseReuse("sometimes"); ok {
		t.Error("sometimes is a mode")
	}
}

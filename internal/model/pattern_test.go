package model_test

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"airglow/internal/model"
)

func TestMatch(t *testing.T) {
	arn := "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-3-haiku-20240307-v1:0"
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"m", "m", true}, {"m", "M", false}, {"m", "mm", false}, {"", "", true}, {"", "m", false},
		{"*", "", true}, {"*", arn, true}, {"**", "m", true}, {"?", "m", true}, {"?", "", false}, {"?", "é", true}, {"?", "mm", false},
		{"anthropic.*", "anthropic.claude-v2", true}, {"anthropic.*", "us.anthropic.claude-v2", false},
		{"*anthropic.claude-3-haiku*", arn, true}, {"arn:*/us.*", arn, true}, {"arn:*/eu.*", arn, false},
		{"*a*b*c", "xaybzc", true}, {"*a*b*c", "xaybz", false}, {"a*a", "a", false}, {"a*a", "aa", true},
		{"m[1]", "m[1]", true}, {"m.1", "mx1", false}, {"*b", "*ab", true}, {`a\*`, "a*", false},
	} {
		if got := model.Match(c.pattern, c.name); got != c.want {
			t.Errorf("Match(%q, %q) = %v", c.pattern, c.name, got)
		}
	}
}

// FuzzMatch compares Match with the regular expression that says the same.
func FuzzMatch(f *testing.F) {
	f.Add("a*b?c", "aXXbYc")
	f.Add("**?*", "")
	f.Add("*:0", "claude-v1:0")
	f.Add("*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaa")
	f.Fuzz(func(t *testing.T, pattern, name string) {
		if len(pattern) > 200 || len(name) > 200 || !utf8.ValidString(pattern) || !utf8.ValidString(name) {
			t.Skip("a slow pattern, or one that is no text, is not what is compared")
		}
		var expr strings.Builder
		for _, r := range pattern {
			switch r {
			case '*':
				expr.WriteString(".*")
			case '?':
				expr.WriteString(".")
			default:
				expr.WriteString(regexp.QuoteMeta(string(r)))
			}
		}
		want := regexp.MustCompile(`(?s)\A` + expr.String() + `\z`).MatchString(name)
		if got := model.Match(pattern, name); got != want {
			t.Errorf("Match(%q, %q) = %v", pattern, name, got)
		}
	})
}

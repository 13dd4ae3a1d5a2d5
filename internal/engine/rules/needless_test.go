package rules

import (
	"maps"
	"slices"
	"testing"

	"github.com/dolthub/go-mysql-server/sql/analyzer"
)

// TestRuleNeeds finds every rule that is named among the engine's, and the one
// that is left out: another version of the engine may have others.
func TestRuleNeeds(t *testing.T) {
	named := map[string]bool{}
	overrides := 0
	for _, rule := range slices.Concat(analyzer.OnceBeforeDefault, analyzer.DefaultRules, analyzer.OnceAfterDefault,
		analyzer.DefaultValidationRules, analyzer.OnceAfterAll) {
		named[rule.Id.String()] = true
		if isFunction(rule.Apply, overridesRule) {
			overrides++
		}
	}
	wrapped := []string{groupByRule, unnestRule, unnestExistsRule, hoistRule, indexRule, applyTriggersRule, loadTriggersRule}
	for _, name := range slices.AppendSeq(wrapped, maps.Keys(ruleNeeds())) {
		if !named[name] {
			t.Errorf("the engine has no rule %s", name)
		}
	}
	if overrides != 1 {
		t.Errorf("%d rules are %s", overrides, overridesRule)
	}
}

// TestOurRulesAlwaysRun asks the engine's selections of rules for the id of ours.
func TestOurRulesAlwaysRun(t *testing.T) {
	for i, selection := range []func(analyzer.RuleSelector) analyzer.RuleSelector{
		analyzer.NewProcRuleSelector, analyzer.NewResolveSubqueryExprSelector,
		analyzer.NewFinalizeSubquerySel, analyzer.NewFinalizeUnionSel,
	} {
		if !selection(analyzer.DefaultRuleSelector)(ID) {
			t.Errorf("selection %d leaves out our rules", i)
		}
	}
}

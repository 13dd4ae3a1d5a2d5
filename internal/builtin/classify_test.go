package builtin_test

import (
	_ "embed"
	"strings"
	"testing"

	"airglow/internal/builtin"
)

// Texts with the class that a person would put them in, and before them the classes
// to choose from. The first were looked at while the classifier was made. Of the
// others, the last three lists were written when it was done.
var (
	//go:embed testdata/classes-tuned.txt
	tunedClasses string
	//go:embed testdata/classes-heldout.txt
	heldOutClasses string
)

// classified asks for the class of each text, and counts the right ones.
func classified(t *testing.T, p *builtin.Provider, cases string) (right, all int) {
	var labels []string
	for line := range strings.Lines(cases) {
		line = strings.TrimSpace(line)
		if list, ok := strings.CutPrefix(line, "= "); ok {
			labels = strings.Split(list, " | ")
			continue
		}
		want, text, _ := strings.Cut(line, "\t")
		all++
		got := ask(t, p, "Classify the following text as one of: "+strings.Join(labels, ", ")+".\n\n"+text)
		if got == want {
			right++
		} else {
			t.Logf("%s, not %s: %s", got, want, text)
		}
	}
	return right, all
}

func TestClassesOfTexts(t *testing.T) {
	p := provider(t)
	for _, c := range []struct {
		name, cases string
		least       int
	}{{"tuned", tunedClasses, 36}, {"held out", heldOutClasses, 113}} {
		right, all := classified(t, p, c.cases)
		t.Logf("%s: %d of %d right", c.name, right, all)
		if right < c.least {
			t.Errorf("%s: %d of %d right", c.name, right, all)
		}
	}
}

// What fits no class goes to the one for the rest, and the label is answered as it
// is written.
func TestClassForTheRest(t *testing.T) {
	p := provider(t)
	for text, want := range map[string]string{
		"My invoice is wrong and I was charged twice.": "BILLING (invoices)",
		"The parcel never arrived at my house.":        "Shipping & Returns",
		"Whales feed their calves for a year.":         "other",
	} {
		got := ask(t, p, `Choose the label of the text below. Labels: ["BILLING (invoices)", "Shipping & Returns", "other"]`+"\n\n"+text)
		if got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
	for text, want := range map[string]string{"I love it.": "Positive", "It broke at once.": "Negative"} {
		if got := ask(t, p, "Is the sentiment of this review Positive or Negative? "+text); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

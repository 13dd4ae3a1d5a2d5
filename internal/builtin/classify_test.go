package builtin_test

import (
	_ "embed"
	"slices"
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

// classes are a list to choose from, and texts with the class of each.
type classes struct {
	labels []string
	texts  []struct{ want, text string }
}

func readClasses(cases string) (lists []classes) {
	for line := range strings.Lines(cases) {
		line = strings.TrimSpace(line)
		if labels, ok := strings.CutPrefix(line, "= "); ok {
			lists = append(lists, classes{labels: strings.Split(labels, " | ")})
			continue
		}
		want, text, _ := strings.Cut(line, "\t")
		last := &lists[len(lists)-1]
		last.texts = append(last.texts, struct{ want, text string }{want, text})
	}
	return lists
}

// choose asks for the class of a text.
func choose(t *testing.T, p *builtin.Provider, labels []string, text string) string {
	return ask(t, p, "Classify the following text as one of: "+strings.Join(labels, ", ")+".\n\n"+text)
}

// classified counts the texts whose class is answered.
func classified(t *testing.T, p *builtin.Provider, cases string) (right, all int) {
	for _, c := range readClasses(cases) {
		for _, x := range c.texts {
			all++
			if got := choose(t, p, c.labels, x.text); got == x.want {
				right++
			} else {
				t.Logf("%s, not %s: %s", got, x.want, x.text)
			}
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

// With a class for the rest among them, a text of a list is to go to its own class,
// and one of another list to the rest.
func TestTheRest(t *testing.T) {
	p := provider(t)
	lists := readClasses(heldOutClasses)
	own, rest, all := 0, 0, 0
	// The lists of sentiments and manners have no rest.
	topics := []classes{lists[0], lists[1], lists[3], lists[6], lists[8]}
	for i, c := range topics {
		labels := append(slices.Clone(c.labels), "other")
		for _, x := range c.texts {
			all++
			if choose(t, p, labels, x.text) == x.want {
				own++
			}
			if choose(t, p, append(slices.Clone(topics[(i+1)%len(topics)].labels), "other"), x.text) == "other" {
				rest++
			}
		}
	}
	t.Logf("of %d texts, %d were put into their class and %d of another list into the rest", all, own, rest)
	if own < 51 || rest < 65 {
		t.Errorf("of %d texts, %d were put into their class and %d of another list into the rest", all, own, rest)
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
	for prompt, want := range map[string]string{
		"Reply with one of: billing, shipping, other. My parcel has not arrived.": "shipping",
		"Respond with one of: billing, shipping, other. I was charged twice.":     "billing",
	} {
		if got := ask(t, p, prompt); got != want {
			t.Errorf("%s: %q, want %q", prompt, got, want)
		}
	}
	for text, want := range map[string]string{"I love it.": "Positive", "It broke at once.": "Negative"} {
		if got := ask(t, p, "Is the sentiment of this review Positive or Negative? "+text); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

// A question of a fact is answered from the text, whatever the answers are like.
func TestAnswersToChooseFrom(t *testing.T) {
	p := provider(t)
	const letter = "The novel was written by Bob in the spring. Ann had asked for it and paid 40 euros. Carl and Dora read it in Oslo."
	for question, want := range map[string]string{
		"Who wrote the novel? Answer with one of: Ann, Bob.":                                        "Bob",
		"Who wrote the novel? Answer with one of: Ann, Carl.":                                       "The text does not say.",
		"Who read the novel? Reply with one of: Carl, Dora.":                                        "The text does not say.",
		"How much was paid? Answer with one of: 20 euros, 40 euros, 60 euros.":                      "40 euros",
		"Where was the novel read? Answer with one of: Bergen, Oslo.":                               "Oslo",
		"What is this text about? Answer with one of: an invoice that is wrong, a novel, football.": "a novel",
	} {
		for _, prompt := range []string{"Based on the following text: " + question + "\n\n" + letter, letter + "\n\nBased on the text above: " + question, question + "\n\nText: " + letter} {
			if got := ask(t, p, prompt); got != want {
				t.Errorf("%s: %q, want %q", prompt, got, want)
			}
		}
	}
}

package builtin_test

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// These tests hold what the built-in models answer on texts written for them.
// They are what docs/builtin.md reports; a change that makes one fail makes
// the models worse, or better in a way worth writing down.

// productNews are announcements, with the product each is about.
var productNews = []struct{ product, text string }{
	{"Nimbus Queue", queueNews},
	{"Nimbus Relational Store for PostgreSQL", "Starting today, you can restore single tables from snapshots in Nimbus Relational Store for PostgreSQL. Restoring a table takes minutes instead of hours, and the rest of the database stays online. Table restore is available for versions 14, 15 and 16 at no extra cost."},
	{"Harbor Search", "Today, Cloudworks announces the general availability of Harbor Search, a managed service that makes it easy to find documents by meaning. Harbor Search scales automatically and integrates with Harbor Identity for access control."},
	{"Stratus Backup", "Customers can now encrypt their backups with their own keys in Stratus Backup. Stratus Backup is a fully managed service that centralises backups of volumes, databases and file systems. You can turn on the new option in the console or with the API."},
	{"Cinder Notebook 3", "Cinder Notebook 3 weighs 900 grams and runs for eighteen hours on one charge. The keyboard is new, and the screen is brighter than that of its predecessor. It goes on sale in Europe on 3 March."},
	{"Tidepool", "The team behind Tidepool has released version 2.0 of the open source stream processor. Tidepool now keeps its state on disk and recovers in seconds. The new version needs Linux 6.1 or later."},
	{"Harbor Identity", "Administrators can require two-factor sign-in for every user in Harbor Identity. The setting applies to new sessions at once. Harbor Identity logs each change to the audit trail."},
	{"Quillpad", "We are excited to introduce Quillpad, a notes app that works offline. Quillpad syncs when you are back online and never loses a word. It is free for up to three devices."},
	{"Orbit DB Serverless", "Orbit DB Serverless now scales to zero when idle, so you pay nothing overnight. It wakes up within two seconds of the first query. The feature is available in Asia Pacific (Tokyo), Canada (Central) and Europe (Ireland)."},
	{"Nimbus Compute", "Nimbus Compute lowers the price of memory-optimised instances by 10 percent in all Regions, effective 1 June. The change applies to existing instances as well. See the pricing page for details."},
	{"Lantern", "Previously, developers had to write their own retry logic. With Lantern, they declare a policy once and every client follows it. Lantern supports Go, Java and Python."},
	{"Aurora Kettle", "The Aurora Kettle boils a litre of water in ninety seconds. Its handle stays cool, and it switches off by itself. Two colours are available."},
}

func TestProductNames(t *testing.T) {
	p := provider(t)
	for _, c := range productNews {
		if got := ask(t, p, "Please pick up product name only from the following description. "+c.text+" ?"); got != c.product {
			t.Errorf("%q, want %q", got, c.product)
		}
	}
}

func TestSummariesKeepTheirLength(t *testing.T) {
	p := provider(t)
	for _, c := range productNews {
		for limit, ask200 := range map[int]string{200: "200 characters or less", 80: "at most 80 characters", 30: "30 characters or less"} {
			got := ask(t, p, "Please summarize the following description in "+ask200+". "+c.text+" ?")
			if n := utf8.RuneCountInString(got); n > limit || n < 10 {
				t.Errorf("%s: %d of %d characters: %q", c.product, n, limit, got)
			}
			if last := strings.Trim(lastWord(got), ".…,!?"); !strings.Contains(c.text, last) {
				t.Errorf("%s: ends within a word: %q", c.product, got)
			}
		}
	}
}

func lastWord(s string) string {
	fields := strings.Fields(s)
	return fields[len(fields)-1]
}

func TestSummariesSayTheMatter(t *testing.T) {
	p := provider(t)
	for prompt, want := range map[string]string{
		"Summarize in one sentence: " + bridge:                                                      "The council approved a budget of 4.2 million euros for the new bridge on Tuesday.",
		"Please summarize the following description in 200 characters or less. " + queueNews + " ?": "Nimbus Queue now supports message ordering in all Regions. With this launch, customers can process up to 3,000 ordered messages per second without changing their code.",
		"Summarize the text below in 70 characters or less.\n\n" + queueNews:                        "Nimbus Queue now supports message ordering in all Regions.",
	} {
		if got := ask(t, p, prompt); got != want {
			t.Errorf("%.60q…\n got %q\nwant %q", prompt, got, want)
		}
	}
}

// letter is a text for questions.
const letter = `The Harrow Valley library opened its new building on 4 May 2026. It cost 7.5 million pounds, two thirds of which came from the county. The architect, Lena Marsh, chose larch wood because it needs no paint. The library holds 90,000 books and lends tools as well. Visitors can borrow up to twelve items for three weeks. It is closed on Mondays. The old building in Castle Lane will become a school. A café run by volunteers serves soup and cake at noon. Parking is free for two hours. Last year 210,000 people visited the library, a third more than the year before.`

func TestQuestions(t *testing.T) {
	p := provider(t)
	right, asked := 0, 0
	for question, want := range map[string]string{
		"When did the new building open?":                "4 May 2026",
		"How much did the building cost?":                "7.5 million pounds",
		"Who is the architect?":                          "Lena Marsh",
		"Why was larch wood chosen?":                     "needs no paint",
		"How many books does the library hold?":          "90,000",
		"How many items can visitors borrow?":            "twelve items",
		"On which day is the library closed?":            "Mondays",
		"What will happen to the old building?":          "school",
		"What does the café serve?":                      "soup and cake",
		"How long is parking free?":                      "two hours",
		"How many people visited the library last year?": "210,000",
		"Where is the old building?":                     "Castle Lane",
		"Who runs the café?":                             "volunteers",
		"Can I borrow tools?":                            "lends tools",
		"What is the population of Japan?":               "The text does not say.",
		"Who won the football match?":                    "The text does not say.",
	} {
		asked++
		got := ask(t, p, "Answer from this text: "+letter+" Question: "+question)
		if strings.Contains(got, want) {
			right++
		} else {
			t.Logf("%s → %s (expected %s)", question, got, want)
		}
	}
	t.Logf("%d of %d questions answered right", right, asked)
	if right < asked-1 {
		t.Errorf("only %d of %d right", right, asked)
	}
}

func TestShortAnswers(t *testing.T) {
	p := provider(t)
	for question, want := range map[string]string{
		"How much did the building cost?": "7.5 million pounds",
		"When did the new building open?": "4 May 2026",
		"Who is the architect?":           "Lena Marsh",
	} {
		if got := ask(t, p, "Based on the following text, answer in at most 4 words: "+question+"\n\n"+letter); got != want {
			t.Errorf("%s → %q, want %q", question, got, want)
		}
	}
}

// feedback are texts of known sentiment that are not among the sentences the
// sentiment head was trained or measured on.
var feedback = []struct{ want, text string }{
	{"POSITIVE", "Thank you all so much, the wedding photos are beautiful!"},
	{"POSITIVE", "The technician arrived early and had the heating running again in no time."},
	{"POSITIVE", "I was amazed by the picture quality."},
	{"POSITIVE", "This is the best library for parsing dates that I know of."},
	{"POSITIVE", "Really happy with my order. It arrived on time and the quality is great."},
	{"POSITIVE", "The lake was crystal clear and we had the place to ourselves."},
	{"NEGATIVE", "The zip broke on the first day and the shop will not take it back."},
	{"NEGATIVE", "I am not happy with the service at all."},
	{"NEGATIVE", "Slow, buggy and far too expensive."},
	{"NEGATIVE", "My order has been lost for the second time and nobody seems to care."},
	{"NEGATIVE", "The soup was not good and the waiter was unfriendly."},
	{"NEGATIVE", "What a waste of an evening."},
	{"NEUTRAL", "The package contains two cables and a manual."},
	{"NEUTRAL", "The meeting is on Thursday at ten."},
	{"NEUTRAL", "Nimbus Queue stores messages for up to fourteen days."},
	{"NEUTRAL", "I bought these shoes in Rome last autumn."},
	{"NEUTRAL", "Can you tell me which adapter I need?"},
	{"MIXED", "The flat is in a great location but the bathroom is disgusting."},
	{"MIXED", "I loved the starter. The main course was awful."},
	{"MIXED", "The laptop is fast and light, however the keyboard is terrible."},
	{"MIXED", "Although the queue was horrible, the roller coaster was fantastic."},
}

func TestSentiments(t *testing.T) {
	p := provider(t)
	right := 0
	for _, c := range feedback {
		if j := judge(t, p, c.text); j.Sentiment == c.want {
			right++
		} else {
			t.Logf("%s, expected %s (%+v): %s", j.Sentiment, c.want, j.SentimentScore, c.text)
		}
	}
	t.Logf("%d of %d right", right, len(feedback))
	if right < len(feedback)-2 {
		t.Errorf("only %d of %d right", right, len(feedback))
	}
}

func TestNegationTurnsTheJudgement(t *testing.T) {
	p := provider(t)
	for plain, negated := range map[string]string{
		"The food was good.":          "The food was not good.",
		"I like this phone.":          "I don't like this phone.",
		"I would recommend it.":       "I would not recommend it.",
		"It works.":                   "It does not work.",
		"We are happy with the room.": "We are not happy with the room.",
	} {
		a, b := judge(t, p, plain).SentimentScore, judge(t, p, negated).SentimentScore
		if b.Positive >= a.Positive || b.Negative <= a.Negative || b.Negative < b.Positive {
			t.Errorf("%q: %+v\n%q: %+v", plain, a, negated, b)
		}
	}
}

func TestPeopleAndPlaces(t *testing.T) {
	p := provider(t)
	const text = `Mayor Ada Byrne opened the fair in Rivertown on Friday. "It is a good day", said Tom Okafor, who owns a bicycle shop in Mill Street. Visitors came from Dunmore and Castle Bay. Harbor Works Ltd paid for the lights.`
	for instruction, want := range map[string]string{
		"List all names of people in the text below.":   "Ada Byrne, Tom Okafor",
		"List the names of places in the text below.":   "Rivertown, Dunmore, Castle Bay, Mill Street",
		"Extract the company name from the text below.": "Harbor Works Ltd",
	} {
		if got := ask(t, p, instruction+"\n\n"+text); !sameItems(got, want) {
			t.Errorf("%s → %q, want %q", instruction, got, want)
		}
	}
	if got := ask(t, p, "List all names of people in the text below.\nAda Byrne met Tom Hardy in Cork."); !sameItems(got, "Ada Byrne, Tom Hardy") {
		t.Errorf("people who met: %q", got)
	}
}

func sameItems(a, b string) bool {
	items := map[string]int{}
	for _, s := range strings.Split(a, ", ") {
		items[s]++
	}
	for _, s := range strings.Split(b, ", ") {
		items[s]--
	}
	for _, n := range items {
		if n != 0 {
			return false
		}
	}
	return true
}

func TestKeyPhrases(t *testing.T) {
	got := ask(t, provider(t), "Extract five key phrases from this text: "+bridge)
	phrases := strings.Split(got, ", ")
	if len(phrases) != 5 {
		t.Errorf("%d phrases: %q", len(phrases), got)
	}
	for _, want := range []string{"bridge", "construction"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q lacks %q", got, want)
		}
	}
	for _, phrase := range phrases {
		if !strings.Contains(strings.ToLower(bridge), strings.ToLower(phrase)) {
			t.Errorf("%q is not in the text", phrase)
		}
	}
}

// news is what SQL's group_concat makes of several announcements.
func news() string {
	texts := make([]string, len(productNews))
	for i, c := range productNews {
		texts[i] = c.text
	}
	return strings.Join(texts, ",")
}

func TestCategories(t *testing.T) {
	got := ask(t, provider(t), "Please categorize and tell me what kind of services improvement being talked about based on the following content.  "+news()+" ?")
	lines := strings.Split(got, "\n")
	if len(lines) < 3 || len(lines) > 6 {
		t.Errorf("%d groups: %s", len(lines), got)
	}
	for _, line := range lines {
		if !strings.Contains(line, "sentence") || !strings.Contains(line, ": ") {
			t.Errorf("line %q", line)
		}
		if _, sentence, _ := strings.Cut(line, "): "); !strings.Contains(news(), sentence) {
			t.Errorf("%q is not in the text", sentence)
		}
	}
	t.Log("\n" + got)
}

func TestClassify(t *testing.T) {
	p := provider(t)
	right := 0
	cases := map[string]string{
		"The goalkeeper saved two penalties and the home side went through.": "sports",
		"The senate rejected the bill on rent control by three votes.":       "politics",
		"The processor has sixteen cores and a larger cache.":                "technology",
		"The tennis final lasted five hours.":                                "sports",
		"The prime minister resigned after losing the election.":             "politics",
		"A new browser version blocks tracking cookies.":                     "technology",
	}
	for text, want := range cases {
		if got := ask(t, p, "Classify this text as sports, politics or technology: "+text); got == want {
			right++
		} else {
			t.Logf("%s: %s", got, text)
		}
	}
	if right < len(cases)-1 {
		t.Errorf("%d of %d right", right, len(cases))
	}
}

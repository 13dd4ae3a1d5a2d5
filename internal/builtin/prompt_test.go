package builtin

import (
	"slices"
	"strings"
	"testing"

	"airglow/internal/builtin/prose"
	"airglow/internal/neutral"
)

const (
	queueNews = "Nimbus Queue now supports message ordering in all Regions. With this launch, customers can process up to 3,000 ordered messages per second without changing their code. Previously, ordering was limited to Europe (Frankfurt) and US East (Ohio). To learn more, visit the Nimbus Queue documentation."
	bridge    = "The council approved a budget of 4.2 million euros for the new bridge on Tuesday. Work on the bridge will begin in March 2027 and take two years. Mayor Ada Byrne said the old bridge would stay open for cyclists. Shopkeepers in Mill Street fear they will lose customers during construction. Engineers recommend steel because the river floods every spring."
	food      = "India has a great many cuisines. Rice with lentils, called dal chawal, is the most popular food in the country and is eaten daily in millions of homes. In the south, dosa and idli are common at breakfast. Tea is drunk everywhere."
)

func chat(system string, turns ...string) neutral.Chat {
	c := neutral.Chat{System: system, MaxTokens: 1000}
	for i, text := range turns {
		role := neutral.User
		if i%2 == 1 {
			role = neutral.Assistant
		}
		c.Turns = append(c.Turns, neutral.Turn{Role: role, Parts: []neutral.Part{{Text: text}}})
	}
	return c
}

func TestReadPrompt(t *testing.T) {
	for _, c := range []struct {
		message string
		task    task
		text    string
	}{
		{"Please pick up product name only from the following description. " + queueNews + " ?", names, queueNews},
		{"Please summarize the following description in 200 characters or less. " + queueNews + " ?", summarise, queueNews},
		{"Please summarize the following description in 200 characters or less. Use Nimbus Queue to order messages ?", summarise, "Use Nimbus Queue to order messages"},
		{"Please categorize and tell me what kind of services improvement being talked about based on the following content.  " + queueNews + " ?", categorise, queueNews},
		{"From the text below, say what is the most popular food.\n\n" + food, answerQuestion, food},
		{"From the text below, what is the most popular food?\n" + food, answerQuestion, food},
		{"According to the following text, what will the bridge cost? " + bridge, answerQuestion, bridge},
		{"Based on the following content, who is the mayor?\n\n" + bridge, answerQuestion, bridge},
		{"Answer from this text: " + bridge + " Question: When will construction begin?", answerQuestion, bridge},
		{"Question: When will construction begin?\nText: " + bridge, answerQuestion, bridge},
		{"Context: " + bridge + "\n\nQuestion: When will construction begin?\nAnswer:", answerQuestion, bridge},
		{"Read the text below. When will construction begin?\n\n" + bridge, answerQuestion, bridge},
		{"Answer the question using only the text.\n\n<text>" + bridge + "</text>\n<question>When will construction begin?</question>", answerQuestion, bridge},
		{"<document>" + bridge + "</document>\n\nWhen will construction begin?", answerQuestion, bridge},
		{"Summarize this:\n\"\"\"\n" + bridge + "\n\"\"\"", summarise, bridge},
		{"Summarise in one sentence: " + bridge, summarise, bridge},
		{"Based on the following text, answer in at most 4 words: What will it cost?\n\n" + bridge, answerQuestion, bridge},
		{"Can you please summarize the text below in 20 words? Do not add explanations.\n\n" + bridge, summarise, bridge},
		{bridge + "\n\nSummarize the above in 12 words.", summarise, bridge},
		{bridge + "\n\nTL;DR", summarise, bridge},
		{"Summarize the following description. Have you ever lost a message? " + queueNews, summarise, "Have you ever lost a message? " + queueNews},
		{"Summary of \"" + "the text" + "\" below in 10 words:\n" + bridge, summarise, bridge},
		{"Extract five key phrases from this text: " + bridge, keyPhrases, bridge},
		{"What are the main topics of the following text?\n\n" + bridge, keyPhrases, bridge},
		{"List all names of people in the text below.\n\n" + bridge, names, bridge},
		{"Which products are mentioned in the following text? " + queueNews, names, queueNews},
		{"Classify this text as sports, politics or technology: " + bridge, classify, bridge},
		{"What is the sentiment of this review? The room was tiny.", judgeSentiment, "The room was tiny."},
		{"Translate the following text to French: hello there.", intoLanguage, "hello there."},
		{"Write a poem about the following text. " + food, compose, food},
		{"What is the most popular food in India ?", answerQuestion, ""},
		{"What is the proportion of land and sea on Earth?", answerQuestion, ""},
		{"Tell me the capital of Peru.", answerQuestion, ""},
		{"Hello, how are you?", unclear, "Hello, how are you?"},
		{"", unclear, ""},
	} {
		p := readPrompt(chat("", c.message))
		if in := p.intent(); in.task != c.task || p.text != c.text {
			t.Errorf("%.120q\n task %v, want %v; instruction %q\n text %q", c.message, in.task, c.task, p.instruction, p.text)
		}
	}
}

func TestInstructionAndTextFromOtherTurns(t *testing.T) {
	for name, c := range map[string]neutral.Chat{
		"text in the system prompt":        chat("Answer from this text: "+bridge, "When will construction begin?"),
		"text in an earlier turn":          chat("", "Read the following text.\n\n"+bridge, "Done.", "When will construction begin?"),
		"instruction in the system prompt": chat("Say when construction begins.", bridge),
	} {
		p := readPrompt(c)
		if in := p.intent(); in.task != answerQuestion || p.text != bridge {
			t.Errorf("%s: task %v, text %q, instruction %q", name, in.task, p.text, p.instruction)
		}
	}
}

func TestReadQuestion(t *testing.T) {
	for instruction, want := range map[string]string{
		"From the text below, say what is the most popular food.":        "what is the most popular food.",
		"According to the following text, what will the bridge cost?":    "what will the bridge cost?",
		"Based on the following content, tell me who is the mayor.":      "who is the mayor.",
		"Answer from this text: When will construction begin?":           "When will construction begin?",
		"Tell me the capital of Peru.":                                   "the capital of Peru.",
		"Answer in three words, using the text. Where is the bridge?":    "Where is the bridge?",
		"Please answer the following question. How old is the building?": "How old is the building?",
	} {
		if got := readQuestion(instruction); got != want {
			t.Errorf("readQuestion(%q) = %q, want %q", instruction, got, want)
		}
	}
}

func TestReadLimits(t *testing.T) {
	for instruction, want := range map[string]intent{
		"Summarize in 200 characters or less.":             {limit: prose.Limit{Runes: 200, Words: 0}},
		"Summarize in less than 1,000 characters.":         {limit: prose.Limit{Runes: 999, Words: 0}},
		"Write a 50-word summary.":                         {limit: prose.Limit{Runes: 0, Words: 50}},
		"Summarise in under twenty words":                  {limit: prose.Limit{Runes: 0, Words: 19}},
		"Summarise in two short sentences.":                {sentences: 2},
		"Summarise in a single sentence of 100 characters": {sentences: 1, limit: prose.Limit{Runes: 100, Words: 0}},
		"Give the top 3 keywords":                          {items: 3},
		"List five key phrases":                            {items: 5},
		"Summarise as three bullet points":                 {sentences: 3},
		"Summarise the chapter on 1984":                    {},
	} {
		limit, sentences, items := readLimits(instruction)
		if limit != want.limit || sentences != want.sentences || items != want.items {
			t.Errorf("%q: %+v, %d sentences, %d items", instruction, limit, sentences, items)
		}
	}
}

func TestReadLabels(t *testing.T) {
	const text = "The room smelled of paint, and the lift was broken: a bad start."
	for _, message := range []string{
		"Classify this text as Billing, Technical problem or Other: " + text,
		"Classify the following text as one of: Billing, Technical problem, or Other.\n\n" + text,
		"Classify the text into one of these categories: Billing, Technical problem, Other\nText: " + text,
		"Classify the text below. Labels: Billing; Technical problem; Other.\n\n" + text,
		"Classify the text below.\nclasses: Billing | Technical problem | Other\ntext: " + text,
		"Classify this text. Categories: Billing, Technical problem, Other Text: " + text,
		"Classify the following text into [\"Billing\", \"Technical problem\", \"Other\"]. " + text,
		"Labels: [\"Billing\",\"Technical problem\",\"Other\"]\n\nChoose the label of the following text.\n\n" + text,
		"Choose one of [Billing, Technical problem, Other] for the text below.\n\n" + text,
		"Assign the text to one of the following categories:\n- Billing\n- Technical problem\n- Other\n\nText: " + text,
		"Categories:\n1. Billing\n2. Technical problem\n3. Other\n\nClassify this text: " + text,
		"Classify the text by intent. Possible labels are:\n* \"Billing\": invoices and payments\n* \"Technical problem\": things that do not work\n* \"Other\": all else\n\nAnswer with the label only.\n\n<text>" + text + "</text>",
		"<labels>Billing, Technical problem, Other</labels>\n<text>" + text + "</text>\nWhich label fits the text?",
		text + "\n\nClassify the text above as Billing, Technical problem or Other.",
		"Which category fits the following text: Billing, Technical problem or Other?\n\n" + text,
		"Is this text about Billing, Technical problem or Other? " + text,
	} {
		p := readPrompt(chat("", message))
		in := p.intent()
		var got []string
		for _, c := range in.classes {
			got = append(got, c.label)
		}
		if strings.Join(got, "|") != "Billing|Technical problem|Other" || in.task != classify || p.text != text {
			t.Errorf("%q:\n task %v, classes %q, instruction %q, text %q", message, in.task, got, p.instruction, p.text)
		}
	}
	for _, c := range []neutral.Chat{
		chat("", "Reply with one of: Billing, Technical problem, Other. "+text),
		chat("", "Answer only with one of: Billing, Technical problem, Other.\n\n"+text),
		chat("", text+" Respond with exactly one of: Billing, Technical problem or Other."),
		chat("", "Reply with one of Billing, Technical problem or Other: "+text),
		chat("Reply with one of: Billing, Technical problem, Other.", text),
		chat("You sort mail. Respond with one of: Billing, Technical problem, Other.", text),
	} {
		p := readPrompt(c)
		if in := p.intent(); in.task != classify || len(in.classes) != 3 || in.classes[1].label != "Technical problem" || p.text != text {
			t.Errorf("%q, %q: %+v, %q, text %q", c.System, c.Turns[0].Text(), in, p.instruction, p.text)
		}
	}
	for message, want := range map[string]task{
		"Based on the following text, was the lift broken? Answer with one of: yes, no.\n\n" + text: answerQuestion,
		"What language is this text? Reply with one of: English, German.\n\n" + text:                tellLanguage,
		"Classify the sentences of the text below as a list. " + text:                               categorise,
		"Categorize the following content into three groups: " + text:                               categorise,
		"Categories: please group the following text. " + text:                                      categorise,
		"Classify this text as Billing: " + text:                                                    chooseOfOne,
		"Classify this text as Billing or Other: The options: none. " + text:                        classify,
	} {
		if in := readPrompt(chat("", message)).intent(); in.task != want {
			t.Errorf("%q: task %v, want %v", message, in.task, want)
		}
	}
	p := readPrompt(chat("You are a classifier. Classify the user's message as one of: Billing, Technical problem, Other.", text))
	if in := p.intent(); in.task != classify || len(in.classes) != 3 || p.text != text {
		t.Errorf("classes in the system prompt: %+v, %q", in, p.text)
	}
	long := strings.Repeat(text+" ", 1000)
	for _, message := range []string{
		"Classify the text as one of: Billing, Other.\n\n" + long,
		long + "\n\nClassify the text above. Labels: Billing, Other",
	} {
		if p := readPrompt(chat("", message)); len(p.classes) != 2 || p.intent().task != classify || len(p.text) < len(long)-2 {
			t.Errorf("a list beside a long text: %q, %d of %d bytes of text", p.classes, len(p.text), len(long))
		}
	}
	if got := readLabels("Please categorize and tell me what kind of services improvement being talked about based on the following content."); len(got) > 1 {
		t.Errorf("labels where none are given: %q", got)
	}
	about := readPrompt(chat("", "Choose a category for the text. Categories:\n- Billing: invoices\n- Other - all else\n\nText: "+text)).classes
	if !slices.Equal(about, []class{{"Billing", "invoices"}, {"Other", "all else"}}) {
		t.Errorf("classes with what they are about: %q", about)
	}
	feelings := readPrompt(chat("", "Classify the sentiment of this review as Positive or Negative: "+text)).intent()
	if feelings.task != judgeSentiment || !slices.Equal(feelings.classes, []class{{"Positive", ""}, {"Negative", ""}}) {
		t.Errorf("sentiments: %+v", feelings)
	}
	plain := readPrompt(chat("", "Summarize the following text. "+text+" Options: red, green or blue."))
	if in := plain.intent(); in.task != summarise || len(in.classes) > 0 {
		t.Errorf("a list in the text of another task: %+v", in)
	}
}

// The clauses of a text are no classes, though the text stands where a list might.
func TestTextThatIsNoList(t *testing.T) {
	for message, want := range map[string]string{
		"Group the following comments into categories: The app crashes a lot, and the support is slow: nobody answers.": "The app crashes a lot, and the support is slow: nobody answers.",
		"Group the following sentences into categories: Apples fell, and pears rose: a good year. Rain came late.":      "Apples fell, and pears rose: a good year. Rain came late.",
		"Categorize the comments below into categories: the room was cold; we loved the food; it rained. Never again.":  "the room was cold; we loved the food; it rained. Never again.",
		"Sort the following notes into categories:\n- the lift is broken\n- nobody came\n- the food was good":           "- the lift is broken\n- nobody came\n- the food was good",
	} {
		p := readPrompt(chat("", message))
		if in := p.intent(); in.task != categorise || len(p.classes) > 0 || p.text != want {
			t.Errorf("%q:\n task %v, classes %q, text %q", message, in.task, in.classes, p.text)
		}
	}
	const text = "My parcel has not arrived."
	for _, message := range []string{
		"Group the text into categories: billing, shipping, other. " + text,
		"Group the message into categories: Billing, Shipping, Other: " + text,
		"Sort the text below into categories:\n- Billing\n- Shipping\n- Other\n\nText: " + text,
		"Group the text into these categories: is it billing, is it shipping or neither.\n\n" + text,
	} {
		p := readPrompt(chat("", message))
		if in := p.intent(); in.task != classify || len(in.classes) != 3 || p.text != text {
			t.Errorf("%q:\n task %v, classes %q, text %q", message, in.task, in.classes, p.text)
		}
	}
}

func FuzzReadPrompt(f *testing.F) {
	for _, s := range []string{"", "?", "<a>b</a>", "Text:", "Question: ?", "Summarise: ```x```", "a\n\nb?", "TL;DR", "\xff", "In 99999999999999999999 words: x", "Classify as or and or: x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, message string) {
		p := readPrompt(chat(message, message))
		in := p.intent()
		if in.limit.Runes < 0 || in.limit.Words < 0 || in.sentences < 0 || in.items < 0 {
			t.Errorf("negative limits: %+v", in)
		}
	})
}

package builtin

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"airglow/internal/builtin/language"
	"airglow/internal/model"
)

var (
	asksLanguage = pattern(`\b(?:what|which)(?:'s| is)? (?:the )?(?:human |natural )?language (?:is|was|does|do|of|in)\b(?: (?:this|that|it|the|these)\b|\W*$)|\b(?:detect|identify|determine|recogni[sz]e|guess|name|tell(?: me)?|say|give|return|state|find)(?: out)? (?:in )?(?:the |its |what |which )?(?:dominant |main |natural )?language\b|\b(?:the )?language (?:of|in which) (?:this|the|these)\b|\b(?:dominant|source) language\b|\bin (?:what|which) language\b|^\W*language\W*$`)
	asksCode     = regexp.MustCompile(`(?i)\biso\b|\b639\b|\bcodes?\b|\btwo[- ]letters?\b`)
)

// noLanguage is the answer when a text does not give its language away.
const noLanguage = "The language cannot be told from this text."

// How sure the detector must be. The first is for an answer to who asks; the second
// for a refusal to take a text for English, which must not befall an English text
// with some foreign words in it.
const (
	tellsLanguage = 0.2
	surelyForeign = 0.95
)

// language returns the likeliest language of a text. The detector knows few words
// in capitals.
func (p *Provider) language(service model.Service, text string) (language.Guess, error) {
	d, err := p.languages.Detector()
	if err != nil {
		return language.Guess{}, &model.Error{Kind: model.Internal, Service: service, Message: "the built-in language model in this binary is damaged", Err: err}
	}
	if text == strings.ToUpper(text) {
		text = strings.ToLower(text)
	}
	return d.Detect(text), nil
}

// tellLanguage answers which language a text is in: by its name, or its code.
func (p *Provider) tellLanguage(text string, code bool) (string, error) {
	g, err := p.language(model.Bedrock, text)
	switch {
	case err != nil:
		return "", err
	case g.Share < tellsLanguage:
		return noLanguage, nil
	case code:
		return g.Code, nil
	default:
		return g.Name(), nil
	}
}

// speaks reports whether a text is long enough to be sure of: "OK." is a word of
// many languages.
func speaks(text string) bool {
	const leastWords = 3
	return len(strings.Fields(text)) >= leastWords || strings.ContainsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf && unicode.IsLetter(r) })
}

// mustBeEnglish refuses a text that is surely in another language, of which the
// sentiment model would say something at random.
func (p *Provider) mustBeEnglish(service model.Service, text string) error {
	g, err := p.language(service, text)
	if err == nil && g.Code != "en" && g.Share >= surelyForeign && speaks(text) {
		return unsupported(service, "this text is in %s, and the built-in sentiment model reads English only; map the model to another provider in the model map of the configuration", g.Name())
	}
	return err
}
